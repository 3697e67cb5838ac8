/* SPDX-License-Identifier: GPL-2.0 */
/* The layout of tables and the text of their lines. */
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "memory.h"
#include "table.h"

enum {
	NUMBER_MIN = 5,	     /* width of a column of numbers */
	PROCESSES_MIN = 12,  /* width of the column that names the busiest process */
	PROCESSES_WIDE = 22, /* name[4194304] */
	PROCESSES_GAP = 2,
	PROCESSES_RANK = 2, /* among the ranks of table_columns */
};

static void add_slot(struct table *table, struct column column, const struct report_sort *sort)
{
	table->slots[table->count++] = (struct table_slot){.column = column, .sorted = column_sorted_by(&column, sort)};
}

/* How many there are of what has a row each: one. */
static bool counts_rows(const struct column *column, const struct dimension_list *dims)
{
	const struct metric_info *metric = &metrics[column->sum[0]];

	return metric->kind == METRIC_DISTINCT && dimension_listed(dims, metric->dimension);
}

static bool is_of_proto(const struct column *column, uint8_t proto)
{
	bool is = false;

	for (const enum metric *metric = column->sum; *metric != METRIC_NONE; metric++)
		is |= !proto || !metric_proto(*metric) || metric_proto(*metric) == proto;
	return is;
}

/* What rows are ranked by has to be seen: where no column shows it, it gets one. */
void table_open(struct table *table, const struct dimension_list *dims, const struct report_sort *sort, uint8_t proto)
{
	bool seen = false;

	*table = (struct table){
		.dims = *dims,
		.slots = memory_new(table_column_count + 1, sizeof(*table->slots)),
		.has_processes = !dimension_listed(dims, DIM_PROCESS) && !dimension_listed(dims, DIM_NAME),
	};
	for (size_t i = 0; i < table_column_count; i++) {
		if (!counts_rows(&table_columns[i], dims) && is_of_proto(&table_columns[i], proto))
			add_slot(table, table_columns[i], sort);
	}
	for (size_t i = 0; i < table->count; i++)
		seen |= table->slots[i].sorted;
	if (!seen)
		add_slot(table, column_for_metric(sort->by[0]), sort);
}

void table_close(struct table *table)
{
	free(table->slots);
	*table = (struct table){};
}

size_t table_titles(const struct table *table, const char *titles[static TABLE_COLUMNS_MAX])
{
	size_t count = 0;

	while (count < table->count && count < TABLE_COLUMNS_MAX) {
		titles[count] = table->slots[count].column.title;
		count++;
	}
	return count;
}

void table_sort_by(struct table *table, size_t slot)
{
	for (size_t i = 0; i < table->count; i++)
		table->slots[i].sorted = i == slot;
}

/* Makes the columns of one rank visible if they fit behind `used`. Returns the columns used then. */
static unsigned int place_rank(struct table *table, unsigned int rank, unsigned int used, unsigned int columns)
{
	const bool processes = table->has_processes && rank == PROCESSES_RANK;
	unsigned int with = used + (processes ? PROCESSES_MIN + PROCESSES_GAP : 0);

	for (size_t i = 0; i < table->count; i++) {
		if (!table->slots[i].sorted && table->slots[i].column.rank == rank)
			with += table->slots[i].width + 1;
	}
	if (with > columns)
		return used;
	for (size_t i = 0; i < table->count; i++)
		table->slots[i].visible |= table->slots[i].column.rank == rank;
	if (processes)
		table->processes_width = PROCESSES_MIN;
	return with;
}

/* How soon the columns of one rank are placed: bad news first, then what has something to show, then the rest. */
enum urgency { URGENT_NEWS, URGENT_ACTIVE, URGENT_NEVER, URGENCIES };

static enum urgency rank_urgency(const struct table *table, unsigned int rank)
{
	enum urgency urgency = rank == PROCESSES_RANK ? URGENT_ACTIVE : URGENT_NEVER;

	for (size_t i = 0; i < table->count; i++) {
		const struct table_slot *slot = &table->slots[i];

		if (slot->column.rank != rank || !slot->active)
			continue;
		if (slot->column.alarm != ALARM_NEVER)
			return URGENT_NEWS;
		urgency = URGENT_ACTIVE;
	}
	return urgency;
}

