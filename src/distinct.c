/* SPDX-License-Identifier: GPL-2.0 */
/* Counting by a set of pairs (row, value of the dimension), in which a cell stands for its pair. */
#include <stdlib.h>
#include <string.h>

#include "dimension.h"
#include "distinct.h"
#include "memory.h"

/* What shows that something went a way. */
static const struct way {
	const enum metric *metrics; /* one of these is not 0; NULL: any cell counts */
} ways[] = {
	[METRIC_WAY_ANY] = {NULL},
	[METRIC_WAY_IN] = {(const enum metric[]){METRIC_tcp_rx_segs, METRIC_tcp_opens_in, METRIC_tcp_retrans_synack,
						 METRIC_udp_rx_dgrams, METRIC_udp_no_socket, METRIC_udp_csum_errors,
						 METRIC_NONE}},
	[METRIC_WAY_OUT] = {(const enum metric[]){METRIC_tcp_tx_segs, METRIC_tcp_opens_out, METRIC_udp_tx_dgrams,
						  METRIC_NONE}},
};

struct set {
	uint32_t *slots; /* open addressing, at most half full: cell + 1, 0: free */
	size_t mask;
};

static bool went(const struct snapshot_cell *cell, enum metric_way way)
{
	const enum metric *metric = ways[way].metrics;

	if (!metric)
		return true;
	while (*metric != METRIC_NONE &&
	       (metrics[*metric].proto != cell->key.proto || !cell->cell.count[metrics[*metric].slot]))
		metric++;
	return *metric != METRIC_NONE;
}

static struct dimension_key value_of(const struct snapshot_cell *cell, enum dimension dim)
{
	struct dimension_key key;

	memset(&key, 0, sizeof(key));
	dimensions[dim].keep(&key, cell);
	return key;
}

/* What came from no known remote has no subnet. */
bool distinct_has(const struct snapshot_cell *cell, enum metric metric)
{
	static const uint8_t none[L4_PREFIX_LEN];

	if (cell->kind != CELL_COUNTS || !went(cell, metrics[metric].way))
		return false;
	return metrics[metric].dimension != DIM_SUBNET || memcmp(cell->key.prefix, none, sizeof(none));
}

/* Returns whether the pair is new to the set. */
static bool add(struct set *set, const struct snapshot *snapshot, uint32_t cell, enum dimension dim,
		const uint32_t *row_of)
{
	const struct dimension_key value = value_of(&snapshot->cells[cell], dim);
	size_t at = (dimension_hash(&value) + row_of[cell] * 0x9e3779b97f4a7c15ull) & set->mask;

	for (; set->slots[at]; at = (at + 1) & set->mask) {
		const uint32_t other = set->slots[at] - 1;
		const struct dimension_key found = value_of(&snapshot->cells[other], dim);

		if (row_of[other] == row_of[cell] && !memcmp(&found, &value, sizeof(value)))
			return false;
	}
	set->slots[at] = cell + 1;
	return true;
}

void distinct_count(const struct snapshot *snapshot, enum metric metric, const uint32_t *row_of, int64_t *row_counts)
{
	struct set set;
	size_t size = 16;

	while (size < snapshot->count * 2)
		size *= 2;
	set.slots = memory_new(size, sizeof(*set.slots));
	set.mask = size - 1;
	for (size_t i = 0; i < snapshot->count; i++) {
		if (row_of[i] != DISTINCT_NO_ROW && distinct_has(&snapshot->cells[i], metric) &&
		    add(&set, snapshot, i, metrics[metric].dimension, row_of))
			row_counts[row_of[i]]++;
	}
	free(set.slots);
}
