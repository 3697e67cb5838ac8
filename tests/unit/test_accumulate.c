/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counts since the beginning: what rises in all series of a view is what rises in the total, whatever rows come and go,
 * no series ever falls, and there are never more than there may be.
 */
#include <math.h>

#include "accumulate.h"
#include "cells.h"

static const struct report_values *total_of(const struct accumulate *accumulate)
{
	return &accumulate->total.shown;
}

static struct accumulate_row *row_named(struct accumulate *accumulate, const char *name)
{
	struct accumulate_row *rows = accumulate->tables[ACCUMULATE_PROCESS].rows;
	char shown[DIMENSION_TEXT] = "";

	for (size_t i = 0; i < SLOTS_MAX; i++) {
		if (rows[i].key)
			dimension_owner_name(shown, rows[i].key);
		if (rows[i].key && !strcmp(shown, name))
			return &rows[i];
	}
	return NULL;
}

static struct accumulate_row *other(struct accumulate *accumulate, enum accumulate_view view)
{
	return &accumulate->tables[view].rows[SLOTS_MAX];
}

static int64_t dgrams(const struct accumulate_row *row)
{
	return row->values.shown.counter[METRIC_udp_rx_dgrams];
}

/* An interval in which each of these processes has received so many datagrams. */
static void interval(struct accumulate *accumulate, bool read, const char *const *names, const int64_t *counts)
{
	struct snapshot snapshot = empty_snapshot();

	for (uint32_t i = 0; names[i]; i++)
		add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 53, 100 + i, names[i])
			->count[L4_udp_rx_dgrams] = counts[i];
	accumulate_add(accumulate, &snapshot, read, INFINITY);
	snapshot_free(&snapshot);
}

static void one(struct accumulate *accumulate, bool read, const char *name, int64_t count)
{
	interval(accumulate, read, (const char *const[]){name, NULL}, &count);
}

static void adds_intervals_up(void **state)
{
	struct accumulate *accumulate = accumulate_new(10);
	struct snapshot snapshot = busy_snapshot();

	(void)state;
	for (int i = 0; i < 3; i++)
		accumulate_add(accumulate, &snapshot, false, INFINITY);
	assert_int_equal(total_of(accumulate)->counter[METRIC_tcp_opens_in], 3 * 3024);
	assert_int_equal(dgrams(row_named(accumulate, "iperf3")), 3 * 88000);
	/* Two processes of one name are one row. */
	assert_int_equal(row_named(accumulate, "nginx")->values.shown.counter[METRIC_tcp_rx_segs], 3 * 12449);
	assert_int_equal(dgrams(row_named(accumulate, "unknown")), 3 * 249);
	assert_int_equal(accumulate->intervals, 3);
	snapshot_free(&snapshot);
	free(accumulate);
}

static void counts_of_new_and_old_rows_go_to_other(void **state)
{
	struct accumulate *accumulate = accumulate_new(1);

	(void)state;
	one(accumulate, false, "first", 100);
	assert_int_equal(dgrams(row_named(accumulate, "first")), 100);
	one(accumulate, true, "first", 10); /* somebody has read the 100 */
	assert_int_equal(dgrams(row_named(accumulate, "first")), 110);
	assert_int_equal(dgrams(other(accumulate, ACCUMULATE_PROCESS)), 0);

	/* A slot is kept for a minute. */
	one(accumulate, true, "flood", 100000);
	assert_null(row_named(accumulate, "flood"));
	assert_int_equal(dgrams(other(accumulate, ACCUMULATE_PROCESS)), 100000);
	for (int i = 0; i < 60; i++)
		one(accumulate, true, "flood", 1000);

	/* Then it is given up, once its last value has been read; the new row is seen at 0 before it counts. */
	assert_non_null(row_named(accumulate, "flood"));
	while (!dgrams(row_named(accumulate, "flood")))
		one(accumulate, true, "flood", 1000);
	assert_int_equal(dgrams(row_named(accumulate, "flood")), 1000);
	assert_null(row_named(accumulate, "first"));
	assert_int_equal(110 + dgrams(row_named(accumulate, "flood")) + dgrams(other(accumulate, ACCUMULATE_PROCESS)),
			 total_of(accumulate)->counter[METRIC_udp_rx_dgrams]);
	free(accumulate);
}

