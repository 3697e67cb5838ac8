/* SPDX-License-Identifier: GPL-2.0 */
/* Views side by side, which of them is looked at, and what of it is seen. Their rows are live_view.c's. */
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "live_keys.h"
#include "live_model.h"
#include "live_view.h"
#include "memory.h"

enum { VIEWS_MAX = 1 + DIM_COUNT };

struct live_model {
	struct live_settings settings;
	struct live_view views[VIEWS_MAX]; /* count of them, the first one is that of --by */
	size_t count, current;
	struct report report;
	struct table_moment collected, shown;
	double since; /* start of the first interval, seconds since the epoch */
	bool paused, totals;
	char filter[LIVE_FILTER];
	struct dimension_key selected;
	bool has_selected;
	size_t first;		/* row on the screen */
	struct live_row **list; /* rows of the picture */
	struct live_row other;	/* of the picture */
};

/* The model */

static void add_view(struct live_model *model, const struct dimension_list *dims)
{
	live_view_open(&model->views[model->count++], dims, &model->settings);
}

static bool is_view_of(const struct live_view *view, enum dimension dim)
{
	return view->query.dims.count == 1 && view->query.dims.dims[0] == dim;
}

struct live_model *live_new(const struct live_settings *settings)
{
	struct live_model *model = memory_new(1, sizeof(*model));
	const struct dimension_key none = {.cell.owner = L4_OWNER_OTHER};

	model->settings = *settings;
	model->other.shown.row.key = none;
	model->list = memory_new(LIVE_ROWS_KEPT + LIVE_ROWS, sizeof(*model->list));
	add_view(model, &settings->by);
	for (size_t i = 0; i < live_key_count; i++) {
		const struct dimension_list dims = {.dims = {live_keys[i].dim}, .count = 1};

		if (live_keys[i].action == LIVE_BY && live_keys[i].dim != DIM_COUNT &&
		    !is_view_of(&model->views[0], live_keys[i].dim))
			add_view(model, &dims);
	}
	return model;
}

void live_free(struct live_model *model)
{
	if (!model)
		return;
	for (size_t i = 0; i < model->count; i++)
		live_view_close(&model->views[i]);
	report_free(&model->report);
	free(model->list);
	free(model);
}

void live_interval(struct live_model *model, const struct snapshot *snapshot)
{
	model->collected = table_moment_of(snapshot);
	model->since = model->since ?: snapshot->timestamp - snapshot->interval;
	for (size_t i = 0; i < model->count; i++)
		live_view_interval(&model->views[i], &model->report, snapshot, model->paused);
	if (!model->paused)
		model->shown = model->collected;
}

void live_pause(struct live_model *model)
{
	model->paused = !model->paused;
	if (model->paused)
		return;
	for (size_t i = 0; i < model->count; i++)
		live_view_resume(&model->views[i]);
	model->shown = model->collected;
}

void live_totals(struct live_model *model)
{
	model->totals = !model->totals;
}

void live_by(struct live_model *model, enum dimension dim)
{
	const size_t before = model->current;

	model->current = 0;
	for (size_t i = 0; dim != DIM_COUNT && i < model->count; i++) {
		if (is_view_of(&model->views[i], dim))
			model->current = i;
	}
	if (model->current != before)
		live_unselect(model);
}

static void sort_all(struct live_model *model, size_t slot)
{
	const char *title = model->views[model->current].table.slots[slot].column.title;

	for (size_t i = 0; i < model->count; i++)
		live_view_sort(&model->views[i], title);
}

void live_sort_next(struct live_model *model, int step)
{
	const struct table *table = &model->views[model->current].table;
	size_t at = step > 0 ? table->count - 1 : 0;

	while (at != (step > 0 ? 0 : table->count - 1) && !table->slots[at].sorted)
		at += step > 0 ? -1 : 1; /* several can be: from the last of them to the right */
	sort_all(model, (at + table->count + step) % table->count);
}

bool live_sort_letter(struct live_model *model, char letter)
{
	const struct table *table = &model->views[model->current].table;

	const char *titles[TABLE_COLUMNS_MAX];
	const size_t count = table_titles(table, titles);

	for (size_t i = 0; i < count; i++) {
		if (live_letter(titles, i) != letter)
			continue;
		sort_all(model, i);
		return true;
	}
	return false;
}

void live_filter(struct live_model *model, const char *text)
{
	snprintf(model->filter, sizeof(model->filter), "%s", text);
}

const struct table *live_table(const struct live_model *model)
{
	return &model->views[model->current].table;
}

/* The picture */

static double rank_of(const struct live_model *model, const struct live_view *view, const struct live_row *row)
{
	const struct report_values *values = model->totals ? &row->shown.sum : &row->shown.row.values;
	double sum = 0;

	for (size_t i = 0; i < view->table.count; i++) {
		const struct table_slot *slot = &view->table.slots[i];

		if (slot->sorted)
			sum += column_value(&slot->column, values, model->totals ? 0 : model->shown.interval);
	}
	return sum;
}

static void set_rank(const struct live_model *model, const struct live_view *view, struct live_row *row)
{
	const struct column *column = &view->table.slots[0].column;
	char cell[FORMAT_CELL];

	row->rank = rank_of(model, view, row);
	for (size_t i = view->table.count; i--;)
		column = view->table.slots[i].sorted ? &view->table.slots[i].column : column;
	format_number(cell, column->width, column_unit(column), row->rank);
	snprintf(row->rank_text, sizeof(row->rank_text), "%.*s", (int)sizeof(row->rank_text) - 1, cell);
}

