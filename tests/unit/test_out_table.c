/* SPDX-License-Identifier: GPL-2.0 */
/* Tables: what stands where at each width and height, in a pipe and in place, and what never comes through. */
#include "cells.h"
#include "columns.h"
#include "dimension.h"

static struct output_settings by(struct output_settings settings, const char *dims)
{
	const char *bad;
	size_t length;

	assert_int_equal(dimension_parse(dims, &settings.by, &bad, &length), 0);
	return settings;
}

static void assert_tables(struct output_settings settings, const struct snapshot *snapshot, int times,
			  const char *expected)
{
	char *text = written(&output_table, settings, snapshot, times);

	assert_string_equal(text, expected);
	free(text);
}

static void assert_busy(struct output_settings settings, int times, const char *expected)
{
	struct snapshot snapshot = busy_snapshot();

	assert_tables(settings, &snapshot, times, expected);
	snapshot_free(&snapshot);
}

/* clang-format off */
static const char subnet_port[] =
	"23-11 06:31:32  1.00 s\n"
	"subnet                  port      *conn/s  fail  retr  retr%  recv  send  dg-in  dg-out  drops  drop%   rst   rtt  processes\n"
	"198.51.100.0/24         443/tcp     3012     0     0       0 1229k 3891k     0       0      0       0    0     0   nginx[811]\n"
	"203.0.113.0/24          443/tcp       12     0    33     4.1  880k   12M     0       0      0       0    0     0   nginx (2)\n"
	"2001:db8:1234:5678::/64 >443/tcp       2     1     0       0    0     0      0       0      0       0    0     0   curl[900]\n"
	"192.0.2.0/24            5201/udp       0     0     0       0  122M    0  88000       0      4     0.0    0     0   iperf3[1000]\n"
	"9.9.9.0/24              >53/udp        0     0     0       0   16k 8000B   249     250      0       0    0     0   unknown\n"
	"total                   -           3026     1    33     0.8  124M   16M 88249     250      4     0.0    0     0 \n";
/* clang-format on */

static void a_pipe_gets_one_table_after_the_other(void **state)
{
	char expected[2048];

	(void)state;
	snprintf(expected, sizeof(expected), "%s\n%s", subnet_port, subnet_port);
	assert_busy(by(pipe_settings(), "subnet,port"), 2, expected);
}

/* A terminal that is none: the size counts, but nothing is redrawn. */
static struct output_settings dumb_settings(int columns, int lines)
{
	setenv("TERM", "dumb", 1);
	return terminal_settings(columns, lines);
}

static void all_fits_200_columns(void **state)
{
	(void)state;
	assert_busy(by(dumb_settings(200, 24), "subnet,port"), 1, subnet_port);
}

/* Round trips are only nice to know. */
static void nearly_all_fits_120_columns(void **state)
{
	(void)state;
	assert_busy(by(dumb_settings(120, 24), "subnet,port"), 1,
		    "23-11 06:31:32  1.00 s\n"
		    "subnet                 port      *conn/s  fail  retr  retr%  recv  send  dg-in  dg-out  drops  "
		    "drop%   rst  processes\n"
		    "198.51.100.0/24        443/tcp     3012     0     0       0 1229k 3891k     0       0      0      "
		    " 0    0   nginx[811]\n"
		    "203.0.113.0/24         443/tcp       12     0    33     4.1  880k   12M     0       0      0      "
		    " 0    0   nginx (2)\n"
		    "2001:db8:1234:5678::/+ >443/tcp       2     1     0       0    0     0      0       0      0      "
		    " 0    0   curl[900]\n"
		    "192.0.2.0/24           5201/udp       0     0     0       0  122M    0  88000       0      4     "
		    "0.0    0   iperf3[1000]\n"
		    "9.9.9.0/24             >53/udp        0     0     0       0   16k 8000B   249     250      0      "
		    " 0    0   unknown\n"
		    "total                  -           3026     1    33     0.8  124M   16M 88249     250      4     "
		    "0.0    0 \n");
}

