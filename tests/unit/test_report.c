/* SPDX-License-Identifier: GPL-2.0 */
/* Reports: rows add up, the order is right, what is cut is in `other`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include <cmocka.h>

#include "report.h"

static struct snapshot_cell *add(struct snapshot *snapshot, uint8_t proto, const char *subnet, uint16_t port,
				 uint32_t pid, const char *name)
{
	struct snapshot_cell *cell = snapshot_add(snapshot);

	cell->key.proto = proto;
	cell->key.role = L4_ROLE_SERVER;
	cell->key.port = port;
	cell->key.owner = pid ? L4_OWNER_PROCESS : L4_OWNER_UNKNOWN;
	cell->key.process.tgid = pid;
	assert_int_equal(inet_pton(AF_INET6, subnet, cell->key.prefix), 1);
	strncpy((char *)cell->comm, name, L4_COMM_LEN);
	return cell;
}

static void add_opens(struct snapshot *snapshot, const char *subnet, uint16_t port, uint32_t pid, int64_t opens)
{
	add(snapshot, L4_PROTO_TCP, subnet, port, pid, "nginx")->count[L4_tcp_opens_in] = opens;
}

static const struct dimension_context context = {.prefix4 = 24, .prefix6 = 64};

static void assert_printed(const struct report_row *row, enum dimension dim, const char *expected)
{
	char text[DIMENSION_TEXT];

	dimensions[dim].print(text, &row->key, &context);
	assert_string_equal(text, expected);
}

static void assert_adds_up(const struct report *report)
{
	for (int m = 0; m < METRIC_COUNT; m++) {
		int64_t sum = 0;

		for (size_t i = 0; i < report->count; i++)
			sum += report->rows[i].values.counter[m];
		assert_int_equal(sum, report->total.counter[m]);
	}
}

static const struct report_sort by_opens = {{METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_NONE}};

static void groups_by_what_is_asked(void **state)
{
	const struct report_query query = {.dims = {{DIM_SUBNET, DIM_PORT}, 2}, .sort = by_opens};
	struct snapshot snapshot = {};
	struct report report = {};

	(void)state;
	add_opens(&snapshot, "::ffff:10.0.1.0", 443, 7, 5);
	add_opens(&snapshot, "::ffff:10.0.1.0", 443, 8, 6); /* another process: the same row */
	add_opens(&snapshot, "::ffff:10.0.1.0", 80, 7, 100);
	add_opens(&snapshot, "2001:db8::", 443, 7, 20);
	report_make(&report, &snapshot, &query);
	assert_int_equal(report.count, 3);
	assert_false(report.has_other);
	assert_printed(&report.rows[0], DIM_PORT, "80/tcp");
	assert_printed(&report.rows[1], DIM_SUBNET, "2001:db8::/64");
	assert_printed(&report.rows[2], DIM_SUBNET, "10.0.1.0/24");
	assert_int_equal(report.rows[2].values.counter[METRIC_tcp_opens_in], 11);
	assert_int_equal(report.total.counter[METRIC_tcp_opens_in], 131);
	assert_adds_up(&report);
	report_free(&report);
	snapshot_free(&snapshot);
}

static void cuts_into_other(void **state)
{
	const struct report_query query = {.dims = {{DIM_SUBNET}, 1}, .sort = by_opens, .top = 2};
	struct snapshot snapshot = {};
	struct report report = {};
	struct snapshot_cell *homeless;

	(void)state;
	add_opens(&snapshot, "::ffff:10.0.1.0", 1, 7, 1);
	add_opens(&snapshot, "::ffff:10.0.2.0", 1, 7, 2);
	add_opens(&snapshot, "::ffff:10.0.3.0", 1, 7, 3);
	add_opens(&snapshot, "::ffff:10.0.4.0", 1, 7, 4);
	homeless = add(&snapshot, L4_PROTO_TCP, "::", 0, 0, "");
	homeless->key.owner = L4_OWNER_OTHER;
	homeless->count[L4_tcp_opens_in] = 1000; /* never a row of its own, however large */
	report_make(&report, &snapshot, &query);
	assert_int_equal(report.count, 3);
	assert_true(report.has_other);
	assert_printed(&report.rows[0], DIM_SUBNET, "10.0.4.0/24");
	assert_int_equal(report.rows[2].key.cell.owner, L4_OWNER_OTHER);
	assert_int_equal(report.rows[2].values.counter[METRIC_tcp_opens_in], 1003);
	assert_adds_up(&report);
	report_free(&report);
	snapshot_free(&snapshot);
}

