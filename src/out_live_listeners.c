/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --listeners on a terminal: the table redrawn in place, and what keys do to it. What a line looks like is
 * listeners.c's, what surrounds them live_screen.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "listeners.h"
#include "live_screen.h"
#include "memory.h"
#include "screen.h"

enum { LINES_ABOVE = 2 }; /* moment, header */

struct live_listeners {
	struct live_screen screen;	   /* first */
	struct listeners shown, collected; /* the same unless paused */
	bool paused;
	size_t lines;	   /* for rows */
	size_t first;	   /* row on the screen */
	uint64_t selected; /* socket; 0: none */
};

/* Rows that can be scrolled to: all, unless --top says how many. */
static size_t count_rows(const struct live_listeners *state)
{
	const size_t top = state->screen.settings->rows;

	return top && top < state->shown.row_count ? top : state->shown.row_count;
}

/* Where the selected row is; where there is none, behind the end. */
static size_t selected_at(const struct live_listeners *state)
{
	const size_t count = count_rows(state);
	size_t i = 0;

	while (i < count && (!state->selected || state->shown.rows[i]->listener.socket != state->selected))
		i++;
	return i;
}

/* Scrolls no more than is needed to see the selected row. */
static void scroll(struct live_listeners *state)
{
	const size_t at = selected_at(state), count = count_rows(state), lines = state->lines;

	if (state->first + lines > count)
		state->first = count > lines ? count - lines : 0;
	if (at == count)
		return;
	if (at < state->first)
		state->first = at;
	else if (at >= state->first + lines)
		state->first = at - lines + 1;
}

/* So that rows are where they are seen. */
static void put_in_order(void *opaque)
{
	struct live_listeners *state = opaque;

	listeners_arrange(&state->shown, state->screen.prompt.typed, &state->screen.settings->dimension);
}

static void arrange(void *opaque, unsigned int columns, size_t rows)
{
	struct live_listeners *state = opaque;

	state->lines = rows;
	put_in_order(state);
	listeners_lay_out(&state->shown, columns, state->screen.settings->alerts);
	scroll(state);
}

/* Drawing */

static void draw_moment(const struct live_listeners *state, const struct table_pen *pen)
{
	const struct terminal_theme *theme = pen->theme;

	table_draw_moment(pen, &state->shown.moment);
	fprintf(pen->file, "  %s%zu listeners", theme->text, state->shown.count);
	if (state->paused)
		fprintf(pen->file, "  %spaused%s", theme->subtitle, theme->normal);
	if (*state->screen.prompt.typed)
		fprintf(pen->file, "  %s/%s %zu of %zu", theme->text, state->screen.prompt.typed,
			state->shown.row_count, state->shown.count);
	live_draw_alert(pen);
	fprintf(pen->file, "%s\n", theme->normal);
}

static bool draw_selected(const void *opaque, const struct table_pen *pen)
{
	const struct live_listeners *state = opaque;
	const size_t at = selected_at(state);

	if (at == count_rows(state))
		return false;
	listeners_draw_whole(pen, state->shown.rows[at]);
	return true;
}

static size_t draw(void *opaque, struct table_pen *pen)
{
	const struct live_listeners *state = opaque;
	const size_t count = count_rows(state);
	size_t drawn = 0;

	pen->interval = state->shown.moment.interval;
	draw_moment(state, pen);
	listeners_draw_header(&state->shown, pen);
	fputc('\n', pen->file);
	for (; drawn < state->lines && state->first + drawn < count; drawn++) {
		listeners_draw_row(&state->shown, pen, state->shown.rows[state->first + drawn]);
		fputc('\n', pen->file);
	}
	return LINES_ABOVE + drawn;
}

static int selected_line(const void *opaque)
{
	const struct live_listeners *state = opaque;
	const size_t at = selected_at(state);

	return at < count_rows(state) ? (int)(LINES_ABOVE + at - state->first) : SCREEN_NO_LINE;
}

/* Keys */

