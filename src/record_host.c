/* SPDX-License-Identifier: GPL-2.0 */
/* The host's numbers as members of a line, by the names of host.def. What could not be read is left out. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "record.h"
#include "record_host.h"
#include "text.h"

static const char wrong[] = "the host's own numbers are not what they should be";

/* No rate that is made of them leaves what a number can be. */
static const double values_max = 1e18;

/* The lists. */
static const struct {
	const char *key;
	enum host_scope scope;
	unsigned int part;
} lists[] = {
	{"links", HOST_LINKS, HOST_READ_LINKS},
	{"disks", HOST_DISKS, HOST_READ_DISKS},
};

static const struct {
	const char *key;
	unsigned int parts;
} tops[HOST_TOPS] = {
	[HOST_TOP_CPU] = {"top_cpu", HOST_READ_PROCESSES},
	[HOST_TOP_IO] = {"top_io", HOST_READ_PROCESSES | HOST_READ_PROCESS_IO},
	[HOST_TOP_MEMORY] = {"top_mem", HOST_READ_PROCESSES},
};

static struct host_rows *rows_of(struct host_reading *host, enum host_scope scope)
{
	return scope == HOST_LINKS ? &host->links : &host->disks;
}

/* Writing */

static void write_values(FILE *file, const struct host_values *values, enum host_scope scope, unsigned int parts)
{
	for (int m = HOST_NONE + 1; m < HOST_METRIC_COUNT; m++) {
		const struct host_metric_info *metric = &host_metrics[m];

		if (metric->scope == scope && !(metric->part & ~parts) && isfinite(values->value[m]))
			fprintf(file, ",\"%s\":%.17g", metric->name, values->value[m]);
	}
}

static void write_rows(FILE *file, const struct host_rows *rows, enum host_scope scope, unsigned int parts)
{
	for (size_t i = 0; i < rows->count; i++) {
		fputs(i ? ",{\"name\":" : "{\"name\":", file);
		record_write_text(file, rows->rows[i].name);
		if (rows->rows[i].idle)
			fputs(",\"idle\":true", file);
		write_values(file, &rows->rows[i].values, scope, parts);
		fputc('}', file);
	}
}

static void write_top(FILE *file, const struct host_row *row, unsigned int parts)
{
	if (!*row->name) {
		fputs("null", file);
		return;
	}
	fprintf(file, "{\"pid\":%d,\"process\":", (int)row->pid);
	record_write_text(file, row->name);
	write_values(file, &row->values, HOST_PROCESSES, parts);
	fputc('}', file);
}

void record_write_host(FILE *file, const struct host_reading *host)
{
	if (!host->parts)
		return;
	fprintf(file, ",\"system\":{\"interval\":%.17g", host->interval);
	write_values(file, &host->system, HOST_SYSTEM, host->parts);
	fputc('}', file);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (!(host->parts & lists[i].part))
			continue;
		fprintf(file, ",\"%s\":[", lists[i].key);
		write_rows(file, host_rows_of(host, lists[i].scope), lists[i].scope, host->parts);
		fputc(']', file);
	}
	for (int top = 0; top < HOST_TOPS; top++) {
		if (tops[top].parts & ~host->parts)
			continue;
		fprintf(file, ",\"%s\":", tops[top].key);
		write_top(file, &host->top[top], host->parts);
	}
}

/* Reading: these return whether it is as it should be. */

static bool take_value(const json_t *value, double *number)
{
	*number = json_is_number(value) ? json_number_value(value) + 0.0 : NAN; /* there is no -0 */
	return !value || fabs(*number) <= values_max;
}

/* *parts: adds what they are of. */
static bool take_values(struct host_values *values, const json_t *object, enum host_scope scope, unsigned int *parts)
{
	for (int m = HOST_NONE + 1; m < HOST_METRIC_COUNT; m++) {
		const struct host_metric_info *metric = &host_metrics[m];

		if (metric->scope != scope)
			continue;
		if (!take_value(json_object_get(object, metric->name), &values->value[m]))
			return false;
		if (isfinite(values->value[m]))
			*parts |= metric->part;
	}
	return true;
}

/* It must be printable, as those are that were recorded. */
static bool take_name(char name[static HOST_NAME], const json_t *value)
{
	const char *text = json_string_value(value);

	if (!text || !*text)
		return false;
	text_printable(name, HOST_NAME, (const uint8_t *)text, json_string_length(value));
	return true;
}

static bool take_rows(struct host_reading *host, const json_t *list, enum host_scope scope)
{
	const json_t *object;
	size_t i;

	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, object)
	{
		struct host_row *row = host_add(rows_of(host, scope));

		if (!take_name(row->name, json_object_get(object, "name")) ||
		    !take_values(&row->values, object, scope, &host->parts))
			return false;
		row->idle = json_is_true(json_object_get(object, "idle"));
	}
	return true;
}

static bool take_top(struct host_reading *host, const json_t *object, enum host_top top)
{
	const json_t *pid = json_object_get(object, "pid");
	struct host_row *row = &host->top[top];

	if (json_is_null(object))
		return true;
	row->pid = json_integer_value(pid);
	return json_is_integer(pid) && json_integer_value(pid) == row->pid && row->pid >= 0 &&
	       take_name(row->name, json_object_get(object, "process")) &&
	       take_values(&row->values, object, HOST_PROCESSES, &host->parts);
}

static void forget(struct host_reading *host)
{
	const struct host_rows links = host->links, disks = host->disks;

	*host = (struct host_reading){.links = links, .disks = disks};
	host->links.count = host->disks.count = 0;
	for (int m = 0; m < HOST_METRIC_COUNT; m++)
		host->system.value[m] = NAN;
}

static bool take_system(struct host_reading *host, const json_t *system)
{
	return take_value(json_object_get(system, "interval"), &host->interval) && host->interval >= 1e-9 &&
	       host->interval <= 1e9 && take_values(&host->system, system, HOST_SYSTEM, &host->parts);
}

const char *record_take_host(struct host_reading *host, const json_t *line)
{
	const json_t *system = json_object_get(line, "system");
	bool good;

	forget(host);
	if (!system)
		return NULL;
	good = take_system(host, system);
	for (size_t i = 0; good && i < sizeof(lists) / sizeof(*lists); i++) {
		const json_t *list = json_object_get(line, lists[i].key);

		good = !list || take_rows(host, list, lists[i].scope);
		host->parts |= list ? lists[i].part : 0;
	}
	for (int top = 0; good && top < HOST_TOPS; top++) {
		const json_t *process = json_object_get(line, tops[top].key);

		good = !process || take_top(host, process, top);
		host->parts |= process ? tops[top].parts : 0;
	}
	return good ? NULL : wrong;
}
