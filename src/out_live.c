/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --by on a terminal: the table redrawn in place, and what keys do to it. Which rows there are is live_model.c's, what
 * a line looks like table.c's, how it gets onto the terminal screen.c's. Here these are put together.
 */
#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "alert_text.h"
#include "format.h"
#include "live_keys.h"
#include "live_model.h"
#include "memory.h"
#include "output.h"
#include "screen.h"

enum {
	LINES_AROUND = 3,    /* moment, header, total */
	LINES_WITH_FOOT = 6, /* so many lines leave one for hints */
	KEYS_AT_ONCE = 64,   /* before what they do is shown */
	HELP_WIDTH = LIVE_NAME_WIDTH + 1 + LIVE_HELP_WIDTH,
	HELP_GAP = 2,
};

struct live_state {
	const struct output_settings *settings;
	const struct terminal_theme *theme;
	struct live_model *model;
	bool utf8;
	unsigned long intervals;
	bool failed; /* the terminal could not be had */
	bool typing; /* a filter */
	bool helping;
	size_t help_page;
	char typed[LIVE_FILTER];
};

/* The help: the keys, and the letters of the columns */

static void help_entry(char text[static FORMAT_CELL], const struct table *table, size_t i)
{
	const size_t column = i - live_key_count;

	if (i < live_key_count)
		snprintf(text, FORMAT_CELL, "%-*s %s", LIVE_NAME_WIDTH, live_keys[i].name, live_keys[i].help);
	else
		snprintf(text, FORMAT_CELL, "%-*c sort by %.*s", LIVE_NAME_WIDTH, live_letter(table, column),
			 LIVE_HELP_WIDTH - 8, table->slots[column].column.title);
}

/* As many columns of entries side by side as fit, read downwards. */
struct help_layout {
	size_t entries, lines, beside, on_page, pages;
};

static struct help_layout help_layout(const struct table *table)
{
	struct help_layout layout = {
		.entries = live_key_count + table->count,
		.lines = screen_rows() > 2 ? screen_rows() - 2 : 1,
		.beside = (screen_columns() + HELP_GAP) / (HELP_WIDTH + HELP_GAP) ?: 1,
	};

	layout.on_page = layout.lines * layout.beside;
	layout.pages = (layout.entries + layout.on_page - 1) / layout.on_page;
	return layout;
}

