/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line per interval, drawn as dstat draws it: titles, subtitles, groups of columns between bars. Which
 * columns there are is columns.c's; which of them fit, and how they look, is decided here.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alert_mark.h"
#include "chosen.h"
#include "format.h"
#include "memory.h"
#include "terminal.h"

/* Lower terminals get one header only: dstat's rule. */
enum { REPEAT_ROWS_MIN = 6 };

/* A group that may stand on the line. */
struct slot {
	const struct column_group *group;
	bool visible;
	unsigned int text_width;
	struct report report;	/* of a top */
	char *const *instances; /* of a group that has several: their names, NULL-terminated */
	size_t instance_count;	/* 1 where there are none */
};

struct dstat_state {
	const struct output_settings *settings;
	const struct terminal_theme *theme;	  /* of what is being drawn */
	const struct terminal_theme *final, *dim; /* of final values, of those of an interval that goes on */
	struct slot *slots;			  /* count of them, from left to right */
	size_t count;
	struct report_values total;
	struct terminal_size size; /* that the layout was made for */
	bool header_due;
	unsigned int lines; /* since the header */
	bool unfinished;    /* the cursor is behind a line whose interval goes on */
	bool trimmed;	    /* chosen groups had to be left out */
	bool trim_told;
};

/* What stands between a number and what is left of it in its group. */
static const char *gap_before(const struct column_group *group, const struct column *column)
{
	if (column == group->numbers && !group->text.title)
		return "";
	return column->before ?: " ";
}

/* Of one instance. */
static unsigned int group_width(const struct slot *slot)
{
	const struct column_group *group = slot->group;
	unsigned int width = group->text.title ? slot->text_width : 0;

	for (const struct column *column = group->numbers; column < column_group_end(group); column++)
		width += strlen(gap_before(group, column)) + column->width + strlen(column->unit ?: "");
	return width;
}

static unsigned int slot_width(const struct slot *slot)
{
	return slot->instance_count * (group_width(slot) + 1) - 1;
}

/* As wide as L4DSTAT_TIMEFMT makes it. */
static unsigned int clock_width(void)
{
	char cell[FORMAT_CELL];
	unsigned int width;

	format_time(cell, time(NULL));
	width = format_text_width(cell);
	return width < FORMAT_WIDTH_MAX ? width : FORMAT_WIDTH_MAX;
}

static unsigned int narrow_text(const struct column_group *group)
{
	return group->kind == COLUMNS_CLOCK ? clock_width() : group->text.width;
}

/* Makes the slot visible if it fits behind what takes `used` columns. Returns the columns used then. */
static unsigned int place(struct slot *slot, unsigned int used, unsigned int columns)
{
	const unsigned int with = used + (used ? 1 : 0) + slot_width(slot);

	if (with > columns)
		return used;
	slot->visible = true;
	return with;
}

/* The default line: by rank, whatever still fits. */
static unsigned int choose_by_rank(struct dstat_state *state)
{
	unsigned int used = 0;

	for (unsigned int rank = 1; rank <= column_group_count; rank++) {
		for (size_t i = 0; i < state->count; i++) {
			if (state->slots[i].group->rank == rank)
				used = place(&state->slots[i], used, state->size.columns);
		}
	}
	return used;
}

/* Chosen columns: all from the left until one does not fit. The mark of a trimmed line needs a column too. */
static unsigned int choose_in_order(struct dstat_state *state)
{
	unsigned int total = 0, used = 0;
	size_t i;

	for (i = 0; i < state->count; i++)
		total += slot_width(&state->slots[i]) + 1;
	state->trimmed = total - 1 > state->size.columns;
	for (i = 0; i < state->count; i++) {
		used = place(&state->slots[i], used, state->size.columns - state->trimmed);
		if (!state->slots[i].visible)
			break;
	}
	return used;
}

/* Texts take what is left of the line, from left to right. */
static void widen_texts(struct dstat_state *state, unsigned int left)
{
	for (size_t i = 0; i < state->count; i++) {
		struct slot *slot = &state->slots[i];
		unsigned int more;

		if (!slot->visible || slot->group->text.wide <= slot->text_width)
			continue;
		more = slot->group->text.wide - slot->text_width;
		more = more < left ? more : left;
		slot->text_width += more;
		left -= more;
	}
}

static void lay_out(struct dstat_state *state)
{
	unsigned int used;

	for (size_t i = 0; i < state->count; i++) {
		state->slots[i].visible = false;
		state->slots[i].text_width = narrow_text(state->slots[i].group);
	}
	used = state->settings->columns ? choose_in_order(state) : choose_by_rank(state);
	if (!used)
		state->slots[0].visible = true; /* something has to be */
	else
		widen_texts(state, state->size.columns - state->trimmed - used);
}

