/* SPDX-License-Identifier: GPL-2.0 */
/* JSON Lines: one object per interval, schema version 1. Counts are per interval and unrounded. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cover.h"
#include "memory.h"
#include "output.h"

enum { SCHEMA_VERSION = 1 };

struct json_state {
	const struct output_settings *settings;
	struct report report; /* its memory is used again for each list */
};

/* jansson fails only when there is no memory: what it is given is valid UTF-8, every number finite. */
static json_t *made(json_t *value)
{
	if (!value)
		memory_exhausted();
	return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, made(value)))
		memory_exhausted();
}

/* Numbers people can read: as many decimals as mean something. */
static json_t *rounded(double value, double unit)
{
	return json_real(round(value / unit) * unit);
}

static void set_printed(json_t *row, enum dimension dim, const struct dimension_key *key,
			const struct dimension_context *context)
{
	char text[DIMENSION_TEXT];

	dimensions[dim].print(text, key, context);
	set(row, dimensions[dim].name, json_string(text));
}

static void set_port(json_t *row, enum dimension dim, const struct dimension_key *key,
		     const struct dimension_context *context)
{
	set_printed(row, DIM_PROTO, key, context);
	set_printed(row, DIM_ROLE, key, context);
	set(row, dimensions[dim].name, json_integer(key->cell.port));
}

static void set_process(json_t *row, enum dimension dim, const struct dimension_key *key,
			const struct dimension_context *context)
{
	const char *path = context->cgroup_path ? context->cgroup_path(key->cgroup) : NULL;
	char text[DIMENSION_TEXT];

	if (key->cell.owner == L4_OWNER_PROCESS)
		set(row, "pid", json_integer(key->cell.process.tgid));
	dimension_owner_name(text, key);
	set(row, dimensions[dim].name, json_string(text));
	if (path)
		set_printed(row, DIM_CGROUP, key, context);
}

/* By number, which is unique, and by name, which need not be. */
static void set_netns(json_t *row, enum dimension dim, const struct dimension_key *key,
		      const struct dimension_context *context)
{
	char text[DIMENSION_TEXT];

	snprintf(text, sizeof(text), "%u", key->cell.netns);
	set(row, dimensions[dim].name, json_string(text));
	dimensions[dim].print(text, key, context);
	set(row, "netns_name", json_string(text));
}

/* How a dimension's value stands in a row, where that is more than its text. */
static void (*const setters[DIM_COUNT])(json_t *, enum dimension, const struct dimension_key *,
					const struct dimension_context *) = {
	[DIM_PORT] = set_port,
	[DIM_PROCESS] = set_process,
	[DIM_NETNS] = set_netns,
};

static void set_value(json_t *object, const struct report_values *values, enum metric metric)
{
	set(object, metrics[metric].name,
	    metrics[metric].kind != METRIC_RATIO ? json_integer(values->counter[metric])
						 : rounded(report_value(values, metric), 1e-6));
}

static json_t *row_object(const struct report *report, const struct report_row *row,
			  const struct dimension_context *context)
{
	json_t *object = made(json_object());

	for (size_t i = 0; i < report->dims.count; i++) {
		const enum dimension dim = report->dims.dims[i];

		if (row->key.cell.owner == L4_OWNER_OTHER)
			set(object, dimensions[dim].name, json_string("other"));
		else
			(setters[dim] ?: set_printed)(object, dim, &row->key, context);
	}
	for (int m = 0; m < METRIC_COUNT; m++) {
		if (report_value(&row->values, m))
			set_value(object, &row->values, m);
	}
	return object;
}

static json_t *list(const struct report *report, const struct dimension_context *context)
{
	json_t *rows = made(json_array());

	for (size_t i = 0; i < report->count; i++) {
		if (json_array_append_new(rows, row_object(report, &report->rows[i], context)))
			memory_exhausted();
	}
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
	};

	report_make(&state->report, snapshot, &query);
	set(object, name, list(&state->report, &settings->dimension));
}

/* Sets what of the total is a gauge, or what is not. */
static json_t *total_object(const struct report_values *total, bool gauges)
{
	json_t *object = made(json_object());

	for (int m = 0; m < METRIC_COUNT; m++) {
		if ((metrics[m].kind == METRIC_GAUGE) == gauges)
			set_value(object, total, m);
	}
	return object;
}

static void set_totals(struct json_state *state, json_t *object, const struct snapshot *snapshot)
{
	const struct report_query nothing = {.sort.by = {METRIC_NONE}, .top = 1};

	report_make(&state->report, snapshot, &nothing);
	set(object, "total", total_object(&state->report.total, false));
	if (snapshot->has_states)
		set(object, "sockets", total_object(&state->report.total, true));
}

