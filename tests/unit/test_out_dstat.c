/* SPDX-License-Identifier: GPL-2.0 */
/* The line output: what stands where at each width, in which colours, and what never comes through. */
#include "lines.h"
#include "pseudo_terminal.h"

static void assert_busy(struct output_settings settings, int times, const char *expected)
{
	struct snapshot snapshot = busy_snapshot();

	assert_lines(settings, &snapshot, times, expected);
	snapshot_free(&snapshot);
}

/* clang-format off */
static const char wide_header[] =
	"----system---- --tcp/segs- --retransmits-- ----connections---- -udp/dgrams drop ------top-retransmits------- ---------top-udp--------- ---------top-connections----------\n"
	"     time     | recv  send|seg   %   s-ack| in  out  fail rst | recv  send|rbuf|subnet                  seg |process         recv send|subnet:port                   new \n";
static const char wide_values[] =
	"23-11 06:31:32|  12k 9829 | 31   0.8    2 |  3k   2    1    0 |  88k  250 |  4 |203.0.113.0/24           33 |iperf3           88k   0 |198.51.100.0/24:443             3k\n";
/* clang-format on */

static void a_pipe_gets_every_column_and_one_header(void **state)
{
	char expected[2048];

	(void)state;
	snprintf(expected, sizeof(expected), "%s%s%s", wide_header, wide_values, wide_values);
	assert_busy(pipe_settings(), 2, expected);
}

static void the_default_line_fits_40_columns(void **state)
{
	(void)state;
	assert_busy(terminal_settings(40, 24), 1,
		    "--retransmits-- ----top-retransmits-----\n"
		    "seg   %   s-ack|subnet              seg \n"
		    " 31   0.8    2 |203.0.113.0/24       33 \n");
}

static void the_default_line_fits_80_columns(void **state)
{
	(void)state;
	assert_busy(terminal_settings(80, 24), 1,
		    "drop ------top-retransmits------- -------top-udp------- ----top-connections-----\n"
		    "rbuf|subnet                  seg |process     recv send|subnet:port         new \n"
		    "  4 |203.0.113.0/24           33 |iperf3       88k   0 |198.51.100.0/24:443   3k\n");
}

static void the_default_line_fits_120_columns(void **state)
{
	(void)state;
	assert_busy(terminal_settings(120, 24), 1,
		    "--retransmits-- ----connections---- -udp/dgrams drop ---top-retransmits--- ------top-udp------- "
		    "----top-connections-----\n"
		    "seg   %   s-ack| in  out  fail rst | recv  send|rbuf|subnet           seg |process    recv "
		    "send|subnet:port         new \n"
		    " 31   0.8    2 |  3k   2    1    0 |  88k  250 |  4 |203.0.113.0/24    33 |iperf3      88k   0 "
		    "|198.51.100.0/24:443   3k\n");
}

static void the_default_line_fits_200_columns(void **state)
{
	char expected[2048];

	(void)state;
	snprintf(expected, sizeof(expected), "%s%s", wide_header, wide_values);
	assert_busy(terminal_settings(200, 24), 1, expected);
}

/* Every width there is: nothing is wider than the terminal, from the narrowest group on. */
static void no_line_is_wider_than_the_terminal(void **state)
{
	struct snapshot snapshot = busy_snapshot();

	(void)state;
	for (int columns = 23; columns < 240; columns++) {
		char *text = written(&output_dstat, terminal_settings(columns, 24), &snapshot, 1);

		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			assert_in_range(strlen(line), 1, columns);
		free(text);
	}
	snapshot_free(&snapshot);
}

static void quiet_is_blank_and_zeros(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	const struct column_group *columns[] = {column_group_by_name("top-udp"), column_group_by_name("retrans"), NULL};
	struct output_settings settings = pipe_settings();

	(void)state;
	settings.columns = columns;
	assert_lines(settings, &snapshot, 1,
		     "---------top-udp--------- --retransmits--\n"
		     "process         recv send|seg   %   s-ack\n"
		     "                  0    0 |  0     0    0 \n");
}