/* Bars come after who it is and before what is only nice to know. */
static unsigned int place_bars(struct table *table, unsigned int used, unsigned int columns)
{
	if (!table->has_bars || used + TABLE_BAR_MIN + 1 > columns)
		return used;
	table->bar_width = TABLE_BAR_MIN;
	return used + TABLE_BAR_MIN + 1;
}

/* First what rows are ranked by, then the others by urgency and rank. Returns the columns used. */
static unsigned int place_columns(struct table *table, unsigned int used, unsigned int columns)
{
	unsigned int ranks = PROCESSES_RANK + 1;

	table->processes_width = table->bar_width = 0;
	for (size_t i = 0; i < table->count; i++) {
		struct table_slot *slot = &table->slots[i];

		slot->visible = slot->sorted;
		used += slot->sorted ? slot->width + 1 : 0;
		ranks = slot->column.rank < ranks ? ranks : slot->column.rank + 1;
	}
	for (unsigned int turn = 0; turn < URGENCIES * ranks; turn++) {
		const unsigned int rank = turn % ranks;

		if (rank_urgency(table, rank) == turn / ranks)
			used = place_rank(table, rank, used, columns);
		if (turn == URGENT_ACTIVE * ranks + PROCESSES_RANK)
			used = place_bars(table, used, columns);
	}
	return used;
}

/* Tight, columns are as wide as their titles, which leave no room for the `*` that only one has. */
static void set_widths(struct table *table, bool tight)
{
	for (size_t i = 0; i < table->count; i++) {
		struct table_slot *slot = &table->slots[i];
		const unsigned int title = strlen(slot->column.title), least = title > NUMBER_MIN ? title : NUMBER_MIN;

		slot->width = tight && !slot->sorted && least < slot->column.width ? least : slot->column.width;
	}
}

/* Something would be seen in it, and there was no room. */
static bool lacks_columns(const struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->slots[i].active && !table->slots[i].visible)
			return true;
	}
	return false;
}

static unsigned int place_with(struct table *table, bool tight, unsigned int texts, unsigned int columns)
{
	set_widths(table, tight);
	return place_columns(table, texts, columns);
}

static size_t count_visible(const struct table *table)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += table->slots[i].visible;
	return count;
}

/* Tight where more columns are seen so, of those that have something to show. Returns the columns used. */
static unsigned int place_all(struct table *table, unsigned int texts, unsigned int columns)
{
	const unsigned int used = place_with(table, false, texts, columns);
	const size_t visible = count_visible(table);
	unsigned int used_tight;

	if (!lacks_columns(table))
		return used;
	used_tight = place_with(table, true, texts, columns);
	return count_visible(table) > visible ? used_tight : place_with(table, false, texts, columns);
}

/* Gives a text up to `wide` columns of what is left. */
static void widen(unsigned int *width, unsigned int wide, unsigned int *left)
{
	const unsigned int wanted = wide > *width ? wide - *width : 0;
	const unsigned int more = wanted < *left ? wanted : *left;

	*width += more;
	*left -= more;
}

/* Takes one column off the widest text, as often as needed. */
static void narrow_texts(struct table *table, unsigned int missing)
{
	for (; missing; missing--) {
		unsigned int *widest = &table->text_width[0];

		for (size_t i = 1; i < table->dims.count; i++) {
			if (table->text_width[i] > *widest)
				widest = &table->text_width[i];
		}
		if (*widest == 1)
			return;
		--*widest;
	}
}

/* At least. Beside bars, texts that were always short leave them room. */
static unsigned int least_text_width(const struct table *table, size_t i)
{
	const struct dimension_info *dim = &dimensions[table->dims.dims[i]];
	const unsigned int title = strlen(dim->title);
	const unsigned int needed = table->longest[i] > title ? table->longest[i] : title;

	return table->has_bars && needed < dim->width ? needed : dim->width;
}

