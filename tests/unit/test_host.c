/* SPDX-License-Identifier: GPL-2.0 */
/* The host's numbers: from the text of files, between two readings, and which interfaces make the total. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host_choice.h"
#include "host_links.h"
#include "host_processes.h"
#include "host_sockets.h"

static void assert_value(const struct host_values *values, enum host_metric metric, double expected)
{
	if (values->value[metric] != expected)
		fail_msg("%s is %g, should be %g", host_metrics[metric].name, values->value[metric], expected);
}

/* cpu0 is not cpu, interrupts that count as user, and l4dstat itself does not count as running. */
static void stat_is_read(void **state)
{
	static const char text[] = "cpu  100 10 20 3000 40 5 6 7 0 0\n"
				   "cpu0 1 1 1 1 1 1 1 1 1 1\n"
				   "intr 5000 9 0 0\n"
				   "ctxt 70000\n"
				   "btime 1\n"
				   "processes 321\n"
				   "procs_running 3\n"
				   "procs_blocked 2\n";
	struct host_values values = {};

	(void)state;
	host_parse_stat(&values, text);
	assert_value(&values, HOST_cpu_user, 121);
	assert_value(&values, HOST_cpu_system, 20);
	assert_value(&values, HOST_cpu_idle, 3000);
	assert_value(&values, HOST_cpu_wait, 40);
	assert_value(&values, HOST_cpu_stolen, 7);
	assert_value(&values, HOST_interrupts, 5000);
	assert_value(&values, HOST_context_switches, 70000);
	assert_value(&values, HOST_procs_new, 321);
	assert_value(&values, HOST_procs_running, 2);
	assert_value(&values, HOST_procs_blocked, 2);
}

static void cpu_time_becomes_shares(void **state)
{
	struct host_values before = {}, now = {};

	(void)state;
	host_parse_stat(&before, "cpu 100 0 100 100 100 0 0 0\n");
	host_parse_stat(&now, "cpu 150 0 125 125 90 0 0 0\n"); /* waiting can go back */
	host_cpu_shares(&now, &before);
	assert_value(&now, HOST_cpu_user, 0.5);
	assert_value(&now, HOST_cpu_system, 0.25);
	assert_value(&now, HOST_cpu_idle, 0.25);
	assert_value(&now, HOST_cpu_wait, 0);
	host_parse_stat(&now, "cpu 100 0 100 100 100 0 0 0\n");
	host_cpu_shares(&now, &before);
	assert_value(&now, HOST_cpu_idle, 0);
}

static void files_of_net_are_read(void **state)
{
	struct host_values values = {};

	(void)state;
	host_parse_sockstat(&values, "sockets: used 98\nTCP: inuse 2 orphan 0 tw 300 alloc 5 mem 1\n"
				     "UDP: inuse 3 mem 0\nUDPLITE: inuse 7\nRAW: inuse 1\nFRAG: inuse 4 memory 0\n");
	assert_value(&values, HOST_sockets, 98);
	assert_value(&values, HOST_sockets_tcp, 2);
	assert_value(&values, HOST_sockets_udp, 3);
	assert_value(&values, HOST_sockets_raw, 1);
	assert_value(&values, HOST_sockets_fragments, 4);
	host_parse_raw(&values, "  sl  local_address rem_address   st\n   1: 00000000:0001 00000000:0000 07\n");
	assert_value(&values, HOST_raw, 1);
	host_parse_raw(&values, "  sl  local_address\n");
	assert_value(&values, HOST_raw, 0);
	host_parse_vmstat(&values, "nr_free_pages 1\npswpin 3\npswpout 5\npswpinx 9\n", 4096);
	assert_value(&values, HOST_paged_in, 3 * 4096);
	assert_value(&values, HOST_paged_out, 5 * 4096);
}

