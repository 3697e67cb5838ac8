/* SPDX-License-Identifier: GPL-2.0 */
/* The host's own numbers in a recording: all of them come back, none is made up, and what is wrong is refused. */
#include <jansson.h>
#include <math.h>

#include "cells.h"
#include "record_host.h"

static void set_row(struct host_row *row, const char *name, enum host_metric metric, double value)
{
	strcpy(row->name, name);
	row->values.value[metric] = value;
}

/* Something of everything but what only root may read. */
static struct host_reading full_reading(void)
{
	struct host_reading host = {.parts = RECORD_HOST_ALWAYS | HOST_READ_PROCESSES, .interval = 1.0000123456789};

	for (int m = 0; m < HOST_METRIC_COUNT; m++)
		host.system.value[m] = host_metrics[m].part == HOST_VMSTAT ? NAN : 1.0 / m;
	set_row(host_add(&host.links), "total", HOST_link_rx_bytes, 7);
	set_row(host_add(&host.links), "wg\"\\0", HOST_link_rx_bytes, 1e15);
	host.links.rows[1].idle = true;
	set_row(host_add(&host.disks), "total", HOST_disk_written, 9);
	set_row(&host.top[HOST_TOP_CPU], "nginx", HOST_process_cpu, 0.25);
	host.top[HOST_TOP_CPU].pid = 811;
	return host;
}

/* To be freed. */
static char *line_of(const struct host_reading *host)
{
	char *text = NULL, *copy;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	fputs("{\"x\":1", file);
	record_write_host(file, host);
	fputc('}', file);
	fclose(file);
	copy = strdup(text);
	free(text);
	return copy;
}

static const char *take(struct host_reading *host, const char *line)
{
	json_t *object = json_loads(line, 0, NULL);
	const char *wrong;

	assert_non_null(object);
	wrong = record_take_host(host, object);
	json_decref(object);
	return wrong;
}

static void assert_scope(const struct host_values *read, const struct host_values *written, enum host_scope scope,
			 unsigned int parts)
{
	for (int m = HOST_NONE + 1; m < HOST_METRIC_COUNT; m++) {
		if (host_metrics[m].scope != scope)
			continue;
		if (host_metrics[m].part & ~parts || isnan(written->value[m]))
			assert_true(isnan(read->value[m]));
		else
			assert_true(read->value[m] == written->value[m]);
	}
}

static void assert_rows(const struct host_rows *read, const struct host_rows *written, enum host_scope scope)
{
	assert_int_equal(read->count, written->count);
	for (size_t i = 0; i < written->count; i++) {
		assert_string_equal(read->rows[i].name, written->rows[i].name);
		assert_int_equal(read->rows[i].idle, written->rows[i].idle);
		assert_scope(&read->rows[i].values, &written->rows[i].values, scope, RECORD_HOST_ALWAYS);
	}
}

static void reads_what_was_written(void **state)
{
	struct host_reading written = full_reading(), read = {};
	char *line = line_of(&written), *again;

	(void)state;
	for (int times = 0; times < 2; times++)
		assert_null(take(&read, line));
	assert_int_equal(read.parts, written.parts & ~HOST_VMSTAT); /* nothing of that could be read */
	assert_true(read.interval == written.interval);
	assert_scope(&read.system, &written.system, HOST_SYSTEM, written.parts);
	assert_rows(&read.links, &written.links, HOST_LINKS);
	assert_rows(&read.disks, &written.disks, HOST_DISKS);
	assert_string_equal(read.top[HOST_TOP_CPU].name, "nginx");
	assert_int_equal(read.top[HOST_TOP_CPU].pid, 811);
	assert_scope(&read.top[HOST_TOP_CPU].values, &written.top[HOST_TOP_CPU].values, HOST_PROCESSES, written.parts);
	assert_string_equal(read.top[HOST_TOP_MEMORY].name, "");
	again = line_of(&read);
	assert_string_equal(again, line);
	free(again);
	free(line);
	host_free(&read);
	host_free(&written);
}

/* An older line after a newer one. */
static void has_nothing_of_what_was_not_read(void **state)
{
	struct host_reading host = full_reading(), nothing = {};
	char *line = line_of(&nothing);

	(void)state;
	assert_string_equal(line, "{\"x\":1}");
	assert_null(take(&host, line));
	assert_int_equal(host.parts, 0);
	assert_int_equal(host.links.count + host.disks.count, 0);
	assert_string_equal(host.top[HOST_TOP_CPU].name, "");
	assert_true(isnan(host.system.value[HOST_cpu_user]));
	free(line);
	host_free(&host);
}

static void refuses_what_is_wrong(void **state)
{
	static const char *const lines[] = {
		"{\"system\":1}",
		"{\"system\":{}}",
		"{\"system\":{\"interval\":0}}",
		"{\"system\":{\"interval\":\"1\"}}",
		"{\"system\":{\"interval\":1,\"cpu_user\":\"1\"}}",
		"{\"system\":{\"interval\":1,\"cpu_user\":1e19}}",
		"{\"system\":{\"interval\":1},\"links\":{}}",
		"{\"system\":{\"interval\":1},\"links\":[1]}",
		"{\"system\":{\"interval\":1},\"links\":[{}]}",
		"{\"system\":{\"interval\":1},\"links\":[{\"name\":\"\"}]}",
		"{\"system\":{\"interval\":1},\"disks\":[{\"name\":\"a\",\"disk_read\":[]}]}",
		"{\"system\":{\"interval\":1},\"top_cpu\":1}",
		"{\"system\":{\"interval\":1},\"top_cpu\":{\"process\":\"a\"}}",
		"{\"system\":{\"interval\":1},\"top_cpu\":{\"process\":\"a\",\"pid\":4294967297}}",
		"{\"system\":{\"interval\":1},\"top_cpu\":{\"process\":\"a\",\"pid\":-1}}",
		"{\"system\":{\"interval\":1},\"top_cpu\":{\"pid\":1}}",
	};
	struct host_reading host = {};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (!take(&host, lines[i]))
			fail_msg("accepted: %s", lines[i]);
	}
	host_free(&host);
}

static void harms_nobody(void **state)
{
	struct host_reading host = {};

	(void)state;
	assert_null(take(&host, "{\"system\":{\"interval\":1,\"moons\":2},\"links\":[{\"name\":\"\\u001b[2J\\n\"}]}"));
	assert_harmless(host.links.rows[0].name);
	host_free(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(has_nothing_of_what_was_not_read),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(harms_nobody),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