static void colours_are_magnitudes(void **state)
{
	struct output_settings settings = choose(pipe_settings(), "time tcp-io rbuf");

	(void)state;
	settings.colour = true;
	assert_busy(settings, 1,
		    "\033[0;34m----system----\033[0;0m\033[0;34m \033[0;34m--tcp/segs-\033[0;0m\033[0;34m "
		    "\033[0;34mdrop\033[0;0m\033[0;0m\n"
		    "\033[1;34m\033[4m     time     \033[0;0m\033[0;34m|"
		    "\033[1;34m\033[4m recv\033[0;0m \033[1;34m\033[4m send\033[0;0m\033[0;34m|"
		    "\033[1;34m\033[4mrbuf\033[0;0m\033[0;0m\n"
		    "\033[0;37m23-11 06:31:32\033[0;34m|\033[1;33m  12\033[1;30mk \033[1;31m9829\033[1;30m \033[0;34m|"
		    "\033[1;31m\033[7m  4 \033[0;0m\033[0;0m\n");
}

static void zeros_are_faint_and_bad_news_is_reverse(void **state)
{
	struct output_settings settings = choose(pipe_settings(), "retrans");
	struct snapshot snapshot = empty_snapshot();
	struct snapshot_cell *cell =
		add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:203.0.113.0", 443, 812, "nginx");
	static const char header[] =
		"\033[0;34m--retransmits--\033[0;0m\033[0;0m\n"
		"\033[1;34m\033[4mseg \033[0;0m \033[1;34m\033[4m %  \033[0;0m \033[1;34m\033[4ms-ack\033[0;0m"
		"\033[0;0m\n";
	static const char good[] = "\033[1;31m  1\033[1;30m  \033[1;31m 1.0 \033[1;30m   0 \033[0;0m\n";
	static const char bad[] = "\033[1;31m  2\033[1;30m  \033[1;31m\033[7m 2.0\033[0;0m \033[1;30m   0 \033[0;0m\n";
	char expected[1024];

	(void)state;
	settings.colour = true;
	cell->count[L4_tcp_tx_data_segs] = 100;
	cell->count[L4_tcp_retrans_segs] = 1;
	snprintf(expected, sizeof(expected), "%s%s", header, good);
	assert_lines(settings, &snapshot, 1, expected);
	cell->count[L4_tcp_retrans_segs] = 2;
	snprintf(expected, sizeof(expected), "%s%s", header, bad);
	assert_lines(settings, &snapshot, 1, expected);
	snapshot_free(&snapshot);
}

