/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sorting and cutting. Cells are first only assigned to groups (grouping.h), a few words each; full rows are made for
 * the top N alone, so a flood of small groups costs little memory.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distinct.h"
#include "grouping.h"
#include "memory.h"
#include "report.h"

int64_t report_cell_value(const struct snapshot_cell *cell, enum metric metric)
{
	const struct metric_info *info = &metrics[metric];

	if (info->proto != cell->key.proto || info->cells != cell->kind)
		return 0;
	return snapshot_count(cell, info->slot);
}

struct report_slots report_slots_of(const enum metric *list)
{
	struct report_slots slots = {};

	for (; *list != METRIC_NONE; list++) {
		const struct metric_info *info = &metrics[*list];

		if (info->proto)
			slots.of[info->cells][info->proto == L4_PROTO_TCP] |= UINT32_C(1) << info->slot;
	}
	return slots;
}

/* Sorting by how many distinct things there are takes these numbers before there are rows. */
static void sort_by_distinct(struct grouping *grouping, const struct snapshot *snapshot, enum metric metric,
			     struct distinct *distinct)
{
	int64_t *counts = memory_new(grouping->count, sizeof(*counts));
	uint32_t *group_of = memory_new(snapshot->count, sizeof(*group_of));

	for (size_t i = 0; i < snapshot->count; i++)
		group_of[i] = grouping->of_cell[i] < GROUPING_NONE ? grouping->of_cell[i] : DISTINCT_NO_ROW;
	distinct_count(distinct, snapshot, metric, group_of, grouping->count, counts);
	for (uint32_t i = 0; i < grouping->count; i++)
		grouping->groups[i].sort = counts[i];
	free(group_of);
	free(counts);
}

static int descending(double a, double b)
{
	return (a < b) - (a > b);
}

static double sort_value(const struct group *group)
{
	return group->sort_base ? (double)group->sort / group->sort_base : group->sort;
}

struct ranking {
	const struct grouping *grouping;
	const struct dimension_list *dims;
};

/* Best first; equals by activity, then by key, so that the order never depends on the cells' order. */
static int compare_groups(const void *a, const void *b, void *context)
{
	const struct ranking *ranking = context;
	const struct group *left = &ranking->grouping->groups[*(const uint32_t *)a];
	const struct group *right = &ranking->grouping->groups[*(const uint32_t *)b];
	const int order =
		descending(sort_value(left), sort_value(right)) ?: descending(left->activity, right->activity);
	struct dimension_key keys[2];

	if (order)
		return order;
	keys[0] = dimension_key_of(left->first, ranking->dims);
	keys[1] = dimension_key_of(right->first, ranking->dims);
	return memcmp(&keys[0], &keys[1], sizeof(keys[0]));
}

static void add_value(struct report_values *values, enum metric metric, int64_t value)
{
	int64_t *sum = &values->counter[metric];

	if (metrics[metric].kind == METRIC_DISTINCT)
		*sum = !*sum || !value ? *sum + value : REPORT_UNKNOWN;
	else if (metrics[metric].kind != METRIC_MAX)
		*sum += value;
	else if (value > *sum)
		*sum = value;
}

/* Which metric is in a slot, of each kind of cells. */
static const enum metric tcp_slots[] = {
#define L4_TCP(name, ...) METRIC_##name,
#define L4_TCP_MAX(name, ...) METRIC_##name,
#include "metrics.def"
	METRIC_NONE,
};

static const enum metric udp_slots[] = {
#define L4_UDP(name, ...) METRIC_##name,
#include "metrics.def"
	METRIC_NONE,
};

static const enum metric gauge_slots[] = {
#define L4_GAUGE(name, ...) METRIC_##name,
#include "metrics.def"
	METRIC_NONE,
};

static const enum metric listener_slots[] = {
#define L4_LISTENER(name, ...) METRIC_##name,
#include "metrics.def"
	METRIC_NONE,
};

static const enum metric *slots_of(const struct snapshot_cell *cell)
{
	switch ((enum cell_kind)cell->kind) {
	case CELL_COUNTS:
		return cell->key.proto == L4_PROTO_TCP ? tcp_slots : udp_slots;
	case CELL_STATES:
		return gauge_slots;
	case CELL_LISTENER:
		break;
	}
	return listener_slots;
}

