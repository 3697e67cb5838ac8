/* SPDX-License-Identifier: GPL-2.0 */
/* The command line: what is right is understood, what is wrong is named in one sentence. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"

/* Splits at spaces; '' is an empty argument. */
static int parse(struct options *options, const char *line, char **complaint)
{
	static char copy[512]; /* what options point into */
	char *argv[32] = {"l4dstat"};
	int argc = 1;

	strcpy(copy, line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") ? word : "";
	argv[argc] = NULL;
	*complaint = NULL;
	return options_parse(options, argc, argv, complaint);
}

static void assert_understood(struct options *options, const char *line)
{
	char *complaint;

	if (parse(options, line, &complaint))
		fail_msg("'%s': %s", line, complaint);
}

static void has_defaults(void **state)
{
	struct options options;

	(void)state;
	assert_understood(&options, "");
	assert_int_equal(options.task, TASK_RUN);
	assert_true(options.delay == 1);
	assert_int_equal(options.count, 0);
	assert_int_equal(options.top, 10);
	assert_int_equal(options.prefix4, 24);
	assert_int_equal(options.prefix6, 64);
	assert_int_equal(options.cells, 65536);
	assert_int_equal(options.by.count, 0);
	assert_null(options.columns[0]);
}

/* One protocol alone is ranked by what it has. */
static void a_protocol_has_its_ranking(void **state)
{
	static const struct {
		const char *line;
		enum metric sort;
	} cases[] = {
		{"--by process,subnet --proto udp", METRIC_udp_rx_dgrams},
		{"--proto udp --json", METRIC_udp_rx_dgrams},
		{"--by process --proto tcp", METRIC_tcp_opens_in},
		{"--by subnet --proto tcp", METRIC_NONE},
		{"--by process --proto tcp,udp", METRIC_NONE},
		{"--by process --proto udp --sort udp_tx_bytes", METRIC_udp_tx_bytes},
	};
	struct options options;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_understood(&options, cases[i].line);
		assert_int_equal(options.sort.by[0], cases[i].sort);
	}
}

static void understands(void **state)
{
	struct options options;

	(void)state;
	assert_understood(&options,
			  "--by port,process --top 3 --json 0.5 10 --sort udp_rx_drops --prefix4=32 --prefix6 128");
	assert_int_equal(options.by.count, 2);
	assert_int_equal(options.by.dims[0], DIM_PORT);
	assert_int_equal(options.top, 3);
	assert_true(options.json);
	assert_true(options.delay == 0.5);
	assert_int_equal(options.count, 10);
	assert_int_equal(options.sort.by[0], METRIC_udp_rx_drops);
	assert_int_equal(options.sort.by[1], METRIC_NONE);
	assert_int_equal(options.prefix4, 32);
	assert_int_equal(options.prefix6, 128);

	assert_understood(&options, "--subnet 10.0.0.1,10.0.0.0/31,2001:db8::/64 --prefix4 32");
	assert_int_equal(options.filter.subnet_count, 3);
	assert_understood(&options, "-46 --sort tcp_syn_recv"); /* half-open connections have a remote address */
	assert_true(options.filter.ipv4 && options.filter.ipv6);

	assert_understood(&options, "5 --color"); /* options may follow; bare --color is always, as in dstat */
	assert_true(options.delay == 5);
	assert_int_equal(options.colour, COLOUR_ALWAYS);
	assert_understood(&options, "--color=never");
	assert_int_equal(options.colour, COLOUR_NEVER);

	assert_understood(&options, "-o a.csv --output=b/c.JSON.gz -oe.rows.jsonl");
	assert_string_equal(options.files[0], "a.csv");
	assert_string_equal(options.files[1], "b/c.JSON.gz");
	assert_string_equal(options.files[2], "e.rows.jsonl");
	assert_null(options.files[3]);
	assert_false(options.csv);
	assert_understood(&options, "--json -N lo --tcp"); /* the host's */
	assert_understood(&options, "--json=rows");
	assert_int_equal(options.json, OPTIONS_JSON_ROWS);
	assert_understood(&options, "-o -");
	assert_true(options.csv);
}