static void connections_are_as_the_kernel_counts_them(void **state)
{
	static const char names[] = "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails "
				    "EstabResets CurrEstab InSegs\n";
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "Ip: Forwarding\nIp: 1\n%sTcp: 1 200 120000 -1 4 5 6 7 42 9\nUdp: 1\n", names);
	assert_int_equal(host_parse_connected(text), 42);
	snprintf(text, sizeof(text), "%sTcp: 1 200 120000 -1 4 5 6 7\n", names);
	assert_int_equal(host_parse_connected(text), -1);
	assert_int_equal(host_parse_connected("Tcp: a b c d e f g h Other i\nTcp: 1 2 3 4 5 6 7 8 9 10\n"), -1);
	assert_int_equal(host_parse_connected(""), -1);
}

static void unix_sockets_are_counted(void **state)
{
	static const char text[] = "Num       RefCount Protocol Flags    Type St Inode Path\n"
				   "0000000000000000: 00000002 00000000 00010000 0001 01 11 /run/listening\n"
				   "0000000000000000: 00000003 00000000 00000000 0001 03 12\n"
				   "0000000000000000: 00000003 00000000 00000000 0001 03 13 @0002 01\n"
				   "0000000000000000: 00000002 00000000 00000000 0002 01 14 /dev/log\n"
				   "0000000000000000: 00000002 00000000 00000000 0005 01 15\n"
				   "cut";
	struct host_values values = {};

	(void)state;
	host_parse_unix(&values, text);
	assert_value(&values, HOST_unix_dgm, 1);
	assert_value(&values, HOST_unix_str, 3);
	assert_value(&values, HOST_unix_lis, 1);
	assert_value(&values, HOST_unix_act, 2);
}

/* dstat's groups of states: LAST_ACK counts as syn. */
static void sockets_are_grouped_as_dstat_does(void **state)
{
	static const char *const files[] = {
		"  sl  local_address rem_address   st tx_queue\n"
		"   0: 00000000:1F90 00000000:0000 0A 00000000:00000000\n"
		"   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000\n"
		"   2: 0100007F:1F90 0100007F:9C40 02 0\n"
		"   3: 0100007F:1F90 0100007F:9C40 03 0\n"
		"   4: 0100007F:1F90 0100007F:9C40 04 0\n"
		"   5: 0100007F:1F90 0100007F:9C40 05 0\n"
		"   6: 0100007F:1F90 0100007F:9C40 06 0\n",
		"  sl  local_address\n"
		"   0: 0:1F90 0:0000 07 0\n"
		"   1: 0:1F90 0:0000 08 0\n"
		"   2: 0:1F90 0:0000 09 0\n"
		"   3: 0:1F90 0:0000 0B 0\n"
		"   4: 0:1F90 0:0000 01 0\n",
	};
	unsigned int states[HOST_SOCKET_STATES] = {};
	struct host_values values = {};

	(void)state;
	for (int i = 0; i < 2; i++)
		host_parse_sockets(states, files[i]);
	host_sockets_tcp(&values, states);
	host_sockets_udp(&values, states);
	assert_value(&values, HOST_tcp_lis, 1);
	assert_value(&values, HOST_tcp_act, 2);
	assert_value(&values, HOST_tcp_syn, 3);
	assert_value(&values, HOST_tcp_tim, 1);
	assert_value(&values, HOST_tcp_clo, 5);
	assert_value(&values, HOST_udp_lis, 1);
	assert_value(&values, HOST_udp_act, 2);
}