/* Colours change no column: without the escapes both are the same text. */
static void colours_change_nothing_else(void **state)
{
	struct output_settings plain = terminal_settings(200, 24), coloured = plain;
	struct snapshot snapshot = busy_snapshot();
	char *expected = written(&output_dstat, plain, &snapshot, 3), *text, *to;

	(void)state;
	coloured.colour = true;
	text = to = written(&output_dstat, coloured, &snapshot, 3);
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

static void columns_stand_in_the_order_chosen(void **state)
{
	(void)state;
	assert_busy(choose(pipe_settings(), "rbuf conn time"), 1,
		    "drop ----connections---- ----system----\n"
		    "rbuf| in  out  fail rst |     time     \n"
		    "  4 |  3k   2    1    0 |23-11 06:31:32\n");
}

/* Runs the output at each of these widths, 0 ends them, with stderr going to a file. Returns what it said there. */
static char *said(struct output_settings settings, const int *widths, char **text)
{
	struct snapshot snapshot = busy_snapshot();
	const int saved = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	char *notice = calloc(1, 4096);
	size_t size;
	void *output;

	assert_non_null(file);
	settings.file = open_memstream(text, &size);
	output = output_dstat.begin(&settings);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	for (; *widths; widths++) {
		char columns[16];

		snprintf(columns, sizeof(columns), "%d", *widths);
		setenv("COLUMNS", columns, 1);
		output_dstat.interval(output, &snapshot);
	}
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	output_dstat.end(output);
	fclose(settings.file);
	rewind(file);
	assert_true(fread(notice, 1, 4095, file) < 4095);
	fclose(file);
	snapshot_free(&snapshot);
	return notice;
}

static const char narrow_notice[] =
	"l4dstat: the terminal is too narrow for all columns, '>' marks where some are left "
	"out; widen it or choose fewer\n";

/* The columns time, tcp-io, udp-io, drops at these widths. */
static void assert_trimmed(const int *widths, const char *expected, const char *expected_notice)
{
	char *text, *notice = said(choose(terminal_settings(80, 24), "time tcp-io udp-io rbuf"), widths, &text);

	assert_string_equal(text, expected);
	assert_string_equal(notice, expected_notice);
	free(text);
	free(notice);
}

static void what_does_not_fit_is_left_out_from_the_right(void **state)
{
	(void)state;
	assert_trimmed((const int[]){39, 39, 0},
		       "----system---- --tcp/segs- -udp/dgrams>\n"
		       "     time     | recv  send| recv  send>\n"
		       "23-11 06:31:32|  12k 9829 |  88k  250 >\n"
		       "23-11 06:31:32|  12k 9829 |  88k  250 >\n",
		       narrow_notice);
	/* No room for the mark. */
	assert_trimmed((const int[]){38, 0},
		       "----system---- --tcp/segs->\n"
		       "     time     | recv  send>\n"
		       "23-11 06:31:32|  12k 9829 >\n",
		       narrow_notice);
}

static void what_fits_exactly_stays(void **state)
{
	(void)state;
	assert_trimmed((const int[]){43, 0},
		       "----system---- --tcp/segs- -udp/dgrams drop\n"
		       "     time     | recv  send| recv  send|rbuf\n"
		       "23-11 06:31:32|  12k 9829 |  88k  250 |  4 \n",
		       "");
	assert_trimmed((const int[]){42, 0},
		       "----system---- --tcp/segs- -udp/dgrams>\n"
		       "     time     | recv  send| recv  send>\n"
		       "23-11 06:31:32|  12k 9829 |  88k  250 >\n",
		       narrow_notice);
}

static void the_notice_comes_once(void **state)
{
	char *text, *notice;

	(void)state;
	notice = said(choose(terminal_settings(80, 24), "time tcp-io"), (const int[]){30, 20, 30, 18, 15, 0}, &text);
	assert_string_equal(notice, narrow_notice);
	free(text);
	free(notice);
}

static void something_is_shown_on_the_narrowest(void **state)
{
	char *text, *notice = said(terminal_settings(5, 24), (const int[]){5, 0}, &text);

	(void)state;
	assert_string_equal(notice, "");
	assert_true(strlen(text) > 5);
	free(text);
	free(notice);
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

static void assert_headers(struct output_settings settings, int times, size_t expected)
{
	struct snapshot snapshot = busy_snapshot();
	char *text = written(&output_dstat, choose(settings, "conn"), &snapshot, times);

	assert_int_equal(occurrences(text, "-connections----\n"), expected);
	free(text);
	snapshot_free(&snapshot);
}

static void the_header_comes_back_each_screen(void **state)
{
	struct output_settings settings = terminal_settings(80, 10);

	(void)state;
	assert_headers(settings, 9, 1); /* dstat: nine lines on ten rows */
	assert_headers(settings, 10, 2);
	assert_headers(settings, 19, 3);
	settings.headers = false;
	assert_headers(settings, 50, 1);
	assert_headers(terminal_settings(80, 5), 50, 1); /* dstat: too low a terminal */
	assert_headers(pipe_settings(), 500, 1);
}

/* A real terminal: its size counts, and is asked for at each interval. */
static void a_resize_is_followed(void **state)
{
	static const char expected[] =
		"--retransmits-- ----top-retransmits-----\r\n"
		"seg   %   s-ack|subnet              seg \r\n"
		" 31   0.8    2 |203.0.113.0/24       33 \r\n"
		"drop ------top-retransmits------- -------top-udp------- ----top-connections-----\r\n"
		"rbuf|subnet                  seg |process     recv send|subnet:port         new \r\n"
		"  4 |203.0.113.0/24           33 |iperf3       88k   0 |198.51.100.0/24:443   3k\r\n"
		"  4 |203.0.113.0/24           33 |iperf3       88k   0 |198.51.100.0/24:443   3k\r\n";
	struct output_settings settings = terminal_settings(200, 50);
	struct snapshot snapshot = busy_snapshot();
	const struct pty pty = pty_open(0, 0);
	char text[sizeof(expected)];
	void *output;

	(void)state;
	settings.file = pty.file;
	output = output_dstat.begin(&settings);
	pty_resize(&pty, 40, 24);
	assert_int_equal(output_dstat.interval(output, &snapshot), 0);
	pty_resize(&pty, 80, 24);
	assert_int_equal(output_dstat.interval(output, &snapshot), 0);
	assert_int_equal(output_dstat.interval(output, &snapshot), 0);
	output_dstat.end(output);
	pty_read(&pty, text, sizeof(expected) - 1);
	assert_string_equal(text, expected);
	pty_close(&pty);
	snapshot_free(&snapshot);
}

static void the_winner_is_a_real_row(void **state)
{
	struct snapshot snapshot = empty_snapshot();

	(void)state;
	add_other(&snapshot, L4_PROTO_UDP)->count[L4_udp_rx_dgrams] = 9000;
	assert_top("top-udp", &snapshot, "other             9k   0 \n"); /* nothing else there is */
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:203.0.113.0", 443, 812, "nginx")
		->count[L4_tcp_rx_segs] = 5;
	assert_top("top-udp", &snapshot, "other             9k   0 \n"); /* nginx has no datagrams */
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_CLIENT, "::ffff:9.9.9.0", 53, 0, "")->count[L4_udp_tx_dgrams] = 1;
	assert_top("top-udp", &snapshot, "unknown           0    1 \n");
	for (uint32_t pid = 1; pid < 20; pid++)
		add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_CLIENT, "::ffff:9.9.9.0", 53, pid, "many")
			->count[L4_udp_tx_dgrams] = 2;
	assert_top("top-udp", &snapshot, "many              0    2 \n"); /* those cut off are more */
	snapshot_free(&snapshot);
}