static void understands_recordings(void **state)
{
	char *complaint;
	struct options options;

	(void)state;
	assert_understood(&options, "--record l4.jsonl.gz --record-max 500M --record-keep 7d --conn");
	assert_string_equal(options.record, "l4.jsonl.gz");
	assert_int_equal(options.record_max, 500ul << 20);
	assert_int_equal(options.record_keep, 7 * 86400);
	assert_true(options_want_states(&options));
	assert_understood(&options, "--record x --tcp"); /* it has more than that column */
	assert_true(options_want_programs(&options));
	assert_understood(&options, "--record x --record-max 1k --record-keep 90s");
	assert_int_equal(options.record_max, 1024);
	assert_int_equal(options.record_keep, 90);

	assert_understood(&options, "--replay a --replay b --from 02:00 --to 2026-11-23T02:10 --speed 2.5");
	assert_string_equal(options.replay[0], "a");
	assert_string_equal(options.replay[1], "b");
	assert_null(options.replay[2]);
	assert_int_equal(options.from.kind, MOMENT_OF_DAY);
	assert_int_equal(options.to.kind, MOMENT_SECONDS);
	assert_true(options.speed == 2.5);
	assert_false(options.prefix4_given);
	assert_understood(&options,
			  "--replay a -tT --speed 0 --prefix4 16 --subnet 10.0.0.1"); /* seen when it is read */
	assert_true(options.speed == 0);
	assert_true(options.prefix4_given);
	assert_understood(&options, "--replay a --cpu --top-mem -N lo");
	assert_int_equal(
		options_check_recorded(&options, HOST_STAT | HOST_READ_LINKS | HOST_READ_PROCESSES, &complaint), 0);
	assert_int_equal(options_check_recorded(&options, HOST_STAT | HOST_READ_PROCESSES, &complaint), -EINVAL);
	assert_non_null(strstr(complaint, "--net "));
	free(complaint);
	assert_understood(&options, "");
	assert_true(options.speed == OPTIONS_SPEED_AS_FITS);
}

static void keeps_the_order_of_columns(void **state)
{
	struct options options;

	(void)state;
	assert_understood(&options, "--udp-io -t --conn --udp-io");
	assert_string_equal(options.columns[0]->name, "udp-io");
	assert_string_equal(options.columns[1]->name, "time");
	assert_string_equal(options.columns[2]->name, "conn");
	assert_null(options.columns[3]);
}

static void assert_columns(const char *line, const char *expected)
{
	struct options options;
	char names[512] = "";

	assert_understood(&options, line);
	for (size_t i = 0; options.columns[i]; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", i ? " " : "",
			 options.columns[i]->name);
	assert_string_equal(names, expected);
}

/* Words of fifteen years. */
static void knows_what_dstat_knows(void **state)
{
	struct options options;

	(void)state;
	assert_columns("--tcp --udp --net --socket", "tcp udp net socket");
	assert_columns("-tnp 5", "time net proc");
	assert_columns("-t --tcp --net --socket --top-cpu --top-io", "time tcp net socket top-cpu top-io");
	assert_columns("-c -T -y -g -d -p", "cpu epoch sys page disk proc");
	assert_columns("-a", "cpu disk net page sys");
	assert_columns("-f", "cpu disk net page sys");
	assert_columns("-t -f", "time");
	assert_columns("-n -a", "net cpu disk page sys");
	assert_columns("-N eth0,total", "net");
	assert_columns("-N eth0 --net-packets", "net-packets");
	assert_columns("-D sda -t", "time disk");
	assert_understood(&options, "-N eth0,total --bits --float --bw --noupdate --noheaders");
	assert_string_equal(options.instances[HOST_LINKS], "eth0,total");
	assert_true(options.bits && options.floats && options.on_white && options.noupdate && options.noheaders);
}