void table_lay_out(struct table *table, unsigned int columns)
{
	unsigned int used = table->dims.count - 1 + (table->has_marks ? strlen(ALERT_MARK) : 0), left;

	for (size_t i = 0; i < table->dims.count; i++) {
		table->text_width[i] = least_text_width(table, i);
		used += table->text_width[i];
	}
	used = place_all(table, used, columns);
	if (used > columns) {
		narrow_texts(table, used - columns);
		return;
	}
	left = columns - used;
	for (size_t i = 0; i < table->dims.count; i++)
		widen(&table->text_width[i],
		      table->longest[i] < FORMAT_WIDTH_MAX ? table->longest[i] : FORMAT_WIDTH_MAX, &left);
	if (table->processes_width)
		widen(&table->processes_width, PROCESSES_WIDE, &left);
	if (table->bar_width)
		widen(&table->bar_width, TABLE_BAR_MAX, &left);
}

void table_row_text(char text[static DIMENSION_TEXT], const struct table *table, const struct report_row *row, size_t i,
		    const struct dimension_context *context)
{
	if (row->key.cell.owner == L4_OWNER_OTHER)
		strcpy(text, i ? "-" : "other");
	else
		column_dimension(text, table->dims.dims[i], &row->key, context, &table->dims);
}

bool table_shows(const struct table *table, const struct report_values *values)
{
	for (size_t i = 0; i < table->count; i++) {
		if (column_value(&table->slots[i].column, values, 0))
			return true;
	}
	return false;
}

void table_measure_total(struct table *table, const struct report_values *total)
{
	for (size_t i = 0; i < table->count; i++)
		table->slots[i].active |= column_value(&table->slots[i].column, total, 1) != 0;
}

void table_measure_row(struct table *table, const struct report_row *row, const struct dimension_context *context)
{
	for (size_t i = 0; i < table->dims.count; i++) {
		char text[DIMENSION_TEXT];
		unsigned int width;

		table_row_text(text, table, row, i, context);
		width = format_text_width(text);
		if (width > table->longest[i])
			table->longest[i] = width;
	}
}

void table_processes(char head[static DIMENSION_TEXT], char tail[static TABLE_TAIL], const struct report_row *row)
{
	*head = *tail = 0;
	if (!row->processes || row->key.cell.owner == L4_OWNER_OTHER)
		return;
	dimension_owner_name(head, &row->busiest);
	if (row->processes > 1)
		snprintf(tail, TABLE_TAIL, " (%u)", row->processes);
	else if (row->busiest.cell.owner == L4_OWNER_PROCESS)
		snprintf(tail, TABLE_TAIL, "[%u]", row->busiest.cell.process.tgid);
}

static void draw_processes(const struct table *table, const struct table_pen *pen, const struct report_row *row)
{
	char name[DIMENSION_TEXT], tail[TABLE_TAIL], cell[FORMAT_CELL];
	unsigned int width;

	table_processes(name, tail, row);
	if (!table->processes_width || !*name)
		return;
	width = format_text_width(name) + strlen(tail);
	format_text_pair(cell, width < table->processes_width ? width : table->processes_width, name, tail);
	fprintf(pen->file, "%*s%s%s", PROCESSES_GAP, "", pen->theme->text, cell);
}

struct table_moment table_moment_of(const struct snapshot *snapshot)
{
	return (struct table_moment){
		.timestamp = snapshot->timestamp,
		.interval = snapshot->interval,
		.cell_overflow = snapshot->quality.cell_overflow,
		.missed = snapshot->quality.missed,
	};
}

void table_draw_time(const struct table_pen *pen, double timestamp)
{
	char time[FORMAT_CELL], cell[FORMAT_CELL];
	unsigned int width;

	format_time(time, timestamp);
	width = format_text_width(time);
	format_text(cell, width < FORMAT_WIDTH_MAX ? width : FORMAT_WIDTH_MAX, time);
	fputs(cell, pen->file);
}

void table_draw_whole(const struct table_pen *pen, const char *text)
{
	const unsigned int width = format_text_width(text);
	char cell[FORMAT_CELL];

	format_text(cell, width < FORMAT_WIDTH_MAX ? width : FORMAT_WIDTH_MAX, text);
	fputs(cell, pen->file);
}

