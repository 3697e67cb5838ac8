/* SPDX-License-Identifier: GPL-2.0 */
/* Fan-out: how many remote subnets and ports stand behind a row. Exact also where rows are cut, unknown where cells
 * are. */
#include "cells.h"
#include "report.h"

static void send_to(struct snapshot *snapshot, const char *prefix, uint16_t port, uint32_t pid, const char *name)
{
	add_cell(snapshot, L4_PROTO_UDP, L4_ROLE_CLIENT, prefix, port, pid, name)->count[L4_udp_tx_dgrams] = 1;
}

/* bot sends to three subnets and four ports of which one is hit by both protocols; dns hears from two, answers one. */
static struct snapshot fan_out(void)
{
	struct snapshot snapshot = empty_snapshot();
	struct snapshot_cell *cell;

	send_to(&snapshot, "::ffff:10.0.1.0", 53, 7, "bot");
	send_to(&snapshot, "::ffff:10.0.2.0", 53, 7, "bot");
	send_to(&snapshot, "::ffff:10.0.2.0", 123, 7, "bot");
	send_to(&snapshot, "2001:db8::", 161, 7, "bot");
	cell = add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_CLIENT, "::ffff:10.0.1.0", 53, 7, "bot");
	cell->count[L4_tcp_tx_segs] = 3;
	cell->count[L4_tcp_rx_segs] = 2;
	cell = add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:10.0.1.0", 53, 8, "dns");
	cell->count[L4_udp_rx_dgrams] = 10;
	cell->count[L4_udp_tx_dgrams] = 10;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:10.0.9.0", 53, 8, "dns")->count[L4_udp_rx_dgrams] = 4;
	/* From nowhere that is known. */
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_NONE, "::", 81, 0, "")->count[L4_tcp_resets_out] = 1;
	return snapshot;
}

static struct report made(const struct snapshot *snapshot, const char *by, enum metric sort, size_t top)
{
	struct report_query query = {.sort.by = {sort, METRIC_NONE}, .top = top, .with_distinct = true};
	struct report report = {};
	const char *bad;
	size_t length;

	assert_int_equal(dimension_parse(by, &query.dims, &bad, &length), 0);
	report_make(&report, snapshot, &query);
	return report;
}

static void assert_counts(const struct report_values *values, int in, int out, int ports)
{
	assert_int_equal(values->counter[METRIC_remotes_in], in);
	assert_int_equal(values->counter[METRIC_remotes_out], out);
	assert_int_equal(values->counter[METRIC_ports], ports);
}

static void each_row_has_its_own(void **state)
{
	struct snapshot snapshot = fan_out();
	struct report report = made(&snapshot, "process", METRIC_remotes_out, 0);

	(void)state;
	assert_int_equal(report.count, 3);
	assert_int_equal(report.rows[0].key.cell.process.tgid, 7);
	assert_counts(&report.rows[0].values, 1, 3, 4);
	assert_counts(&report.rows[1].values, 2, 1, 1);
	assert_counts(&report.rows[2].values, 0, 0, 1);
	assert_counts(&report.total, 2, 3, 6);
	report_free(&report);
	report = made(&snapshot, "process", METRIC_remotes_in, 0);
	assert_int_equal(report.rows[0].key.cell.process.tgid, 8);
	report_free(&report);
	snapshot_free(&snapshot);
}

/* dns and the one without an owner are one row; what they have in common counts once. */
static void other_counts_what_was_cut(void **state)
{
	struct snapshot snapshot = fan_out();
	struct report report;

	(void)state;
	send_to(&snapshot, "::ffff:10.0.1.0", 53, 9, "late");
	report = made(&snapshot, "process", METRIC_remotes_out, 1);
	assert_int_equal(report.count, 2);
	assert_true(report.has_other);
	assert_counts(&report.rows[1].values, 2, 1, 3);
	report_free(&report);
	snapshot_free(&snapshot);
}

/* What has a row each is not counted in it. */
static void what_is_told_apart_is_not_counted(void **state)
{
	struct snapshot snapshot = fan_out();
	struct report report = made(&snapshot, "process,subnet", METRIC_udp_tx_dgrams, 0);

	(void)state;
	for (size_t i = 0; i < report.count; i++) {
		assert_int_equal(report.rows[i].values.counter[METRIC_remotes_in], 0);
		assert_int_equal(report.rows[i].values.counter[METRIC_remotes_out], 0);
		assert_in_range(report.rows[i].values.counter[METRIC_ports], 1, 2);
	}
	assert_counts(&report.total, 2, 3, 6);
	report_free(&report);
	snapshot_free(&snapshot);
}

