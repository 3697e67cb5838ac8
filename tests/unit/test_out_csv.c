/* SPDX-License-Identifier: GPL-2.0 */
/* CSV: by the byte what RFC 4180 wants, columns by what was asked for alone, nothing a spreadsheet would run. */
#include "cells.h"
#include "columns.h"

/* The heading and an interval's rows; to be freed. */
static char *csv(const struct output *output, struct output_settings settings, const struct snapshot *snapshot)
{
	void *state = output->begin(&settings);
	char *heading = output->heading(state);
	char *rows = written(output, settings, snapshot, 1);
	char *text = malloc(strlen(heading) + strlen(rows) + 1);

	strcat(strcpy(text, heading), rows);
	output->end(state);
	free(heading);
	free(rows);
	return text;
}

/* The cell of that line (0: the heading) and column, without quotes; NULL if there is none. */
static char *cell(const char *text, size_t line, size_t column)
{
	static char found[512];
	size_t used = 0;
	bool quoted = false;

	for (; *text; text++) {
		if (*text == '"' && quoted && text[1] == '"')
			text++;
		else if (*text == '"') {
			quoted = !quoted;
			continue;
		}
		if (!quoted && *text == '\r') {
			if (!line && !column)
				break;
			assert_int_equal(text[1], '\n');
		} else if (!quoted && *text == '\n') {
			if (!line--)
				return NULL;
		} else if (!quoted && *text == ',' && !line) {
			if (!column--)
				break;
		} else if (!line && !column) {
			found[used++] = *text;
		}
	}
	found[used] = 0;
	return *text ? found : NULL;
}

/* The value in that line under this name. */
static char *value(const char *text, size_t line, const char *name)
{
	char *head;

	for (size_t column = 0; (head = cell(text, 0, column)); column++) {
		if (!strcmp(head, name))
			return cell(text, line, column);
	}
	fail_msg("there is no column %s", name);
	return NULL;
}

static size_t count_columns(const char *text, size_t line)
{
	size_t count = 0;

	while (cell(text, line, count))
		count++;
	return count;
}

static void shows_the_columns_asked_for(void **state)
{
	const struct column_group *columns[] = {column_group_by_name("retrans"), column_group_by_name("time"),
						column_group_by_name("top-conn"), NULL};
	struct output_settings settings = pipe_settings();
	struct snapshot snapshot = busy_snapshot();
	char *text;

	(void)state;
	settings.columns = columns;
	text = csv(&output_csv, settings, &snapshot);
	assert_string_equal(
		text, "timestamp,interval,tcp_retrans_segs,tcp_retrans_ratio,tcp_retrans_synack,top_conn_subnet,"
		      "top_conn_proto,top_conn_role,top_conn_port,top_conn_tcp_opens_in,top_conn_tcp_opens_out\r\n"
		      "2026-11-23T06:31:32.250Z,1,31,0.008225,2,198.51.100.0/24,tcp,server,443,3012,0\r\n");
	free(text);
	snapshot_free(&snapshot);
}

static void does_not_depend_on_the_terminal(void **state)
{
	struct snapshot snapshot = busy_snapshot();
	char *narrow = csv(&output_csv, terminal_settings(20, 5), &snapshot);
	char *wide = csv(&output_csv, terminal_settings(300, 50), &snapshot);
	char *piped = csv(&output_csv, pipe_settings(), &snapshot);

	(void)state;
	assert_string_equal(narrow, piped);
	assert_string_equal(wide, piped);
	assert_string_equal(value(piped, 1, "top_udp_process"), "iperf3");
	assert_string_equal(value(piped, 1, "top_udp_pid"), "1000");
	assert_string_equal(value(piped, 1, "top_udp_udp_rx_dgrams"), "88000");
	assert_string_equal(value(piped, 1, "tcp_opens_in"), "3024");
	free(narrow);
	free(wide);
	free(piped);
	snapshot_free(&snapshot);
}