/* Bad news (drops) and who it is come before bytes. */
static void the_main_columns_fit_80(void **state)
{
	(void)state;
	assert_busy(by(dumb_settings(80, 24), "subnet,port"), 1,
		    "23-11 06:31:32  1.00 s\n"
		    "subnet                port      *conn/s  retr  retr%  drops  drop%  processes\n"
		    "198.51.100.0/24       443/tcp     3012     0       0     0       0  nginx[811]\n"
		    "203.0.113.0/24        443/tcp       12    33     4.1     0       0  nginx (2)\n"
		    "2001:db8:1234:5678::+ >443/tcp       2     0       0     0       0  curl[900]\n"
		    "192.0.2.0/24          5201/udp       0     0       0     4     0.0  iperf3[1000]\n"
		    "9.9.9.0/24            >53/udp        0     0       0     0       0  unknown\n"
		    "total                 -           3026    33     0.8     4     0.0\n");
}

static void bytes_fit_80_when_there_is_no_bad_news(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	struct snapshot_cell *cell = add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:198.51.100.0", 443,
					      4194304, "systemd-resolve");

	(void)state;
	cell->count[L4_tcp_opens_in] = 3012;
	cell->count[L4_tcp_rx_bytes] = 1258291;
	assert_tables(by(dumb_settings(80, 24), "subnet,port"), &snapshot, 1,
		      "23-11 06:31:32  1.00 s\n"
		      "subnet               port      *conn/s  retr  retr%  recv  send  processes\n"
		      "198.51.100.0/24      443/tcp     3012     0       0 1229k    0   syste+[4194304]\n"
		      "total                -           3012     0       0 1229k    0 \n");
	snapshot_free(&snapshot);
}

static void texts_are_cut_at_40_columns(void **state)
{
	(void)state;
	assert_busy(by(dumb_settings(40, 24), "subnet,port"), 1,
		    "23-11 06:31:32  1.00 s\n"
		    "subnet                 port      *conn/s\n"
		    "198.51.100.0/24        443/tcp     3012 \n"
		    "203.0.113.0/24         443/tcp       12 \n"
		    "2001:db8:1234:5678::/+ >443/tcp       2 \n"
		    "192.0.2.0/24           5201/udp       0 \n"
		    "9.9.9.0/24             >53/udp        0 \n"
		    "total                  -           3026 \n");
}

static void what_is_cut_off_is_other(void **state)
{
	struct output_settings settings = by(dumb_settings(80, 24), "process");

	(void)state;
	settings.top = 2;
	assert_busy(settings, 1,
		    "23-11 06:31:32  1.00 s\n"
		    "process                conn/s  retr retr%  recv  send *dg-in *dg-out drops drop%\n"
		    "iperf3[1000]               0     0      0  122M    0  88000       0     4    0.0\n"
		    "unknown                    0     0      0   16k 8000B   249     250     0      0\n"
		    "other                   3026    33    0.8 2109k   16M     0       0     0      0\n"
		    "total                   3026    33    0.8  124M   16M 88249     250     4    0.0\n");
}

static void other_says_so_once(void **state)
{
	struct output_settings settings = by(dumb_settings(40, 24), "port,proto");

	(void)state;
	settings.top = 1;
	assert_busy(settings, 1,
		    "23-11 06:31:32  1.00 s\n"
		    "port      proto *conn/s  retr  retr%\n"
		    "443       tcp     3024    33     0.8\n"
		    "other     -          2     0       0\n"
		    "total     -       3026    33     0.8\n");
}

/* 76 is what all columns take. */
static void what_fits_exactly_stays(void **state)
{
	struct snapshot snapshot = empty_snapshot();

	(void)state;
	assert_tables(by(dumb_settings(76, 24), "name"), &snapshot, 1,
		      "23-11 06:31:32  1.00 s\n"
		      "name             conn/s  fail  retr  retr%  recv  send *dg-in *dg-out  drops\n"
		      "total                0     0     0       0    0     0      0       0      0 \n");
	assert_tables(by(dumb_settings(75, 24), "name"), &snapshot, 1,
		      "23-11 06:31:32  1.00 s\n"
		      "name             conn/s  retr  retr%  recv  send *dg-in *dg-out  drops\n"
		      "total                0     0       0    0     0      0       0      0 \n");
}