/* What dstat shows can be had without programs in the kernel; all else cannot. */
static void knows_what_needs_programs(void **state)
{
	struct options options;

	(void)state;
	assert_understood(&options,
			  "-tT -a -p --tcp --udp --socket --raw --unix --net-packets --top-cpu-adv --top-io-adv "
			  "--top-mem --top-cpu --top-io");
	assert_false(options_want_programs(&options));
	assert_understood(&options, "-t");
	assert_false(options_want_programs(&options));
	assert_int_equal(options_host_parts(&options), 0);
	assert_understood(&options, "--tcp -n");
	assert_int_equal(options_host_parts(&options), HOST_TCP | HOST_READ_LINKS);
	assert_understood(&options, "-n --retrans");
	assert_true(options_want_programs(&options));
	assert_understood(&options, "");
	assert_true(options_want_programs(&options));
}

static void takes_the_environment_first(void **state)
{
	char *argv[] = {"l4dstat", "5", NULL};
	int argc = 2;
	char **all;

	(void)state;
	setenv("L4DSTAT_OPTS", " -t\t--nocolor\n", 1);
	all = options_with_environment(&argc, argv);
	assert_int_equal(argc, 4);
	assert_string_equal(all[0], "l4dstat");
	assert_string_equal(all[1], "-t");
	assert_string_equal(all[2], "--nocolor");
	assert_string_equal(all[3], "5");
	assert_null(all[4]);
	free(all);
	unsetenv("L4DSTAT_OPTS");
}

