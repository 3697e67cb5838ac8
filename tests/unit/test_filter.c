/* SPDX-License-Identifier: GPL-2.0 */
/* Filters on hand-made snapshots: what each lets through, and what no filter may touch. */
#include "cells.h"
#include "filter.h"
#include "options.h"

/* What the options' filter leaves of a snapshot: its datagrams received and connections accepted. */
struct left {
	int64_t opens_in, dgrams;
	size_t cells, listeners;
};

static struct snapshot_listener *add_listener(struct snapshot *snapshot, const char *address, uint16_t port,
					      uint32_t pid, const char *name)
{
	struct snapshot_listener *found = snapshot_add_listener(snapshot);

	found->listener.port = port;
	found->listener.owner = L4_OWNER_PROCESS;
	found->listener.process.tgid = pid;
	assert_int_equal(inet_pton(AF_INET6, address, found->listener.address), 1);
	strcpy((char *)found->listener.comm, name);
	return found;
}

/* Every kind of cell once; each has a power of ten of its own. */
static struct snapshot crowd(void)
{
	struct snapshot snapshot = empty_snapshot();

	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:198.51.100.0", 443, 811, "nginx")
		->count[L4_tcp_opens_in] = 1;
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:203.0.113.0", 8443, 812, "nginx")
		->count[L4_tcp_opens_in] = 10;
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "2001:db8:0:1::", 443, 900, "a-very-long-nam")
		->count[L4_tcp_opens_in] = 100;
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:127.0.0.0", 5432, 901, "postgres")
		->count[L4_tcp_opens_in] = 1000;
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::1", 5432, 901, "postgres")->count[L4_tcp_opens_in] = 10000;
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_NONE, "::", 0, 0, "")->count[L4_tcp_opens_in] = 100000;
	add_other(&snapshot, L4_PROTO_TCP)->count[L4_tcp_opens_in] = 1000000;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 53, 77, "\033[2J")
		->count[L4_udp_rx_dgrams] = 1;
	add_other(&snapshot, L4_PROTO_UDP)->count[L4_udp_rx_dgrams] = 10;
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::", 443, 811, "nginx")->count[L4_tcp_established] = 7;
	cell_at(&snapshot, snapshot.count - 1)->kind = CELL_STATES;
	add_listener(&snapshot, "::ffff:0.0.0.0", 443, 811, "nginx");
	add_listener(&snapshot, "::1", 5432, 901, "postgres");
	return snapshot;
}

static struct left let_through(const char *line)
{
	struct snapshot snapshot = crowd();
	const struct report_query all = {.sort.by = {METRIC_NONE}};
	char copy[512], *argv[32] = {"l4dstat"}, *complaint;
	struct report report = {};
	struct options options;
	struct left left;
	int argc = 1;

