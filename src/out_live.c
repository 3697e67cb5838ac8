/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --by on a terminal: the table redrawn in place, and what keys do to it. Which rows there are is live_model.c's, what
 * a line looks like table.c's, how it gets onto the terminal screen.c's. Here these are put together.
 */
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "live_keys.h"
#include "live_model.h"
#include "live_prompt.h"
#include "memory.h"
#include "output.h"
#include "screen.h"

enum {
	LINES_AROUND = 3,    /* moment, header, total */
	LINES_WITH_FOOT = 6, /* so many lines leave one for hints */
	KEYS_AT_ONCE = 64,   /* before what they do is shown */
};

struct live_state {
	const struct output_settings *settings;
	const struct terminal_theme *theme;
	struct live_model *model;
	bool utf8;
	unsigned long intervals;
	bool failed; /* the terminal could not be had */
	struct live_prompt prompt;
};

/* titles: room for those of the table. */
static struct live_offer offer_of(const struct live_state *state, const char *titles[static TABLE_COLUMNS_MAX])
{
	return (struct live_offer){.titles = titles, .title_count = table_titles(live_table(state->model), titles)};
}

/* The table */

static void draw_row(const struct live_state *state, const struct live_picture *picture, const struct table_pen *pen,
		     const struct live_row *row, bool total)
{
	struct report_row shown = row->shown.row;
	char bar[LIVE_BAR] = "";

	if (row->shown.history)
		live_bar(bar, picture->table, row, picture->table->bar_width, state->utf8);
	if (picture->totals)
		shown.values = row->shown.sum;
	if (total)
		table_draw_total(picture->table, pen, &shown.values, bar);
	else
		table_draw_row(picture->table, pen, &shown, *bar ? bar : NULL);
	fputc('\n', pen->file);
}

/* What stands behind the moment: everything that makes the numbers other than the last interval's rates. */
static void draw_mode(const struct live_picture *picture, const struct table_pen *pen)
{
	const struct terminal_theme *theme = pen->theme;

	if (picture->paused)
		fprintf(pen->file, "  %spaused%s", theme->subtitle, theme->normal);
	if (*picture->filter)
		fprintf(pen->file, "  %s/%s %zu of %zu", theme->text, picture->filter, picture->row_count,
			picture->all);
	if (picture->totals) {
		fprintf(pen->file, "  %stotals since ", theme->text);
		table_draw_time(pen, picture->since);
	}
	live_draw_alert(pen);
	fprintf(pen->file, "%s\n", theme->normal);
}

/* A selected row's texts in full, wherever they are cut above. */
static void draw_selected(const struct live_picture *picture, const struct table_pen *pen)
{
	const struct report_row *row = &picture->selected->shown.row;
	char text[DIMENSION_TEXT], tail[TABLE_TAIL];

	fputs(pen->theme->text, pen->file);
	for (size_t i = 0; i < picture->table->dims.count; i++) {
		table_row_text(text, picture->table, row, i, pen->dimension);
		table_draw_whole(pen, text);
		fputs("  ", pen->file);
	}
	if (!picture->table->has_processes)
		return;
	table_processes(text, tail, row);
	table_draw_whole(pen, text);
	fputs(tail, pen->file);
}

static void draw_foot(const struct live_state *state, const struct live_picture *picture, const struct table_pen *pen)
{
	const char *titles[TABLE_COLUMNS_MAX];
	const struct live_offer offer = offer_of(state, titles);

	if (state->prompt.typing)
		fprintf(pen->file, "%s/%s", pen->theme->text, state->prompt.typed);
	else if (picture->selected)
		draw_selected(picture, pen);
	else
		live_draw_hints(&offer, pen);
	fputs(pen->theme->normal, pen->file);
}

static void draw_table(const struct live_state *state, const struct live_picture *picture, const struct table_pen *pen)
{
	table_draw_moment(pen, &picture->moment);
	draw_mode(picture, pen);
	table_draw_header(picture->table, pen);
	fputc('\n', pen->file);
	for (size_t i = 0; i < picture->on_screen; i++)
		draw_row(state, picture, pen, picture->rows[picture->first + i], false);
	if (picture->other)
		draw_row(state, picture, pen, picture->other, false);
	draw_row(state, picture, pen, picture->total, true);
}

static struct table_pen pen_for(const struct live_state *state, FILE *file)
{
	return (struct table_pen){
		.file = file,
		.theme = state->theme,
		.dimension = &state->settings->dimension,
		.alerts = state->settings->alerts,
	};
}

/* Lines for rows; all others are spoken for. */
static size_t room_for_rows(size_t lines, bool foot)
{
	const size_t around = LINES_AROUND + foot;

	return lines > around ? lines - around : 1;
}

static void draw_all(struct live_state *state, struct table_pen *pen, int *selected, int *cursor)
{
	const unsigned int lines = screen_rows();
	const bool foot = state->prompt.typing || lines >= LINES_WITH_FOOT;
	const struct live_picture picture = live_arrange(state->model, screen_columns(), room_for_rows(lines, foot));
	const size_t drawn = LINES_AROUND + picture.on_screen + !!picture.other;

	pen->interval = picture.totals ? 0 : picture.moment.interval;
	if (state->intervals)
		draw_table(state, &picture, pen);
	else
		fprintf(pen->file, "%sfirst numbers after %g s%s\n", pen->theme->text, state->settings->delay,
			pen->theme->normal);
	for (size_t line = state->intervals ? drawn : 1; line + 1 < lines; line++)
		fputc('\n', pen->file);
	if (foot)
		draw_foot(state, &picture, pen);
	for (size_t i = 0; picture.selected && i < picture.on_screen; i++) {
		if (picture.rows[picture.first + i] == picture.selected)
			*selected = LINES_AROUND - 1 + i;
	}
	if (state->prompt.typing)
		*cursor = lines - 1;
}

