/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which cells of a snapshot are alike in some dimensions, and what of each such group decides on its place in a report.
 * Pure functions; not here: the order (report.c).
 */
#ifndef L4_GROUPING_H
#define L4_GROUPING_H

#include "distinct.h"
#include "report.h"

/* In place of a group's number: of what found no cell; of what has no place in the view. */
enum { GROUPING_OTHER = UINT32_MAX, GROUPING_NONE = UINT32_MAX - 1 };

/* The cells that are alike in the dimensions of a view. */
struct group {
	uint32_t hash;			   /* of its key */
	uint32_t row;			   /* the report's to set */
	const struct snapshot_cell *first; /* a cell of it: its key is made from that */
	int64_t sort, sort_base; /* what it is sorted by: a sum, of a ratio the numerator and the denominator */
	int64_t activity;	 /* decides between equals */
};

struct grouping {
	uint32_t *of_cell;    /* number of each cell's group, or GROUPING_ */
	struct group *groups; /* count of them, as their first cells come */
	uint32_t count;
	bool has_other;	    /* there are cells of what found no cell */
	int64_t other_sort; /* what those have of what is sorted by, unless that is a ratio */
};

struct grouping_query {
	const struct dimension_list *dims;
	const struct report_sort *sort;
	const struct distinct_values
		*values;   /* of the only dimension, if they are numbered; NULL-able: it takes longer */
	bool ranked_alone; /* groups that have nothing of what they are sorted by are left out: GROUPING_NONE */
};

/* Free with grouping_free(). The cells are to stay where they are. */
struct grouping grouping_new(const struct snapshot *snapshot, const struct grouping_query *query);

void grouping_free(struct grouping *grouping);

#endif