	strcpy(copy, line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	if (options_parse(&options, argc, argv, &complaint))
		fail_msg("'%s': %s", line, complaint);
	filter_apply(&options.filter, &snapshot);
	report_make(&report, &snapshot, &all);
	left = (struct left){report.total.counter[METRIC_tcp_opens_in], report.total.counter[METRIC_udp_rx_dgrams],
			     snapshot.count, snapshot.listener_count};
	report_free(&report);
	snapshot_free(&snapshot);
	return left;
}

static void lets_through_what_was_asked_for(void **state)
{
	static const struct {
		const char *line;
		int64_t opens_in, dgrams;
		size_t listeners;
	} cases[] = {
		{"", 1111111, 11, 2},
		{"--port 443", 101, 0, 1},
		{"--port 443,53", 101, 1, 1},
		{"--port 443 --port 53", 101, 1, 1},
		{"--port 5000-9000", 11010, 0, 1},
		{"--port 443-443", 101, 0, 1},
		{"--port 1-65535", 11111, 1, 2},
		{"--subnet 198.51.100.0/24", 1, 0, 0},
		{"--subnet 198.51.100.0/24,203.0.113.0/24", 11, 0, 0},
		{"--subnet 198.51.0.0/16", 1, 0, 0},
		{"--subnet 198.51.96.0/19", 1, 0, 0},
		{"--subnet 198.51.104.0/21", 0, 0, 0},
		{"--subnet 198.51.101.0/24", 0, 0, 0},
		{"--subnet 0.0.0.0/0", 1011, 1, 0},
		{"--subnet ::ffff:198.51.100.0/120", 1, 0, 0},
		{"--subnet ::/0", 10100, 0, 0},
		{"--subnet 2001:db8::/32", 100, 0, 0},
		{"--subnet 2001:db8:0:1::/64", 100, 0, 0},
		{"--subnet 2001:db8:0:2::/63", 0, 0, 0},
		{"--subnet ::1", 10000, 0, 0},
		{"--subnet 127.0.0.0/8,::1/128", 11000, 0, 0},
		{"-4", 1011, 1, 1},
		{"-6", 10100, 0, 1},
		{"-4 -6", 11111, 1, 2},
		{"--no-loopback", 111, 1, 1},
		{"--no-loopback -6", 100, 0, 0},
		{"--pid 811", 1, 0, 1},
		{"--pid 811,900", 101, 0, 1},
		{"--pid 811 --port 8443", 0, 0, 0},
		{"--process nginx", 11, 0, 1},
		{"--process nginx,postgres", 11011, 0, 2},
		{"--process ngin", 0, 0, 0},
		{"--process nginx2", 0, 0, 0},
		{"--process a-very-long-name", 100, 0, 0},
		{"--process unknown", 100000, 0, 0},
		{"--process ?[2J", 0, 1, 0},
		{"--process other", 0, 0, 0},
		{"--proto tcp", 1111111, 0, 2},
		{"--proto udp", 0, 11, 0},
		{"--proto tcp,udp", 1111111, 11, 2},
		{"--proto udp --port 53", 0, 1, 0},
		{"--port 443 -4 --process nginx --subnet 198.51.100.0/24 --no-loopback", 1, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct left left = let_through(cases[i].line);

		if (left.opens_in != cases[i].opens_in || left.dgrams != cases[i].dgrams ||
		    left.listeners != cases[i].listeners)
			fail_msg("'%s': %ld connections, %ld datagrams, %zu listeners", cases[i].line, left.opens_in,
				 left.dgrams, left.listeners);
	}
}

/* A socket in a state has no remote address: it is not said to be none, it is not spoken of. */
static void says_what_it_cannot_tell(void **state)
{
	const struct filter by_port = {.ports = {{443, 443}}, .port_count = 1}, by_family = {.ipv4 = true};
	char *reasons[L4_TALLY] = {};
	struct snapshot snapshot = crowd();

	(void)state;
	snapshot.tallies[TALLY_RESETS_OUT].names = reasons;
	filter_apply(&(struct filter){}, &snapshot);
	assert_int_equal(snapshot.count, 10);
	assert_false(snapshot.addressed_only);
	assert_non_null(snapshot.tallies[TALLY_RESETS_OUT].names);

	filter_apply(&by_port, &snapshot);
	assert_int_equal(snapshot.count, 3);
	assert_int_equal(cell_at(&snapshot, 2)->kind, CELL_STATES);
	assert_false(snapshot.addressed_only);
	assert_null(snapshot.tallies[TALLY_RESETS_OUT].names);

	filter_apply(&by_family, &snapshot);
	assert_int_equal(snapshot.count, 1);
	assert_true(snapshot.addressed_only);
	snapshot_free(&snapshot);
}

/* Quality is of the whole host. */
static void leaves_quality_alone(void **state)
{
	const struct filter filter = {.udp = true};
	struct snapshot snapshot = crowd();

	(void)state;
	snapshot.quality = (struct snapshot_quality){
		.has_cover = true, .cover = {1, 1, 1, 1, 1}, .cells_used = 9, .unattributed = 0.5, .cell_overflow = 3};
	filter_apply(&filter, &snapshot);
	assert_int_equal(snapshot.quality.cells_used, 9);
	assert_int_equal(snapshot.quality.cell_overflow, 3);
	assert_true(snapshot.quality.unattributed == 0.5);
	assert_true(snapshot.quality.cover[COVER_RETRANS] == 1);
	snapshot_free(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_through_what_was_asked_for),
		cmocka_unit_test(says_what_it_cannot_tell),
		cmocka_unit_test(leaves_quality_alone),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
