/* SPDX-License-Identifier: GPL-2.0 */
/* Rows, their order and their past. Rows are found by key in a tree of tsearch(3). */
#include <ctype.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "live_keys.h"
#include "live_model.h"
#include "memory.h"

struct live_view {
	struct report_query query;
	struct table table;
	void *by_key;		/* the same rows, for tfind() */
	struct live_row **rows; /* count of them, in the order last shown */
	size_t count, capacity;
	unsigned long turn;		       /* intervals so far */
	struct live_row total, other, evicted; /* other: what the reports had under that name */
};

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

/* Rows */

static struct live_row *row_new(const struct live_view *view, const struct dimension_key *key)
{
	struct live_row *row = memory_new(1, sizeof(*row));

	row->collected.row.key = *key;
	row->collected.history = memory_new(view->table.count * LIVE_HISTORY, sizeof(float));
	row->shown.history = memory_new(view->table.count * LIVE_HISTORY, sizeof(float));
	row->place = view->count;
	return row;
}

static void row_free(struct live_row *row)
{
	free(row->collected.history);
	free(row->shown.history);
	free(row);
}

static int compare_keys(const void *a, const void *b)
{
	const struct live_row *left = a, *right = b;

	return memcmp(&left->collected.row.key, &right->collected.row.key, sizeof(left->collected.row.key));
}

static struct live_row *row_of(struct live_view *view, const struct dimension_key *key)
{
	struct live_row wanted = {.collected.row.key = *key}, *row;
	struct live_row *const *found = tfind(&wanted, &view->by_key, compare_keys);

	if (found)
		return *found;
	row = row_new(view, key);
	if (!tsearch(row, &view->by_key, compare_keys))
		memory_exhausted();
	if (view->count == view->capacity) {
		view->capacity = view->capacity ? 2 * view->capacity : 64;
		view->rows = memory_resize(view->rows, view->capacity, sizeof(*view->rows));
	}
	view->rows[view->count++] = row;
	return row;
}

/* A gauge is of one moment, it does not add up over time. */
static void add_over_time(struct report_values *sum, const struct report_values *values)
{
	for (int m = 0; m < METRIC_COUNT; m++) {
		if (metrics[m].kind == METRIC_GAUGE)
			sum->counter[m] = 0;
	}
	report_add(sum, values);
}

/* Takes over what a row was in this interval; all zero if it was not seen. */
static void collect(const struct live_view *view, struct live_row *row, const struct report_row *seen, double interval)
{
	struct live_data *data = &row->collected;

	data->known = true;
	row->turn = view->turn;
	if (seen) {
		data->row = *seen;
		data->idle = 0;
	} else {
		data->row.values = (struct report_values){};
		data->idle++;
	}
	add_over_time(&data->sum, &data->row.values);
	for (size_t i = 0; i < view->table.count; i++) {
		float *history = data->history + i * LIVE_HISTORY;

		memmove(history + 1, history, (LIVE_HISTORY - 1) * sizeof(*history));
		history[0] = column_value(&view->table.slots[i].column, &data->row.values, interval);
	}
}

static void show(const struct live_view *view, struct live_row *row)
{
	float *history = row->shown.history;

	memcpy(history, row->collected.history, view->table.count * LIVE_HISTORY * sizeof(*history));
	row->shown = row->collected;
	row->shown.history = history;
}

/* Views */

static void view_open(struct live_view *view, const struct dimension_list *dims, const struct report_sort *sort)
{
	const struct dimension_key none = {.cell.owner = L4_OWNER_OTHER};
	struct live_row *fixed[] = {&view->total, &view->other, &view->evicted};

	view->query = (struct report_query){
		.dims = *dims,
		.sort = sort->by[0] == METRIC_NONE ? report_default_sort(dims) : *sort,
		.top = LIVE_ROWS,
	};
	table_open(&view->table, dims, &view->query.sort);
	view->table.has_bars = true;
	view->query.with_processes = view->table.has_processes;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		struct live_row *row = row_new(view, &none);

		*fixed[i] = *row;
		free(row);
	}
}

static void forget_node(void *row)
{
	(void)row; /* the rows are freed as members of the list */
}

static void view_close(struct live_view *view)
{
	struct live_row *fixed[] = {&view->total, &view->other, &view->evicted};

	tdestroy(view->by_key, forget_node);
	for (size_t i = 0; i < view->count; i++)
		row_free(view->rows[i]);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		free(fixed[i]->collected.history);
		free(fixed[i]->shown.history);
	}
	free(view->rows);
	table_close(&view->table);
}

/* Those that go first come last: not on the screen, and idle for longest. */
static int compare_for_eviction(const void *a, const void *b)
{
	const struct live_row *left = *(struct live_row *const *)a, *right = *(struct live_row *const *)b;

	if (left->shown.known != right->shown.known)
		return left->shown.known ? -1 : 1;
	if (left->collected.idle != right->collected.idle)
		return left->collected.idle < right->collected.idle ? -1 : 1;
	return compare_keys(left, right);
}

/* Keeps memory bounded; totals stay complete. While paused there are the rows on the screen beside the new ones. */
static void evict(struct live_view *view, bool paused)
{
	const size_t most = LIVE_ROWS_KEPT + (paused ? LIVE_ROWS : 0);

	if (view->count <= most)
		return;
	if (!paused) {
		for (size_t i = 0; i < view->count; i++)
			view->rows[i]->shown.known = false;
	}
	qsort(view->rows, view->count, sizeof(*view->rows), compare_for_eviction);
	while (view->count > most) {
		struct live_row *row = view->rows[--view->count];

		report_add(&view->evicted.collected.sum, &row->collected.sum);
		tdelete(row, &view->by_key, compare_keys);
		row_free(row);
	}
}