static void waits_until_it_is_read(void **state)
{
	struct accumulate *accumulate = accumulate_new(2);

	(void)state;
	one(accumulate, true, "first", 1);
	assert_int_equal(dgrams(row_named(accumulate, "first")), 0);
	for (int i = 0; i < 100; i++)
		one(accumulate, false, "first", 1);
	assert_int_equal(dgrams(row_named(accumulate, "first")), 0);
	one(accumulate, true, "first", 5);
	assert_int_equal(dgrams(row_named(accumulate, "first")), 5);
	assert_int_equal(dgrams(other(accumulate, ACCUMULATE_PROCESS)), 101);
	free(accumulate);
}

/* A file is read now and then, and nobody tells. */
static void or_until_it_must_have_been(void **state)
{
	struct accumulate *accumulate = accumulate_new(2);
	struct snapshot snapshot = empty_snapshot();
	struct snapshot more = hostile_snapshot("late");

	(void)state;
	accumulate_add(accumulate, &snapshot, false, 60);
	for (int i = 0; i < 60; i++)
		accumulate_add(accumulate, &more, false, 60);
	assert_int_equal(dgrams(row_named(accumulate, "late")), 0);
	accumulate_add(accumulate, &more, false, 60);
	assert_int_equal(dgrams(row_named(accumulate, "late")), 5);
	assert_int_equal(dgrams(other(accumulate, ACCUMULATE_PROCESS)), 5 * 60);
	snapshot_free(&snapshot);
	snapshot_free(&more);
	free(accumulate);
}

static void before_anybody_reads_the_best_have_slots_at_once(void **state)
{
	struct accumulate *accumulate = accumulate_new(1);

	(void)state;
	one(accumulate, false, "small", 3);
	one(accumulate, false, "flood", 1000);
	assert_null(row_named(accumulate, "small"));
	assert_int_equal(dgrams(row_named(accumulate, "flood")), 1000);
	assert_int_equal(dgrams(other(accumulate, ACCUMULATE_PROCESS)), 3);
	free(accumulate);
}

static void a_row_that_is_not_much_more_waits(void **state)
{
	static const char *const names[] = {"first", "second", NULL};
	struct accumulate *accumulate = accumulate_new(1);

	(void)state;
	one(accumulate, true, "first", 10);
	for (int i = 0; i < 600; i++)
		interval(accumulate, true, names, (const int64_t[]){10, 15});
	assert_non_null(row_named(accumulate, "first"));
	assert_null(row_named(accumulate, "second"));
	free(accumulate);
}

/* What is small beside a flood of datagrams is large where it counts. */
static void each_ranking_has_its_best(void **state)
{
	struct accumulate *accumulate = accumulate_new(2);
	struct snapshot snapshot = empty_snapshot();
	char name[L4_COMM_LEN];

	(void)state;
	for (uint32_t i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "flood-%u", i);
		add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 53, 100 + i, name)
			->count[L4_udp_rx_dgrams] = i == 7 ? 100000 : 1000;
	}
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 443, 5, "lossy")
		->count[L4_tcp_retrans_segs] = 2;
	accumulate_add(accumulate, &snapshot, false, INFINITY);
	assert_non_null(row_named(accumulate, "lossy"));
	assert_non_null(row_named(accumulate, "flood-7"));
	snapshot_free(&snapshot);
	free(accumulate);
}

/* The walk may take back what an event had too much. */
static void never_falls(void **state)
{
	static const int64_t counts[] = {100, -30, 10, 50};
	static const int64_t shown[] = {100, 100, 100, 130};
	struct accumulate *accumulate = accumulate_new(5);

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		one(accumulate, false, "x", counts[i]);
		assert_int_equal(dgrams(row_named(accumulate, "x")), shown[i]);
		assert_int_equal(total_of(accumulate)->counter[METRIC_udp_rx_dgrams], shown[i]);
	}
	free(accumulate);
}