static void draw(struct live_state *state)
{
	const char *titles[TABLE_COLUMNS_MAX];
	const struct live_offer offer = offer_of(state, titles);
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	struct table_pen pen = pen_for(state, file);
	int selected = SCREEN_NO_LINE, cursor = SCREEN_NO_LINE;

	if (!file)
		memory_exhausted();
	if (state->prompt.helping)
		live_prompt_draw_help(&state->prompt, &offer, &pen);
	else
		draw_all(state, &pen, &selected, &cursor);
	if (fclose(file))
		memory_exhausted();
	screen_paint(text, selected, cursor);
	free(text);
}

/* Keys */

static void escape(struct live_state *state)
{
	if (*state->prompt.typed) {
		*state->prompt.typed = 0;
		live_filter(state->model, "");
	} else {
		live_unselect(state->model);
	}
}

/* Returns whether it is the end. */
static bool act(struct live_state *state, const struct live_key *key, unsigned int code)
{
	const long page = room_for_rows(screen_rows(), true);
	struct live_model *model = state->model;

	switch (key->action) {
	case LIVE_QUIT:
		return true;
	case LIVE_PAUSE:
		live_pause(model);
		break;
	case LIVE_SORT_LEFT:
		live_sort_next(model, -1);
		break;
	case LIVE_SORT_RIGHT:
		live_sort_next(model, 1);
		break;
	case LIVE_SORT_LETTER:
		live_sort_letter(model, code);
		break;
	case LIVE_FILTER_BEGIN:
		state->prompt.typing = true;
		break;
	case LIVE_BY:
		live_by(model, key->dim);
		break;
	case LIVE_TOTALS:
		live_totals(model);
		break;
	case LIVE_UP:
		live_select(model, -1);
		break;
	case LIVE_DOWN:
		live_select(model, 1);
		break;
	case LIVE_PAGE_UP:
		live_select(model, -page);
		break;
	case LIVE_PAGE_DOWN:
		live_select(model, page);
		break;
	case LIVE_HOME:
		live_unselect(model);
		break;
	case LIVE_END:
		live_select_end(model);
		break;
	case LIVE_ESCAPE:
		escape(state);
		break;
	case LIVE_HELP:
		live_prompt_help(&state->prompt);
		break;
	}
	return false;
}

static bool press(struct live_state *state, unsigned int code)
{
	const struct live_key *key = live_key_for(code);
	const char *titles[TABLE_COLUMNS_MAX];
	const struct live_offer offer = offer_of(state, titles);

	if (!live_prompt_press(&state->prompt, &offer, code))
		return key && act(state, key, code);
	live_filter(state->model, state->prompt.typed); /* the rows follow the text while it is typed */
	return false;
}

static bool live_keys_pressed(void *opaque)
{
	struct live_state *state = opaque;
	unsigned int code;
	bool end = screen_is_gone();

	for (int i = 0; !end && i < KEYS_AT_ONCE && (code = screen_key()); i++)
		end = press(state, code);
	if (!end)
		draw(state);
	return end;
}

static int live_keys_fd(void *opaque)
{
	(void)opaque;
	return screen_input();
}

/* The output */

static void *live_begin(const struct output_settings *settings)
{
	struct live_state *state = memory_new(1, sizeof(*state));
	const struct live_settings model = {
		.by = settings->by,
		.sort = settings->sort,
		.proto = settings->proto,
		.top = settings->rows,
		.dimension = &settings->dimension,
		.marks = settings->alerts,
	};

	state->settings = settings;
	state->theme = terminal_theme(settings->colour);
	state->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	state->model = live_new(&model);
	state->failed = screen_open();
	if (!state->failed)
		draw(state);
	return state;
}

static int live_interval_over(void *opaque, const struct snapshot *snapshot)
{
	struct live_state *state = opaque;

	if (state->failed)
		return -ENOTTY;
	if (screen_is_gone())
		return -EPIPE;
	live_interval(state->model, snapshot);
	state->intervals++;
	draw(state);
	return 0;
}

static void live_resized(void *opaque)
{
	struct live_state *state = opaque;

	screen_resize();
	live_prompt_resized(&state->prompt);
	draw(state);
}

/* Where it was to end by itself, what it came to stays to be read. */
static void leave_last(struct live_state *state)
{
	const struct terminal_size size = terminal_size(state->settings->file);
	const struct live_picture picture = live_arrange(state->model, size.columns, room_for_rows(size.rows, true));
	struct table_pen pen = pen_for(state, state->settings->file);

	pen.interval = picture.totals ? 0 : picture.moment.interval;
	draw_table(state, &picture, &pen);
}

static void live_end(void *opaque)
{
	struct live_state *state = opaque;

	screen_close();
	if (state->settings->count && state->intervals == state->settings->count)
		leave_last(state);
	live_free(state->model);
	free(state);
}

const struct output output_live = {
	.name = "live",
	.redraws = true,
	.begin = live_begin,
	.interval = live_interval_over,
	.end = live_end,
	.keys_fd = live_keys_fd,
	.keys = live_keys_pressed,
	.resized = live_resized,
};
