/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counting: the values of a dimension are numbered once, by what cells have of it; then of each value the rows are
 * noted that have it.
 */
#include <stdlib.h>
#include <string.h>

#include "dimension.h"
#include "distinct.h"
#include "memory.h"
#include "places.h"

/* What shows that something went a way: one of these counters of its protocol is not 0. */
static const struct way {
	bool any; /* or any cell does */
	uint32_t tcp, udp;
} ways[] = {
	[METRIC_WAY_ANY] = {.any = true},
	[METRIC_WAY_IN] = {.tcp = SNAPSHOT_SLOT(tcp_rx_segs) | SNAPSHOT_SLOT(tcp_opens_in) |
				  SNAPSHOT_SLOT(tcp_retrans_synack),
			   .udp = SNAPSHOT_SLOT(udp_rx_dgrams) | SNAPSHOT_SLOT(udp_no_socket) |
				  SNAPSHOT_SLOT(udp_csum_errors)},
	[METRIC_WAY_OUT] = {.tcp = SNAPSHOT_SLOT(tcp_tx_segs) | SNAPSHOT_SLOT(tcp_opens_out),
			    .udp = SNAPSHOT_SLOT(udp_tx_dgrams)},
};

enum { WAYS = sizeof(ways) / sizeof(*ways) };

static bool went(const struct snapshot_cell *cell, enum metric_way way)
{
	return ways[way].any || snapshot_has(cell, cell->key.proto == L4_PROTO_TCP ? ways[way].tcp : ways[way].udp);
}

static struct dimension_key value_of(const struct snapshot_cell *cell, enum dimension dim)
{
	struct dimension_key key;

	memset(&key, 0, sizeof(key));
	dimensions[dim].keep(&key, cell);
	return key;
}

/* Values that were found so far, in each of which a cell stands for its value. */
struct numbering {
	enum dimension dim;
	const struct snapshot_cell **cells;
	uint32_t count;
	struct places places; /* of cells, by their value */

	/* Of the cell before: the next one often has the same. */
	struct dimension_key value;
	uint32_t number;
};

/* The number of the cell's value; the next one if nobody had it before. */
static uint32_t number_of(struct numbering *numbering, const struct snapshot_cell *cell)
{
	const struct dimension_key value = value_of(cell, numbering->dim);
	uint32_t *slot;

	if (numbering->count && !memcmp(&value, &numbering->value, sizeof(value)))
		return numbering->number;
	slot = places_first(&numbering->places, dimension_hash(&value));
	for (; *slot; slot = places_next(&numbering->places, slot)) {
		const struct dimension_key found = value_of(numbering->cells[*slot - 1], numbering->dim);

		if (!memcmp(&found, &value, sizeof(value)))
			break;
	}
	if (!*slot) {
		numbering->cells[numbering->count] = cell;
		*slot = ++numbering->count;
	}
	numbering->value = value;
	numbering->number = *slot - 1;
	return numbering->number;
}

static void number_values(struct distinct_values *values, const struct snapshot *snapshot, enum dimension dim)
{
	struct numbering numbering = {
		.dim = dim,
		.cells = memory_new(snapshot->count, sizeof(*numbering.cells)),
		.places = places_new(snapshot->count),
	};
	uint32_t i = 0;

	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell))
		values->of_cell[i++] = number_of(&numbering, cell);
	values->count = numbering.count;
	free(numbering.cells);
	places_free(&numbering.places);
}

/* By counting: first how many cells each value has, which says where the first of them goes. */
static void order_cells(struct distinct_values *values, size_t cells)
{
	uint32_t *next = memory_new((size_t)values->count + 1, sizeof(*next));

	for (size_t i = 0; i < cells; i++)
		next[values->of_cell[i] + 1]++;
	for (uint32_t value = 1; value < values->count; value++)
		next[value] += next[value - 1];
	for (size_t i = 0; i < cells; i++)
		values->order[next[values->of_cell[i]]++] = i;
	free(next);
}

const struct distinct_values *distinct_values(struct distinct *distinct, const struct snapshot *snapshot,
					      enum dimension dim)
{
	struct distinct_values *values = &distinct->values[dim];

	if (!values->of_cell) {
		values->of_cell = memory_new(snapshot->count, sizeof(*values->of_cell));
		values->order = memory_new(snapshot->count, sizeof(*values->order));
		number_values(values, snapshot, dim);
		order_cells(values, snapshot->count);
	}
	return values;
}

/* What came from no known remote has no subnet. */
static uint8_t ways_of(const struct snapshot_cell *cell)
{
	uint8_t all = 0;

	if (cell->kind != CELL_COUNTS)
		return 0;
	for (int way = 0; way < WAYS; way++)
		all |= went(cell, way) << way;
	return all | dimension_is_known(cell->key.prefix) << WAYS;
}

static const uint8_t *note_ways(struct distinct *distinct, const struct snapshot *snapshot)
{
	uint32_t i = 0;

	if (distinct->ways)
		return distinct->ways;
	distinct->ways = memory_new(snapshot->count, sizeof(*distinct->ways));
	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell))
		distinct->ways[i++] = ways_of(cell);
	return distinct->ways;
}

static uint8_t ways_asked(enum metric metric)
{
	return 1 << metrics[metric].way | (metrics[metric].dimension == DIM_SUBNET) << WAYS;
}

bool distinct_has(const struct snapshot_cell *cell, enum metric metric)
{
	return !(ways_asked(metric) & ~ways_of(cell));
}

void distinct_count(struct distinct *distinct, const struct snapshot *snapshot, enum metric metric,
		    const uint32_t *row_of, uint32_t row_count, int64_t *counts)
{
	const struct distinct_values *values = distinct_values(distinct, snapshot, metrics[metric].dimension);
	const uint8_t *went = note_ways(distinct, snapshot), asked = ways_asked(metric);
	uint32_t *last = memory_new(row_count, sizeof(*last)); /* the value that was noted last of each row, + 1 */

	for (size_t i = 0; i < snapshot->count; i++) {
		const uint32_t cell = values->order[i], row = row_of[cell], value = values->of_cell[cell];

		if (row == DISTINCT_NO_ROW || asked & ~went[cell] || last[row] == value + 1)
			continue;
		last[row] = value + 1;
		counts[row]++;
	}
	free(last);
}

int64_t distinct_count_all(struct distinct *distinct, const struct snapshot *snapshot, enum metric metric)
{
	const struct distinct_values *values = distinct_values(distinct, snapshot, metrics[metric].dimension);
	const uint8_t *went = note_ways(distinct, snapshot), asked = ways_asked(metric);
	uint32_t last = 0; /* the value that was noted last, + 1 */
	int64_t count = 0;

	for (size_t i = 0; i < snapshot->count; i++) {
		const uint32_t cell = values->order[i], value = values->of_cell[cell];

		if (asked & ~went[cell] || last == value + 1)
			continue;
		last = value + 1;
		count++;
	}
	return count;
}

void distinct_free(struct distinct *distinct)
{
	for (int dim = 0; dim < DIM_COUNT; dim++) {
		free(distinct->values[dim].of_cell);
		free(distinct->values[dim].order);
	}
	free(distinct->ways);
	*distinct = (struct distinct){};
}
