/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON Lines, schema version 1 (tools/schema): one object per interval, or flat, one object per row. Counts are per
 * interval and unrounded.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert_text.h"
#include "cover.h"
#include "fields.h"
#include "format.h"
#include "json_build.h"
#include "json_host.h"
#include "json_text.h"
#include "memory.h"
#include "output.h"

enum { SCHEMA_VERSION = 1 };

struct json_state {
	const struct output_settings *settings;
	struct report report;	  /* its memory is used again for each list */
	struct distinct distinct; /* of the interval that is being written */
};

/* Numbers people can read: as many decimals as mean something. */
static json_t *rounded(double value, double unit)
{
	return json_real(round(value / unit) * unit);
}

/* What cannot be known is left out. */
static void set_value(json_t *object, const struct report_values *values, enum metric metric)
{
	if (isnan(report_value(values, metric)))
		return;
	json_put(object, metrics[metric].name,
		 metrics[metric].kind != METRIC_RATIO ? json_integer(values->counter[metric])
						      : rounded(report_value(values, metric), 1e-6));
}

static json_t *row_object(const struct report_row *row, const struct field_list *fields,
			  const struct dimension_context *context)
{
	json_t *object = json_made(json_object());

	json_put_fields(object, fields, &row->key, context);
	if (row->key.cell.owner == L4_OWNER_OTHER)
		json_put(object, "other", json_true()); /* a row without a port says so as well */
	for (int m = 0; m < METRIC_COUNT; m++) {
		if (report_value(&row->values, m))
			set_value(object, &row->values, m);
	}
	return object;
}

static json_t *list(const struct report *report, const struct dimension_context *context)
{
	const struct field_list fields = fields_of(&report->dims);
	json_t *rows = json_made(json_array());

	for (size_t i = 0; i < report->count; i++)
		json_append(rows, row_object(&report->rows[i], &fields, context));
	return rows;
}

static void set_list(struct json_state *state, json_t *object, const char *name, const struct snapshot *snapshot,
		     const struct dimension_list *dims)
{
	const struct output_settings *settings = state->settings;
	const struct report_query query = {
		.dims = *dims,
		.sort = settings->sort.by[0] == METRIC_NONE ? report_default_sort(dims) : settings->sort,
		.top = settings->top,
		.with_distinct = true,
		.rows_alone = true,
		.distinct = &state->distinct,
	};

	report_make(&state->report, snapshot, &query);
	json_put(object, name, list(&state->report, &settings->dimension));
}

/* Sets what of the total is a gauge, or what is not, as far as it was looked at. */
static json_t *total_object(const struct report_values *total, bool gauges, const struct snapshot *snapshot)
{
	json_t *object = json_made(json_object());

	for (int m = 0; m < METRIC_COUNT; m++) {
		if ((metrics[m].kind == METRIC_GAUGE) == gauges && snapshot_tells(snapshot, m))
			set_value(object, total, m);
	}
	return object;
}

static void set_totals(struct json_state *state, json_t *object, const struct snapshot *snapshot)
{
	struct report_values total;

	report_sum_up(&total, snapshot, &state->distinct);
	json_put(object, "total", total_object(&total, false, snapshot));
	if (snapshot->has_states)
		json_put(object, "sockets", total_object(&total, true, snapshot));
}

static json_t *listener_object(const struct snapshot_listener *listener, const struct dimension_context *context)
{
	json_t *object = json_made(json_object());
	struct field_value value;

	for (size_t i = 0; i < listener_field_count; i++) {
		listener_field_get(&value, i, listener, context);
		json_put_field(object, listener_field_name(i), &value);
	}
	return object;
}

static void set_listeners(json_t *object, const struct snapshot *snapshot, const struct dimension_context *context)
{
	json_t *listeners = json_made(json_array());

	for (size_t i = 0; i < snapshot->listener_count; i++)
		json_append(listeners, listener_object(&snapshot->listeners[i], context));
	json_put(object, "listeners", listeners);
}

