/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --listeners in a pipe, and on a terminal that cannot be redrawn: one list after the other, the fullest first. What it
 * looks like is listeners.c's; on any other terminal out_live_listeners.c shows it.
 */
#include <stdlib.h>

#include "listeners.h"
#include "memory.h"
#include "output.h"

struct listeners_state {
	const struct output_settings *settings;
	struct listeners listeners;
};

static void *listeners_begin(const struct output_settings *settings)
{
	struct listeners_state *state = memory_new(1, sizeof(*state));

	state->settings = settings;
	state->listeners.sort = LISTENERS_BY_FILL;
	return state;
}

static int listeners_interval(void *opaque, const struct snapshot *snapshot)
{
	struct listeners_state *state = opaque;
	const struct output_settings *settings = state->settings;
	struct listeners *listeners = &state->listeners;
	const struct table_pen pen = {
		.file = settings->file,
		.theme = terminal_theme(settings->colour),
		.dimension = &settings->dimension,
		.alerts = settings->alerts,
		.interval = snapshot->interval,
	};

	listeners_take(listeners, snapshot);
	listeners_arrange(listeners, "", &settings->dimension);
	listeners_lay_out(listeners, settings->terminal ? terminal_size(settings->file).columns : UINT16_MAX,
			  settings->alerts);
	table_draw_moment(&pen, &listeners->moment);
	fprintf(pen.file, "  %zu listeners\n", listeners->count);
	listeners_draw_header(listeners, &pen);
	fputc('\n', pen.file);
	for (size_t i = 0; i < listeners->row_count && (!settings->top || i < settings->top); i++) {
		listeners_draw_row(listeners, &pen, listeners->rows[i]);
		fputc('\n', pen.file);
	}
	fputc('\n', pen.file);
	return terminal_flush(pen.file);
}

static void listeners_end(void *opaque)
{
	struct listeners_state *state = opaque;

	listeners_free(&state->listeners);
	free(state);
}

const struct output output_listeners = {
	.name = "listeners",
	.wants_states = true,
	.begin = listeners_begin,
	.interval = listeners_interval,
	.end = listeners_end,
};
