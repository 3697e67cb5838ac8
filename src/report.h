/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A report: the cells of a snapshot grouped by some dimensions, sorted, cut to the top N with the rest
 * in one row `other`, so that the rows add up to the total. Pure functions, no I/O.
 */
#ifndef L4_REPORT_H
#define L4_REPORT_H

#include "dimension.h"
#include "distinct.h"
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
	size_t top;		   /* at most so many rows and `other`; 0: all */
	bool with_processes;	   /* fill in report_row.processes and .busiest */
	bool with_distinct;	   /* fill in metrics of kind METRIC_DISTINCT, in rows where they are not one of each */
	bool rows_alone;	   /* nobody looks at the total: it stays 0 */
	struct distinct *distinct; /* what other reports of the same snapshot have found out; NULL-able */
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

/*
 * The same for who looks at nothing but report_best(): its rows are that one, `other` if that is it, and there is no
 * total. The sort is by a sum. It takes less time, as it leaves out what has nothing of what is sorted by.
 */
void report_make_best(struct report *report, const struct snapshot *snapshot, const struct dimension_list *dims,
		      const struct report_sort *sort);

/* All cells together. distinct: as in struct report_query; NULL: metrics of kind METRIC_DISTINCT stay 0. */
void report_sum_up(struct report_values *total, const struct snapshot *snapshot, struct distinct *distinct);

void report_free(struct report *report);

/* What a cell has of a metric that is no ratio; 0 of those of other protocols and kinds. */
int64_t report_cell_value(const struct snapshot_cell *cell, enum metric metric);

/* The slots of some metrics, a bit each, by enum cell_kind and by whether the cell is of TCP. */
struct report_slots {
	uint32_t of[CELL_LISTENER + 1][2];
};

/* Of a list that ends with METRIC_NONE, without ratios: none twice. */
struct report_slots report_slots_of(const enum metric *list);

/* Those that such a cell can have. */
static inline uint32_t report_slots_in(const struct report_slots *slots, const struct snapshot_cell *cell)
{
	return slots->of[cell->kind][cell->key.proto == L4_PROTO_TCP];
}

/* What a cell has of these metrics together. */
static inline int64_t report_cell_sum(const struct snapshot_cell *cell, const struct report_slots *slots)
{
	return snapshot_sum(cell, report_slots_in(slots, cell));
}

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
