/* SPDX-License-Identifier: GPL-2.0 */
/* Summing up. To count different values of a dimension, cells are first told apart by that dimension as well. */
#include <stdlib.h>
#include <string.h>

#include "alert_groups.h"
#include "memory.h"

enum { GROUPS_MIN = 32 };

static void begin(struct alert_groups *groups)
{
	places_clear(&groups->places);
	groups->count = 0;
}

void alert_groups_free(struct alert_groups *groups)
{
	free(groups->groups);
	places_free(&groups->places);
	*groups = (struct alert_groups){};
}

/* Where the key is, or would be. */
static uint32_t *slot_of(const struct alert_groups *groups, const struct dimension_key *key)
{
	uint32_t *slot = places_first(&groups->places, dimension_hash(key));

	while (*slot && memcmp(&groups->groups[*slot - 1].key, key, sizeof(*key)))
		slot = places_next(&groups->places, slot);
	return slot;
}

/* Makes room for one more. */
static void grow(struct alert_groups *groups)
{
	if (groups->count < groups->capacity)
		return;
	groups->capacity = groups->capacity ? 2 * groups->capacity : GROUPS_MIN;
	groups->groups = memory_resize(groups->groups, groups->capacity, sizeof(*groups->groups));
	places_free(&groups->places);
	groups->places = places_new(groups->capacity);
	for (size_t i = 0; i < groups->count; i++)
		*slot_of(groups, &groups->groups[i].key) = i + 1;
}

/* The group of this key, made if it is new. */
static struct alert_group *group_for(struct alert_groups *groups, const struct dimension_key *key, bool *is_new)
{
	uint32_t *slot;

	grow(groups);
	slot = slot_of(groups, key);
	*is_new = !*slot;
	if (*is_new) {
		groups->groups[groups->count++] = (struct alert_group){.key = *key};
		*slot = groups->count;
	}
	return &groups->groups[*slot - 1];
}

/* Whose a cell is has to be known, and of sockets by state where they are connected to: as in a report. */
static bool has_place(const struct snapshot_cell *cell, const struct dimension_list *by)
{
	if (!by->count)
		return true;
	return cell->key.owner != L4_OWNER_OTHER &&
	       (cell->kind == CELL_COUNTS || dimension_is_known(cell->key.prefix) || !dimension_listed(by, DIM_SUBNET));
}

/* Adds up what conditions that are not `distinct` are about. */
static void add_cell(struct alert_groups *groups, const struct alert_rule *rule, const struct snapshot_cell *cell)
{
	struct alert_sum sums[ALERT_CONDITIONS] = {};
	struct dimension_key key;
	struct alert_group *group;
	bool any = false, is_new;

	for (size_t i = 0; i < rule->condition_count; i++) {
		if (!rule->conditions[i].is_distinct)
			any |= alert_measure_add_cell(rule->conditions[i].measure, &sums[i], cell);
	}
	if (!any)
		return;
	key = dimension_key_of(cell, &rule->by);
	group = group_for(groups, &key, &is_new);
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (!rule->conditions[i].is_distinct)
			alert_measure_add_cell(rule->conditions[i].measure, &group->sums[i], cell);
	}
}

/* Counts the values of a dimension at which there is any of the measure. */
static void count_distinct(struct alert_groups *groups, const struct alert_rule *rule, size_t i,
			   const struct snapshot *snapshot)
{
	const struct alert_condition *condition = &rule->conditions[i];
	struct dimension_list finer = rule->by;
	struct alert_groups seen = {};
	bool is_new;

	finer.dims[finer.count++] = condition->distinct;
	begin(&seen);
	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell)) {
		struct alert_sum sum = {};
		struct dimension_key key;

		if (!has_place(cell, &finer) || !alert_measure_add_cell(condition->measure, &sum, cell))
			continue;
		key = dimension_key_of(cell, &finer);
		group_for(&seen, &key, &is_new);
		if (is_new) {
			key = dimension_key_of(cell, &rule->by);
			group_for(groups, &key, &is_new)->sums[i].value++;
		}
	}
	alert_groups_free(&seen);
}

static void add_cells(struct alert_groups *groups, const struct alert_rule *rule, const struct snapshot *snapshot)
{
	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell)) {
		if (has_place(cell, &rule->by))
			add_cell(groups, rule, cell);
	}
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (rule->conditions[i].is_distinct)
			count_distinct(groups, rule, i, snapshot);
	}
}

static struct dimension_key listener_key(const struct l4_listener *listener)
{
	struct dimension_key key;

	memset(&key, 0, sizeof(key));
	key.cell.process = listener->process;
	key.cell.netns = listener->netns;
	key.cell.port = listener->port;
	key.cell.proto = L4_PROTO_TCP;
	key.cell.role = L4_ROLE_SERVER;
	key.cell.owner = listener->owner;
	key.cgroup = listener->cgroup;
	memcpy(key.cell.prefix, listener->address, sizeof(key.cell.prefix));
	memcpy(key.comm, listener->comm, sizeof(key.comm));
	return key;
}

/* Several of one process on one port, as SO_REUSEPORT lets it have, are one: their queues are served by it together. */
static void add_listeners(struct alert_groups *groups, const struct alert_rule *rule, const struct snapshot *snapshot)
{
	for (size_t l = 0; l < snapshot->listener_count; l++) {
		const struct dimension_key key = listener_key(&snapshot->listeners[l].listener);
		bool is_new;
		struct alert_group *group = group_for(groups, &key, &is_new);

		for (size_t i = 0; i < rule->condition_count; i++)
			alert_measure_add_listener(rule->conditions[i].measure, &group->sums[i],
						   &snapshot->listeners[l]);
	}
}

void alert_groups_make(struct alert_groups *groups, const struct alert_rule *rule, const struct snapshot *snapshot)
{
	static const struct dimension_key everything;
	bool is_new;

	begin(groups);
	if (rule->of_listeners) {
		add_listeners(groups, rule, snapshot);
		return;
	}
	if (!rule->by.count)
		group_for(groups, &everything, &is_new);
	add_cells(groups, rule, snapshot);
}

double alert_group_value(const struct alert_group *group, const struct alert_rule *rule, size_t i, double interval)
{
	const struct alert_condition *condition = &rule->conditions[i];
	const double value = condition->is_distinct ? group->sums[i].value
						    : alert_measure_value(condition->measure, &group->sums[i]);

	return condition->per_second ? value / interval : value;
}
