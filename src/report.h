/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A report: the cells of a snapshot grouped by some dimensions, sorted, cut to the top N with the rest
 * in one row `other`, so that the rows add up to the total. Pure functions, no I/O.
 */
#ifndef L4_REPORT_H
#define L4_REPORT_H

#include "dimension.h"
#include "metrics.h"
#include "snapshot.h"

/* How many distinct things there are, where that cannot be known. */
enum { REPORT_UNKNOWN = -1 };

struct report_values {
	int64_t counter[METRIC_COUNT]; /* per interval; maxima too; the places of ratios stay 0 */
};

struct report_row {
	struct dimension_key key;
	struct report_values values;
	/* The processes behind the row, if the report was asked for them: how many, and the name of the busiest. */
	unsigned int processes;
	struct dimension_key busiest;
};

/* What rows are sorted by: the sum of these metrics, descending. Ends with METRIC_NONE. */
enum { REPORT_SORT_MAX = 4 };
struct report_sort {
	enum metric by[REPORT_SORT_MAX + 1];
};

struct report_query {
	struct dimension_list dims;
	struct report_sort sort;
	size_t top;	     /* at most so many rows and `other`; 0: all */
	bool with_processes; /* fill in report_row.processes and .busiest */
	bool with_distinct;  /* fill in metrics of kind METRIC_DISTINCT, in rows where they are not one of each */
	bool rows_alone;     /* nobody looks at the total: it stays 0 */
};

struct report {
	struct dimension_list dims;
	struct report_row *rows; /* count of them, best first, `other` last if has_other; owned */
	size_t count;
	bool has_other; /* the last row holds what was cut off and what found no cell */
	struct report_values total;
};

/* The sort the views of these dimensions have when nothing else is asked for. */
struct report_sort report_default_sort(const struct dimension_list *dims);

/* The same where only one protocol (enum l4_proto) is let through; METRIC_NONE first: that of all. */
struct report_sort report_proto_sort(const struct dimension_list *dims, uint8_t proto);

/* Fills *report, which must be zero or from an earlier call (its memory is reused). */
void report_make(struct report *report, const struct snapshot *snapshot, const struct report_query *query);

void report_free(struct report *report);

/* What a cell has of a metric that is no ratio; 0 of those of other protocols and kinds. */
int64_t report_cell_value(const struct snapshot_cell *cell, enum metric metric);

/*
 * Value of a metric in a row. Counters and maxima as they are, ratios as the quotient (0 if the denominator is); NAN if
 * it cannot be known.
 */
double report_value(const struct report_values *values, enum metric metric);

/* Adds what a cell has to the values of a row; of maxima the larger stays. */
void report_add_cell(struct report_values *values, const struct snapshot_cell *cell);

/* Adds the values of one row to those of another; of maxima the larger stays, of distinct
 * things it is not known how many there are together. */
void report_add(struct report_values *values, const struct report_values *more);

/*
 * The row that a top shows: the best, if it has anything of what it was sorted by, else NULL; `other` only if there is
 * nothing but what found no cell.
 */
const struct report_row *report_best(const struct report *report, const struct report_sort *sort);

/* The share of bookings (connections, retransmits, datagrams) that has no owner, 0 to 1. */
double report_unattributed(const struct snapshot *snapshot);

#endif
