/* SPDX-License-Identifier: GPL-2.0 */
/* Finding the group of a cell, by a hash of its key or by the number that its value has already. */
#include <stdlib.h>
#include <string.h>

#include "grouping.h"
#include "memory.h"
#include "places.h"

enum { UNDECIDED = UINT32_MAX - 2 }; /* besides what grouping.h has */

/* What groups are sorted by, as slots of cells. */
struct order {
	struct report_slots activity, sort, base;
	bool by_maximum;
};

struct search {
	const struct grouping_query *query;
	struct order order;
	struct places places; /* of groups, by their key */
	uint32_t *by_value;   /* the same by the number of the value, where that is known */
	struct grouping grouping;

	/* Of the cell before: the next one is often of the same process, port, namespace. */
	struct dimension_key key;
	uint32_t hash;	 /* of that key */
	uint32_t *place; /* NULL: there was none */
};

static struct order order_of(const struct report_sort *sort)
{
	static const enum metric activity[] = {
		METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_udp_rx_dgrams, METRIC_udp_tx_dgrams,
		METRIC_tcp_rx_segs,  METRIC_tcp_tx_segs,   METRIC_NONE,
	};
	const enum metric first = sort->by[0];
	struct order order = {.activity = report_slots_of(activity)};

	if (first != METRIC_NONE && metrics[first].kind == METRIC_RATIO) {
		order.sort = report_slots_of((enum metric[]){metrics[first].numerator, METRIC_NONE});
		order.base = report_slots_of((enum metric[]){metrics[first].denominator, METRIC_NONE});
	} else if (first != METRIC_NONE && metrics[first].kind == METRIC_MAX) {
		order.sort = report_slots_of((enum metric[]){first, METRIC_NONE});
		order.by_maximum = true;
	} else {
		order.sort = report_slots_of(sort->by);
	}
	return order;
}

/* Whether that group is the one of search->key. */
static bool is_wanted(const struct search *search, const struct group *group)
{
	struct dimension_key key;

	if (group->hash != search->hash)
		return false;
	key = dimension_key_of(group->first, search->query->dims);
	return !memcmp(&key, &search->key, sizeof(key));
}

/* Where the number of the cell's group is, + 1, or is to be. */
static uint32_t *place_of(struct search *search, const struct snapshot_cell *cell)
{
	const struct dimension_key key = dimension_key_of(cell, search->query->dims);
	uint32_t *slot;

	if (search->place && !memcmp(&key, &search->key, sizeof(key)))
		return search->place;
	search->key = key;
	search->hash = dimension_hash(&key) >> 32;
	slot = places_first(&search->places, search->hash);
	while (*slot && !is_wanted(search, &search->grouping.groups[*slot - 1]))
		slot = places_next(&search->places, slot);
	search->place = slot;
	return slot;
}

/* Room for one group more. Of few groups the places are few, so that they are near when thousands of cells are looked
 * up.
 */
static void grow(struct search *search)
{
	const struct grouping *grouping = &search->grouping;

	if (search->places.slots && grouping->count < search->places.mask / 2)
		return;
	places_free(&search->places);
	search->places = places_new((size_t)grouping->count * 2 + 1);
	search->place = NULL;
	for (uint32_t i = 0; i < grouping->count; i++) {
		uint32_t *slot = places_first(&search->places, grouping->groups[i].hash);

		while (*slot)
			slot = places_next(&search->places, slot);
		*slot = i + 1;
	}
}

static uint32_t *place_for(struct search *search, const struct snapshot_cell *cell)
{
	grow(search);
	return place_of(search, cell);
}

static struct group *group_of(struct search *search, const struct snapshot_cell *cell, size_t i)
{
	const struct distinct_values *values = search->query->values;
	struct grouping *grouping = &search->grouping;
	uint32_t *place = values ? &search->by_value[values->of_cell[i]] : place_for(search, cell);

	if (!*place) {
		*place = ++grouping->count;
		grouping->groups[*place - 1] = (struct group){.hash = search->hash, .first = cell};
	}
	return &grouping->groups[*place - 1];
}

static void add_to_group(struct group *group, const struct snapshot_cell *cell, const struct order *order)
{
	const int64_t sort = report_cell_sum(cell, &order->sort);

	group->activity += report_cell_sum(cell, &order->activity);
	group->sort_base += report_cell_sum(cell, &order->base);
	if (!order->by_maximum)
		group->sort += sort;
	else if (sort > group->sort)
		group->sort = sort;
}

/* Of sockets by state only half-open connections are counted by subnet. */
static bool has_place(const struct snapshot_cell *cell, const struct dimension_list *dims)
{
	return cell->kind != CELL_STATES || dimension_is_known(cell->key.prefix) || !dimension_listed(dims, DIM_SUBNET);
}

static uint32_t decide(struct search *search, const struct snapshot_cell *cell, size_t i)
{
	const struct report_slots *sort = &search->order.sort;
	struct group *group;

	if (!has_place(cell, search->query->dims))
		return GROUPING_NONE;
	if (cell->key.owner == L4_OWNER_OTHER) {
		search->grouping.has_other = true;
		search->grouping.other_sort += report_cell_sum(cell, sort);
		return GROUPING_OTHER;
	}
	if (search->query->ranked_alone && !snapshot_has(cell, report_slots_in(sort, cell)))
		return UNDECIDED;
	group = group_of(search, cell, i);
	add_to_group(group, cell, &search->order);
	return group - search->grouping.groups;
}

/* Cells that are not what groups are sorted by belong to those that there are because of others. */
static void decide_rest(struct search *search, const struct snapshot *snapshot)
{
	struct grouping *grouping = &search->grouping;
	size_t i = 0;

	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell;
	     cell = snapshot_next(snapshot, cell), i++) {
		uint32_t *place;

		if (grouping->of_cell[i] != UNDECIDED)
			continue;
		grouping->of_cell[i] = GROUPING_NONE;
		place = grouping->count ? place_of(search, cell) : NULL;
		if (!place || !*place)
			continue;
		grouping->of_cell[i] = *place - 1;
		add_to_group(&grouping->groups[*place - 1], cell, &search->order);
	}
}

struct grouping grouping_new(const struct snapshot *snapshot, const struct grouping_query *query)
{
	struct search search = {
		.query = query,
		.order = order_of(query->sort),
		.by_value = query->values ? memory_new(query->values->count, sizeof(uint32_t)) : NULL,
		.grouping.of_cell = memory_new(snapshot->count, sizeof(uint32_t)),
		.grouping.groups = memory_new(snapshot->count, sizeof(struct group)),
	};
	size_t i = 0;

	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell;
	     cell = snapshot_next(snapshot, cell), i++)
		search.grouping.of_cell[i] = decide(&search, cell, i);
	if (query->ranked_alone)
		decide_rest(&search, snapshot);
	places_free(&search.places);
	free(search.by_value);
	return search.grouping;
}

void grouping_free(struct grouping *grouping)
{
	free(grouping->of_cell);
	free(grouping->groups);
}