static json_t *listener_object(const struct snapshot_listener *found, const struct dimension_context *context)
{
	const struct l4_listener *listener = &found->listener;
	struct dimension_key key = {
		.cell = {.process = listener->process, .owner = listener->owner, .netns = listener->netns},
		.cgroup = listener->cgroup};
	char address[DIMENSION_ADDRESS];
	json_t *object = made(json_object());

	memcpy(key.comm, listener->comm, sizeof(key.comm));
	dimension_print_address(address, listener->address);
	set(object, "proto", json_string("tcp"));
	set(object, "address", json_string(address));
	set(object, "port", json_integer(listener->port));
	set_netns(object, DIM_NETNS, &key, context);
	set_process(object, DIM_PROCESS, &key, context);
	set(object, "backlog", json_integer(listener->backlog));
	set(object, "backlog_max", json_integer(listener->backlog_max));
	set(object, "half_open", json_integer(listener->half_open));
	set(object, "drops", json_integer(found->drops));
	set(object, "drops_total", json_integer(listener->drops));
	return object;
}

static void set_listeners(json_t *object, const struct snapshot *snapshot, const struct dimension_context *context)
{
	json_t *listeners = made(json_array());

	for (size_t i = 0; i < snapshot->listener_count; i++) {
		if (json_array_append_new(listeners, listener_object(&snapshot->listeners[i], context)))
			memory_exhausted();
	}
	set(object, "listeners", listeners);
}

static json_t *quality_object(const struct snapshot *snapshot)
{
	const struct snapshot_quality *quality = &snapshot->quality;
	json_t *object = made(json_object());

	for (int cover = 0; quality->has_cover && cover < COVER_COUNT; cover++)
		set(object, cover_names[cover], rounded(quality->cover[cover], 1e-6));
	set(object, "unattributed", rounded(report_unattributed(snapshot), 1e-6));
	set(object, "cells_used", json_integer(quality->cells_used));
	set(object, "cells_max", json_integer(quality->cells_max));
	set(object, "cell_overflow", json_integer(quality->cell_overflow));
	set(object, "missed", json_integer(quality->missed));
	set(object, "late_ms", rounded(quality->late_ms, 1e-3));
	return object;
}

/* 2026-11-23T06:31:32.000Z */
static json_t *timestamp(double seconds)
{
	const int64_t milliseconds = llround(seconds * 1000);
	const time_t whole = milliseconds / 1000;
	struct tm utc;
	char text[64];

	gmtime_r(&whole, &utc);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1,
		 utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(milliseconds % 1000));
	return json_string(text);
}

/* Resets sent, by the kernel's name of the reason. */
static void set_reset_reasons(json_t *object, const struct snapshot *snapshot)
{
	json_t *reasons = made(json_object());

	for (int i = 0; i < L4_RESET_REASONS; i++) {
		const char *name = snapshot->reset_reason_names[i];

		if (snapshot->reset_reasons[i])
			set(reasons, name ?: "UNKNOWN", json_integer(snapshot->reset_reasons[i]));
	}
	set(object, "resets_out_by_reason", reasons);
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
	json_t *object = made(json_object());

	set(object, "v", json_integer(SCHEMA_VERSION));
	set(object, "host", json_string(settings->host));
	set(object, "timestamp", timestamp(snapshot->timestamp));
	set(object, "ts", rounded(snapshot->timestamp, 1e-3));
	set(object, "interval", rounded(snapshot->interval, 1e-6));
	set_totals(state, object, snapshot);
	if (snapshot->reset_reason_names)
		set_reset_reasons(object, snapshot);
	if (settings->by.count)
		set_list(state, object, "rows", snapshot, &settings->by);
	for (size_t i = 0; !settings->by.count && i < sizeof(lists) / sizeof(*lists); i++)
		set_list(state, object, lists[i].name, snapshot, &lists[i].dims);
	if (snapshot->has_states)
		set_listeners(object, snapshot, &settings->dimension);
	set(object, "quality", quality_object(snapshot));
	return object;
}

static void *json_begin(const struct output_settings *settings)
{
	struct json_state *state = memory_new(1, sizeof(*state));

	state->settings = settings;
	return state;
}

static int json_interval(void *opaque, const struct snapshot *snapshot)
{
	struct json_state *state = opaque;
	json_t *object = interval_object(state, snapshot);
	int failed;

	errno = 0;
	failed = json_dumpf(object, state->settings->file, JSON_COMPACT | JSON_REAL_PRECISION(15)) ||
		 fputc('\n', state->settings->file) == EOF || fflush(state->settings->file);
	failed = failed ? -(errno ?: EIO) : 0;
	json_decref(object);
	return failed;
}

static void json_end(void *opaque)
{
	struct json_state *state = opaque;

	report_free(&state->report);
	free(state);
}

const struct output output_json = {
	.name = "json",
	.wants_partial = true,
	.begin = json_begin,
	.interval = json_interval,
	.end = json_end,
};
