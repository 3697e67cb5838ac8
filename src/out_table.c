/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --by in a pipe, and on a terminal that cannot be redrawn: a ranked table per interval, one after the other, rates
 * per second. What it looks like is table.c's; on any other terminal out_live.c shows it.
 */
#include <stdlib.h>

#include "memory.h"
#include "output.h"
#include "table.h"

struct table_state {
	const struct output_settings *settings;
	const struct terminal_theme *theme;
	struct table table;
	struct report_query query;
	struct report report;
	bool drawn; /* there is a table already */
};

static void *table_begin(const struct output_settings *settings)
{
	struct table_state *state = memory_new(1, sizeof(*state));

	state->settings = settings;
	state->theme = terminal_theme(settings->colour);
	state->query = (struct report_query){
		.dims = settings->by,
		.sort = settings->sort.by[0] == METRIC_NONE ? report_default_sort(&settings->by) : settings->sort,
		.top = settings->top,
	};
	table_open(&state->table, &state->query.dims, &state->query.sort, settings->proto);
	state->table.has_marks = settings->alerts;
	state->query.with_processes = state->table.has_processes;
	state->query.with_distinct = true;
	return state;
}

static void draw(struct table_state *state, const struct snapshot *snapshot)
{
	const struct table_moment moment = table_moment_of(snapshot);
	const struct table_pen pen = {
		.file = state->settings->file,
		.theme = state->theme,
		.dimension = &state->settings->dimension,
		.alerts = state->settings->alerts,
		.interval = snapshot->interval,
	};

	table_draw_moment(&pen, &moment);
	fputc('\n', pen.file);
	table_draw_header(&state->table, &pen);
	fputc('\n', pen.file);
	for (size_t i = 0; i < state->report.count; i++) {
		if (!table_shows(&state->table, &state->report.rows[i].values))
			continue; /* a connection that has done nothing, say */
		table_draw_row(&state->table, &pen, &state->report.rows[i], NULL);
		fputc('\n', pen.file);
	}
	table_draw_total(&state->table, &pen, &state->report.total, NULL);
	fputc('\n', pen.file);
}

static int table_interval(void *opaque, const struct snapshot *snapshot)
{
	struct table_state *state = opaque;
	const struct output_settings *settings = state->settings;
	const unsigned int columns = settings->terminal ? terminal_size(settings->file).columns : UINT16_MAX;

	report_make(&state->report, snapshot, &state->query);
	table_measure_total(&state->table, &state->report.total);
	for (size_t i = 0; i < state->report.count; i++)
		table_measure_row(&state->table, &state->report.rows[i], &settings->dimension);
	table_lay_out(&state->table, columns);
	if (state->drawn)
		fputc('\n', settings->file);
	state->drawn = true;
	draw(state, snapshot);
	return terminal_flush(settings->file);
}

static void table_end(void *opaque)
{
	struct table_state *state = opaque;

	report_free(&state->report);
	table_close(&state->table);
	free(state);
}

const struct output output_table = {
	.name = "table",
	.wants_partial = false,
	.begin = table_begin,
	.interval = table_interval,
	.end = table_end,
};