static void what_is_called_like_a_row_of_ours_is_no_part_of_it(void **state)
{
	struct accumulate *accumulate = accumulate_new(5);
	struct snapshot snapshot = empty_snapshot();

	(void)state;
	add_other(&snapshot, L4_PROTO_UDP)->count[L4_udp_rx_dgrams] = 7;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 53, 9, "other")->count[L4_udp_rx_dgrams] = 5;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 53, 8, "unknown")->count[L4_udp_rx_dgrams] = 3;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 53, 0, "")->count[L4_udp_rx_dgrams] = 2;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 53, 7, "a\001b")->count[L4_udp_rx_dgrams] = 1;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 53, 6, "a\002b")->count[L4_udp_rx_dgrams] = 1;
	accumulate_add(accumulate, &snapshot, false, INFINITY);
	assert_int_equal(dgrams(other(accumulate, ACCUMULATE_PROCESS)), 7);
	assert_int_equal(dgrams(other(accumulate, ACCUMULATE_SUBNET)), 7);
	assert_int_equal(dgrams(row_named(accumulate, "'other'")), 5);
	assert_int_equal(dgrams(row_named(accumulate, "'unknown'")), 3);
	assert_int_equal(dgrams(row_named(accumulate, "unknown")), 2);
	assert_int_equal(dgrams(row_named(accumulate, "a?b")), 2);
	snapshot_free(&snapshot);
	free(accumulate);
}

static void listeners_of_a_port_are_one(void **state)
{
	struct accumulate *accumulate = accumulate_new(5);
	struct snapshot snapshot = empty_snapshot();
	const struct accumulate_listener *row = accumulate->listeners.rows;

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		struct snapshot_listener *found = snapshot_add_listener(&snapshot);

		found->listener = (struct l4_listener){.port = 443, .backlog = i ? 128 : 1, .backlog_max = 127};
		found->drops = 3;
	}
	accumulate_add(accumulate, &snapshot, false, INFINITY);
	accumulate_add(accumulate, &snapshot, false, INFINITY);
	assert_int_equal(row->key->cell.port, 443);
	assert_int_equal(row->drops, 12);
	assert_int_equal(row->backlog, 129);
	assert_int_equal(row->backlog_max, 254);
	assert_true(row->fill == 1);
	snapshot_free(&snapshot);
	free(accumulate);
}

/* What each series showed when it was read last: who scrapes adds up how much they have risen since. */
struct reader {
	struct dimension_key keys[SLOTS_MAX + 1];
	int64_t last[SLOTS_MAX + 1];
	int64_t total, risen, total_risen;
	bool began;
};

static void read_series(struct reader *reader, const struct accumulate *accumulate)
{
	const struct accumulate_table *table = &accumulate->tables[ACCUMULATE_PROCESS];
	const int64_t total = total_of(accumulate)->counter[METRIC_udp_rx_dgrams];

	for (size_t i = 0; i <= SLOTS_MAX; i++) {
		const struct accumulate_row *row = &table->rows[i];

		if (row->key && !memcmp(row->key, &reader->keys[i], sizeof(*row->key))) {
			assert_true(dgrams(row) >= reader->last[i]);
			reader->risen += dgrams(row) - reader->last[i];
		} else if (row->key && reader->began) {
			assert_int_equal(dgrams(row), 0);
		}
		memset(&reader->keys[i], 0xff, sizeof(reader->keys[i]));
		if (row->key)
			reader->keys[i] = *row->key;
		reader->last[i] = row->key ? dgrams(row) : 0;
	}
	reader->total_risen += reader->began ? total - reader->total : 0;
	reader->total = total;
	reader->began = true;
}