static void tell_trimmed(struct dstat_state *state)
{
	if (!state->trimmed || state->trim_told)
		return;
	state->trim_told = true;
	fputs("l4dstat: the terminal is too narrow for all columns, '>' marks where some are left out; widen it or "
	      "choose fewer\n",
	      stderr);
}

/* Asks for the size at each interval, as dstat does: no signal handler, and a resize is seen in time. */
static void follow_terminal(struct dstat_state *state)
{
	const struct terminal_size everything = {UINT16_MAX, 0};
	const struct output_settings *settings = state->settings;
	const struct terminal_size size = settings->terminal ? terminal_size(settings->file) : everything;

	if (size.columns != state->size.columns) {
		state->size = size;
		state->size.columns -= settings->alerts && size.columns > strlen(ALERT_MARK) ? strlen(ALERT_MARK) : 0;
		lay_out(state);
		tell_trimmed(state);
		state->header_due |= settings->headers;
	}
	state->size = size;
	if (settings->headers && size.rows >= REPEAT_ROWS_MIN && state->lines >= size.rows - 1)
		state->header_due = true;
}

/* Draws each visible group, with what separates them. */
static void draw_line(struct dstat_state *state, char separator,
		      void (*draw)(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot),
		      const struct snapshot *snapshot)
{
	const struct terminal_theme *theme = state->theme;
	FILE *file = state->settings->file;
	bool first = true;

	for (size_t i = 0; i < state->count; i++) {
		if (!state->slots[i].visible)
			continue;
		if (!first)
			fprintf(file, "%s%c", theme->frame, separator);
		first = false;
		draw(state, &state->slots[i], snapshot);
	}
	fprintf(file, "%s%s%s", state->trimmed ? theme->frame : "", state->trimmed ? ">" : "", theme->normal);
}

static void draw_title(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot)
{
	FILE *file = state->settings->file;

	(void)snapshot;
	for (size_t i = 0; i < slot->instance_count; i++) {
		char cell[FORMAT_CELL], title[FORMAT_CELL];

		if (i)
			fprintf(file, "%s%c", state->theme->frame, state->settings->colour ? '-' : ' ');
		snprintf(title, sizeof(title), "%s%s", slot->group->title, slot->instances ? slot->instances[i] : "");
		format_title(cell, group_width(slot), title, '-');
		fprintf(file, "%s%s%s", state->theme->title, cell, state->theme->normal);
	}
}

/* A subtitle stands where its values do: in the middle, but on the left over the texts of our tops. */
static void draw_text_subtitle(struct dstat_state *state, const struct slot *slot)
{
	const struct column_group *group = slot->group;
	char cell[FORMAT_CELL];

	if (group->kind == COLUMNS_TOP)
		format_text(cell, slot->text_width, group->text.title);
	else
		format_title(cell, slot->text_width, group->text.title, ' ');
	fprintf(state->settings->file, "%s%s%s", state->theme->subtitle, cell, state->theme->normal);
}

static void draw_subtitles(struct dstat_state *state, const struct slot *slot)
{
	const struct column_group *group = slot->group;
	const struct terminal_theme *theme = state->theme;
	char cell[FORMAT_CELL];

	if (group->subtitle) {
		format_title(cell, group_width(slot), group->subtitle, ' ');
		fprintf(state->settings->file, "%s%s%s", theme->subtitle, cell, theme->normal);
		return;
	}
	if (group->text.title)
		draw_text_subtitle(state, slot);
	for (const struct column *column = group->numbers; column < column_group_end(group); column++) {
		format_title(cell, column->width, column->title, ' ');
		fprintf(state->settings->file, "%s%s%s%s", gap_before(group, column), theme->subtitle, cell,
			theme->normal);
	}
}

static void draw_subtitle(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot)
{
	(void)snapshot;
	for (size_t i = 0; i < slot->instance_count; i++) {
		if (i)
			fprintf(state->settings->file, "%s:", state->theme->frame);
		draw_subtitles(state, slot);
	}
}

