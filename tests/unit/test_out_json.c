/* SPDX-License-Identifier: GPL-2.0 */
/* JSON: what is the rest is marked so, whatever somebody calls himself; a number has one type. */
#include <jansson.h>

#include "cells.h"
#include "outputs.h"

/* The line of that number, from 0 on; to be released. */
static json_t *line_at(const char *text, int number)
{
	json_t *line;

	while (number--)
		text = strchr(text, '\n') + 1;
	line = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(line);
	return line;
}

/* A process called `other`, others that are cut off, and what found no cell. */
static struct snapshot others(void)
{
	struct snapshot snapshot = empty_snapshot();

	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 53, 9, "other")->count[L4_udp_rx_dgrams] = 5;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 53, 10, "x")->count[L4_udp_rx_dgrams] = 3;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 53, 11, "y")->count[L4_udp_rx_dgrams] = 2;
	add_other(&snapshot, L4_PROTO_UDP)->count[L4_udp_rx_dgrams] = 1;
	return snapshot;
}

static struct output_settings by(enum dimension dim)
{
	struct output_settings settings = pipe_settings();

	settings.by = (struct dimension_list){{dim}, 1};
	settings.top = 1;
	return settings;
}

static void assert_row(const json_t *row, const char *key, const char *name, bool rest, int datagrams)
{
	assert_string_equal(json_string_value(json_object_get(row, key)), name);
	assert_int_equal(json_is_true(json_object_get(row, "other")), rest);
	assert_int_equal(json_object_get(row, "other") != NULL, rest);
	assert_int_equal(json_integer_value(json_object_get(row, "udp_rx_dgrams")), datagrams);
}

static void a_process_called_other_is_not_the_rest(void **state)
{
	struct snapshot snapshot = others();
	char *text = written(&output_json, by(DIM_NAME), &snapshot, 1);
	json_t *line = line_at(text, 0), *rows = json_object_get(line, "rows");

	(void)state;
	assert_int_equal(json_array_size(rows), 2);
	assert_row(json_array_get(rows, 0), "name", "'other'", false, 5);
	assert_row(json_array_get(rows, 1), "name", "other", true, 6);
	json_decref(line);
	free(text);
	text = written(&output_json_rows, by(DIM_NAME), &snapshot, 1);
	for (int i = 0; i < 2; i++) {
		line = line_at(text, i + 1);
		assert_row(line, "name", i ? "other" : "'other'", i, i ? 6 : 5);
		json_decref(line);
	}
	free(text);
	snapshot_free(&snapshot);
}

/* Of a port, which is a number, there is none of the rest. */
static void the_rest_has_no_port_in_rows(void **state)
{
	struct snapshot snapshot = others();
	struct output_settings settings = by(DIM_PORT);
	json_t *line;
	char *text;

	(void)state;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::1", 54, 10, "x")->count[L4_udp_rx_dgrams] = 1;
	text = written(&output_json_rows, settings, &snapshot, 1);
	line = line_at(text, 1);
	assert_int_equal(json_integer_value(json_object_get(line, "port")), 53);
	assert_null(json_object_get(line, "other"));
	json_decref(line);
	line = line_at(text, 2);
	assert_null(json_object_get(line, "port"));
	assert_true(json_is_true(json_object_get(line, "other")));
	json_decref(line);
	free(text);
	snapshot_free(&snapshot);
}

static void a_number_of_the_host_has_one_type(void **state)
{
	const struct column_group *columns[] = {column_group_by_name("cpu"), column_group_by_name("sys"), NULL};
	struct output_settings settings = pipe_settings();
	struct snapshot snapshot = empty_snapshot();
	json_t *line, *system;
	char *text;

	(void)state;
	settings.columns = columns;
	snapshot.host.system.value[HOST_cpu_idle] = 1;
	snapshot.host.system.value[HOST_cpu_user] = 0.25;
	snapshot.host.system.value[HOST_interrupts] = 3;
	text = written(&output_json, settings, &snapshot, 1);
	line = line_at(text, 0);
	system = json_object_get(line, "system");
	assert_true(json_is_real(json_object_get(system, "cpu_idle")));
	assert_true(json_is_real(json_object_get(system, "cpu_user")));
	assert_true(json_is_integer(json_object_get(system, "interrupts")));
	json_decref(line);
	free(text);
	snapshot_free(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_called_other_is_not_the_rest),
		cmocka_unit_test(the_rest_has_no_port_in_rows),
		cmocka_unit_test(a_number_of_the_host_has_one_type),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