/* As report_cell_value() has it. Slots without a metric are behind all that have one. */
void report_add_cell(struct report_values *values, const struct snapshot_cell *cell)
{
	const enum metric *slots = slots_of(cell);
	const int64_t *count = cell->count;
	int slot = 0;

	for (uint32_t left = cell->present; left && slots[slot] != METRIC_NONE; left >>= 1, slot++) {
		if (left & 1)
			add_value(values, slots[slot], *count++);
	}
}

void report_add(struct report_values *values, const struct report_values *more)
{
	for (int m = 0; m < METRIC_COUNT; m++)
		add_value(values, m, more->counter[m]);
}

/* Lets what is at the top of a heap sink to its place: behind none that is worse. */
static void sink(uint32_t *heap, size_t size, struct ranking *ranking)
{
	for (size_t at = 0, next; (next = at * 2 + 1) < size; at = next) {
		uint32_t swap;

		if (next + 1 < size && compare_groups(&heap[next + 1], &heap[next], ranking) > 0)
			next++;
		if (compare_groups(&heap[next], &heap[at], ranking) <= 0)
			return;
		swap = heap[at];
		heap[at] = heap[next];
		heap[next] = swap;
	}
}

/*
 * The best `kept` groups, best first. A flood makes tens of thousands, nearly all of which need not be compared with
 * more than one: the worst of the best so far, which is at the top of a heap of those.
 */
static uint32_t *best_groups(struct ranking *ranking, size_t kept)
{
	uint32_t *heap = memory_new(kept, sizeof(*heap));

	for (uint32_t i = 0; i < kept; i++)
		heap[i] = i;
	if (kept < ranking->grouping->count) {
		qsort_r(heap, kept, sizeof(*heap), compare_groups, ranking);
		for (size_t i = 0; i < kept / 2; i++) {
			const uint32_t swap = heap[i];

			heap[i] = heap[kept - 1 - i];
			heap[kept - 1 - i] = swap;
		}
		for (uint32_t i = kept; kept && i < ranking->grouping->count; i++) {
			if (compare_groups(&i, &heap[0], ranking) < 0) {
				heap[0] = i;
				sink(heap, kept, ranking);
			}
		}
	}
	qsort_r(heap, kept, sizeof(*heap), compare_groups, ranking);
	return heap;
}

/* Gives the best `top` groups a row each, in order, and all others the row behind them. */
static void rank(struct report *report, struct grouping *grouping, size_t top)
{
	struct ranking ranking = {grouping, &report->dims};
	const size_t kept = top && top < grouping->count ? top : grouping->count;
	uint32_t *best = best_groups(&ranking, kept);

	report->count = kept;
	report->has_other = kept < grouping->count;
	report->rows = memory_resize(report->rows, kept + 1, sizeof(*report->rows));
	memset(report->rows, 0, (kept + 1) * sizeof(*report->rows));
	report->rows[kept].key.cell.owner = L4_OWNER_OTHER;
	for (uint32_t i = 0; i < grouping->count; i++)
		grouping->groups[i].row = kept;
	for (uint32_t i = 0; i < kept; i++) {
		struct group *group = &grouping->groups[best[i]];

		group->row = i;
		report->rows[i].key = dimension_key_of(group->first, &report->dims);
	}
	free(best);
}

/* best_alone: also only what is in the best row, and what found no cell. */
static void fill(struct report *report, const struct snapshot *snapshot, const struct grouping *grouping,
		 bool best_alone)
{
	const size_t other = report->count;
	size_t i = 0;

	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell)) {
		const uint32_t group = grouping->of_cell[i++];
		const size_t row = group < GROUPING_NONE ? grouping->groups[group].row : other;

		if (group == GROUPING_NONE || (best_alone && row && group != GROUPING_OTHER))
			continue;
		report_add_cell(&report->rows[row].values, cell);
		if (group == GROUPING_OTHER)
			report->has_other = true;
	}
	report->count += report->has_other;
}