/* Joins the values of some dimensions with colons. Protocol and role need no words: a top's metrics imply them. */
static void join_dimensions(char text[static FORMAT_CELL], const struct dimension_list *dims, size_t from, size_t to,
			    const struct dimension_key *key, const struct dimension_context *context)
{
	size_t used = 0;

	*text = 0;
	for (size_t i = from; i < to; i++) {
		char value[DIMENSION_TEXT];

		column_dimension(value, dims->dims[i], key, context, NULL);
		used += snprintf(text + used, FORMAT_CELL - used, "%s%s", i ? ":" : "", value);
		if (used >= FORMAT_CELL)
			break;
	}
}

/* Where all does not fit the first is cut: an address tells most at its beginning, a port has to be whole. */
static void format_dimensions(char cell[static FORMAT_CELL], const struct slot *slot, const struct dimension_key *key,
			      const struct dimension_context *context)
{
	const struct dimension_list *shown = &slot->group->shown;
	char head[FORMAT_CELL], tail[FORMAT_CELL];

	join_dimensions(head, shown, 0, 1, key, context);
	join_dimensions(tail, shown, 1, shown->count, key, context);
	format_text_pair(cell, slot->text_width, head, tail);
}

static void draw_top_text(struct dstat_state *state, const struct slot *slot, const struct report_row *row)
{
	char cell[FORMAT_CELL];

	if (!row)
		format_text(cell, slot->text_width, "");
	else if (row->key.cell.owner == L4_OWNER_OTHER)
		format_text(cell, slot->text_width, "other");
	else
		format_dimensions(cell, slot, &row->key, &state->settings->dimension);
	fprintf(state->settings->file, "%s%s", state->theme->text, cell);
}

/* values: one of each number. */
static void draw_numbers(struct dstat_state *state, const struct column_group *group, const double *values)
{
	FILE *file = state->settings->file;

	for (const struct column *column = group->numbers; column < column_group_end(group); column++) {
		const double value = values[column - group->numbers];

		fputs(gap_before(group, column), file);
		terminal_number(file, state->theme, column->width, column_unit(column), value,
				column_alarming(column, value));
		if (column->unit)
			fprintf(file, "%s%s", state->theme->faint, column->unit);
	}
}

static void draw_report_numbers(struct dstat_state *state, const struct column_group *group,
				const struct report_values *from, const struct snapshot *snapshot)
{
	double values[COLUMN_NUMBERS_MAX] = {};

	for (const struct column *column = group->numbers; column < column_group_end(group); column++)
		values[column - group->numbers] =
			snapshot_tells(snapshot, column->sum[0]) ? column_value(column, from, snapshot->interval) : NAN;
	draw_numbers(state, group, values);
}

/* from NULL: it is not there any more. */
static void draw_host_numbers(struct dstat_state *state, const struct column_group *group,
			      const struct host_values *from, double interval)
{
	double values[COLUMN_NUMBERS_MAX] = {};

	for (const struct column *column = group->numbers; column < column_group_end(group); column++)
		values[column - group->numbers] = from ? column_host_value(column, from, interval) : NAN;
	draw_numbers(state, group, values);
}

static void draw_clock(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot)
{
	char time[FORMAT_CELL], cell[FORMAT_CELL];

	format_time(time, snapshot->timestamp);
	format_text(cell, slot->text_width, time);
	fprintf(state->settings->file, "%s%s", state->theme->text, cell);
}

static void draw_total(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot)
{
	draw_report_numbers(state, slot->group, &state->total, snapshot);
}

static void draw_top(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot)
{
	static const struct report_values nothing;
	const struct report_row *row = report_best(&slot->report, &slot->group->sort);

	draw_top_text(state, slot, row);
	draw_report_numbers(state, slot->group, row ? &row->values : &nothing, snapshot);
}

static void draw_epoch(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot)
{
	fprintf(state->settings->file, "%s%*.0f", state->theme->text, (int)slot->text_width, snapshot->timestamp);
}

static void draw_host(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot)
{
	draw_host_numbers(state, slot->group, &snapshot->host.system, snapshot->host.interval);
}

static void draw_host_each(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot)
{
	const struct host_rows *rows = host_rows_of(&snapshot->host, slot->group->scope);

	for (size_t i = 0; i < slot->instance_count; i++) {
		const struct host_row *row = host_find(rows, slot->instances[i]);

		if (i)
			fprintf(state->settings->file, "%s:", state->theme->frame);
		draw_host_numbers(state, slot->group, row ? &row->values : NULL, snapshot->host.interval);
	}
}