static void rates_are_per_second(void **state)
{
	struct snapshot snapshot = empty_snapshot();

	(void)state;
	snapshot.interval = 10;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_CLIENT, "::ffff:9.9.9.0", 53, 7, "named")->count[L4_udp_tx_dgrams] =
		2500;
	cell_at(&snapshot, 0)->count[L4_udp_rx_dgrams] = 3;
	assert_top("udp-io", &snapshot, "  <1   250 \n");
	snapshot_free(&snapshot);
}

static void an_address_is_cut_before_its_port(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	char *text;

	(void)state;
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "2001:db8:1234:5678::", 65535, 7, "x")
		->count[L4_tcp_opens_in] = 1;
	assert_top("top-conn", &snapshot, "2001:db8:1234:5678::/64:65535   1 \n");
	text = written(&output_dstat, choose(terminal_settings(27, 24), "top-conn"), &snapshot, 1);
	assert_string_equal(strchr(text, '\n'), "\nsubnet:port            new \n2001:db8:1234:5+:65535   1 \n");
	free(text);
	snapshot_free(&snapshot);
}

static void white_backgrounds_have_their_colours(void **state)
{
	struct output_settings settings = choose(pipe_settings(), "rbuf time");
	struct snapshot snapshot = busy_snapshot();
	char *text;

	(void)state;
	settings.colour = COLOURS_ON_WHITE;
	text = written(&output_dstat, settings, &snapshot, 1);
	assert_null(strstr(text, "\033[1;37m"));
	assert_null(strstr(text, "\033[0;37m"));
	assert_non_null(strstr(text, "\033[0;30m23-11"));
	free(text);
	snapshot_free(&snapshot);
}

static void names_cannot_harm(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile_names) / sizeof(*hostile_names); i++) {
		struct snapshot snapshot = hostile_snapshot(hostile_names[i]);
		char *text = written(&output_dstat, pipe_settings(), &snapshot, 1);

		assert_harmless(text);
		assert_int_equal(occurrences(text, "\n"), 3);
		free(text);
		snapshot_free(&snapshot);
	}
}