static void a_disk_counts_once(void **state)
{
	static const struct {
		const char *name;
		bool part;
	} disks[] = {{"sda", false},	 {"sda1", true},      {"vdb", false},	  {"vdb12", true},
		     {"nvme0n1", false}, {"nvme0n1p2", true}, {"mmcblk0", false}, {"mmcblk0p1", true},
		     {"dm-3", true},	 {"md0", true},	      {"sr0", false}};
	struct host_rows rows = {};
	char text[2048] = "   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0\n"; /* never did anything */

	(void)state;
	for (size_t i = 0; i < sizeof(disks) / sizeof(*disks); i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 " 8 %zu %s 10 0 100 5 20 0 200 9 0 1 1 0 0 0 0\n", i, disks[i].name);
	strcpy(host_add(&rows)->name, "total");
	host_parse_disks(&rows, text);
	assert_int_equal(rows.count, 1 + sizeof(disks) / sizeof(*disks));
	for (size_t i = 0; i < sizeof(disks) / sizeof(*disks); i++) {
		const struct host_row *row = host_find(&rows, disks[i].name);

		assert_non_null(row);
		if (row->seen_elsewhere != disks[i].part)
			fail_msg("%s", disks[i].name);
		assert_value(&row->values, HOST_disk_read, 51200);
		assert_value(&row->values, HOST_disk_written, 102400);
	}
	host_sum_up(&rows);
	assert_value(&rows.rows[0].values, HOST_disk_read, 5 * 51200);
	free(rows.rows);
}

static void process_names_may_hold_anything(void **state)
{
	static const char *const names[] = {"nginx", "a b) R 1 2", ")))", "((", "\033[2J", "x\ny", ""};
	struct host_process process;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(text, sizeof(text),
			 "77 (%s) S 1 2 3 4 5 6 7 8 9 10 120 30 13 14 15 16 17 18 4242 20 600 22 23\n", names[i]);
		process = (struct host_process){};
		assert_true(host_parse_process(&process, text));
		assert_int_equal(process.pid, 77);
		assert_string_equal(process.name, names[i]);
		assert_int_equal(process.ticks, 150);
		assert_int_equal(process.start, 4242);
		assert_int_equal(process.pages, 600);
		for (size_t cut = 0; cut + 5 < strlen(text); cut += 7) { /* a process can vanish in mid-sentence */
			char part[512];

			snprintf(part, sizeof(part), "%.*s", (int)cut, text);
			host_parse_process(&process, part);
		}
	}
	host_parse_process_io(&process, "rchar: 12\nwchar: 34\nsyscr: 1\nread_bytes: 9\n");
	assert_int_equal(process.read, 12);
	assert_int_equal(process.written, 34);
}

/* Of 100 ticks per second in two seconds; as in dstat of equals the higher pid has the CPU, the lower the rest. */
static void processes_are_ranked(void **state)
{
	struct host_process before[] = {{.pid = 5, .start = 1, .ticks = 100, .read = 10, .has_io = true},
					{.pid = 6, .start = 1, .ticks = 100, .has_io = true},
					{.pid = 8, .start = 1, .ticks = 900, .read = 900, .has_io = true}};
	struct host_process now[] = {
		{.pid = 5,
		 .name = "five",
		 .start = 1,
		 .ticks = 120,
		 .pages = 9,
		 .read = 60,
		 .written = 50,
		 .has_io = true},
		{.pid = 6, .name = "six", .start = 1, .ticks = 120, .pages = 9, .read = 100, .has_io = true},
		{.pid = 7, .name = "closed", .start = 2, .ticks = 1},
		{.pid = 8, .name = "reused", .start = 3, .ticks = 2, .read = 1, .has_io = true},
	};
	const struct host_processes old = {before, 3, 3}, new = {now, 4, 4};
	struct host_row top[HOST_TOPS];

	(void)state;
	host_processes_rank(top, &new, &old, 2, 100, 4096);
	assert_string_equal(top[HOST_TOP_CPU].name, "six");
	assert_value(&top[HOST_TOP_CPU].values, HOST_process_cpu, 0.1);
	assert_string_equal(top[HOST_TOP_IO].name, "five");
	assert_value(&top[HOST_TOP_IO].values, HOST_process_read, 50);
	assert_value(&top[HOST_TOP_IO].values, HOST_process_written, 50);
	assert_string_equal(top[HOST_TOP_MEMORY].name, "five");
	assert_value(&top[HOST_TOP_MEMORY].values, HOST_process_memory, 9 * 4096);
	host_processes_rank(top, &old, &old, 2, 100, 4096);
	assert_string_equal(top[HOST_TOP_CPU].name, "");
	assert_string_equal(top[HOST_TOP_IO].name, "");
	assert_string_equal(top[HOST_TOP_MEMORY].name, "");
}

