/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a ranked table looks like, wherever it is shown: which number columns fit, how wide texts are, what stands in
 * the cells. Columns that have had bad news or anything to show come before those that were always zero, texts are as
 * wide as the longest so far: a layout grows into its traffic, but does not jump to and fro.
 * The number columns are columns.c's. Not here: which rows there are, and the place on a screen.
 */
#ifndef L4_TABLE_H
#define L4_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "alert_mark.h"
#include "columns.h"
#include "report.h"
#include "terminal.h"

/* A column of numbers that may stand in the table. */
struct table_slot {
	struct column column;
	bool sorted; /* rows are ranked by it: always visible */
	bool active; /* its total was not 0 some time */
	bool visible;
	unsigned int width; /* laid out */
};

struct table {
	struct dimension_list dims;
	struct table_slot *slots; /* count of them; owned */
	size_t count;
	bool has_processes;		 /* no other column names them */
	bool has_marks;			 /* behind a row there may be one for an alert */
	bool has_bars;			 /* there is a bar in each row, if it fits */
	unsigned int longest[DIM_COUNT]; /* text so far, of each column of dims */
	unsigned int text_width[DIM_COUNT];
	unsigned int processes_width, bar_width; /* 0: not visible */
};

enum { TABLE_BAR_MIN = 6, TABLE_BAR_MAX = 16 };

/* How a table is written. */
struct table_pen {
	FILE *file;
	const struct terminal_theme *theme;
	const struct dimension_context *dimension;
	const struct alerts *alerts; /* of which rows are marked; NULL: none */
	double interval;	     /* seconds that counts are divided by; 0: they are totals and stay whole */
};

/* What is told of an interval above its table. */
struct table_moment {
	double timestamp, interval;
	uint64_t cell_overflow, missed;
};

struct table_moment table_moment_of(const struct snapshot *snapshot);

/* proto: the only protocol there is (enum l4_proto), 0: both; columns of the other one are left out. */
void table_open(struct table *table, const struct dimension_list *dims, const struct report_sort *sort, uint8_t proto);
void table_close(struct table *table);

/* Writes the titles of all columns of numbers, seen or not; returns how many there are. */
enum { TABLE_COLUMNS_MAX = 32 };
size_t table_titles(const struct table *table, const char *titles[static TABLE_COLUMNS_MAX]);

/* Rows are ranked by this column alone from now on. */
void table_sort_by(struct table *table, size_t slot);

/* Remembers which columns have something to show, and how long the texts of a row are. */
void table_measure_total(struct table *table, const struct report_values *total);
void table_measure_row(struct table *table, const struct report_row *row, const struct dimension_context *context);

/* Decides what is visible in so many columns, and how wide. */
void table_lay_out(struct table *table, unsigned int columns);

/* Whether any column, visible or not, has something to show of these values. */
bool table_shows(const struct table *table, const struct report_values *values);

/* What stands in text column i of a row, printable. */
void table_row_text(char text[static DIMENSION_TEXT], const struct table *table, const struct report_row *row, size_t i,
		    const struct dimension_context *context);

/*
 * `nginx (4)`: the busiest of the processes behind a row and how many; one alone is named as the process it is,
 * `nginx[811]`. Nothing for `other`, where the same processes come from many rows. head is the name, tail the rest.
 */
enum { TABLE_TAIL = 32 };
void table_processes(char head[static DIMENSION_TEXT], char tail[static TABLE_TAIL], const struct report_row *row);

/* The time, the interval, and what is wrong with its numbers, if anything is. No end of line. */
void table_draw_moment(const struct table_pen *pen, const struct table_moment *moment);

/* A time by format_time(), whatever L4DSTAT_TIMEFMT holds made fit to be shown. */
void table_draw_time(const struct table_pen *pen, double timestamp);

/* A text as long as it is, made fit to be shown. */
void table_draw_whole(const struct table_pen *pen, const char *text);

/* One line each, without its end. bar: text of table->bar_width columns, or NULL. */
void table_draw_header(const struct table *table, const struct table_pen *pen);
void table_draw_row(const struct table *table, const struct table_pen *pen, const struct report_row *row,
		    const char *bar);
void table_draw_total(const struct table *table, const struct table_pen *pen, const struct report_values *total,
		      const char *bar);

#endif