/* Counts the processes behind each row and finds the busiest, from a grouping that tells them apart. */
static void add_processes(struct report *report, const struct snapshot *snapshot, const struct report_query *query,
			  const struct grouping *grouping)
{
	struct dimension_list finer = query->dims;
	const struct dimension_list process = {.dims = {DIM_PROCESS}, .count = 1};
	struct grouping processes;
	int64_t *best = memory_new(report->count, sizeof(*best));

	if (!dimension_listed(&finer, DIM_PROCESS))
		finer.dims[finer.count++] = DIM_PROCESS;
	processes = grouping_new(snapshot, &(struct grouping_query){&finer, &query->sort});
	for (uint32_t cell = 0, next = 0; next < processes.count; cell++) {
		const struct group *group = &processes.groups[next];
		struct dimension_key key;
		struct report_row *row;
		uint32_t at;

		if (processes.of_cell[cell] != next) /* groups are numbered as their first cells come */
			continue;
		next++;
		at = grouping->groups[grouping->of_cell[cell]].row;
		row = &report->rows[at];
		if (row->key.cell.owner == L4_OWNER_OTHER)
			continue; /* one process may be behind several of the rows that were cut */
		key = dimension_key_of(group->first, &process);
		if (!row->processes++ || group->activity > best[at] ||
		    (group->activity == best[at] && memcmp(&key, &row->busiest, sizeof(key)) < 0)) {
			best[at] = group->activity;
			row->busiest = key;
		}
	}
	grouping_free(&processes);
	free(best);
}

/* What found no cell hides how many different ones it came from. */
static bool hides(const struct snapshot_cell *cell)
{
	return cell->key.owner == L4_OWNER_OTHER && cell->kind == CELL_COUNTS;
}

static bool hides_some(const struct snapshot *snapshot)
{
	const struct snapshot_cell *cell = snapshot_first(snapshot);

	while (cell && !hides(cell))
		cell = snapshot_next(snapshot, cell);
	return cell;
}

/* Of what is told apart by this very dimension there would be one in each row. */
static void add_distinct(struct report *report, const struct snapshot *snapshot, const uint32_t *row_of,
			 enum metric metric, struct distinct *distinct)
{
	int64_t *counts;

	if (dimension_listed(&report->dims, metrics[metric].dimension))
		return;
	counts = memory_new(report->count + 1, sizeof(*counts));
	distinct_count(distinct, snapshot, metric, row_of, report->count + 1, counts);
	for (size_t i = 0; i < report->count; i++)
		report->rows[i].values.counter[metric] = counts[i];
	free(counts);
}

static void add_all_distinct(struct report *report, const struct snapshot *snapshot, const struct grouping *grouping,
			     struct distinct *distinct)
{
	const bool hidden = grouping->has_other && hides_some(snapshot);
	uint32_t *row_of = memory_new(snapshot->count, sizeof(*row_of));

	for (size_t i = 0; i < snapshot->count; i++) {
		const uint32_t group = grouping->of_cell[i];

		row_of[i] = group < GROUPING_NONE ? grouping->groups[group].row : DISTINCT_NO_ROW;
	}
	for (int m = 0; m < METRIC_COUNT; m++) {
		if (metrics[m].kind != METRIC_DISTINCT)
			continue;
		add_distinct(report, snapshot, row_of, m, distinct);
		if (hidden)
			report->rows[report->count - 1].values.counter[m] = REPORT_UNKNOWN;
	}
	free(row_of);
}

void report_sum_up(struct report_values *total, const struct snapshot *snapshot, struct distinct *distinct)
{
	bool hidden = false;

	*total = (struct report_values){};
	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell)) {
		hidden |= hides(cell);
		report_add_cell(total, cell);
	}
	for (int m = 0; distinct && m < METRIC_COUNT; m++) {
		if (metrics[m].kind == METRIC_DISTINCT)
			total->counter[m] = hidden ? REPORT_UNKNOWN : distinct_count_all(distinct, snapshot, m);
	}
}

/* If the cells are told apart by a dimension whose values have to be numbered anyway. */
static const struct distinct_values *numbered(const struct report_query *query, const struct snapshot *snapshot,
					      struct distinct *distinct)
{
	const enum dimension dim = query->dims.dims[0];

	if (!query->with_distinct || query->dims.count != 1 || (dim != DIM_SUBNET && dim != DIM_PORT))
		return NULL;
	return distinct_values(distinct, snapshot, dim);
}

static void make_rows(struct report *report, const struct snapshot *snapshot, const struct report_query *query,
		      struct distinct *distinct)
{
	const struct grouping_query by = {&query->dims, &query->sort, numbered(query, snapshot, distinct)};
	struct grouping grouping = grouping_new(snapshot, &by);

	if (query->sort.by[0] != METRIC_NONE && metrics[query->sort.by[0]].kind == METRIC_DISTINCT)
		sort_by_distinct(&grouping, snapshot, query->sort.by[0], distinct);
	rank(report, &grouping, query->top);
	fill(report, snapshot, &grouping, false);
	if (query->with_processes)
		add_processes(report, snapshot, query, &grouping);
	if (query->with_distinct)
		add_all_distinct(report, snapshot, &grouping, distinct);
	grouping_free(&grouping);
}