static void what_found_no_cell_is_unknown(void **state)
{
	struct snapshot snapshot = fan_out();
	struct report report;

	(void)state;
	add_other(&snapshot, L4_PROTO_UDP)->count[L4_udp_rx_dgrams] = 1000;
	report = made(&snapshot, "process", METRIC_remotes_out, 0);
	assert_counts(&report.rows[0].values, 1, 3, 4);
	assert_int_equal(report.rows[3].key.cell.owner, L4_OWNER_OTHER);
	assert_counts(&report.rows[3].values, REPORT_UNKNOWN, REPORT_UNKNOWN, REPORT_UNKNOWN);
	assert_counts(&report.total, REPORT_UNKNOWN, REPORT_UNKNOWN, REPORT_UNKNOWN);
	assert_true(report_value(&report.total, METRIC_ports) != report_value(&report.total, METRIC_ports));
	report_free(&report);
	snapshot_free(&snapshot);
}

/* Two rows together come from no known number; one alone stays what it is. */
static void rows_do_not_add_up(void **state)
{
	struct report_values sum = {}, more = {};

	(void)state;
	more.counter[METRIC_ports] = 5;
	report_add(&sum, &more);
	assert_int_equal(sum.counter[METRIC_ports], 5);
	report_add(&sum, &more);
	assert_int_equal(sum.counter[METRIC_ports], REPORT_UNKNOWN);
	report_add(&sum, &more);
	assert_int_equal(sum.counter[METRIC_ports], REPORT_UNKNOWN);
}

/* More prefixes than any table begins with. */
static void a_flood_is_counted_exactly(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	struct report report;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char prefix[32];

		snprintf(prefix, sizeof(prefix), "::ffff:10.%d.%d.0", i / 256 % 64, i % 256);
		add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, prefix, 53 + i % 2, 7, "dns")
			->count[L4_udp_rx_dgrams] = 1;
	}
	report = made(&snapshot, "process", METRIC_udp_rx_dgrams, 10);
	assert_int_equal(report.count, 1);
	assert_counts(&report.rows[0].values, 64 * 256, 0, 2);
	report_free(&report);
	report = made(&snapshot, "process,port", METRIC_remotes_in, 10);
	assert_int_equal(report.count, 2);
	assert_int_equal(report.rows[0].values.counter[METRIC_remotes_in], 64 * 256 / 2);
	report_free(&report);
	snapshot_free(&snapshot);
}

/* What listeners dropped is a counter like others: of its process and port, from no known remote. */
static void listeners_drops_have_rows(void **state)
{
	struct snapshot snapshot = fan_out();
	struct snapshot_listener *listener = snapshot_add_listener(&snapshot);
	struct report report;

	(void)state;
	listener->listener = (struct l4_listener){
		.process.tgid = 11, .owner = L4_OWNER_PROCESS, .port = 443, .drops = 90, .backlog_max = 4};
	listener->drops = 12;
	*snapshot_add_listener(&snapshot) = (struct snapshot_listener){.listener.port = 80};
	snapshot_add_listener_drops(&snapshot);
	assert_int_equal(snapshot.count, 9);
	report = made(&snapshot, "process,port", METRIC_tcp_listen_drops, 0);
	assert_int_equal(report.rows[0].key.cell.process.tgid, 11);
	assert_int_equal(report.rows[0].key.cell.port, 443);
	assert_int_equal(report.rows[0].values.counter[METRIC_tcp_listen_drops], 12);
	assert_int_equal(report.total.counter[METRIC_tcp_listen_drops], 12);
	report_free(&report);
	report = made(&snapshot, "subnet", METRIC_tcp_listen_drops, 0);
	assert_int_equal(report.rows[0].values.counter[METRIC_tcp_listen_drops], 12);
	assert_int_equal(report.rows[0].values.counter[METRIC_tcp_resets_out], 1); /* `unknown`, as that one is */
	report_free(&report);
	assert_false(snapshot_tells(&snapshot, METRIC_tcp_listen_drops));
	snapshot.has_states = true;
	assert_true(snapshot_tells(&snapshot, METRIC_tcp_listen_drops));
	snapshot.addressed_only = true;
	assert_false(snapshot_tells(&snapshot, METRIC_tcp_listen_drops));
	snapshot_free(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_has_its_own),
		cmocka_unit_test(other_counts_what_was_cut),
		cmocka_unit_test(what_is_told_apart_is_not_counted),
		cmocka_unit_test(what_found_no_cell_is_unknown),
		cmocka_unit_test(rows_do_not_add_up),
		cmocka_unit_test(a_flood_is_counted_exactly),
		cmocka_unit_test(listeners_drops_have_rows),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