static void wide_names_keep_the_columns(void **state)
{
	struct snapshot snapshot = hostile_snapshot("\u6f22\u5b57\u6f22\u5b57\u6f22");

	(void)state;
	assert_top("top-udp", &snapshot, "\u6f22\u5b57\u6f22\u5b57\u6f22        5    0 \n");
	setlocale(LC_ALL, "C");
	assert_top("top-udp", &snapshot, "???????????????   5    0 \n");
	setlocale(LC_ALL, "C.UTF-8");
	snapshot_free(&snapshot);
}

static void the_clock_is_as_wide_as_its_format(void **state)
{
	(void)state;
	setenv("L4DSTAT_TIMEFMT", "%H:%M:%S", 1);
	assert_busy(choose(pipe_settings(), "time rbuf"), 1,
		    "-system- drop\n"
		    "  time  |rbuf\n"
		    "06:31:32|  4 \n");
	unsetenv("L4DSTAT_TIMEFMT");
}

static void write_errors_are_returned(void **state)
{
	(void)state;
	assert_write_errors(&output_dstat, pipe_settings());
}

/* What the table of columns must keep to for the code to work. */
static void the_columns_are_sound(void **state)
{
	unsigned int ranks = 0;

	(void)state;
	for (size_t i = 0; i < column_group_count; i++) {
		const struct column_group *group = &column_groups[i];

		assert_ptr_equal(column_group_by_name(group->name), group);
		assert_non_null(group->help);
		assert_false(ranks & 1u << group->rank); /* ranks but 0 are different */
		ranks |= (1u << group->rank) & ~1u;
		assert_int_equal(group->kind == COLUMNS_TOP, group->dims.count > 0);
		assert_int_equal(group->kind != COLUMNS_TOTAL && group->kind != COLUMNS_HOST &&
					 group->kind != COLUMNS_HOST_EACH,
				 group->text.title != NULL);
		for (const struct column *column = group->numbers; column < column_group_end(group); column++) {
			size_t length = 0;

			assert_int_equal(column->host != HOST_NONE, column_group_is_host(group));
			if (column->host) {
				assert_int_equal(host_metrics[column->host].scope,
						 group->kind == COLUMNS_HOST	   ? HOST_SYSTEM
						 : group->kind == COLUMNS_HOST_TOP ? HOST_PROCESSES
										   : group->scope);
				continue;
			}
			while (column->sum[length] != METRIC_NONE)
				assert_int_equal(metrics[column->sum[length++]].unit, column_unit(column));
			assert_in_range(length, 1, column_unit(column) == UNIT_RATIO ? 1 : COLUMN_SUM_MAX);
			assert_true(strlen(column->title) <= column->width);
		}
	}
	assert_null(column_group_by_name("nosuch"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_gets_every_column_and_one_header),
		cmocka_unit_test(the_default_line_fits_40_columns),
		cmocka_unit_test(the_default_line_fits_80_columns),
		cmocka_unit_test(the_default_line_fits_120_columns),
		cmocka_unit_test(the_default_line_fits_200_columns),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(quiet_is_blank_and_zeros),
		cmocka_unit_test(colours_are_magnitudes),
		cmocka_unit_test(zeros_are_faint_and_bad_news_is_reverse),
		cmocka_unit_test(colours_change_nothing_else),
		cmocka_unit_test(columns_stand_in_the_order_chosen),
		cmocka_unit_test(what_does_not_fit_is_left_out_from_the_right),
		cmocka_unit_test(what_fits_exactly_stays),
		cmocka_unit_test(the_notice_comes_once),
		cmocka_unit_test(something_is_shown_on_the_narrowest),
		cmocka_unit_test(the_header_comes_back_each_screen),
		cmocka_unit_test(a_resize_is_followed),
		cmocka_unit_test(the_winner_is_a_real_row),
		cmocka_unit_test(rates_are_per_second),
		cmocka_unit_test(an_address_is_cut_before_its_port),
		cmocka_unit_test(white_backgrounds_have_their_colours),
		cmocka_unit_test(names_cannot_harm),
		cmocka_unit_test(wide_names_keep_the_columns),
		cmocka_unit_test(the_clock_is_as_wide_as_its_format),
		cmocka_unit_test(write_errors_are_returned),
		cmocka_unit_test(the_columns_are_sound),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