static void draw_help(const struct live_state *state, const struct table_pen *pen)
{
	const struct table *table = live_table(state->model);
	const struct help_layout layout = help_layout(table);
	const size_t first = state->help_page * layout.on_page;
	const size_t end = first + layout.on_page < layout.entries ? first + layout.on_page : layout.entries;
	char text[FORMAT_CELL], cell[FORMAT_CELL];

	fprintf(pen->file, "%sKeys%s", pen->theme->subtitle, pen->theme->normal);
	for (size_t line = 0; line < layout.lines; line++) {
		fprintf(pen->file, "\n%s", pen->theme->text);
		for (size_t i = first + line; i < end; i += layout.lines) {
			help_entry(text, table, i);
			format_text(cell, HELP_WIDTH + HELP_GAP, text);
			fputs(cell, pen->file);
		}
	}
	fprintf(pen->file, "\n%spage %zu of %zu; q: back, any other key: on%s", pen->theme->faint, state->help_page + 1,
		layout.pages, pen->theme->normal);
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

/* The worst of the first rule that fires; the line takes as much of it as fits. */
static void draw_alert(const struct table_pen *pen)
{
	char *sentence;

	if (!alert_marks(pen->alerts))
		return;
	sentence = alert_sentence(alerts_at(pen->alerts, 0), pen->dimension);
	fprintf(pen->file, "  %s! %s%s", pen->theme->alarm, sentence, pen->theme->normal);
	free(sentence);
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
	draw_alert(pen);
	fprintf(pen->file, "%s\n", theme->normal);
}

static void draw_whole(const struct table_pen *pen, const char *text)
{
	const unsigned int width = format_text_width(text);
	char cell[FORMAT_CELL];

	format_text(cell, width < FORMAT_WIDTH_MAX ? width : FORMAT_WIDTH_MAX, text);
	fputs(cell, pen->file);
}

/* A selected row's texts in full, wherever they are cut above. */
static void draw_selected(const struct live_picture *picture, const struct table_pen *pen)
{
	const struct report_row *row = &picture->selected->shown.row;
	char text[DIMENSION_TEXT], tail[TABLE_TAIL];

	fputs(pen->theme->text, pen->file);
	for (size_t i = 0; i < picture->table->dims.count; i++) {
		table_row_text(text, picture->table, row, i, pen->dimension);
		draw_whole(pen, text);
		fputs("  ", pen->file);
	}
	if (!picture->table->has_processes)
		return;
	table_processes(text, tail, row);
	draw_whole(pen, text);
	fputs(tail, pen->file);
}

static void draw_hints(const struct table_pen *pen)
{
	unsigned int left = screen_columns();

	fputs(pen->theme->faint, pen->file);
	for (size_t i = 0; i < live_key_count; i++) {
		const struct live_key *key = &live_keys[i];
		const unsigned int width = key->hint ? strlen(key->name) + strlen(key->hint) + 3 : 0;

		if (!width || width > left + 2)
			continue;
		fprintf(pen->file, "%s %s  ", key->name, key->hint);
		left -= width < left ? width : left;
	}
}

static void draw_foot(const struct live_state *state, const struct live_picture *picture, const struct table_pen *pen)
{
	if (state->typing)
		fprintf(pen->file, "%s/%s", pen->theme->text, state->typed);
	else if (picture->selected)
		draw_selected(picture, pen);
	else
		draw_hints(pen);
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
	const bool foot = state->typing || lines >= LINES_WITH_FOOT;
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
	if (state->typing)
		*cursor = lines - 1;
}

static void draw(struct live_state *state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	struct table_pen pen = pen_for(state, file);
	int selected = SCREEN_NO_LINE, cursor = SCREEN_NO_LINE;

	if (!file)
		memory_exhausted();
	if (state->helping)
		draw_help(state, &pen);
	else
		draw_all(state, &pen, &selected, &cursor);
	if (fclose(file))
		memory_exhausted();
	screen_paint(text, selected, cursor);
	free(text);
}

/* Keys */

static void take_off_character(char *text)
{
	size_t length = strlen(text);

	while (length && (text[--length] & 0xc0) == 0x80) /* what follows in a UTF-8 character */
		;
	text[length] = 0;
}

static void add_character(char *text, unsigned int code)
{
	mbstate_t state = {};
	char bytes[MB_LEN_MAX];
	const size_t length = iswprint(code) ? wcrtomb(bytes, code, &state) : (size_t)-1;
	const size_t used = strlen(text);

	if (length == (size_t)-1 || used + length >= LIVE_FILTER)
		return;
	memcpy(text + used, bytes, length);
	text[used + length] = 0;
}

/* The rows follow the text while it is typed. */
static void type(struct live_state *state, unsigned int code)
{
	if (code == '\033')
		*state->typed = 0;
	else if (code == LIVE_CODE_BACKSPACE)
		take_off_character(state->typed);
	else if (code < LIVE_CODE_UP)
		add_character(state->typed, code);
	state->typing = code != '\033' && code != LIVE_CODE_ENTER;
	live_filter(state->model, state->typed);
}

static void turn_help_page(struct live_state *state, unsigned int code)
{
	const struct help_layout layout = help_layout(live_table(state->model));

	state->helping = code != 'q' && code != '\033' && ++state->help_page < layout.pages;
}

static void escape(struct live_state *state)
{
	if (*state->typed) {
		*state->typed = 0;
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
		state->typing = true;
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
		state->helping = true;
		state->help_page = 0;
		break;
	}
	return false;
}

static bool press(struct live_state *state, unsigned int code)
{
	const struct live_key *key = live_key_for(code);

	if (state->typing)
		type(state, code);
	else if (state->helping)
		turn_help_page(state, code);
	else
		return key && act(state, key, code);
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
	state->help_page = 0;
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
