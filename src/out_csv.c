/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CSV by RFC 4180: one heading, then rows of as many cells. Counts are per interval and unrounded, as in JSON, whose
 * names the columns have. Which columns there are is settled before the first interval and never depends on a terminal:
 * one row per interval has those of the line, the best row of each top split into its fields; one row per row of a
 * table has the dimensions and all metrics. Not here: who writes the heading, and when (outputs.c).
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chosen.h"
#include "fields.h"
#include "format.h"
#include "memory.h"

/* A run of neighbouring columns: dimensions, then metrics. */
struct part {
	const struct column_group *group; /* NULL: of a table */
	struct field_list fields;
	enum metric metrics[METRIC_COUNT];
	size_t metric_count;
	struct report report; /* of a top */
};

struct csv_state {
	const struct output_settings *settings;
	struct part *parts; /* count of them, from left to right */
	size_t count;
	struct report report; /* of the table; of all cells */
};

/* Whether some spreadsheet would take the text for a formula. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

/* A text cell and the comma before it. What a spreadsheet would run gets the quote that makes it a text there. */
static void write_text(FILE *file, const char *text)
{
	const bool quoted = strpbrk(text, "\",\r\n") || (*text && (*text == ' ' || text[strlen(text) - 1] == ' '));

	fputs(quoted ? ",\"" : ",", file);
	if (is_formula(text))
		fputc('\'', file);
	for (; *text; text++)
		fputs(*text == '"' ? "\"\"" : (char[2]){*text}, file);
	if (quoted)
		fputc('"', file);
}

static void write_empty(FILE *file)
{
	fputc(',', file);
}

static void write_number(FILE *file, int64_t number)
{
	fprintf(file, ",%lld", (long long)number);
}

/* A ratio, or a number of the host: most are whole. What is not known is empty. */
static void write_real(FILE *file, double number)
{
	if (isfinite(number))
		fprintf(file, ",%.15g", round(number * 1e6) / 1e6);
	else
		write_empty(file);
}

static void write_field(FILE *file, const struct field_value *value)
{
	if (value->kind == FIELD_TEXT)
		write_text(file, value->text);
	else if (value->kind == FIELD_NUMBER)
		write_number(file, value->number);
	else
		write_empty(file);
}

/* Nothing for what a filter has left untold, and for what cannot be known. */
static void write_metric(FILE *file, const struct report_values *values, enum metric metric,
			 const struct snapshot *snapshot)
{
	if (!snapshot_tells(snapshot, metric) || isnan(report_value(values, metric)))
		write_empty(file);
	else if (metrics[metric].kind == METRIC_RATIO)
		write_real(file, report_value(values, metric));
	else
		write_number(file, values->counter[metric]); /* NOLINT(clang-analyzer-core.NullDereference) */
}

/* What every row begins with. */
static void write_time(FILE *file, const struct snapshot *snapshot)
{
	char text[FORMAT_TIMESTAMP];

	format_timestamp(text, snapshot->timestamp);
	fprintf(file, "%s,%.15g", text, round(snapshot->interval * 1e6) / 1e6);
}

static int end_row(FILE *file)
{
	return fputs("\r\n", file) == EOF ? -errno : 0;
}

static int flush(FILE *file)
{
	return fflush(file) || ferror(file) ? -(errno ?: EIO) : 0;
}

/* A report without rows is that of an interval in which nothing was there to be ranked. */
static void write_part(FILE *file, const struct part *part, const struct report_row *row,
		       const struct report_values *values, const struct snapshot *snapshot,
		       const struct dimension_context *context)
{
	struct field_value value;

	for (size_t i = 0; i < part->fields.count; i++) {
		value.kind = FIELD_NONE;
		if (row)
			field_get(&value, &part->fields, i, &row->key, context);
		write_field(file, &value);
	}
	for (size_t i = 0; i < part->metric_count; i++)
		write_metric(file, values, part->metrics[i], snapshot);
}

/* values NULL: nothing is known. */
static void write_host_numbers(FILE *file, const struct column_group *group, const struct host_values *values)
{
	for (const struct column *column = group->numbers; column < column_group_end(group); column++)
		write_real(file, values ? values->value[column->host] : NAN);
}

static void write_host_top(FILE *file, const struct column_group *group, const struct host_row *row)
{
	if (*row->name) {
		write_number(file, row->pid);
		write_text(file, row->name);
	} else {
		write_empty(file);
		write_empty(file);
	}
	write_host_numbers(file, group, *row->name ? &row->values : NULL);
}

static void write_host(const struct csv_state *state, const struct column_group *group, const struct snapshot *snapshot)
{
	FILE *file = state->settings->file;
	const struct host_rows *rows = host_rows_of(&snapshot->host, group->scope);

	if (group->kind == COLUMNS_EPOCH)
		write_real(file, floor(snapshot->timestamp));
	else if (group->kind == COLUMNS_HOST)
		write_host_numbers(file, group, &snapshot->host.system);
	else if (group->kind == COLUMNS_HOST_TOP)
		write_host_top(file, group, &snapshot->host.top[group->top]);
	for (char *const *name = chosen_instances(state->settings, group); name && *name; name++) {
		const struct host_row *row = host_find(rows, *name);

		write_host_numbers(file, group, row ? &row->values : NULL);
	}
}