static void has_other_only_when_something_is_in_it(void **state)
{
	const struct report_query query = {.dims = {{DIM_PROCESS}, 1}, .sort = by_opens, .top = 2};
	struct snapshot snapshot = {};
	struct report report = {};

	(void)state;
	report_make(&report, &snapshot, &query);
	assert_int_equal(report.count, 0);
	add_opens(&snapshot, "::", 1, 7, 1);
	add_opens(&snapshot, "::", 1, 8, 1);
	report_make(&report, &snapshot, &query);
	assert_int_equal(report.count, 2);
	assert_false(report.has_other);
	report_free(&report);
	snapshot_free(&snapshot);
}

static void a_reused_pid_is_another_process(void **state)
{
	const struct report_query query = {.dims = {{DIM_PROCESS}, 1}, .sort = by_opens};
	struct snapshot snapshot = {};
	struct report report = {};

	(void)state;
	add_opens(&snapshot, "::", 1, 7, 1);
	add_opens(&snapshot, "::", 1, 7, 1);
	snapshot_next(&snapshot, snapshot_first(&snapshot))->key.process.generation = 99;
	report_make(&report, &snapshot, &query);
	assert_int_equal(report.count, 2);
	report_free(&report);
	snapshot_free(&snapshot);
}

static void names_the_busiest_process(void **state)
{
	const struct report_query query = {.dims = {{DIM_PORT}, 1}, .sort = by_opens, .top = 1, .with_processes = true};
	struct snapshot snapshot = {};
	struct report report = {};
	char name[DIMENSION_TEXT];

	(void)state;
	add(&snapshot, L4_PROTO_TCP, "::", 443, 7, "quiet")->count[L4_tcp_opens_in] = 1;
	add(&snapshot, L4_PROTO_TCP, "::", 443, 8, "busy")->count[L4_tcp_opens_in] = 9;
	add(&snapshot, L4_PROTO_TCP, "::1", 443, 8, "busy")->count[L4_tcp_opens_in] = 9;
	add(&snapshot, L4_PROTO_TCP, "::", 80, 9, "elsewhere")->count[L4_tcp_opens_in] = 2;
	report_make(&report, &snapshot, &query);
	assert_int_equal(report.rows[0].processes, 2);
	dimension_owner_name(name, &report.rows[0].busiest);
	assert_string_equal(name, "busy");
	assert_true(report.has_other);
	assert_int_equal(report.rows[1].processes, 0);
	report_free(&report);
	snapshot_free(&snapshot);
}

static void sorts_by_ratios(void **state)
{
	const struct report_query query = {
		.dims = {{DIM_SUBNET}, 1},
		.sort = {{METRIC_tcp_retrans_ratio, METRIC_NONE}},
	};
	struct snapshot snapshot = {};
	struct report report = {};

	(void)state;
	for (int i = 0; i < 2; i++) { /* the second has fewer retransmits of far fewer segments */
		struct snapshot_cell *cell =
			add(&snapshot, L4_PROTO_TCP, i ? "::ffff:10.0.2.0" : "::ffff:10.0.1.0", 1, 7, "x");

		cell->count[L4_tcp_retrans_segs] = i ? 5 : 10;
		cell->count[L4_tcp_tx_data_segs] = i ? 10 : 1000;
	}
	report_make(&report, &snapshot, &query);
	assert_printed(&report.rows[0], DIM_SUBNET, "10.0.2.0/24");
	assert_true(report_value(&report.rows[0].values, METRIC_tcp_retrans_ratio) == 0.5);
	report_free(&report);
	snapshot_free(&snapshot);
}

static void many_groups_keep_apart(void **state)
{
	const struct report_query query = {.dims = {{DIM_SUBNET}, 1}, .sort = by_opens, .top = 100};
	struct snapshot snapshot = {};
	struct report report = {};

	(void)state;
	for (uint32_t i = 0; i < 65536; i++) {
		struct snapshot_cell *cell = add(&snapshot, L4_PROTO_TCP, "::", 1, 7, "x");

		memcpy(cell->key.prefix, &i, sizeof(i));
		cell->count[L4_tcp_opens_in] = i + 1;
	}
	report_make(&report, &snapshot, &query);
	assert_int_equal(report.count, 101);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(report.rows[i].values.counter[METRIC_tcp_opens_in], 65536 - i);
	assert_adds_up(&report);
	report_free(&report);
	snapshot_free(&snapshot);
}

static uint32_t drawn = 1;

static uint32_t draw(uint32_t below)
{
	drawn = drawn * 1664525 + 1013904223;
	return (uint64_t)drawn * below >> 32;
}

/* Some cells, of few rows, most of them without an open; one in eight has found no cell. */
static struct snapshot drawn_snapshot(void)
{
	struct snapshot snapshot = {};

