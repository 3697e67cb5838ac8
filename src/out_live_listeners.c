/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --listeners on a terminal: the table redrawn in place, and what keys do to it. What a line looks like is
 * listeners.c's, how it gets onto the terminal screen.c's, help and filter are those of all live tables
 * (live_prompt.c).
 */
#include <errno.h>
#include <stdlib.h>

#include "listeners.h"
#include "live_prompt.h"
#include "memory.h"
#include "output.h"
#include "screen.h"

enum {
	LINES_AROUND = 2,    /* moment, header */
	LINES_WITH_FOOT = 5, /* so many lines leave one for hints */
	KEYS_AT_ONCE = 64,   /* before what they do is shown */
};

struct live_listeners {
	const struct output_settings *settings;
	struct live_prompt prompt;
	struct listeners shown, collected; /* the same unless paused */
	unsigned long intervals;
	bool failed; /* the terminal could not be had */
	bool paused;
	unsigned int lines; /* of the screen */
	size_t first;	    /* row on the screen */
	uint64_t selected;  /* socket; 0: none */
};

static struct live_offer offer(void)
{
	return (struct live_offer){.listeners = true, .titles = listener_titles, .title_count = listener_title_count};
}

/* Rows that can be scrolled to: all, unless --top says how many. */
static size_t count_rows(const struct live_listeners *state)
{
	const size_t top = state->settings->rows;

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

static bool has_foot(const struct live_listeners *state)
{
	return state->prompt.typing || state->lines >= LINES_WITH_FOOT;
}

static size_t room(const struct live_listeners *state)
{
	const size_t around = LINES_AROUND + has_foot(state);

	return state->lines > around ? state->lines - around : 1;
}

/* Scrolls no more than is needed to see the selected row. */
static void scroll(struct live_listeners *state)
{
	const size_t at = selected_at(state), count = count_rows(state), lines = room(state);

	if (state->first + lines > count)
		state->first = count > lines ? count - lines : 0;
	if (at == count)
		return;
	if (at < state->first)
		state->first = at;
	else if (at >= state->first + lines)
		state->first = at - lines + 1;
}

static void select_row(struct live_listeners *state, long step)
{
	const long count = count_rows(state);
	long at = selected_at(state);

	if (!count)
		return;
	at = at < count ? at + step : (long)state->first + (step > 1 ? step : 0);
	at = at < 0 ? 0 : at < count ? at : count - 1;
	state->selected = state->shown.rows[at]->listener.socket;
}

static void unselect(struct live_listeners *state)
{
	state->selected = 0;
	state->first = 0;
}

/* Drawing */

static void draw_moment(const struct live_listeners *state, const struct table_pen *pen)
{
	const struct terminal_theme *theme = pen->theme;

	table_draw_moment(pen, &state->shown.moment);
	fprintf(pen->file, "  %s%zu listeners", theme->text, state->shown.count);
	if (state->paused)
		fprintf(pen->file, "  %spaused%s", theme->subtitle, theme->normal);
	if (*state->prompt.typed)
		fprintf(pen->file, "  %s/%s %zu of %zu", theme->text, state->prompt.typed, state->shown.row_count,
			state->shown.count);
	live_draw_alert(pen);
	fprintf(pen->file, "%s\n", theme->normal);
}

static void draw_foot(const struct live_listeners *state, const struct table_pen *pen)
{
	const struct live_offer offered = offer();
	const size_t at = selected_at(state);

	fputs(pen->theme->text, pen->file);
	if (state->prompt.typing)
		fprintf(pen->file, "/%s", state->prompt.typed);
	else if (at < count_rows(state))
		listeners_draw_whole(pen, state->shown.rows[at]);
	else
		live_draw_hints(&offered, pen);
	fputs(pen->theme->normal, pen->file);
}

/* Returns how many lines it took. */
static size_t draw_rows(const struct live_listeners *state, const struct table_pen *pen)
{
	const size_t count = count_rows(state), lines = room(state);
	size_t drawn = 0;

	draw_moment(state, pen);
	listeners_draw_header(&state->shown, pen);
	fputc('\n', pen->file);
	for (; drawn < lines && state->first + drawn < count; drawn++) {
		listeners_draw_row(&state->shown, pen, state->shown.rows[state->first + drawn]);
		fputc('\n', pen->file);
	}
	return LINES_AROUND + drawn;
}

static size_t draw_nothing_yet(const struct live_listeners *state, const struct table_pen *pen)
{
	fprintf(pen->file, "%sfirst numbers after %g s%s\n", pen->theme->text, state->settings->delay,
		pen->theme->normal);
	return 1;
}

static void draw_all(struct live_listeners *state, const struct table_pen *pen)
{
	size_t line;

	listeners_arrange(&state->shown, state->prompt.typed, &state->settings->dimension);
	listeners_lay_out(&state->shown, screen_columns(), state->settings->alerts);
	scroll(state);
	line = state->intervals ? draw_rows(state, pen) : draw_nothing_yet(state, pen);
	for (; line + 1 < state->lines; line++)
		fputc('\n', pen->file);
	if (has_foot(state))
		draw_foot(state, pen);
}

static void draw(struct live_listeners *state)
{
	const struct live_offer offered = offer();
	char *text = NULL;
	size_t size = 0, at;
	FILE *file = open_memstream(&text, &size);
	const struct table_pen pen = {
		.file = file,
		.theme = terminal_theme(state->settings->colour),
		.dimension = &state->settings->dimension,
		.alerts = state->settings->alerts,
		.interval = state->shown.moment.interval,
	};
	bool seen;

	if (!file)
		memory_exhausted();
	state->lines = screen_rows();
	if (state->prompt.helping)
		live_prompt_draw_help(&state->prompt, &offered, &pen);
	else
		draw_all(state, &pen);
	if (fclose(file))
		memory_exhausted();
	at = selected_at(state);
	seen = !state->prompt.helping && at < count_rows(state);
	screen_paint(text, seen ? (int)(LINES_AROUND + at - state->first) : SCREEN_NO_LINE,
		     state->prompt.typing ? (int)state->lines - 1 : SCREEN_NO_LINE);
	free(text);
}

/* Keys */

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
	if (!state->paused && state->intervals)
		copy_collected(state);
}