static int compare_ranks(const void *a, const void *b)
{
	const struct live_row *left = *(struct live_row *const *)a, *right = *(struct live_row *const *)b;

	if (left->rank != right->rank && strcmp(left->rank_text, right->rank_text))
		return left->rank > right->rank ? -1 : 1;
	if (left->place != right->place)
		return left->place < right->place ? -1 : 1;
	return live_compare_keys(left, right);
}

static bool has_text(const struct live_model *model, const struct live_view *view, const struct live_row *row)
{
	const struct report_row *shown = &row->shown.row;
	char text[DIMENSION_TEXT + TABLE_TAIL], tail[TABLE_TAIL];

	for (size_t i = 0; i < view->query.dims.count; i++) {
		table_row_text(text, &view->table, shown, i, model->settings.dimension);
		if (strcasestr(text, model->filter))
			return true;
	}
	if (!view->table.has_processes)
		return false;
	table_processes(text, tail, shown);
	strcat(text, tail);
	return strcasestr(text, model->filter);
}

/* A row of rates goes when its bar is empty. */
static bool is_shown(const struct live_model *model, const struct live_row *row)
{
	return row->shown.known && (model->totals || row->shown.idle < LIVE_HISTORY);
}

/* Puts all rows of the view into order. Those that are shown come first, they are counted. */
static size_t sort_rows(struct live_model *model, struct live_view *view)
{
	size_t shown = 0;

	for (size_t i = 0; i < view->count; i++) {
		struct live_row *row = view->rows[i];

		if (!is_shown(model, row))
			continue;
		set_rank(model, view, row);
		view->rows[i] = view->rows[shown];
		view->rows[shown++] = row;
	}
	if (shown) /* there may be no array yet */
		qsort(view->rows, shown, sizeof(*view->rows), compare_ranks);
	for (size_t i = 0; i < view->count; i++)
		view->rows[i]->place = i;
	return shown;
}

static void add_data(struct live_data *data, const struct live_data *more)
{
	report_add(&data->row.values, &more->row.values);
	report_add(&data->sum, &more->sum);
}

/* Fills model->list, and model->other with all that is not in it. */
static void list_rows(struct live_model *model, struct live_picture *picture)
{
	struct live_view *view = &model->views[model->current];
	struct live_data *other = &model->other.shown;
	const size_t top = model->settings.top;

	other->row.values = other->sum = (struct report_values){};
	picture->all = sort_rows(model, view);
	picture->rows = model->list;
	for (size_t i = 0; i < picture->all; i++) {
		struct live_row *row = view->rows[i];

		if ((!top || picture->row_count < top) && (!*model->filter || has_text(model, view, row)))
			model->list[picture->row_count++] = row;
		else
			add_data(other, &row->shown);
	}
	add_data(other, &view->other.shown);
	report_add(&other->sum, &view->evicted.shown.sum);
	if (picture->row_count < picture->all ||
	    table_shows(&view->table, model->totals ? &other->sum : &other->row.values))
		picture->other = &model->other;
}

/* Where the selected row is in the list; where there is none, behind its end. */
static size_t selected_at(const struct live_model *model, const struct live_picture *picture)
{
	size_t i = 0;

	while (i < picture->row_count && (!model->has_selected || memcmp(&picture->rows[i]->collected.row.key,
									 &model->selected, sizeof(model->selected))))
		i++;
	return i;
}

void live_select(struct live_model *model, long step)
{
	struct live_picture picture = {};
	long at;

	list_rows(model, &picture);
	if (!picture.row_count)
		return;
	at = selected_at(model, &picture);
	if (at < (long)picture.row_count)
		at += step;
	else
		at = model->first + (step > 1 ? step : 0);
	at = at < 0 ? 0 : at < (long)picture.row_count ? at : (long)picture.row_count - 1;
	model->selected = picture.rows[at]->collected.row.key;
	model->has_selected = true;
}

void live_select_end(struct live_model *model)
{
	live_select(model, 0);
	live_select(model, LIVE_ROWS_KEPT + LIVE_ROWS);
}

void live_unselect(struct live_model *model)
{
	model->has_selected = false;
	model->first = 0;
}

/* Scrolls no more than is needed to see the selected row. */
static void scroll(struct live_model *model, const struct live_picture *picture, size_t room)
{
	const size_t at = selected_at(model, picture);

	if (model->first + room > picture->row_count)
		model->first = picture->row_count > room ? picture->row_count - room : 0;
	if (at == picture->row_count)
		return;
	if (at < model->first)
		model->first = at;
	else if (at >= model->first + room)
		model->first = at - room + 1;
}

struct live_picture live_arrange(struct live_model *model, unsigned int columns, size_t rows)
{
	struct live_view *view = &model->views[model->current];
	struct live_picture picture = {
		.table = &view->table,
		.total = &view->total,
		.moment = model->shown,
		.since = model->since,
		.paused = model->paused,
		.totals = model->totals,
		.filter = model->filter,
	};
	size_t room, at;

	list_rows(model, &picture);
	room = rows > 1 ? rows - !!picture.other : 1;
	scroll(model, &picture, room);
	at = selected_at(model, &picture);
	picture.selected = at < picture.row_count ? picture.rows[at] : NULL;
	picture.first = model->first;
	picture.on_screen = picture.row_count - picture.first < room ? picture.row_count - picture.first : room;

	table_measure_total(&view->table, &view->total.shown.sum);
	for (size_t i = 0; i < picture.on_screen; i++)
		table_measure_row(&view->table, &picture.rows[picture.first + i]->shown.row, model->settings.dimension);
	table_lay_out(&view->table, columns);
	return picture;
}