static size_t titles_of(const void *opaque, const char *titles[static TABLE_COLUMNS_MAX])
{
	(void)opaque;
	memcpy(titles, listener_titles, listener_title_count * sizeof(*titles));
	return listener_title_count;
}

static void select_row(void *opaque, long step)
{
	struct live_listeners *state = opaque;
	const long count = count_rows(state);
	long at = selected_at(state);

	if (!count)
		return;
	at = at < count ? at + step : (long)state->first + (step > 1 ? step : 0);
	at = at < 0 ? 0 : at < count ? at : count - 1;
	state->selected = state->shown.rows[at]->listener.socket;
}

static void select_end(void *opaque)
{
	struct live_listeners *state = opaque;
	const size_t count = count_rows(state);

	if (count)
		state->selected = state->shown.rows[count - 1]->listener.socket;
}

static void unselect(void *opaque)
{
	struct live_listeners *state = opaque;

	state->selected = 0;
	state->first = 0;
}

static void sort_next(struct live_listeners *state, int step)
{
	state->shown.sort = (state->shown.sort + listener_title_count + step) % listener_title_count;
}

static void sort_letter(struct live_listeners *state, char letter)
{
	for (size_t i = 0; i < listener_title_count; i++) {
		if (live_letter(listener_titles, i) == letter)
			state->shown.sort = i;
	}
}

/* What was collected meanwhile is shown again. */
static void copy_collected(struct live_listeners *state)
{
	const struct snapshot snapshot = {
		.timestamp = state->collected.moment.timestamp,
		.interval = state->collected.moment.interval,
		.quality = {.cell_overflow = state->collected.moment.cell_overflow,
			    .missed = state->collected.moment.missed},
		.listeners = state->collected.all,
		.listener_count = state->collected.count,
	};

	listeners_take(&state->shown, &snapshot);
}

static void pause_or_go_on(struct live_listeners *state)
{
	state->paused = !state->paused;
	if (!state->paused && state->screen.intervals)
		copy_collected(state);
}

static void act(void *opaque, const struct live_key *key, unsigned int code)
{
	struct live_listeners *state = opaque;

	switch (key->action) {
	case LIVE_PAUSE:
		pause_or_go_on(state);
		break;
	case LIVE_SORT_LEFT:
		sort_next(state, -1);
		break;
	case LIVE_SORT_RIGHT:
		sort_next(state, 1);
		break;
	case LIVE_SORT_LETTER:
		sort_letter(state, code);
		break;
	default: /* of any table, or not offered */
		break;
	}
	put_in_order(state);
}

static const struct live_screen_kind kind = {
	.listeners = true,
	.around = LINES_ABOVE,
	.titles = titles_of,
	.arrange = arrange,
	.draw = draw,
	.selected_line = selected_line,
	.draw_selected = draw_selected,
	.filter = put_in_order,
	.select = select_row,
	.select_end = select_end,
	.unselect = unselect,
	.act = act,
};

/* The output */

static void *live_listeners_begin(const struct output_settings *settings)
{
	struct live_listeners *state = memory_new(1, sizeof(*state));

	state->shown.sort = LISTENERS_BY_FILL;
	live_screen_begin(&state->screen, &kind, settings);
	return state;
}

static int live_listeners_interval(void *opaque, const struct snapshot *snapshot)
{
	struct live_listeners *state = opaque;
	const int err = live_screen_check(&state->screen);

	if (err)
		return err;
	listeners_take(&state->collected, snapshot);
	if (!state->paused)
		listeners_take(&state->shown, snapshot);
	live_screen_interval(&state->screen);
	return 0;
}

static void live_listeners_end(void *opaque)
{
	struct live_listeners *state = opaque;

	live_screen_end(&state->screen);
	listeners_free(&state->shown);
	listeners_free(&state->collected);
	free(state);
}

const struct output output_live_listeners = {
	.name = "live listeners",
	.wants_states = true,
	.redraws = true,
	.begin = live_listeners_begin,
	.interval = live_listeners_interval,
	.end = live_listeners_end,
	.keys_fd = live_screen_keys_fd,
	.keys = live_screen_keys,
	.resized = live_screen_resized,
};