static void has_a_row_per_row_of_a_table(void **state)
{
	struct output_settings settings = pipe_settings();
	struct snapshot snapshot = busy_snapshot();
	char *text;

	(void)state;
	settings.by = (struct dimension_list){{DIM_SUBNET, DIM_PORT}, 2};
	settings.top = 2;
	text = csv(&output_csv_table, settings, &snapshot);
	for (size_t line = 0; line < 4; line++)
		assert_int_equal(count_columns(text, line), 2 + 4 + METRIC_COUNT);
	assert_int_equal(count_columns(text, 4), 0);
	assert_string_equal(value(text, 1, "subnet"), "198.51.100.0/24");
	assert_string_equal(value(text, 1, "port"), "443");
	assert_string_equal(value(text, 1, "role"), "server");
	assert_string_equal(value(text, 1, "tcp_tx_bytes"), "3984588");
	assert_string_equal(value(text, 3, "subnet"), "other");
	assert_string_equal(value(text, 3, "port"), "other");
	assert_string_equal(value(text, 3, "role"), "");
	assert_string_equal(value(text, 3, "udp_rx_dgrams"), "88249");
	free(text);
	snapshot_free(&snapshot);
}

static void a_process_called_other_is_not_the_rest(void **state)
{
	struct output_settings settings = pipe_settings();
	struct snapshot snapshot = empty_snapshot();
	char *text;

	(void)state;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 53, 9, "other")->count[L4_udp_rx_dgrams] = 5;
	add_other(&snapshot, L4_PROTO_UDP)->count[L4_udp_rx_dgrams] = 1;
	settings.by = (struct dimension_list){{DIM_NAME}, 1};
	text = csv(&output_csv_table, settings, &snapshot);
	assert_string_equal(value(text, 1, "name"), "'other'");
	assert_string_equal(value(text, 1, "udp_rx_dgrams"), "5");
	assert_string_equal(value(text, 2, "name"), "other");
	assert_string_equal(value(text, 2, "udp_rx_dgrams"), "1");
	free(text);
	snapshot_free(&snapshot);
}

static void has_the_same_columns_when_nothing_happens(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	char *text = csv(&output_csv, pipe_settings(), &snapshot);

	(void)state;
	assert_int_equal(count_columns(text, 1), count_columns(text, 0));
	assert_string_equal(value(text, 1, "top_retrans_subnet"), "");
	assert_string_equal(value(text, 1, "top_retrans_tcp_retrans_segs"), "0");
	free(text);
	snapshot_free(&snapshot);
}

static void defuses_what_a_spreadsheet_would_run(void **state)
{
	static const struct {
		const char *name, *cell;
	} cases[] = {
		{"=cmd()", "'=cmd()"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "?=1"},
		{"\r=1", "?=1"},
		{"a,b", "a,b"},
		{"a\"b\"", "a\"b\""},
		{"=\"1,2", "'=\"1,2"},
		{" lead", " lead"},
		{"a\nb", "a?b"},
		{"", ""},
		{"x=1", "x=1"},
		{"\xff", "?"},
		{"\303\274b", "\303\274b"},
	};
	struct output_settings settings = pipe_settings();

	(void)state;
	settings.by = (struct dimension_list){{DIM_PROCESS}, 1};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct snapshot snapshot = hostile_snapshot(cases[i].name);
		char *text = csv(&output_csv_table, settings, &snapshot);

		assert_string_equal(value(text, 1, "process"), cases[i].cell);
		assert_int_equal(count_columns(text, 1), count_columns(text, 0));
		free(text);
		snapshot_free(&snapshot);
	}
}

static void keeps_negative_numbers_numbers(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	char *text;

	(void)state;
	add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 1, 1, "a")->count[L4_tcp_rx_segs] = -3;
	text = csv(&output_csv, pipe_settings(), &snapshot);
	assert_string_equal(value(text, 1, "tcp_rx_segs"), "-3");
	free(text);
	snapshot_free(&snapshot);
}

static void says_what_could_not_be_written(void **state)
{
	struct output_settings settings = pipe_settings();

	(void)state;
	assert_write_errors(&output_csv, settings);
	settings.by = (struct dimension_list){{DIM_SUBNET}, 1};
	assert_write_errors(&output_csv_table, settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_the_columns_asked_for),
		cmocka_unit_test(does_not_depend_on_the_terminal),
		cmocka_unit_test(has_a_row_per_row_of_a_table),
		cmocka_unit_test(a_process_called_other_is_not_the_rest),
		cmocka_unit_test(has_the_same_columns_when_nothing_happens),
		cmocka_unit_test(defuses_what_a_spreadsheet_would_run),
		cmocka_unit_test(keeps_negative_numbers_numbers),
		cmocka_unit_test(says_what_could_not_be_written),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