/* Thousands of names, any time between readings: not one datagram is lost to the reader. */
static void nothing_is_lost_to_who_reads_now_and_then(void **state)
{
	struct accumulate *accumulate = accumulate_new(7);
	struct reader reader = {};
	bool read = false;
	size_t changes = 0;

	(void)state;
	srand(1);
	for (int i = 0; i < 4000; i++) {
		struct snapshot snapshot = empty_snapshot();

		for (int j = rand() % 40; j; j--) {
			char name[L4_COMM_LEN];

			snprintf(name, sizeof(name), "n%d", i / 200 * 15 + rand() % 30);
			add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 53, 1 + j, name)
				->count[L4_udp_rx_dgrams] = rand() % (rand() % 5000 + 1);
		}
		accumulate_add(accumulate, &snapshot, read, INFINITY);
		for (size_t s = 0; s < 7; s++)
			changes += accumulate->tables[ACCUMULATE_PROCESS].slots.slot[s].cleared;
		read = rand() % 9 == 0;
		if (read)
			read_series(&reader, accumulate);
		snapshot_free(&snapshot);
	}
	assert_true(changes > 50);
	assert_true(reader.total_risen > 1000000);
	assert_int_equal(reader.risen, reader.total_risen);
	for (size_t i = 7; i < SLOTS_MAX; i++)
		assert_null(accumulate->tables[ACCUMULATE_PROCESS].rows[i].key);
	free(accumulate);
}

/* More rows than are ever kept in mind, each once: a flood of spoofed sources. */
static void a_crowd_is_bounded(void **state)
{
	struct accumulate *accumulate = accumulate_new(SLOTS_MAX);
	int64_t sum = 0;

	(void)state;
	for (int turn = 0; turn < 3; turn++) {
		struct snapshot snapshot = empty_snapshot();
		char address[64];

		for (int i = 0; i < 20000; i++) {
			snprintf(address, sizeof(address), "2001:db8:%x:%x::", turn, i);
			add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, address, 53, 1, "named")
				->count[L4_udp_rx_dgrams] = 1 + i % 7;
		}
		accumulate_add(accumulate, &snapshot, turn, INFINITY);
		snapshot_free(&snapshot);
	}
	for (size_t i = 0; i <= SLOTS_MAX; i++)
		sum += dgrams(&accumulate->tables[ACCUMULATE_SUBNET].rows[i]);
	assert_int_equal(sum, total_of(accumulate)->counter[METRIC_udp_rx_dgrams]);
	assert_true(accumulate->tables[ACCUMULATE_SUBNET].slots.count <= SLOTS_TRACKED);
	free(accumulate);
}

static void gauges_are_of_the_last_interval(void **state)
{
	struct accumulate *accumulate = accumulate_new(5);

	(void)state;
	for (int64_t n = 3; n >= 1; n--) {
		struct snapshot snapshot = empty_snapshot();

		snapshot.has_states = true;
		add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::", 443, 5, "nginx");
		cell_at(&snapshot, 0)->kind = CELL_STATES;
		cell_at(&snapshot, 0)->count[L4_tcp_established] = n;
		accumulate_add(accumulate, &snapshot, false, INFINITY);
		assert_int_equal(total_of(accumulate)->counter[METRIC_tcp_established], n);
		assert_int_equal(row_named(accumulate, "nginx")->values.shown.counter[METRIC_tcp_established], n);
		assert_int_equal(other(accumulate, ACCUMULATE_SUBNET)->values.shown.counter[METRIC_tcp_established], 0);
		snapshot_free(&snapshot);
	}
	free(accumulate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_intervals_up),
		cmocka_unit_test(counts_of_new_and_old_rows_go_to_other),
		cmocka_unit_test(waits_until_it_is_read),
		cmocka_unit_test(or_until_it_must_have_been),
		cmocka_unit_test(before_anybody_reads_the_best_have_slots_at_once),
		cmocka_unit_test(a_row_that_is_not_much_more_waits),
		cmocka_unit_test(each_ranking_has_its_best),
		cmocka_unit_test(never_falls),
		cmocka_unit_test(what_is_called_like_a_row_of_ours_is_no_part_of_it),
		cmocka_unit_test(listeners_of_a_port_are_one),
		cmocka_unit_test(nothing_is_lost_to_who_reads_now_and_then),
		cmocka_unit_test(a_crowd_is_bounded),
		cmocka_unit_test(gauges_are_of_the_last_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