static void write_parts(struct csv_state *state, const struct snapshot *snapshot)
{
	static const struct report_values nothing;
	const struct output_settings *settings = state->settings;

	for (size_t i = 0; i < state->count; i++) {
		const struct part *part = &state->parts[i];
		const struct report_row *best;

		if (column_group_is_host(part->group)) {
			write_host(state, part->group, snapshot);
		} else if (part->group->kind == COLUMNS_TOP) {
			best = report_best(&part->report, &part->group->sort);
			write_part(settings->file, part, best, best ? &best->values : &nothing, snapshot,
				   &settings->dimension);
		} else {
			write_part(settings->file, part, NULL, &state->report.total, snapshot, &settings->dimension);
		}
	}
}

static void make_reports(struct csv_state *state, const struct snapshot *snapshot)
{
	report_sum_up(&state->report.total, snapshot, NULL);
	for (size_t i = 0; i < state->count; i++) {
		struct part *part = &state->parts[i];

		if (part->group->kind == COLUMNS_TOP)
			report_make_best(&part->report, snapshot, &part->group->dims, &part->group->sort);
	}
}

static int line_interval(void *opaque, const struct snapshot *snapshot)
{
	struct csv_state *state = opaque;

	errno = 0;
	make_reports(state, snapshot);
	write_time(state->settings->file, snapshot);
	write_parts(state, snapshot);
	return end_row(state->settings->file) ?: flush(state->settings->file);
}

static int table_interval(void *opaque, const struct snapshot *snapshot)
{
	struct csv_state *state = opaque;
	const struct output_settings *settings = state->settings;
	const struct report_query query = {
		.dims = settings->by,
		.sort = settings->sort.by[0] == METRIC_NONE ? report_default_sort(&settings->by) : settings->sort,
		.top = settings->top,
		.with_distinct = true,
	};
	int err = 0;

	errno = 0;
	report_make(&state->report, snapshot, &query);
	for (size_t i = 0; !err && i < state->report.count; i++) {
		const struct report_row *row = &state->report.rows[i];

		write_time(settings->file, snapshot);
		write_part(settings->file, &state->parts[0], row, &row->values, snapshot, &settings->dimension);
		err = end_row(settings->file);
	}
	return err ?: flush(settings->file);
}

static bool has_metric(const struct part *part, enum metric metric)
{
	for (size_t i = 0; i < part->metric_count; i++) {
		if (part->metrics[i] == metric)
			return true;
	}
	return false;
}

/* Names of columns are unique: what two groups of totals show stands in the first of them. */
static bool is_shown(const struct csv_state *state, const struct part *part, enum metric metric)
{
	for (size_t i = 0; i < state->count && part->group->kind == COLUMNS_TOTAL; i++) {
		if (state->parts[i].group->kind == COLUMNS_TOTAL && has_metric(&state->parts[i], metric))
			return true;
	}
	return has_metric(part, metric);
}

/* A column that adds metrics up becomes a column for each: sums can be made later, parts of them not. */
static void add_metrics(const struct csv_state *state, struct part *part)
{
	for (const struct column *column = part->group->numbers; column < column_group_end(part->group); column++) {
		for (const enum metric *metric = column->sum; *metric != METRIC_NONE; metric++) {
			if (!is_shown(state, part, *metric))
				part->metrics[part->metric_count++] = *metric;
		}
	}
}

static void add_group(struct csv_state *state, const struct column_group *group)
{
	struct part *part = &state->parts[state->count];

	*part = (struct part){.group = group};
	if (group->kind == COLUMNS_TOP)
		part->fields = fields_of(&group->dims);
	if (!column_group_is_host(group))
		add_metrics(state, part);
	state->count++;
}

static void add_table(struct csv_state *state)
{
	struct part *part = &state->parts[state->count++];

	*part = (struct part){.fields = fields_of(&state->settings->by)};
	for (int m = 0; m < METRIC_COUNT; m++)
		part->metrics[part->metric_count++] = m;
}

/* The default line here is all that can be in it, not what fits a terminal. */
static void add_groups(struct csv_state *state)
{
	const struct output_settings *settings = state->settings;
	const size_t count = chosen_count(settings);

	for (size_t i = 0; i < count; i++) {
		const struct column_group *group = chosen_group(settings, i);

		if (settings->columns || group->rank)
			add_group(state, group);
	}
}

static struct csv_state *new_state(const struct output_settings *settings, size_t parts)
{
	struct csv_state *state = memory_new(1, sizeof(*state));

	state->settings = settings;
	state->parts = memory_new(parts, sizeof(*state->parts));
	return state;
}

