/* SPDX-License-Identifier: GPL-2.0 */
/* Rows are found by key in a tree of tsearch(3). */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "live_view.h"
#include "memory.h"

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

int live_compare_keys(const void *a, const void *b)
{
	const struct live_row *left = a, *right = b;

	return memcmp(&left->collected.row.key, &right->collected.row.key, sizeof(left->collected.row.key));
}

static struct live_row *row_of(struct live_view *view, const struct dimension_key *key)
{
	struct live_row wanted = {.collected.row.key = *key}, *row;
	struct live_row *const *found = tfind(&wanted, &view->by_key, live_compare_keys);

	if (found)
		return *found;
	row = row_new(view, key);
	if (!tsearch(row, &view->by_key, live_compare_keys))
		memory_exhausted();
	if (view->count == view->capacity) {
		view->capacity = view->capacity ? 2 * view->capacity : 64;
		view->rows = memory_resize(view->rows, view->capacity, sizeof(*view->rows));
	}
	view->rows[view->count++] = row;
	return row;
}

/* What is of one moment does not add up over time. */
static void add_over_time(struct report_values *sum, const struct report_values *values)
{
	for (int m = 0; m < METRIC_COUNT; m++) {
		if (metrics[m].kind == METRIC_GAUGE || metrics[m].kind == METRIC_DISTINCT)
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

void live_view_open(struct live_view *view, const struct dimension_list *dims, const struct live_settings *settings)
{
	const struct dimension_key none = {.cell.owner = L4_OWNER_OTHER};
	struct live_row *fixed[] = {&view->total, &view->other, &view->evicted};

	view->query = (struct report_query){
		.dims = *dims,
		.sort = settings->sort.by[0] == METRIC_NONE ? report_default_sort(dims) : settings->sort,
		.top = LIVE_ROWS,
	};
	table_open(&view->table, dims, &view->query.sort, settings->proto);
	view->table.has_bars = true;
	view->table.has_marks = settings->marks;
	view->query.with_processes = view->table.has_processes;
	view->query.with_distinct = true;
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

void live_view_close(struct live_view *view)
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
	return live_compare_keys(left, right);
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
		tdelete(row, &view->by_key, live_compare_keys);
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

void live_view_interval(struct live_view *view, struct report *report, const struct snapshot *snapshot, bool paused)
{
	struct report_row total = {.key.cell.owner = L4_OWNER_OTHER};
	size_t count;

	view->turn++;
	report_make(report, snapshot, &view->query);
	count = report->count - report->has_other;
	for (size_t i = 0; i < count; i++) {
		if (table_shows(&view->table, &report->rows[i].values))
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

void live_view_resume(struct live_view *view)
{
	evict(view, false);
	show_view(view);
}

void live_view_sort(struct live_view *view, const char *title)
{
	for (size_t i = 0; i < view->table.count; i++) {
		const struct column *column = &view->table.slots[i].column;

		if (strcmp(column->title, title))
			continue;
		table_sort_by(&view->table, i);
		memcpy(view->query.sort.by, column->sum, sizeof(view->query.sort.by));
		return;
	}
}