static void escape(struct live_listeners *state)
{
	if (*state->prompt.typed)
		*state->prompt.typed = 0;
	else
		unselect(state);
}

/* Returns whether it is the end. */
static bool act(struct live_listeners *state, enum live_action action, unsigned int code)
{
	switch (action) {
	case LIVE_QUIT:
		return true;
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
	case LIVE_FILTER_BEGIN:
		state->prompt.typing = true;
		break;
	case LIVE_UP:
		select_row(state, -1);
		break;
	case LIVE_DOWN:
		select_row(state, 1);
		break;
	case LIVE_PAGE_UP:
		select_row(state, -(long)room(state));
		break;
	case LIVE_PAGE_DOWN:
		select_row(state, room(state));
		break;
	case LIVE_HOME:
		unselect(state);
		break;
	case LIVE_END:
		select_row(state, 0);
		select_row(state, count_rows(state));
		break;
	case LIVE_ESCAPE:
		escape(state);
		break;
	case LIVE_HELP:
		live_prompt_help(&state->prompt);
		break;
	case LIVE_BY:
	case LIVE_TOTALS:
		break; /* not offered */
	}
	return false;
}

static bool press(struct live_listeners *state, unsigned int code)
{
	const struct live_key *key = live_key_for(code);
	const struct live_offer offered = offer();

	if (live_prompt_press(&state->prompt, &offered, code))
		return false;
	return live_offered(&offered, key) && act(state, key->action, code);
}

static bool keys_pressed(void *opaque)
{
	struct live_listeners *state = opaque;
	unsigned int code;
	bool end = screen_is_gone();

	for (int i = 0; !end && i < KEYS_AT_ONCE && (code = screen_key()); i++) {
		end = press(state, code);
		listeners_arrange(&state->shown, state->prompt.typed, &state->settings->dimension);
	}
	if (!end)
		draw(state);
	return end;
}

static int keys_fd(void *opaque)
{
	(void)opaque;
	return screen_input();
}

/* The output */

static void *live_listeners_begin(const struct output_settings *settings)
{
	struct live_listeners *state = memory_new(1, sizeof(*state));

	state->settings = settings;
	state->shown.sort = LISTENERS_BY_FILL;
	state->failed = screen_open();
	if (!state->failed)
		draw(state);
	return state;
}

static int live_listeners_interval(void *opaque, const struct snapshot *snapshot)
{
	struct live_listeners *state = opaque;

	if (state->failed)
		return -ENOTTY;
	if (screen_is_gone())
		return -EPIPE;
	listeners_take(&state->collected, snapshot);
	state->intervals++;
	if (!state->paused)
		listeners_take(&state->shown, snapshot);
	draw(state);
	return 0;
}

static void resized(void *opaque)
{
	struct live_listeners *state = opaque;

	screen_resize();
	live_prompt_resized(&state->prompt);
	draw(state);
}

/* Where it was to end by itself, what it came to stays to be read. */
static void leave_last(struct live_listeners *state)
{
	const struct table_pen pen = {
		.file = state->settings->file,
		.theme = terminal_theme(state->settings->colour),
		.dimension = &state->settings->dimension,
		.alerts = state->settings->alerts,
		.interval = state->shown.moment.interval,
	};

	const struct terminal_size size = terminal_size(state->settings->file);

	state->first = 0;
	state->lines = size.rows;
	listeners_lay_out(&state->shown, size.columns, state->settings->alerts);
	draw_rows(state, &pen);
}

static void live_listeners_end(void *opaque)
{
	struct live_listeners *state = opaque;

	screen_close();
	if (state->settings->count && state->intervals == state->settings->count)
		leave_last(state);
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
	.keys_fd = keys_fd,
	.keys = keys_pressed,
	.resized = resized,
};