static void *line_begin(const struct output_settings *settings)
{
	struct csv_state *state = new_state(settings, chosen_count(settings));

	add_groups(state);
	return state;
}

static void *table_begin(const struct output_settings *settings)
{
	struct csv_state *state = new_state(settings, 1);

	add_table(state);
	return state;
}

/* top-retrans: top_retrans_subnet, top_retrans_tcp_retrans_segs… */
static void write_name(FILE *file, const struct part *part, const char *name)
{
	const bool top = part->group && (part->group->kind == COLUMNS_TOP || part->group->kind == COLUMNS_HOST_TOP);

	fputc(',', file);
	if (top) {
		for (const char *c = part->group->name; *c; c++)
			fputc(*c == '-' ? '_' : *c, file);
		fputc('_', file);
	}
	fputs(name, file);
}

/* tcp_lis; top_cpu_pid, top_cpu_process, top_cpu_process_cpu; of each interface eth0_link_rx_bytes. */
static void write_host_names(FILE *file, const struct csv_state *state, const struct part *part)
{
	const struct column_group *group = part->group;
	const struct column *const end = column_group_end(group);

	if (group->kind == COLUMNS_EPOCH)
		write_name(file, part, group->name);
	if (group->kind == COLUMNS_HOST_TOP) {
		write_name(file, part, "pid");
		write_name(file, part, "process");
	}
	for (const struct column *column = group->numbers; column < end && group->kind != COLUMNS_HOST_EACH; column++)
		write_name(file, part, host_metrics[column->host].name);
	for (char *const *name = chosen_instances(state->settings, group); name && *name; name++) {
		for (const struct column *column = group->numbers; column < end; column++) {
			char *title = memory_format("%s_%s", *name, host_metrics[column->host].name);

			write_text(file, title);
			free(title);
		}
	}
}

/* A stream that writes to *text; ends the program if there is no memory. */
static FILE *text_stream(char **text, size_t *size)
{
	FILE *file = open_memstream(text, size);

	if (!file)
		memory_exhausted();
	fputs("timestamp,interval", file);
	return file;
}

static void end_text(FILE *file)
{
	fputs("\r\n", file);
	if (fclose(file))
		memory_exhausted();
}

static char *csv_heading(void *opaque)
{
	const struct csv_state *state = opaque;
	char *text = NULL;
	size_t size = 0;
	FILE *file = text_stream(&text, &size);

	for (size_t i = 0; i < state->count; i++) {
		const struct part *part = &state->parts[i];

		if (part->group && column_group_is_host(part->group))
			write_host_names(file, state, part);
		for (size_t f = 0; f < part->fields.count; f++)
			write_name(file, part, part->fields.fields[f].name);
		for (size_t m = 0; m < part->metric_count; m++)
			write_name(file, part, metrics[part->metrics[m]].name);
	}
	end_text(file);
	return text;
}

static void csv_end(void *opaque)
{
	struct csv_state *state = opaque;

	for (size_t i = 0; i < state->count; i++)
		report_free(&state->parts[i].report);
	report_free(&state->report);
	free(state->parts);
	free(state);
}

const struct output output_csv = {
	.name = "csv",
	.shows_host = true,
	.wants_partial = true,
	.begin = line_begin,
	.interval = line_interval,
	.end = csv_end,
	.heading = csv_heading,
};

/* --by */
const struct output output_csv_table = {
	.name = "csv",
	.wants_partial = true,
	.wants_states = true,
	.begin = table_begin,
	.interval = table_interval,
	.end = csv_end,
	.heading = csv_heading,
};

/* --listeners: a row for each. */

static void *listeners_begin(const struct output_settings *settings)
{
	return new_state(settings, 0);
}

static int write_listener(const struct csv_state *state, const struct snapshot *snapshot,
			  const struct snapshot_listener *found)
{
	FILE *file = state->settings->file;
	struct field_value value;

	write_time(file, snapshot);
	for (size_t i = 0; i < listener_field_count; i++) {
		listener_field_get(&value, i, found, &state->settings->dimension);
		write_field(file, &value);
	}
	return end_row(file);
}

static int listeners_interval(void *opaque, const struct snapshot *snapshot)
{
	const struct csv_state *state = opaque;
	int err = 0;

	errno = 0;
	for (size_t i = 0; !err && i < snapshot->listener_count; i++)
		err = write_listener(state, snapshot, &snapshot->listeners[i]);
	return err ?: flush(state->settings->file);
}

static char *listeners_heading(void *opaque)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = text_stream(&text, &size);

	(void)opaque;
	for (size_t i = 0; i < listener_field_count; i++)
		fprintf(file, ",%s", listener_field_name(i));
	end_text(file);
	return text;
}

const struct output output_csv_listeners = {
	.name = "csv",
	.wants_partial = true,
	.wants_states = true,
	.begin = listeners_begin,
	.interval = listeners_interval,
	.end = csv_end,
	.heading = listeners_heading,
};
