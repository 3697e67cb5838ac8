/* SPDX-License-Identifier: GPL-2.0 */
/* The host's columns in CSV and JSON: names by host.def, nothing for what is not known, hostile names harmless. */
#include <jansson.h>
#include <math.h>

#include "cells.h"
#include "columns.h"
#include "host.h"
#include "text.h"

static char *const links[] = {"lo", "=cmd()|'x'!A1", "total", NULL};

/* A row as the readers make it: its name printable. */
static void name_row(struct host_row *row, const char *name)
{
	text_printable(row->name, sizeof(row->name), (const uint8_t *)name, strlen(name));
}

static struct snapshot host_snapshot(struct host_row rows[static 2], const char *process)
{
	struct snapshot snapshot = empty_snapshot();

	static const struct {
		enum host_metric metric;
		double value;
	} known[] = {
		{HOST_tcp_lis, NAN}, {HOST_tcp_act, 28},      {HOST_tcp_syn, 29},      {HOST_tcp_tim, 30},
		{HOST_tcp_clo, 31},  {HOST_procs_running, 8}, {HOST_procs_blocked, 9}, {HOST_procs_new, 10},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		snapshot.host.system.value[known[i].metric] = known[i].value;
	snapshot.host.interval = 1;
	memset(rows, 0, 2 * sizeof(*rows));
	name_row(&rows[0], "lo");
	rows[0].values.value[HOST_link_rx_bytes] = 1500;
	name_row(&rows[1], links[1]);
	rows[1].values.value[HOST_link_tx_bytes] = 7;
	snapshot.host.links = (struct host_rows){.rows = rows, .count = 2};
	name_row(&snapshot.host.top[HOST_TOP_CPU], process);
	snapshot.host.top[HOST_TOP_CPU].pid = 77;
	snapshot.host.top[HOST_TOP_CPU].values.value[HOST_process_cpu] = 0.25;
	return snapshot;
}

static struct output_settings host_settings(void)
{
	static const struct column_group *columns[6];
	static const char *const names[] = {"tcp", "proc", "net", "net-packets", "top-cpu"};
	struct output_settings settings = pipe_settings();

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		columns[i] = column_group_by_name(names[i]);
	settings.columns = columns;
	settings.instances[HOST_LINKS] = links;
	return settings;
}

/* Heading and row; to be freed. */
static char *csv(const struct snapshot *snapshot)
{
	struct output_settings settings = host_settings();
	void *state = output_csv.begin(&settings);
	char *heading = output_csv.heading(state), *row = written(&output_csv, settings, snapshot, 1);
	char *text = malloc(strlen(heading) + strlen(row) + 1);

	strcat(strcpy(text, heading), row);
	output_csv.end(state);
	free(heading);
	free(row);
	return text;
}

static void csv_has_a_column_for_each(void **state)
{
	struct host_row rows[2];
	struct snapshot snapshot = host_snapshot(rows, "=1+\"1\"");
	char *text = csv(&snapshot);

	(void)state;
	assert_string_equal(
		text,
		"timestamp,interval,tcp_lis,tcp_act,tcp_syn,tcp_tim,tcp_clo,procs_running,procs_blocked,procs_new,"
		"lo_link_rx_bytes,lo_link_tx_bytes,'=cmd()|'x'!A1_link_rx_bytes,'=cmd()|'x'!A1_link_tx_bytes,"
		"total_link_rx_bytes,total_link_tx_bytes,lo_link_rx_packets,lo_link_tx_packets,"
		"'=cmd()|'x'!A1_link_rx_packets,'=cmd()|'x'!A1_link_tx_packets,total_link_rx_packets,"
		"total_link_tx_packets,top_cpu_pid,top_cpu_process,top_cpu_process_cpu\r\n"
		"2026-11-23T06:31:32.250Z,1,,28,29,30,31,8,9,10,1500,0,0,7,,,0,0,0,0,,,77,\"'=1+\"\"1\"\"\",0.25\r\n");
	free(text);
}

/* Whatever a process is called: one line more than the heading, no control byte, as many cells as names. */
static void csv_stays_rectangular(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile_names) / sizeof(*hostile_names); i++) {
		struct host_row rows[2];
		struct snapshot snapshot = host_snapshot(rows, hostile_names[i]);
		char *text = csv(&snapshot);
		size_t commas[2] = {}, line = 0;
		bool quoted = false;

		for (const char *c = text; *c; c++) {
			quoted ^= *c == '"';
			assert_true((unsigned char)*c >= ' ' || *c == '\r' || *c == '\n');
			if (*c == '\n')
				assert_false(quoted);
			line += *c == '\n';
			if (*c == ',' && !quoted)
				commas[line]++;
		}
		assert_int_equal(line, 2);
		assert_int_equal(commas[0], commas[1]);
		free(text);
	}
}

static json_t *json_of(const struct output *output, const struct snapshot *snapshot)
{
	char *text = written(output, host_settings(), snapshot, 1);
	json_t *object = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);

	assert_non_null(object);
	free(text);
	return object;
}

static void json_has_an_object_for_each(void **state)
{
	struct host_row rows[2];
	struct snapshot snapshot = host_snapshot(rows, "cmd");
	json_t *object = json_of(&output_json, &snapshot);
	json_t *system = json_object_get(object, "system"), *list = json_object_get(object, "links");
	json_t *top = json_object_get(object, "top_cpu");

	(void)state;
	assert_int_equal(json_object_size(system), 4 + 3);
	assert_null(json_object_get(system, "tcp_lis")); /* not known */
	assert_int_equal(json_integer_value(json_object_get(system, "tcp_act")), 28);
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "name")), links[1]);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "link_rx_bytes")), 1500);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "link_rx_packets")), 0);
	assert_int_equal(json_integer_value(json_object_get(top, "pid")), 77);
	assert_true(json_real_value(json_object_get(top, "process_cpu")) == 0.25);
	assert_non_null(json_object_get(object, "total"));
	json_decref(object);
}

/* Without columns of the host nothing of it is said; a name that is empty is no process. */
static void json_has_what_was_asked_for(void **state)
{
	struct host_row rows[2];
	struct snapshot snapshot = host_snapshot(rows, "");
	char *text = written(&output_json, pipe_settings(), &snapshot, 1);
	json_t *object = json_of(&output_json, &snapshot);

	(void)state;
	assert_null(strstr(text, "\"system\""));
	assert_null(strstr(text, "\"links\""));
	assert_null(json_object_get(object, "top_cpu"));
	json_decref(object);
	free(text);
}

static void json_rows_have_a_type_each(void **state)
{
	struct host_row rows[2];
	struct snapshot snapshot = host_snapshot(rows, "\033[2J\"x");
	char *text = written(&output_json_rows, host_settings(), &snapshot, 1), *rest;
	size_t seen = 0;

	(void)state;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		json_t *row = json_loads(line, 0, NULL);
		const char *type = json_string_value(json_object_get(row, "type"));

		assert_non_null(row);
		seen += !strcmp(type, "system") + !strcmp(type, "top_cpu") + !strcmp(type, "link");
		json_decref(row);
	}
	assert_int_equal(seen, 4);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_has_a_column_for_each),   cmocka_unit_test(csv_stays_rectangular),
		cmocka_unit_test(json_has_an_object_for_each), cmocka_unit_test(json_has_what_was_asked_for),
		cmocka_unit_test(json_rows_have_a_type_each),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
