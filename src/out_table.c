/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --by: a ranked table per interval, rates per second. On a terminal it is redrawn in place, elsewhere one table
 * follows the other. The number columns are columns.c's; which of them fit, and where texts are cut, is decided here.
 * Columns that have had bad news or anything to show come before those that were always zero, texts are as wide as the
 * longest so far: a layout grows into its traffic, but does not jump to and fro.
 */
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "format.h"
#include "memory.h"
#include "output.h"
#include "terminal.h"

enum {
	LINES_AROUND = 5,    /* status, header, other, total, and the line the cursor waits on */
	PROCESSES_MIN = 12,  /* width of the column that names the busiest process */
	PROCESSES_WIDE = 22, /* name[4194304] */
	PROCESSES_GAP = 2,
	PROCESSES_RANK = 2, /* among the ranks of table_columns */
};

/* A column of numbers that may stand in the table. */
struct slot {
	struct column column;
	bool sorted; /* rows are ranked by it: always visible */
	bool active; /* its total was not 0 some time */
	bool visible;
};

struct table_state {
	const struct output_settings *settings;
	const struct terminal_theme *theme;
	struct report_query query;
	struct report report;
	bool redraw;
	bool drawn;	    /* there is a table already */
	struct slot *slots; /* count of them */
	size_t count;
	bool has_processes;
	unsigned int longest[DIM_COUNT]; /* text so far, of each column of query.dims */
	unsigned int text_width[DIM_COUNT];
	unsigned int processes_width; /* 0: not visible */
};

static void add_slot(struct table_state *state, struct column column)
{
	const bool sorted = column_sorted_by(&column, &state->query.sort);

	state->slots[state->count++] = (struct slot){.column = column, .sorted = sorted};
}

/* What rows are ranked by has to be seen: where no column shows it, it gets one. */
static void add_slots(struct table_state *state)
{
	bool seen = false;

	state->slots = memory_new(table_column_count + 1, sizeof(*state->slots));
	for (size_t i = 0; i < table_column_count; i++) {
		add_slot(state, table_columns[i]);
		seen |= state->slots[i].sorted;
	}
	if (!seen)
		add_slot(state, column_for_metric(state->query.sort.by[0]));
}

static void *table_begin(const struct output_settings *settings)
{
	struct table_state *state = memory_new(1, sizeof(*state));

	state->settings = settings;
	state->theme = terminal_theme(settings->colour);
	state->redraw = settings->terminal && !terminal_is_dumb();
	state->has_processes =
		!dimension_listed(&settings->by, DIM_PROCESS) && !dimension_listed(&settings->by, DIM_NAME);
	state->query = (struct report_query){
		.dims = settings->by,
		.sort = settings->sort.by[0] == METRIC_NONE ? report_default_sort(&settings->by) : settings->sort,
		.with_processes = state->has_processes,
	};
	add_slots(state);
	return state;
}

/* Makes the columns of one rank visible if they fit behind `used`. Returns the columns used then. */
static unsigned int place_rank(struct table_state *state, unsigned int rank, unsigned int used, unsigned int columns)
{
	const bool processes = state->has_processes && rank == PROCESSES_RANK;
	unsigned int with = used + (processes ? PROCESSES_MIN + PROCESSES_GAP : 0);

	for (size_t i = 0; i < state->count; i++) {
		if (!state->slots[i].sorted && state->slots[i].column.rank == rank)
			with += state->slots[i].column.width + 1;
	}
	if (with > columns)
		return used;
	for (size_t i = 0; i < state->count; i++)
		state->slots[i].visible |= state->slots[i].column.rank == rank;
	if (processes)
		state->processes_width = PROCESSES_MIN;
	return with;
}

/* How soon the columns of one rank are placed: bad news first, then what has something to show, then the rest. */
enum urgency { URGENT_NEWS, URGENT_ACTIVE, URGENT_NEVER, URGENCIES };

static enum urgency rank_urgency(const struct table_state *state, unsigned int rank)
{
	enum urgency urgency = rank == PROCESSES_RANK ? URGENT_ACTIVE : URGENT_NEVER;

	for (size_t i = 0; i < state->count; i++) {
		const struct slot *slot = &state->slots[i];

		if (slot->column.rank != rank || !slot->active)
			continue;
		if (slot->column.alarm != ALARM_NEVER)
			return URGENT_NEWS;
		urgency = URGENT_ACTIVE;
	}
	return urgency;
}

