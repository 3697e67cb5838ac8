/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --by on a terminal: the table redrawn in place, and what keys do to it. Which rows there are is live_model.c's, what
 * a line looks like table.c's, what surrounds them live_screen.c's. Here these are put together.
 */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "live_model.h"
#include "live_screen.h"
#include "memory.h"
#include "screen.h"

enum {
	LINES_ABOVE = 2,  /* moment, header */
	LINES_AROUND = 3, /* total */
};

struct live_state {
	struct live_screen screen; /* first */
	struct live_model *model;
	struct live_picture picture; /* what is seen */
	bool utf8;
};

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
static void draw_texts(const struct live_picture *picture, const struct table_pen *pen)
{
	const struct report_row *row = &picture->selected->shown.row;
	char text[DIMENSION_TEXT], tail[TABLE_TAIL];

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

static bool draw_selected(const void *opaque, const struct table_pen *pen)
{
	const struct live_state *state = opaque;

	if (state->picture.selected)
		draw_texts(&state->picture, pen);
	return state->picture.selected;
}

static size_t draw(void *opaque, struct table_pen *pen)
{
	const struct live_state *state = opaque;
	const struct live_picture *picture = &state->picture;

	pen->interval = picture->totals ? 0 : picture->moment.interval;
	table_draw_moment(pen, &picture->moment);
	draw_mode(picture, pen);
	table_draw_header(picture->table, pen);
	fputc('\n', pen->file);
	for (size_t i = 0; i < picture->on_screen; i++)
		draw_row(state, picture, pen, picture->rows[picture->first + i], false);
	if (picture->other)
		draw_row(state, picture, pen, picture->other, false);
	draw_row(state, picture, pen, picture->total, true);
	return LINES_AROUND + picture->on_screen + !!picture->other;
}

static void arrange(void *opaque, unsigned int columns, size_t rows)
{
	struct live_state *state = opaque;

	state->picture = live_arrange(state->model, columns, rows);
}

static int selected_line(const void *opaque)
{
	const struct live_state *state = opaque;
	const struct live_picture *picture = &state->picture;

	for (size_t i = 0; picture->selected && i < picture->on_screen; i++) {
		if (picture->rows[picture->first + i] == picture->selected)
			return LINES_ABOVE + i;
	}
	return SCREEN_NO_LINE;
}

/* Keys */

static size_t titles_of(const void *opaque, const char *titles[static TABLE_COLUMNS_MAX])
{
	const struct live_state *state = opaque;

	return table_titles(live_table(state->model), titles);
}

static void filter(void *opaque)
{
	struct live_state *state = opaque;

	live_filter(state->model, state->screen.prompt.typed);
}

static void select_row(void *opaque, long step)
{
	struct live_state *state = opaque;

	live_select(state->model, step);
}

static void select_end(void *opaque)
{
	struct live_state *state = opaque;

	live_select_end(state->model);
}

static void unselect(void *opaque)
{
	struct live_state *state = opaque;

	live_unselect(state->model);
}

static void act(void *opaque, const struct live_key *key, unsigned int code)
{
	struct live_model *model = ((struct live_state *)opaque)->model;

	switch (key->action) {
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
	case LIVE_BY:
		live_by(model, key->dim);
		break;
	case LIVE_TOTALS:
		live_totals(model);
		break;
	default: /* of any table */
		break;
	}
}

static const struct live_screen_kind kind = {
	.around = LINES_AROUND,
	.titles = titles_of,
	.arrange = arrange,
	.draw = draw,
	.selected_line = selected_line,
	.draw_selected = draw_selected,
	.filter = filter,
	.select = select_row,
	.select_end = select_end,
	.unselect = unselect,
	.act = act,
};

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

	state->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	state->model = live_new(&model);
	live_screen_begin(&state->screen, &kind, settings);
	return state;
}

static int live_interval_over(void *opaque, const struct snapshot *snapshot)
{
	struct live_state *state = opaque;
	const int err = live_screen_check(&state->screen);

	if (err)
		return err;
	live_interval(state->model, snapshot);
	live_screen_interval(&state->screen);
	return 0;
}

static void live_end(void *opaque)
{
	struct live_state *state = opaque;

	live_screen_end(&state->screen);
	live_free(state->model);
	free(state);
}

const struct output output_live = {
	.name = "live",
	.redraws = true,
	.begin = live_begin,
	.interval = live_interval_over,
	.end = live_end,
	.keys_fd = live_screen_keys_fd,
	.keys = live_screen_keys,
	.resized = live_screen_resized,
};