void report_make(struct report *report, const struct snapshot *snapshot, const struct report_query *query)
{
	struct distinct own = {}, *distinct = query->distinct ?: &own;

	report->dims = query->dims;
	report->total = (struct report_values){};
	make_rows(report, snapshot, query, distinct);
	if (!query->rows_alone)
		report_sum_up(&report->total, snapshot, query->with_distinct ? distinct : NULL);
	distinct_free(&own);
}

static bool any_is_positive(const struct grouping *grouping)
{
	for (uint32_t i = 0; i < grouping->count; i++) {
		if (grouping->groups[i].sort > 0)
			return true;
	}
	return false;
}

void report_make_best(struct report *report, const struct snapshot *snapshot, const struct dimension_list *dims,
		      const struct report_sort *sort)
{
	const struct grouping_query by = {.dims = dims, .sort = sort, .ranked_alone = true};
	struct grouping grouping = grouping_new(snapshot, &by);
	const bool found = any_is_positive(&grouping);

	report->dims = *dims;
	report->total = (struct report_values){};
	report->count = 0;
	report->has_other = false;
	if (found) {
		rank(report, &grouping, 1);
		fill(report, snapshot, &grouping, true);
	}
	grouping_free(&grouping);
	if (!found && grouping.other_sort > 0) {
		const struct report_query query = {.dims = *dims, .sort = *sort, .top = 1, .rows_alone = true};

		report_make(report, snapshot, &query);
	}
}

void report_free(struct report *report)
{
	free(report->rows);
	*report = (struct report){};
}

double report_value(const struct report_values *values, enum metric metric)
{
	const struct metric_info *info = &metrics[metric];

	if (info->kind == METRIC_DISTINCT && values->counter[metric] == REPORT_UNKNOWN)
		return NAN;
	if (info->kind != METRIC_RATIO)
		return values->counter[metric];
	if (!values->counter[info->denominator])
		return 0;
	return (double)values->counter[info->numerator] / values->counter[info->denominator];
}

static const struct report_sort retransmits = {{METRIC_tcp_retrans_segs, METRIC_tcp_retrans_synack, METRIC_NONE}};
static const struct report_sort datagrams = {{METRIC_udp_rx_dgrams, METRIC_udp_tx_dgrams, METRIC_NONE}};
static const struct report_sort connections = {{METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_NONE}};

/* The last dimension decides: `subnet,port` asks about ports of subnets. */
struct report_sort report_default_sort(const struct dimension_list *dims)
{
	switch (dims->dims[dims->count - 1]) {
	case DIM_SUBNET:
		return retransmits;
	case DIM_PROCESS:
	case DIM_NAME:
	case DIM_CGROUP:
		return datagrams;
	default:
		return connections;
	}
}

struct report_sort report_proto_sort(const struct dimension_list *dims, uint8_t proto)
{
	static const struct report_sort none = {{METRIC_NONE}};

	if (proto == L4_PROTO_UDP)
		return datagrams;
	if (proto == L4_PROTO_TCP && dims->count && report_default_sort(dims).by[0] == datagrams.by[0])
		return connections;
	return none;
}

const struct report_row *report_best(const struct report *report, const struct report_sort *sort)
{
	for (size_t i = 0; i < report->count; i++) {
		double value = 0;

		for (const enum metric *metric = sort->by; *metric != METRIC_NONE; metric++)
			value += report_value(&report->rows[i].values, *metric);
		if (value > 0)
			return &report->rows[i];
	}
	return NULL;
}

double report_unattributed(const struct snapshot *snapshot)
{
	static const enum metric bookings[] = {
		METRIC_tcp_retrans_segs, METRIC_tcp_retrans_synack, METRIC_tcp_opens_in,  METRIC_tcp_opens_out,
		METRIC_tcp_opens_failed, METRIC_udp_rx_dgrams,	    METRIC_udp_tx_dgrams, METRIC_NONE,
	};
	const struct report_slots slots = report_slots_of(bookings);
	int64_t all = 0, ownerless = 0;

	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell)) {
		const int64_t n = report_cell_sum(cell, &slots);

		all += n;
		if (cell->key.owner == L4_OWNER_UNKNOWN || cell->key.owner == L4_OWNER_OTHER)
			ownerless += n;
	}
	return all ? (double)ownerless / all : 0;
}