/* What fires in this interval. */
static void set_alerts(json_t *object, const struct output_settings *settings)
{
	json_t *alerts = json_made(json_array());

	for (size_t i = 0; i < alerts_count(settings->alerts); i++) {
		const struct alert *alert = alerts_at(settings->alerts, i);

		if (alert->event != ALERT_OVER)
			json_append(alerts, alert_object(alert, &settings->dimension));
	}
	json_put(object, "alerts", alerts);
}

static json_t *quality_object(const struct snapshot *snapshot)
{
	const struct snapshot_quality *quality = &snapshot->quality;
	json_t *object = json_made(json_object());

	for (int cover = 0; quality->has_cover && cover < COVER_COUNT; cover++)
		json_put(object, cover_names[cover], rounded(quality->cover[cover], 1e-6));
	if (quality->has_cover)
		json_put(object, "unproven", json_integer(quality->unproven));
	json_put(object, "unattributed", rounded(quality->unattributed, 1e-6));
	json_put(object, "cells_used", json_integer(quality->cells_used));
	json_put(object, "cells_max", json_integer(quality->cells_max));
	json_put(object, "cell_overflow", json_integer(quality->cell_overflow));
	json_put(object, "evictions", json_integer(quality->evictions));
	json_put(object, "missed", json_integer(quality->missed));
	json_put(object, "late_ms", rounded(quality->late_ms, 1e-3));
	return object;
}

/* By the kernel's names of reasons and errors. */
static void set_tallies(json_t *object, const struct snapshot *snapshot)
{
	static const char *const names[TALLY_COUNT] = {
		[TALLY_RESETS_OUT] = "resets_out_by_reason",
		[TALLY_UDP_DROPS] = "udp_drops_by_reason",
		[TALLY_UDP_SEND_ERRORS] = "udp_send_errors_by_errno",
	};

	for (int t = 0; t < TALLY_COUNT; t++) {
		const struct snapshot_tally *tally = &snapshot->tallies[t];
		json_t *reasons;

		if (!tally->names)
			continue;
		reasons = json_made(json_object());
		for (int i = 0; i < L4_TALLY; i++) {
			if (tally->count[i])
				json_put(reasons, tally->names[i] ?: "UNKNOWN", json_integer(tally->count[i]));
		}
		json_put(object, names[t], reasons);
	}
}

static json_t *interval_object(struct json_state *state, const struct snapshot *snapshot)
{
	static const struct {
		const char *name;
		struct dimension_list dims;
	} lists[] = {
		{"by_subnet", {{DIM_SUBNET}, 1}},
		{"by_port", {{DIM_PORT}, 1}},
		{"by_process", {{DIM_PROCESS}, 1}},
	};
	const struct output_settings *settings = state->settings;
	json_t *object = json_made(json_object());
	char timestamp[FORMAT_TIMESTAMP];

	format_timestamp(timestamp, snapshot->timestamp);
	json_put(object, "v", json_integer(SCHEMA_VERSION));
	json_put(object, "host", json_string(settings->host));
	json_put(object, "timestamp", json_string(timestamp));
	json_put(object, "ts", rounded(snapshot->timestamp, 1e-3));
	json_put(object, "interval", rounded(snapshot->interval, 1e-6));
	set_totals(state, object, snapshot);
	set_tallies(object, snapshot);
	json_add_host(object, settings, snapshot);
	if (settings->by.count)
		set_list(state, object, "rows", snapshot, &settings->by);
	for (size_t i = 0; !settings->by.count && i < sizeof(lists) / sizeof(*lists); i++)
		set_list(state, object, lists[i].name, snapshot, &lists[i].dims);
	if (snapshot->has_states)
		set_listeners(object, snapshot, &settings->dimension);
	if (settings->alerts)
		set_alerts(object, settings);
	json_put(object, "quality", quality_object(snapshot));
	distinct_free(&state->distinct);
	return object;
}

static void *json_begin(const struct output_settings *settings)
{
	struct json_state *state = memory_new(1, sizeof(*state));

	state->settings = settings;
	return state;
}

/* jansson writes in small pieces. */
static int write_line(FILE *file, const json_t *object)
{
	char *line = json_text(object);
	int err = 0;

	errno = 0;
	if (fputs(line, file) == EOF || fputc('\n', file) == EOF)
		err = -(errno ?: EIO);
	free(line);
	return err;
}