	for (uint32_t i = draw(12); i; i--) {
		char subnet[32];
		struct snapshot_cell *cell;

		snprintf(subnet, sizeof(subnet), "::ffff:10.0.%u.0", draw(3));
		cell = add(&snapshot, draw(4) ? L4_PROTO_TCP : L4_PROTO_UDP, subnet, 1 + draw(2), 7 + draw(2), "x");
		if (!draw(8)) {
			cell->key.owner = L4_OWNER_OTHER;
			memset(cell->key.prefix, 0, sizeof(cell->key.prefix));
		}
		if (!draw(8))
			cell->kind = CELL_STATES;
		cell->count[L4_tcp_rx_segs] = draw(3);
		cell->count[L4_tcp_opens_in] = draw(2) ? 0 : (int64_t)draw(4) - 1;
		cell->count[L4_tcp_opens_out] = draw(4) ? 0 : 1;
	}
	return snapshot;
}

static void the_best_alone_is_the_same(void **state)
{
	const struct report_query queries[] = {
		{.dims = {{DIM_SUBNET}, 1}, .sort = by_opens, .top = 1},
		{.dims = {{DIM_PROCESS}, 1}, .sort = by_opens, .top = 1},
		{.dims = {{DIM_SUBNET, DIM_PORT}, 2}, .sort = by_opens, .top = 1},
	};
	struct report report = {}, best = {};

	(void)state;
	for (int round = 0; round < 3000; round++) {
		const struct report_query *query = &queries[round % 3];
		struct snapshot snapshot = drawn_snapshot();
		const struct report_row *wanted, *found;

		report_make(&report, &snapshot, query);
		report_make_best(&best, &snapshot, &query->dims, &query->sort);
		wanted = report_best(&report, &by_opens);
		found = report_best(&best, &by_opens);
		assert_int_equal(!found, !wanted);
		if (wanted) {
			assert_memory_equal(&found->key, &wanted->key, sizeof(found->key));
			assert_memory_equal(&found->values, &wanted->values, sizeof(found->values));
		}
		snapshot_free(&snapshot);
	}
	report_free(&report);
	report_free(&best);
}

static void counts_what_has_no_owner(void **state)
{
	struct snapshot snapshot = {};

	(void)state;
	assert_true(report_unattributed(&snapshot) == 0);
	add_opens(&snapshot, "::", 1, 7, 3);
	add_opens(&snapshot, "::", 1, 0, 1);
	assert_true(report_unattributed(&snapshot) == 0.25);
	snapshot_free(&snapshot);
}

static void prints_dimensions(void **state)
{
	struct snapshot snapshot = {};
	const struct {
		enum dimension dim;
		const char *text;
	} expected[] = {
		{DIM_SUBNET, "10.0.1.0/24"}, {DIM_PORT, "53/udp"},	{DIM_PROCESS, "a?b[12]"}, {DIM_NAME, "a?b"},
		{DIM_CGROUP, "cgroup:77"},   {DIM_NETNS, "4026531840"}, {DIM_PROTO, "udp"},	  {DIM_ROLE, "server"},
	};
	struct snapshot_cell *cell = add(&snapshot, L4_PROTO_UDP, "::ffff:10.0.1.0", 53, 12, "a\033b");
	struct report_row row;

	(void)state;
	assert_int_equal(sizeof(expected) / sizeof(*expected), DIM_COUNT);
	cell->key.netns = 4026531840;
	cell->cgroup = 77;
	for (size_t i = 0; i < DIM_COUNT; i++) {
		memset(&row, 0, sizeof(row));
		dimensions[expected[i].dim].keep(&row.key, cell);
		assert_printed(&row, expected[i].dim, expected[i].text);
	}
	snapshot_free(&snapshot);
}

static void parses_dimensions(void **state)
{
	const char *wrong[] = {"", "subnet,", ",subnet", "subnet,subnet", "Subnet", "subnet port"};
	struct dimension_list list = {.count = 99};
	const char *bad;
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_not_equal(dimension_parse(wrong[i], &list, &bad, &length), 0);
		assert_int_equal(list.count, 99);
	}
	dimension_parse("port,planet,netns", &list, &bad, &length);
	assert_memory_equal(bad, "planet", length);
	assert_int_equal(dimension_parse("port,subnet", &list, &bad, &length), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.dims[0], DIM_PORT);
	assert_int_equal(list.dims[1], DIM_SUBNET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_by_what_is_asked),
		cmocka_unit_test(cuts_into_other),
		cmocka_unit_test(has_other_only_when_something_is_in_it),
		cmocka_unit_test(a_reused_pid_is_another_process),
		cmocka_unit_test(names_the_busiest_process),
		cmocka_unit_test(sorts_by_ratios),
		cmocka_unit_test(many_groups_keep_apart),
		cmocka_unit_test(counts_what_has_no_owner),
		cmocka_unit_test(the_best_alone_is_the_same),
		cmocka_unit_test(prints_dimensions),
		cmocka_unit_test(parses_dimensions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
