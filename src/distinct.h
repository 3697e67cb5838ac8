/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many distinct things (remote subnets, ports) stand behind each row of a report: its fan-out. Pure functions.
 */
#ifndef L4_DISTINCT_H
#define L4_DISTINCT_H

#include "dimension.h"
#include "metrics.h"
#include "snapshot.h"

enum { DISTINCT_NO_ROW = UINT32_MAX };

/* The different values that the cells of a snapshot have in a dimension, numbered. Zero: not looked at yet. */
struct distinct_values {
	uint32_t *of_cell; /* number of each cell's; owned */
	uint32_t *order;   /* the cells by that number; owned */
	uint32_t count;
};

/* What is known of one snapshot, so that it need not be found out again for another report of that. */
struct distinct {
	struct distinct_values values[DIM_COUNT];
	uint8_t *ways; /* of each cell, a bit for each enum metric_way; owned */
};

/* Whether a cell has a value of the metric's dimension that went the metric's way. */
bool distinct_has(const struct snapshot_cell *cell, enum metric metric);

/* Numbers the values of a dimension, if that is not done yet. */
const struct distinct_values *distinct_values(struct distinct *distinct, const struct snapshot *snapshot,
					      enum dimension dim);

/*
 * Counts for a metric of kind METRIC_DISTINCT. row_of has the row of each of the snapshot's cells, DISTINCT_NO_ROW of
 * those that belong to none; rows are below row_count. counts[row], which has to be 0, becomes the number of rows that
 * the metric's dimension would split that row into, of cells where something went the metric's way. *distinct is zero,
 * or from an earlier call for the same snapshot.
 */
void distinct_count(struct distinct *distinct, const struct snapshot *snapshot, enum metric metric,
		    const uint32_t *row_of, uint32_t row_count, int64_t *counts);

/* The same of all cells together. */
int64_t distinct_count_all(struct distinct *distinct, const struct snapshot *snapshot, enum metric metric);

/* Forgets all. */
void distinct_free(struct distinct *distinct);

#endif