void table_draw_moment(const struct table_pen *pen, const struct table_moment *moment)
{
	FILE *file = pen->file;

	fputs(pen->theme->text, file);
	table_draw_time(pen, moment->timestamp);
	fprintf(file, "  %.2f s", moment->interval);
	if (moment->cell_overflow)
		fprintf(file, "  %llu events found no cell", (unsigned long long)moment->cell_overflow);
	if (moment->missed)
		fprintf(file, "  %llu events missed", (unsigned long long)moment->missed);
	fputs(pen->theme->normal, file);
}

static void draw_heading(const struct table_pen *pen, const char *gap, const char *text)
{
	fprintf(pen->file, "%s%s%s%s", gap, pen->theme->subtitle, text, pen->theme->normal);
}

/* Of totals it is not "per second". */
static void number_title(char title[static 64], const struct table_slot *slot, const struct table_pen *pen)
{
	const size_t length = strlen(slot->column.title);
	const bool cut = !pen->interval && length > 2 && !strcmp(slot->column.title + length - 2, "/s");

	snprintf(title, 64, "%s%.*s", slot->sorted ? "*" : "", (int)(cut ? length - 2 : length), slot->column.title);
}

/* Text heads on the left, number heads on the right; `*` is on what rows are ranked by. */
void table_draw_header(const struct table *table, const struct table_pen *pen)
{
	char cell[FORMAT_CELL], title[64];

	for (size_t i = 0; i < table->dims.count; i++) {
		format_text(cell, table->text_width[i], dimensions[table->dims.dims[i]].title);
		draw_heading(pen, i ? " " : "", cell);
	}
	if (table->bar_width) {
		format_text(cell, table->bar_width, "trend");
		draw_heading(pen, " ", cell);
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct table_slot *slot = &table->slots[i];

		if (!slot->visible)
			continue;
		number_title(title, slot, pen);
		snprintf(cell, sizeof(cell), "%*s", (int)slot->width, title);
		draw_heading(pen, " ", cell);
	}
	if (table->processes_width)
		draw_heading(pen, "  ", "processes");
}

static void draw_text(const struct table *table, const struct table_pen *pen, size_t i, const char *text)
{
	char cell[FORMAT_CELL];

	format_text(cell, table->text_width[i], text);
	fprintf(pen->file, "%s%s%s", i ? " " : "", pen->theme->text, cell);
}

static void draw_bar(const struct table *table, const struct table_pen *pen, const char *bar)
{
	if (table->bar_width && bar)
		fprintf(pen->file, " %s%s", pen->theme->text, bar);
	else if (table->bar_width)
		fprintf(pen->file, " %*s", (int)table->bar_width, "");
}

static void draw_numbers(const struct table *table, const struct table_pen *pen, const struct report_values *values)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = &table->slots[i].column;
		const double value = column_value(column, values, pen->interval);

		if (!table->slots[i].visible)
			continue;
		fputc(' ', pen->file);
		terminal_number(pen->file, pen->theme, table->slots[i].width, column_unit(column), value,
				column_alarming(column, value));
	}
}

static void draw_mark(const struct table_pen *pen, bool marked)
{
	fprintf(pen->file, "%s%s%s", marked ? pen->theme->alarm : "", marked ? ALERT_MARK : "", pen->theme->normal);
}

void table_draw_row(const struct table *table, const struct table_pen *pen, const struct report_row *row,
		    const char *bar)
{
	char text[DIMENSION_TEXT];

	for (size_t i = 0; i < table->dims.count; i++) {
		table_row_text(text, table, row, i, pen->dimension);
		draw_text(table, pen, i, text);
	}
	draw_bar(table, pen, bar);
	draw_numbers(table, pen, &row->values);
	draw_processes(table, pen, row);
	draw_mark(pen, alert_marks_row(pen->alerts, &table->dims, &row->key));
}

void table_draw_total(const struct table *table, const struct table_pen *pen, const struct report_values *total,
		      const char *bar)
{
	for (size_t i = 0; i < table->dims.count; i++)
		draw_text(table, pen, i, i ? "-" : "total");
	draw_bar(table, pen, bar);
	draw_numbers(table, pen, total);
	draw_mark(pen, alert_marks_total(pen->alerts, &table->dims));
}