static void interfaces_have_roles(void **state)
{
	static const struct {
		const char *name, *kind, *port_of;
		enum host_link_role role;
	} links[] = {
		{"lo", "", "", LINK_LEFT_OUT},
		{"eth0", "", "", LINK_OWN},
		{"bond0", "", "", LINK_LEFT_OUT},
		{"uplink", "bond", "", LINK_LEFT_OUT},
		{"eth0.5", "", "", LINK_LEFT_OUT},
		{"dmz", "vlan", "", LINK_LEFT_OUT},
		{"team7", "team", "", LINK_LEFT_OUT},
		{"veth12ab", "veth", "", LINK_VETH_OR_PORT},
		{"eth1", "", "bond", LINK_OWN},
		{"eth2", "", "bridge", LINK_VETH_OR_PORT},
		{"vnet0", "tun", "bridge", LINK_VETH_OR_PORT},
		{"tun0", "tun", "", LINK_TUNNEL},
		{"br0", "bridge", "", LINK_OWN},
		{"bonding", "", "", LINK_OWN},
		{"bond", "", "", LINK_OWN},
		{"x.", "", "", LINK_OWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		if (host_link_role(links[i].name, links[i].kind, links[i].port_of) != links[i].role)
			fail_msg("%s", links[i].name);
	}
}

/* Rows total and one of each role, each with one byte received. Returns the total. */
static double total_of(const enum host_link_role *roles, size_t count)
{
	struct host_rows rows = {};
	double total;

	for (size_t i = 0; i < count; i++)
		host_add(&rows)->values.value[HOST_link_rx_bytes] = i ? 1 << i : 0;
	host_links_decide(&rows, roles);
	host_sum_up(&rows);
	total = rows.rows[0].values.value[HOST_link_rx_bytes];
	free(rows.rows);
	return total;
}

static void veths_count_where_there_is_nothing_else(void **state)
{
	(void)state;
	assert_true(total_of((enum host_link_role[]){0, LINK_LEFT_OUT, LINK_OWN, LINK_VETH_OR_PORT, LINK_TUNNEL}, 5) ==
		    4 + 16);
	assert_true(total_of((enum host_link_role[]){0, LINK_LEFT_OUT, LINK_VETH_OR_PORT, LINK_TUNNEL}, 4) == 4 + 8);
	assert_true(total_of((enum host_link_role[]){0, LINK_LEFT_OUT}, 2) == 0);
}

static void add_link(struct host_reading *reading, const char *name, double bytes)
{
	struct host_row *row = host_add(&reading->links);

	strcpy(row->name, name);
	row->values.value[HOST_link_rx_bytes] = bytes;
}

/* What came new counts from 0, what was made anew too, what has gone is gone; gauges stay. */
static void readings_are_subtracted(void **state)
{
	struct host_reading before = {}, now = {};

	(void)state;
	before.system.value[HOST_interrupts] = 100;
	now.system.value[HOST_interrupts] = 130;
	before.system.value[HOST_tcp_act] = 7;
	now.system.value[HOST_tcp_act] = 9;
	now.system.value[HOST_udp_act] = NAN;
	add_link(&before, "total", 0);
	add_link(&before, "gone", 50);
	add_link(&before, "anew", 1000);
	add_link(&before, "eth0", 100);
	add_link(&now, "total", 0);
	add_link(&now, "eth0", 160);
	add_link(&now, "anew", 30);
	add_link(&now, "new", 5);
	host_subtract(&now, &before);
	assert_value(&now.system, HOST_interrupts, 30);
	assert_value(&now.system, HOST_tcp_act, 9);
	assert_true(isnan(now.system.value[HOST_udp_act]));
	assert_value(&host_find(&now.links, "eth0")->values, HOST_link_rx_bytes, 60);
	assert_value(&host_find(&now.links, "total")->values, HOST_link_rx_bytes, 60 + 30 + 5);
	assert_null(host_find(&now.links, "gone"));
	host_free(&before);
	host_free(&now);
}

static void assert_chosen(const struct host_rows *rows, const char *wanted, bool all, const char *const *expected)
{
	char **names, *complaint;

	assert_int_equal(host_choose(&names, "interface", rows, wanted, all, &complaint), 0);
	for (size_t i = 0; expected[i]; i++)
		assert_string_equal(names[i], expected[i]);
	for (size_t i = 0; names[i]; i++)
		assert_non_null(expected[i]);
	host_choice_free(names);
}

static void names_are_chosen(void **state)
{
	struct host_reading reading = {};
	char **names, *complaint;

	(void)state;
	add_link(&reading, "total", 0);
	add_link(&reading, "lo", 1);
	add_link(&reading, "eth1", 1);
	add_link(&reading, "eth0", 1);
	add_link(&reading, "idle0", 0);
	reading.links.rows[4].idle = true;
	assert_chosen(&reading.links, NULL, false, (const char *[]){"total", NULL});
	assert_chosen(&reading.links, NULL, true, (const char *[]){"eth0", "eth1", NULL});
	assert_chosen(&reading.links, "lo,total,idle0", true, (const char *[]){"lo", "total", "idle0", NULL});
	assert_int_equal(host_choose(&names, "interface", &reading.links, "eth0,\033x", false, &complaint), -EINVAL);
	assert_string_equal(complaint, "there is no interface '?x'; there are lo, eth1, eth0, idle0, total");
	free(complaint);
	host_choice_free(names);
	assert_int_equal(host_choose(&names, "interface", &reading.links, "eth0,", false, &complaint), -EINVAL);
	free(complaint);
	host_choice_free(names);
	host_free(&reading);
}

/* No text makes a parser read beyond it (run under the sanitizers), or hang. */
static void any_text_is_survived(void **state)
{
	static const char *const texts[] = {
		"",	  "\n",	    "cpu",	"cpu ", "cpu 1",	 "cpu  \n\n",	  "intr\nctxt x\n",
		"(",	  ")",	    "1 (",	"1 ()", "sockets: used", "a b c d e f\n", "8 0 sda 1 2",
		"\t\t\t", "rchar:", "0: 0 0 ff"};
	unsigned int states[HOST_SOCKET_STATES] = {};
	struct host_process process = {};
	struct host_values values = {};
	struct host_rows rows = {};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		char *text = strdup(texts[i]);

		assert_non_null(text);
		host_parse_stat(&values, text);
		host_parse_vmstat(&values, text, 4096);
		host_parse_sockstat(&values, text);
		host_parse_raw(&values, text);
		host_parse_connected(text);
		host_parse_unix(&values, text);
		host_parse_disks(&rows, text);
		host_parse_sockets(states, text);
		host_parse_process(&process, text);
		host_parse_process_io(&process, text);
		free(text);
	}
	free(rows.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_is_read),
		cmocka_unit_test(cpu_time_becomes_shares),
		cmocka_unit_test(files_of_net_are_read),
		cmocka_unit_test(connections_are_as_the_kernel_counts_them),
		cmocka_unit_test(unix_sockets_are_counted),
		cmocka_unit_test(sockets_are_grouped_as_dstat_does),
		cmocka_unit_test(a_disk_counts_once),
		cmocka_unit_test(process_names_may_hold_anything),
		cmocka_unit_test(processes_are_ranked),
		cmocka_unit_test(interfaces_have_roles),
		cmocka_unit_test(veths_count_where_there_is_nothing_else),
		cmocka_unit_test(readings_are_subtracted),
		cmocka_unit_test(names_are_chosen),
		cmocka_unit_test(any_text_is_survived),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