/* dstat's pid has five columns, which is too narrow today: a longer one takes some of the name's. */
static void draw_process(struct dstat_state *state, const struct slot *slot, const struct host_row *row)
{
	char cell[FORMAT_CELL], pid[16] = "";
	int pid_width = 0;

	if (slot->group->text.with_pid) {
		snprintf(pid, sizeof(pid), "%d", (int)row->pid);
		pid_width = strlen(pid) < 5 ? 5 : strlen(pid) + 1;
	}
	format_text_cut(cell, slot->text_width - pid_width, row->name);
	fprintf(state->settings->file, "%s%s%s%-*s", state->theme->text, cell, state->theme->frame, pid_width, pid);
}

static void draw_host_top(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot)
{
	const struct host_row *row = &snapshot->host.top[slot->group->top];

	if (*row->name) {
		draw_process(state, slot, row);
		draw_host_numbers(state, slot->group, &row->values, snapshot->host.interval);
	} else {
		fprintf(state->settings->file, "%*s", (int)group_width(slot), "");
	}
}

static void draw_values(struct dstat_state *state, const struct slot *slot, const struct snapshot *snapshot)
{
	static void (*const draw[])(struct dstat_state *, const struct slot *, const struct snapshot *) = {
		[COLUMNS_CLOCK] = draw_clock,	    [COLUMNS_TOTAL] = draw_total, [COLUMNS_TOP] = draw_top,
		[COLUMNS_EPOCH] = draw_epoch,	    [COLUMNS_HOST] = draw_host,	  [COLUMNS_HOST_EACH] = draw_host_each,
		[COLUMNS_HOST_TOP] = draw_host_top,
	};

	draw[slot->group->kind](state, slot, snapshot);
}

static void make_reports(struct dstat_state *state, const struct snapshot *snapshot)
{
	report_sum_up(&state->total, snapshot, NULL);
	for (size_t i = 0; i < state->count; i++) {
		struct slot *slot = &state->slots[i];

		if (slot->visible && slot->group->kind == COLUMNS_TOP)
			report_make_best(&slot->report, snapshot, &slot->group->dims, &slot->group->sort);
	}
}

static void draw_header(struct dstat_state *state, const struct snapshot *snapshot)
{
	FILE *file = state->settings->file;

	draw_line(state, ' ', draw_title, snapshot);
	fputc('\n', file);
	draw_line(state, '|', draw_subtitle, snapshot);
	fputc('\n', file);
	state->header_due = false;
	state->lines = 0;
}

/* A line whose interval goes on is drawn over by the next one. */
static int dstat_interval(void *opaque, const struct snapshot *snapshot)
{
	static const char draw_over[] = "\r\033[K";
	struct dstat_state *state = opaque;
	FILE *file = state->settings->file;

	follow_terminal(state);
	make_reports(state, snapshot);
	if (state->unfinished)
		fputs(draw_over, file);
	if (state->header_due)
		draw_header(state, snapshot);
	state->theme = snapshot->goes_on ? state->dim : state->final;
	draw_line(state, '|', draw_values, snapshot);
	state->theme = state->final;
	if (!snapshot->goes_on && alert_marks(state->settings->alerts))
		fprintf(file, "%s%s%s", state->theme->alarm, ALERT_MARK, state->theme->normal);
	state->unfinished = snapshot->goes_on;
	if (!snapshot->goes_on) {
		fputc('\n', file);
		state->lines++;
	}
	return terminal_flush(file);
}

static void open_slot(struct slot *slot, const struct output_settings *settings, size_t i)
{
	slot->group = chosen_group(settings, i);
	slot->instances = chosen_instances(settings, slot->group);
	slot->instance_count = 1;
	while (slot->instances && slot->instances[slot->instance_count])
		slot->instance_count++;
}

static void *dstat_begin(const struct output_settings *settings)
{
	struct dstat_state *state = memory_new(1, sizeof(*state));

	state->settings = settings;
	state->final = state->theme = terminal_theme(settings->colour);
	state->dim = state->final->dim;
	state->header_due = true;
	state->count = chosen_count(settings);
	state->slots = memory_new(state->count, sizeof(*state->slots));
	for (size_t i = 0; i < state->count; i++)
		open_slot(&state->slots[i], settings, i);
	return state;
}

static void dstat_end(void *opaque)
{
	struct dstat_state *state = opaque;

	if (state->unfinished) {
		fputc('\n', state->settings->file);
		fflush(state->settings->file);
	}
	for (size_t i = 0; i < state->count; i++)
		report_free(&state->slots[i].report);
	free(state->slots);
	free(state);
}

const struct output output_dstat = {
	.name = "dstat",
	.wants_partial = false,
	.shows_host = true,
	.wants_updates = true,
	.begin = dstat_begin,
	.interval = dstat_interval,
	.end = dstat_end,
};
