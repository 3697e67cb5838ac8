/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many distinct things (remote subnets, ports) stand behind each row of a report: its fan-out. Pure functions.
 */
#ifndef L4_DISTINCT_H
#define L4_DISTINCT_H

#include "metrics.h"
#include "snapshot.h"

enum { DISTINCT_NO_ROW = UINT32_MAX };

/* Whether a cell has a value of the metric's dimension that went the metric's way. */
bool distinct_has(const struct snapshot_cell *cell, enum metric metric);

/*
 * Counts for a metric of kind METRIC_DISTINCT. row_of has the row of each of the snapshot's cells, DISTINCT_NO_ROW of
 * those that belong to none. counts[row], which has to be 0, becomes the number of rows that the metric's dimension
 * would split that row into, of cells where something went the metric's way.
 */
void distinct_count(const struct snapshot *snapshot, enum metric metric, const uint32_t *row_of, int64_t *counts);

#endif