static int flush(FILE *file)
{
	return fflush(file) ? -errno : 0;
}

static int json_interval(void *opaque, const struct snapshot *snapshot)
{
	struct json_state *state = opaque;
	json_t *object = interval_object(state, snapshot);
	const int err = write_line(state->settings->file, object) ?: flush(state->settings->file);

	json_decref(object);
	return err;
}

static void json_end(void *opaque)
{
	struct json_state *state = opaque;

	report_free(&state->report);
	free(state);
}

/* Every line of ours begins so, whatever its form. */
#define LINE_BEGINS "{\"v\":1,\"host\":"

const struct output output_json = {
	.name = "json",
	.wants_partial = true,
	.wants_states = true,
	.begins = LINE_BEGINS,
	.begin = json_begin,
	.interval = json_interval,
	.end = json_end,
};

/*
 * The flat form is the interval's object taken apart, so whatever that has is in both: each object in it becomes a row,
 * each list as many as it has members, each table of counts by reason a row per reason.
 */
struct flattening {
	FILE *file;
	json_t *interval;
	int err;
};

/* What the rows of a list are called: by_subnet: subnet; rows: subnet,port; listeners: listener. */
static void type_of(char *type, size_t size, const char *key, const struct dimension_list *by)
{
	const size_t length = strlen(key);

	*type = 0;
	if (!strncmp(key, "by_", 3)) {
		snprintf(type, size, "%s", key + 3);
	} else if (!strcmp(key, "rows")) {
		for (size_t i = 0; i < by->count; i++)
			snprintf(type + strlen(type), size - strlen(type), "%s%s", i ? "," : "",
				 dimensions[by->dims[i]].name);
	} else {
		snprintf(type, size, "%.*s", (int)(length - (key[length - 1] == 's')), key);
	}
}

/*
 * A key has one type in all rows, or those who index them by it refuse some: where the port of the rest is no number,
 * there is none.
 */
static void set_flat(json_t *row, const char *key, json_t *value)
{
	if (!json_is_string(value) || strcmp(key, "port"))
		json_put(row, key, json_incref(value));
}

static void write_row(struct flattening *flattening, const char *type, json_t *members)
{
	static const char *const common[] = {"v", "host", "timestamp", "interval"};
	json_t *row = json_made(json_object()), *value;
	const char *key;

	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		json_put(row, common[i], json_incref(json_object_get(flattening->interval, common[i])));
	json_put(row, "type", json_string(type));
	json_object_foreach(members, key, value) set_flat(row, key, value);
	if (!flattening->err)
		flattening->err = write_line(flattening->file, row);
	json_decref(row);
}

static void write_reasons(struct flattening *flattening, const char *key, json_t *counts)
{
	const char *reason;
	json_t *count;

	json_object_foreach(counts, reason, count)
	{
		json_t *members = json_made(json_object());

		json_put(members, "reason", json_string(reason));
		json_put(members, "count", json_incref(count));
		write_row(flattening, key, members);
		json_decref(members);
	}
}

static void write_member(struct flattening *flattening, const char *key, json_t *value, const struct dimension_list *by)
{
	char type[128];
	json_t *row;
	size_t i;

	if (json_is_array(value)) {
		type_of(type, sizeof(type), key, by);
		json_array_foreach(value, i, row) write_row(flattening, type, row);
	} else if (json_is_object(value) && strstr(key, "_by_")) {
		write_reasons(flattening, key, value);
	} else if (json_is_object(value)) {
		write_row(flattening, key, value);
	}
}

static int json_rows_interval(void *opaque, const struct snapshot *snapshot)
{
	struct json_state *state = opaque;
	struct flattening flattening = {.file = state->settings->file, .interval = interval_object(state, snapshot)};
	const char *key;
	json_t *value;

	json_object_foreach(flattening.interval, key, value)
		write_member(&flattening, key, value, &state->settings->by);
	json_decref(flattening.interval);
	return flattening.err ?: flush(state->settings->file);
}

const struct output output_json_rows = {
	.name = "json=rows",
	.wants_partial = true,
	.wants_states = true,
	.begins = LINE_BEGINS,
	.begin = json_begin,
	.interval = json_rows_interval,
	.end = json_end,
};