/* A metric that no column shows alone gets one, and the rows are ranked by it. */
static void what_rows_are_ranked_by_is_seen(void **state)
{
	struct output_settings settings = by(dumb_settings(60, 24), "proto,role,port");

	(void)state;
	settings.sort = (struct report_sort){{METRIC_tcp_tx_bytes, METRIC_NONE}};
	assert_busy(settings, 1,
		    "23-11 06:31:32  1.00 s\n"
		    "proto role   port       retr retr% drops drop% *tcp_tx_bytes\n"
		    "tcp   server 443         33    0.8    0      0     16567500B\n"
		    "udp   server 5201         0      0    4    0.0            0 \n"
		    "udp   client 53           0      0    0      0            0 \n"
		    "tcp   client 443          0      0    0      0            0 \n"
		    "total -      -           33    0.8    4    0.0     16567500B\n");
}

/* What has never shown anything gives way to what has, for good. */
static void active_columns_come_first(void **state)
{
	struct output_settings settings = by(dumb_settings(40, 24), "name");
	struct snapshot quiet = empty_snapshot(), drops = empty_snapshot();
	char *text = NULL;
	size_t size = 0;
	void *output;

	(void)state;
	add_cell(&drops, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 53, 77, "named")->count[L4_udp_rx_drops] = 5;
	settings.file = open_memstream(&text, &size);
	output = output_table.begin(&settings);
	assert_int_equal(output_table.interval(output, &quiet), 0);
	assert_int_equal(output_table.interval(output, &drops), 0);
	assert_int_equal(output_table.interval(output, &quiet), 0);
	output_table.end(output);
	fclose(settings.file);
	assert_string_equal(text, "23-11 06:31:32  1.00 s\n"
				  "name             conn/s *dg-in *dg-out\n"
				  "total                0      0       0 \n"
				  "\n"
				  "23-11 06:31:32  1.00 s\n"
				  "name            *dg-in *dg-out  drops\n"
				  "named               0       0      5 \n"
				  "total               0       0      5 \n"
				  "\n"
				  "23-11 06:31:32  1.00 s\n"
				  "name            *dg-in *dg-out  drops\n"
				  "total               0       0      0 \n");
	free(text);
	snapshot_free(&drops);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
	static const char *const views[] = {"subnet",		"port", "process", "subnet,port", "subnet,port,process",
					    "cgroup,name,netns"};
	struct snapshot snapshot = busy_snapshot();

	(void)state;
	for (size_t view = 0; view < sizeof(views) / sizeof(*views); view++) {
		for (int columns = 24; columns < 160; columns++) {
			char *text = written(&output_table, by(dumb_settings(columns, 24), views[view]), &snapshot, 2);

			for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
				assert_in_range(strlen(line), 1, columns);
			free(text);
		}
	}
	snapshot_free(&snapshot);
}

static size_t occurrences(const char *text, const char *what)
{
	size_t count = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		count++;
	}
	return count;
}

static void colours_change_nothing_else(void **state)
{
	struct output_settings plain = by(dumb_settings(120, 24), "subnet,port"), coloured = plain;
	struct snapshot snapshot = busy_snapshot();
	char *expected = written(&output_table, plain, &snapshot, 2), *text, *to;

	(void)state;
	coloured.colour = true;
	text = to = written(&output_table, coloured, &snapshot, 2);
	assert_non_null(strstr(text, "\033[1;31m\033[7m   4.1\033[0;0m")); /* bad news */
	assert_non_null(strstr(text, "\033[1;32m  12\033[1;30mM"));
	for (const char *from = text; *from;) {
		if (*from == '\033')
			from += strcspn(from, "m") + 1;
		else
			*to++ = *from++;
	}
	*to = 0;
	assert_string_equal(text, expected);
	assert_null(strchr(expected, '\033'));
	free(text);
	free(expected);
	snapshot_free(&snapshot);
}

