/* SPDX-License-Identifier: GPL-2.0 */
/* Counting by a set of pairs (row, value of the dimension), in which a cell stands for its pair. */
#include <string.h>

#include "dimension.h"
#include "distinct.h"
#include "places.h"

enum { WAY_SLOTS = 4 };

/* What shows that something went a way: one of these counters of its protocol is not 0. */
static const struct way {
	bool any; /* or any cell does */
	int tcp[WAY_SLOTS], udp[WAY_SLOTS], tcp_count, udp_count;
} ways[] = {
	[METRIC_WAY_ANY] = {.any = true},
	[METRIC_WAY_IN] = {.tcp = {L4_tcp_rx_segs, L4_tcp_opens_in, L4_tcp_retrans_synack},
			   .tcp_count = 3,
			   .udp = {L4_udp_rx_dgrams, L4_udp_no_socket, L4_udp_csum_errors},
			   .udp_count = 3},
	[METRIC_WAY_OUT] = {.tcp = {L4_tcp_tx_segs, L4_tcp_opens_out},
			    .tcp_count = 2,
			    .udp = {L4_udp_tx_dgrams},
			    .udp_count = 1},
};

static bool went(const struct snapshot_cell *cell, enum metric_way way)
{
	const bool tcp = cell->key.proto == L4_PROTO_TCP;
	const int *slots = tcp ? ways[way].tcp : ways[way].udp;
	const int count = tcp ? ways[way].tcp_count : ways[way].udp_count;

	for (int i = 0; i < count; i++) {
		if (cell->cell.count[slots[i]])
			return true;
	}
	return ways[way].any;
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
	if (cell->kind != CELL_COUNTS || !went(cell, metrics[metric].way))
		return false;
	return metrics[metric].dimension != DIM_SUBNET || dimension_is_known(cell->key.prefix);
}

/* Returns whether the pair is new to the set. */
static bool add(const struct places *set, const struct snapshot *snapshot, uint32_t cell, enum dimension dim,
		const uint32_t *row_of)
{
	const struct dimension_key value = value_of(&snapshot->cells[cell], dim);
	uint32_t *slot = places_first(set, dimension_hash(&value) + row_of[cell] * 0x9e3779b97f4a7c15ull);

	for (; *slot; slot = places_next(set, slot)) {
		const uint32_t other = *slot - 1;
		const struct dimension_key found = value_of(&snapshot->cells[other], dim);

		if (row_of[other] == row_of[cell] && !memcmp(&found, &value, sizeof(value)))
			return false;
	}
	*slot = cell + 1;
	return true;
}

void distinct_count(const struct snapshot *snapshot, enum metric metric, const uint32_t *row_of, int64_t *row_counts)
{
	struct places set = places_new(snapshot->count);

	for (size_t i = 0; i < snapshot->count; i++) {
		if (row_of[i] != DISTINCT_NO_ROW && distinct_has(&snapshot->cells[i], metric) &&
		    add(&set, snapshot, i, metrics[metric].dimension, row_of))
			row_counts[row_of[i]]++;
	}
	places_free(&set);
}