static void show_view(struct live_view *view)
{
	for (size_t i = 0; i < view->count; i++)
		show(view, view->rows[i]);
	show(view, &view->total);
	show(view, &view->other);
	show(view, &view->evicted);
}

/* Whether any column has something to show of it. */
static bool is_seen(const struct live_view *view, const struct report_values *values)
{
	for (size_t i = 0; i < view->table.count; i++) {
		if (column_value(&view->table.slots[i].column, values, 0))
			return true;
	}
	return false;
}

static void view_interval(struct live_view *view, struct report *report, const struct snapshot *snapshot, bool paused)
{
	struct report_row total = {.key.cell.owner = L4_OWNER_OTHER};
	size_t count;

	view->turn++;
	report_make(report, snapshot, &view->query);
	count = report->count - report->has_other;
	for (size_t i = 0; i < count; i++) {
		if (is_seen(view, &report->rows[i].values))
			collect(view, row_of(view, &report->rows[i].key), &report->rows[i], snapshot->interval);
	}
	for (size_t i = 0; i < view->count; i++) {
		if (view->rows[i]->turn != view->turn)
			collect(view, view->rows[i], NULL, snapshot->interval);
	}
	total.values = report->total;
	collect(view, &view->total, &total, snapshot->interval);
	collect(view, &view->other, report->has_other ? &report->rows[count] : NULL, snapshot->interval);
	evict(view, paused);
	if (!paused)
		show_view(view);
}

static void view_sort(struct live_view *view, size_t slot)
{
	if (slot >= view->table.count)
		return;
	table_sort_by(&view->table, slot);
	memcpy(view->query.sort.by, view->table.slots[slot].column.sum, sizeof(view->query.sort.by));
}

/* The model */

static void add_view(struct live_model *model, const struct dimension_list *dims)
{
	view_open(&model->views[model->count++], dims, &model->settings.sort);
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
		view_close(&model->views[i]);
	report_free(&model->report);
	free(model->list);
	free(model);
}

void live_interval(struct live_model *model, const struct snapshot *snapshot)
{
	model->collected = table_moment_of(snapshot);
	model->since = model->since ?: snapshot->timestamp - snapshot->interval;
	for (size_t i = 0; i < model->count; i++)
		view_interval(&model->views[i], &model->report, snapshot, model->paused);
	if (!model->paused)
		model->shown = model->collected;
}

void live_pause(struct live_model *model)
{
	model->paused = !model->paused;
	if (model->paused)
		return;
	for (size_t i = 0; i < model->count; i++) {
		evict(&model->views[i], false);
		show_view(&model->views[i]);
	}
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
	for (size_t i = 0; i < model->count; i++)
		view_sort(&model->views[i], slot);
}

void live_sort_next(struct live_model *model, int step)
{
	const struct table *table = &model->views[model->current].table;
	size_t at = step > 0 ? table->count - 1 : 0;

	while (at != (step > 0 ? 0 : table->count - 1) && !table->slots[at].sorted)
		at += step > 0 ? -1 : 1; /* several can be: from the last of them to the right */
	sort_all(model, (at + table->count + step) % table->count);
}

char live_letter(const struct table *table, size_t slot)
{
	char taken[UINT8_MAX + 1] = {}, letter = 0;

	for (size_t i = 0; i <= slot; i++) {
		static const char others[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
		const char *from = table->slots[i].column.title;

		while (*from && (!isalpha((unsigned char)*from) || taken[toupper((unsigned char)*from)]))
			from++;
		for (from = *from ? from : others; taken[toupper((unsigned char)*from)]; from++)
			;
		letter = toupper((unsigned char)*from);
		taken[(unsigned char)letter] = 1;
	}
	return letter;
}

bool live_sort_letter(struct live_model *model, char letter)
{
	const struct table *table = &model->views[model->current].table;

	for (size_t i = 0; i < table->count; i++) {
		if (live_letter(table, i) != letter)
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
	const struct column *column = NULL;
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
	return compare_keys(left, right);
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
	if (picture->row_count < picture->all || is_seen(view, model->totals ? &other->sum : &other->row.values))
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

/* Bars */

static double past(const struct table *table, const struct live_row *row, size_t ago)
{
	double sum = 0;

	for (size_t i = 0; i < table->count; i++)
		sum += table->slots[i].sorted ? row->shown.history[i * LIVE_HISTORY + ago] : 0;
	return sum;
}

const char *live_bar(char text[static LIVE_BAR], const struct table *table, const struct live_row *row,
		     unsigned int width, bool utf8)
{
	static const char *const blocks[] = {" ",      "\u2581", "\u2582", "\u2583", "\u2584",
					     "\u2585", "\u2586", "\u2587", "\u2588"};
	static const char *const marks[] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
	enum { LEVELS = sizeof(blocks) / sizeof(*blocks) - 1 };
	double largest = 0;
	char *end = text;

	*end = 0;
	width = width < LIVE_HISTORY ? width : LIVE_HISTORY;
	for (size_t ago = 0; ago < width; ago++)
		largest = past(table, row, ago) > largest ? past(table, row, ago) : largest;
	for (size_t ago = width; ago--;) {
		const double value = past(table, row, ago);
		const size_t level = value > 0 ? 1 + (size_t)(value / largest * (LEVELS - 1) + 0.5) : 0;

		end = stpcpy(end, (utf8 ? blocks : marks)[level]);
	}
	return text;
}