/* Where only one protocol is let through, columns of the other one say nothing. */
static void a_protocol_has_its_columns(void **state)
{
	struct output_settings settings = by(pipe_settings(), "process");
	struct snapshot nothing = empty_snapshot();

	(void)state;
	settings.proto = L4_PROTO_UDP;
	assert_tables(settings, &nothing, 1,
		      "23-11 06:31:32  1.00 s\n"
		      "process                 recv  send *dg-in *dg-out  drops  drop%  from    to  ports\n"
		      "total                     0     0      0       0      0       0    0     0      0 \n");
	settings = by(pipe_settings(), "subnet");
	settings.proto = L4_PROTO_TCP;
	assert_tables(settings, &nothing, 1,
		      "23-11 06:31:32  1.00 s\n"
		      "subnet                conn/s  fail *retr  retr%  recv  send  ports   rst   rtt  processes\n"
		      "total                     0     0     0       0    0     0      0     0     0 \n");
}

static void trouble_with_the_numbers_is_told(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	char *text;

	(void)state;
	snapshot.quality.cell_overflow = 17;
	snapshot.quality.missed = 2;
	add_other(&snapshot, L4_PROTO_TCP)->count[L4_tcp_opens_in] = 17;
	text = written(&output_table, by(pipe_settings(), "port"), &snapshot, 1);
	assert_string_equal(text, "23-11 06:31:32  1.00 s  17 events found no cell  2 events missed\n"
				  "port      *conn/s  fail  retr  retr%  recv  send  dg-in  dg-out  drops  drop%  from "
				  "   to   rst   rtt  processes\n"
				  "other         17     0     0       0    0     0      0       0      0       0    -  "
				  "   -     0     0 \n"
				  "total         17     0     0       0    0     0      0       0      0       0    -  "
				  "   -     0     0 \n");
	free(text);
	snapshot_free(&snapshot);
}

static void names_cannot_harm(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile_names) / sizeof(*hostile_names); i++) {
		struct snapshot snapshot = hostile_snapshot(hostile_names[i]);
		static const char *const views[] = {"process", "name", "subnet"};

		for (size_t view = 0; view < sizeof(views) / sizeof(*views); view++) {
			char *text = written(&output_table, by(pipe_settings(), views[view]), &snapshot, 1);

			assert_harmless(text);
			assert_int_equal(occurrences(text, "\n"), 4);
			free(text);
		}
		snapshot_free(&snapshot);
	}
}

static void wide_names_keep_the_columns(void **state)
{
	struct snapshot snapshot = hostile_snapshot("\u6f22\u5b57\u6f22\u5b57\u6f22");

	(void)state;
	assert_tables(by(dumb_settings(32, 24), "name"), &snapshot, 1,
		      "23-11 06:31:32  1.00 s\n"
		      "name            *dg-in *dg-out\n"
		      "\u6f22\u5b57\u6f22\u5b57\u6f22          5       0 \n"
		      "total               5       0 \n");
	snapshot_free(&snapshot);
}

static void write_errors_are_returned(void **state)
{
	(void)state;
	assert_write_errors(&output_table, by(pipe_settings(), "subnet"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_gets_one_table_after_the_other),
		cmocka_unit_test(all_fits_200_columns),
		cmocka_unit_test(nearly_all_fits_120_columns),
		cmocka_unit_test(the_main_columns_fit_80),
		cmocka_unit_test(bytes_fit_80_when_there_is_no_bad_news),
		cmocka_unit_test(texts_are_cut_at_40_columns),
		cmocka_unit_test(what_is_cut_off_is_other),
		cmocka_unit_test(other_says_so_once),
		cmocka_unit_test(what_fits_exactly_stays),
		cmocka_unit_test(what_rows_are_ranked_by_is_seen),
		cmocka_unit_test(active_columns_come_first),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(colours_change_nothing_else),
		cmocka_unit_test(a_protocol_has_its_columns),
		cmocka_unit_test(trouble_with_the_numbers_is_told),
		cmocka_unit_test(names_cannot_harm),
		cmocka_unit_test(wide_names_keep_the_columns),
		cmocka_unit_test(write_errors_are_returned),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