static void refuses(void **state)
{
	static const struct {
		const char *line, *names; /* what the sentence must name */
	} cases[] = {
		{"--nonsense", "'--nonsense'"},
		{"--jsom", "did you mean --json?"},
		{"--top-retrnas", "did you mean --top-retrans?"},
		{"--prefix 3", "--prefix4, --prefix6"},
		{"--sort tcp_retrans_seg", "did you mean tcp_retrans_segs?"},
		{"--x\033[2J", "'--x?[2J'"},
		{"-Z", "'-Z'"},
		{"-tZ", "'-Z'"},
		{"--top", "'--top'"},
		{"--top -1", "'-1'"},
		{"--top 1x", "'1x'"},
		{"--top 99999999999999999999", "99999999999999999999"},
		{"--prefix4 33", "'33'"},
		{"--prefix6 129", "'129'"},
		{"--prefix4 ''", "''"},
		{"--cells 0", "'0'"},
		{"--by planet", "'planet'"},
		{"--by subnet,", "''"},
		{"--by subnet,port,subnet", "'subnet'"},
		{"--sort size", "'size'"},
		{"--color=mauve", "'mauve'"},
		{"--netns other", "'other'"},
		{"--port 0", "'0'"},
		{"--port 80,", "''"},
		{"--port 80,ssh", "'ssh'"},
		{"--port 90-80", "'90-80'"},
		{"--port 1-65536", "'1-65536'"},
		{"--subnet 10.0.0/24", "'10.0.0/24'"},
		{"--subnet 10.0.0.0/8,planet", "'planet'"},
		{"--subnet 10.0.0.0/33", "'10.0.0.0/33'"},
		{"--subnet 10.0.0.0/", "'10.0.0.0/'"},
		{"--subnet 10.0.0.0/-1", "'10.0.0.0/-1'"},
		{"--subnet 2001:db8::/129", "'2001:db8::/129'"},
		{"--subnet ::ffff:0.0.0.0/95", "'::ffff:0.0.0.0/95'"},
		{"--subnet fe80::1%eth0", "'fe80::1%eth0'"},
		{"--subnet 10.0.0.5/24", "10.0.0.0/24"},
		{"--subnet 2001:db8::1/32", "2001:db8::/32"},
		{"--subnet 10.0.0.0/25", "--prefix4 32"},
		{"--subnet 10.0.0.1", "--prefix4 32"},
		{"--subnet 2001:db8::/65", "--prefix6 128"},
		{"--subnet 10.0.0.0/16 --prefix4 15", "/15"},
		{"--subnet ::/0 --prefix6 0", "--prefix6 0"},
		{"--no-loopback --prefix4 7", "127.0.0.0/8"},
		{"--pid 0", "'0'"},
		{"--pid 4194305", "'4194305'"},
		{"--pid 1,init", "'init'"},
		{"--process ,", "','"},
		{"--process ''", "''"},
		{"--proto icmp", "'icmp'"},
		{"--by subnet,port --sort remotes_in", "--sort remotes_in counts each subnet"},
		{"--sort ports --by port", "--by port"},
		{"--proto tcp,tpc", "'tpc'"},
		{"-4 --states", "--states"},
		{"--no-loopback --by port --sort tcp_time_wait", "--sort tcp_time_wait"},
		{"--listeners --subnet 10.0.0.0/8", "--subnet"},
		{"--listeners --proto udp", "--proto udp"},
		{"--listeners --json", "--json"},
		{"--listeners --conn", "--conn"},
		{"--json=pretty", "lines or rows, not 'pretty'"},
		{"--json --csv", "--csv"},
		{"-o x.xls", "'x.xls'"},
		{"-o x.gz", "'x.gz'"},
		{"-o .csv", "'.csv'"},
		{"-o ''", "''"},
		{"--output=/dev/null", "'/dev/null'"},
		{"0", "'0'"},
		{"abc", "'abc'"},
		{"1s", "'1s'"},
		{"nan", "'nan'"},
		{"inf", "'inf'"},
		{"1 0", "'0'"},
		{"1 2.5", "'2.5'"},
		{"1 2 3", "'3'"},
		{"--json --conn", "--conn"},
		{"--json --tcp --conn", "--conn"},
		{"--float --integer", "--integer"},
		{"-N ''", "--interfaces"},
		{"--net --port 443", "--net"},
		{"--by port --conn", "--conn"},
		{"--from 02:00", "--replay"},
		{"--to 02:00", "--replay"},
		{"--speed 1", "--replay"},
		{"--record-max 1G", "--record FILE"},
		{"--record-keep 7d", "--record FILE"},
		{"--record ''", "''"},
		{"--replay ''", "''"},
		{"--record x --record-max 1", "'1'"},
		{"--record x --record-max 0G", "'0G'"},
		{"--record x --record-max 1GB", "'1GB'"},
		{"--record x --record-keep 7", "'7'"},
		{"--record x --record-keep 7w", "'7w'"},
		{"--replay x --from 2am", "'2am'"},
		{"--replay x --from 02:00 --to 2", "'2'"},
		{"--replay x --speed -1", "'-1'"},
		{"--replay x --speed nan", "'nan'"},
		{"--replay x --speed fast", "'fast'"},
		{"--replay x --netns self", "--netns"},
		{"--replay x 1", "delay"},
		{"--replay x --record x", "'x'"},
		{"--replay x --subnet 10.0.0.1 --prefix4 24 --prefix6 64", "recorded"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct options options;
		char *complaint;

		if (!parse(&options, cases[i].line, &complaint))
			fail_msg("'%s' was accepted", cases[i].line);
		if (!strstr(complaint, cases[i].names) || strpbrk(complaint, "\n\033"))
			fail_msg("'%s': %s", cases[i].line, complaint);
		free(complaint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(a_protocol_has_its_ranking),
		cmocka_unit_test(understands),
		cmocka_unit_test(understands_recordings),
		cmocka_unit_test(keeps_the_order_of_columns),
		cmocka_unit_test(knows_what_dstat_knows),
		cmocka_unit_test(knows_what_needs_programs),
		cmocka_unit_test(takes_the_environment_first),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