/* First what rows are ranked by, then the others by urgency and rank. Returns the columns used. */
static unsigned int place_columns(struct table_state *state, unsigned int used, unsigned int columns)
{
	unsigned int ranks = PROCESSES_RANK + 1;

	state->processes_width = 0;
	for (size_t i = 0; i < state->count; i++) {
		struct slot *slot = &state->slots[i];

		slot->visible = slot->sorted;
		used += slot->sorted ? slot->column.width + 1 : 0;
		ranks = slot->column.rank < ranks ? ranks : slot->column.rank + 1;
	}
	for (unsigned int turn = 0; turn < URGENCIES * ranks; turn++) {
		const unsigned int rank = turn % ranks;

		if (rank_urgency(state, rank) == turn / ranks)
			used = place_rank(state, rank, used, columns);
	}
	return used;
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
static void narrow_texts(struct table_state *state, unsigned int missing)
{
	for (; missing; missing--) {
		unsigned int *widest = &state->text_width[0];

		for (size_t i = 1; i < state->query.dims.count; i++) {
			if (state->text_width[i] > *widest)
				widest = &state->text_width[i];
		}
		if (*widest == 1)
			return;
		--*widest;
	}
}

static void lay_out(struct table_state *state, unsigned int columns)
{
	const struct dimension_list *dims = &state->query.dims;
	unsigned int used = dims->count - 1, left;

	for (size_t i = 0; i < dims->count; i++) {
		state->text_width[i] = dimensions[dims->dims[i]].width;
		used += state->text_width[i];
	}
	used = place_columns(state, used, columns);
	if (used > columns) {
		narrow_texts(state, used - columns);
		return;
	}
	left = columns - used;
	for (size_t i = 0; i < dims->count; i++)
		widen(&state->text_width[i],
		      state->longest[i] < FORMAT_WIDTH_MAX ? state->longest[i] : FORMAT_WIDTH_MAX, &left);
	if (state->processes_width)
		widen(&state->processes_width, PROCESSES_WIDE, &left);
}

/* What stands in the text column of a row. */
static void row_text(char text[static DIMENSION_TEXT], const struct table_state *state, const struct report_row *row,
		     size_t i)
{
	if (row->key.cell.owner == L4_OWNER_OTHER)
		strcpy(text, i ? "-" : "other");
	else
		column_dimension(text, state->query.dims.dims[i], &row->key, &state->settings->dimension,
				 &state->query.dims);
}

/* Remembers which columns have had something to show, and how long texts have been. */
static void measure(struct table_state *state)
{
	for (size_t i = 0; i < state->count; i++)
		state->slots[i].active |= column_value(&state->slots[i].column, &state->report.total, 1) != 0;
	for (size_t r = 0; r < state->report.count; r++) {
		for (size_t i = 0; i < state->query.dims.count; i++) {
			char text[DIMENSION_TEXT];
			unsigned int width;

			row_text(text, state, &state->report.rows[r], i);
			width = format_text_width(text);
			if (width > state->longest[i])
				state->longest[i] = width;
		}
	}
}

/*
 * `nginx (4)`: the busiest of them and how many; one alone is named as the process it is, `nginx[811]`. Nothing for
 * `other`, where the same processes come from many rows.
 */
static void draw_processes(const struct table_state *state, const struct report_row *row)
{
	char name[DIMENSION_TEXT], tail[32] = "", cell[FORMAT_CELL];
	unsigned int width;

	if (!state->processes_width || !row->processes || row->key.cell.owner == L4_OWNER_OTHER)
		return;
	dimension_owner_name(name, &row->busiest);
	if (row->processes > 1)
		snprintf(tail, sizeof(tail), " (%u)", row->processes);
	else if (row->busiest.cell.owner == L4_OWNER_PROCESS)
		snprintf(tail, sizeof(tail), "[%u]", row->busiest.cell.process.tgid);
	width = format_text_width(name) + strlen(tail);
	format_text_pair(cell, width < state->processes_width ? width : state->processes_width, name, tail);
	fprintf(state->settings->file, "%*s%s%s", PROCESSES_GAP, "", state->theme->text, cell);
}

static void end_line(const struct table_state *state)
{
	fprintf(state->settings->file, "%s%s\n", state->theme->normal, state->redraw ? "\033[K" : "");
}

/* The time, the interval, and what is wrong with its numbers, if anything is. */
static void draw_status(const struct table_state *state, const struct snapshot *snapshot)
{
	FILE *file = state->settings->file;
	char time[FORMAT_CELL], cell[FORMAT_CELL];

	format_time(time, snapshot->timestamp);
	format_text(cell, format_text_width(time) < FORMAT_WIDTH_MAX ? format_text_width(time) : FORMAT_WIDTH_MAX,
		    time);
	fprintf(file, "%s%s  %.2f s", state->theme->text, cell, snapshot->interval);
	if (snapshot->quality.cell_overflow)
		fprintf(file, "  %llu events found no cell", (unsigned long long)snapshot->quality.cell_overflow);
	if (snapshot->quality.missed)
		fprintf(file, "  %llu events missed", (unsigned long long)snapshot->quality.missed);
	end_line(state);
}

static void draw_heading(const struct table_state *state, const char *gap, const char *text)
{
	fprintf(state->settings->file, "%s%s%s%s", gap, state->theme->subtitle, text, state->theme->normal);
}

/* Text heads on the left, number heads on the right; `*` is on what rows are ranked by. */
static void draw_header(const struct table_state *state)
{
	const struct dimension_list *dims = &state->query.dims;
	char cell[FORMAT_CELL], title[64];

	for (size_t i = 0; i < dims->count; i++) {
		format_text(cell, state->text_width[i], dimensions[dims->dims[i]].title);
		draw_heading(state, i ? " " : "", cell);
	}
	for (size_t i = 0; i < state->count; i++) {
		const struct slot *slot = &state->slots[i];

		if (!slot->visible)
			continue;
		snprintf(title, sizeof(title), "%s%s", slot->sorted ? "*" : "", slot->column.title);
		snprintf(cell, sizeof(cell), "%*s", (int)slot->column.width, title);
		draw_heading(state, " ", cell);
	}
	if (state->processes_width)
		draw_heading(state, "  ", "processes");
	end_line(state);
}

static void draw_numbers(const struct table_state *state, const struct report_values *values, double interval)
{
	for (size_t i = 0; i < state->count; i++) {
		const struct column *column = &state->slots[i].column;
		const double value = column_value(column, values, interval);

		if (!state->slots[i].visible)
			continue;
		fputc(' ', state->settings->file);
		terminal_number(state->settings->file, state->theme, column->width, column_unit(column), value,
				column_alarming(column, value));
	}
}

static void draw_row(const struct table_state *state, const struct report_row *row, double interval)
{
	char text[DIMENSION_TEXT], cell[FORMAT_CELL];

	for (size_t i = 0; i < state->query.dims.count; i++) {
		row_text(text, state, row, i);
		format_text(cell, state->text_width[i], text);
		fprintf(state->settings->file, "%s%s%s", i ? " " : "", state->theme->text, cell);
	}
	draw_numbers(state, &row->values, interval);
	draw_processes(state, row);
	end_line(state);
}

static void draw_total(const struct table_state *state, double interval)
{
	char cell[FORMAT_CELL];

	for (size_t i = 0; i < state->query.dims.count; i++) {
		format_text(cell, state->text_width[i], i ? "-" : "total");
		fprintf(state->settings->file, "%s%s%s", i ? " " : "", state->theme->text, cell);
	}
	draw_numbers(state, &state->report.total, interval);
	end_line(state);
}

/* Puts the cursor where the table goes. The first time what the screen shows is scrolled off, not overwritten. */
static void begin_drawing(struct table_state *state, unsigned int rows)
{
	if (state->redraw) {
		for (unsigned int i = 0; !state->drawn && i < rows; i++)
			fputc('\n', state->settings->file);
		fputs("\033[H", state->settings->file);
	} else if (state->drawn) {
		fputc('\n', state->settings->file);
	}
	state->drawn = true;
}

static size_t rows_to_show(const struct table_state *state, unsigned int screen_rows)
{
	const size_t fitting = screen_rows > LINES_AROUND ? screen_rows - LINES_AROUND : 1;
	const size_t wanted = state->settings->top;

	return state->redraw && (!wanted || fitting < wanted) ? fitting : wanted;
}

static int table_interval(void *opaque, const struct snapshot *snapshot)
{
	const struct terminal_size everything = {UINT16_MAX, 0};
	struct table_state *state = opaque;
	const struct output_settings *settings = state->settings;
	const struct terminal_size size = settings->terminal ? terminal_size(settings->file) : everything;

	state->query.top = rows_to_show(state, size.rows);
	report_make(&state->report, snapshot, &state->query);
	measure(state);
	lay_out(state, size.columns);

	begin_drawing(state, size.rows);
	draw_status(state, snapshot);
	draw_header(state);
	for (size_t i = 0; i < state->report.count; i++)
		draw_row(state, &state->report.rows[i], snapshot->interval);
	draw_total(state, snapshot->interval);
	if (state->redraw)
		fputs("\033[J", settings->file);
	return terminal_flush(settings->file);
}

static void table_end(void *opaque)
{
	struct table_state *state = opaque;

	report_free(&state->report);
	free(state->slots);
	free(state);
}

const struct output output_table = {
	.name = "table",
	.wants_partial = false,
	.begin = table_begin,
	.interval = table_interval,
	.end = table_end,
};
