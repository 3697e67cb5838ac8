/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Grouping, sorting and cutting. Cells are first only assigned to groups, a few words each; full rows are
 * made for the top N alone, so a flood of small groups costs little memory.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distinct.h"
#include "memory.h"
#include "places.h"
#include "report.h"

enum { NO_GROUP = UINT32_MAX, LEFT_OUT = UINT32_MAX - 1 };

/* The cells that are alike in the dimensions of a view. */
struct group {
	uint64_t hash;		 /* of its key */
	uint32_t first;		 /* a cell of it: its key is made from that */
	uint32_t row;		 /* where it ended up */
	int64_t sort, sort_base; /* what it is sorted by: a sum, of a ratio the numerator and the denominator */
	int64_t activity;	 /* decides between equals */
};

struct grouping {
	uint32_t *of_cell; /* group of each cell, NO_GROUP for cells of `other`, LEFT_OUT for what has no place here */
	struct group *groups;
	uint32_t count;
	struct places places; /* of groups, by their key */
};

static struct group *group_for(struct grouping *grouping, const struct snapshot *snapshot, uint32_t cell,
			       const struct dimension_list *dims)
{
	const struct dimension_key key = dimension_key_of(&snapshot->cells[cell], dims);
	const uint64_t hash = dimension_hash(&key);
	struct group *group;
	uint32_t *slot;

	for (slot = places_first(&grouping->places, hash); *slot; slot = places_next(&grouping->places, slot)) {
		group = &grouping->groups[*slot - 1];
		if (group->hash == hash) {
			const struct dimension_key other = dimension_key_of(&snapshot->cells[group->first], dims);

			if (!memcmp(&key, &other, sizeof(key)))
				return group;
		}
	}
	group = &grouping->groups[grouping->count++];
	*slot = grouping->count;
	*group = (struct group){.hash = hash, .first = cell};
	return group;
}

int64_t report_cell_value(const struct snapshot_cell *cell, enum metric metric)
{
	const struct metric_info *info = &metrics[metric];

	if (info->proto != cell->key.proto || info->cells != cell->kind)
		return 0;
	return cell->cell.count[info->slot];
}

static int64_t cell_sum(const struct snapshot_cell *cell, const enum metric *list)
{
	int64_t sum = 0;

	for (; *list != METRIC_NONE; list++)
		sum += report_cell_value(cell, *list);
	return sum;
}

static void add_to_group(struct group *group, const struct snapshot_cell *cell, const struct report_sort *sort)
{
	static const enum metric activity[] = {
		METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_udp_rx_dgrams, METRIC_udp_tx_dgrams,
		METRIC_tcp_rx_segs,  METRIC_tcp_tx_segs,   METRIC_NONE,
	};
	const enum metric first = sort->by[0];

	group->activity += cell_sum(cell, activity);
	if (first != METRIC_NONE && metrics[first].kind == METRIC_RATIO) {
		group->sort += report_cell_value(cell, metrics[first].numerator);
		group->sort_base += report_cell_value(cell, metrics[first].denominator);
	} else if (first != METRIC_NONE && metrics[first].kind == METRIC_MAX) {
		if (report_cell_value(cell, first) > group->sort)
			group->sort = report_cell_value(cell, first);
	} else {
		group->sort += cell_sum(cell, sort->by);
	}
}

static struct grouping grouping_new(const struct snapshot *snapshot, const struct dimension_list *dims,
				    const struct report_sort *sort)
{
	struct grouping grouping = {
		.of_cell = memory_new(snapshot->count, sizeof(*grouping.of_cell)),
		.groups = memory_new(snapshot->count, sizeof(*grouping.groups)),
		.places = places_new(snapshot->count),
	};

	for (size_t i = 0; i < snapshot->count; i++) {
		const struct snapshot_cell *cell = &snapshot->cells[i];
		struct group *group;

		if (cell->kind == CELL_STATES && !dimension_is_known(cell->key.prefix) &&
		    dimension_listed(dims, DIM_SUBNET)) {
			grouping.of_cell[i] = LEFT_OUT; /* only half-open connections are counted by subnet */
			continue;
		}
		if (cell->key.owner == L4_OWNER_OTHER) {
			grouping.of_cell[i] = NO_GROUP;
			continue;
		}
		group = group_for(&grouping, snapshot, i, dims);
		grouping.of_cell[i] = group - grouping.groups;
		add_to_group(group, cell, sort);
	}
	return grouping;
}

/* Sorting by how many distinct things there are takes these numbers before there are rows. */
static void sort_by_distinct(struct grouping *grouping, const struct snapshot *snapshot, enum metric metric)
{
	int64_t *counts = memory_new(grouping->count, sizeof(*counts));
	uint32_t *group_of = memory_new(snapshot->count, sizeof(*group_of));

	for (size_t i = 0; i < snapshot->count; i++)
		group_of[i] = grouping->of_cell[i] < LEFT_OUT ? grouping->of_cell[i] : DISTINCT_NO_ROW;
	distinct_count(snapshot, metric, group_of, counts);
	for (uint32_t i = 0; i < grouping->count; i++)
		grouping->groups[i].sort = counts[i];
	free(group_of);
	free(counts);
}

static void grouping_free(struct grouping *grouping)
{
	free(grouping->of_cell);
	free(grouping->groups);
	places_free(&grouping->places);
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
	const struct snapshot *snapshot;
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
	keys[0] = dimension_key_of(&ranking->snapshot->cells[left->first], ranking->dims);
	keys[1] = dimension_key_of(&ranking->snapshot->cells[right->first], ranking->dims);
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
	switch (cell->kind) {
	case CELL_COUNTS:
		return cell->key.proto == L4_PROTO_TCP ? tcp_slots : udp_slots;
	case CELL_STATES:
		return gauge_slots;
	case CELL_LISTENER:
		break;
	}
	return listener_slots;
}

/* As report_cell_value() has it; this is done for each cell in each view, and most of a cell is 0. */
void report_add_cell(struct report_values *values, const struct snapshot_cell *cell)
{
	const enum metric *slots = slots_of(cell);

	for (int i = 0; slots[i] != METRIC_NONE; i++) {
		if (cell->cell.count[i])
			add_value(values, slots[i], cell->cell.count[i]);
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
static void rank(struct report *report, const struct snapshot *snapshot, struct grouping *grouping, size_t top)
{
	struct ranking ranking = {grouping, snapshot, &report->dims};
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
		report->rows[i].key = dimension_key_of(&snapshot->cells[group->first], &report->dims);
	}
	free(best);
}

static void sum_up(struct report *report, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++)
		report_add_cell(&report->total, &snapshot->cells[i]);
}

static void fill(struct report *report, const struct snapshot *snapshot, const struct grouping *grouping)
{
	const size_t other = report->count;

	for (size_t i = 0; i < snapshot->count; i++) {
		const uint32_t group = grouping->of_cell[i];
		const struct snapshot_cell *cell = &snapshot->cells[i];

		if (group == LEFT_OUT)
			continue;
		report_add_cell(&report->rows[group == NO_GROUP ? other : grouping->groups[group].row].values, cell);
		if (group == NO_GROUP)
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
	processes = grouping_new(snapshot, &finer, &query->sort);
	for (uint32_t i = 0; i < processes.count; i++) {
		const struct group *group = &processes.groups[i];
		const uint32_t at = grouping->groups[grouping->of_cell[group->first]].row;
		struct report_row *row = &report->rows[at];

		if (row->key.cell.owner == L4_OWNER_OTHER)
			continue; /* one process may be behind several of the rows that were cut */
		const struct dimension_key key = dimension_key_of(&snapshot->cells[group->first], &process);

		if (!row->processes++ || group->activity > best[at] ||
		    (group->activity == best[at] && memcmp(&key, &row->busiest, sizeof(key)) < 0)) {
			best[at] = group->activity;
			row->busiest = key;
		}
	}
	grouping_free(&processes);
	free(best);
}

/* What found no cell hides how many it came from. */
static void forget_distinct(struct report *report, enum metric metric)
{
	report->rows[report->count - 1].values.counter[metric] = REPORT_UNKNOWN;
	report->total.counter[metric] = REPORT_UNKNOWN;
}

/* Of what is told apart by this very dimension there would be one in each row. */
static void add_distinct(struct report *report, const struct snapshot *snapshot, const struct grouping *grouping,
			 enum metric metric, bool total_too)
{
	uint32_t *row_of = memory_new(snapshot->count, sizeof(*row_of));
	int64_t *counts = memory_new(report->count + 1, sizeof(*counts));
	bool hidden = false;

	if (total_too)
		distinct_count(snapshot, metric, row_of, &report->total.counter[metric]); /* all are row 0 */
	for (size_t i = 0; i < snapshot->count; i++) {
		const uint32_t group = grouping->of_cell[i];

		hidden |= group == NO_GROUP && snapshot->cells[i].kind == CELL_COUNTS;
		row_of[i] = group < LEFT_OUT ? grouping->groups[group].row : DISTINCT_NO_ROW;
	}
	if (!dimension_listed(&report->dims, metrics[metric].dimension)) {
		distinct_count(snapshot, metric, row_of, counts);
		for (size_t i = 0; i < report->count; i++)
			report->rows[i].values.counter[metric] = counts[i];
	}
	if (hidden)
		forget_distinct(report, metric);
	free(counts);
	free(row_of);
}

void report_make(struct report *report, const struct snapshot *snapshot, const struct report_query *query)
{
	struct grouping grouping = grouping_new(snapshot, &query->dims, &query->sort);

	if (query->sort.by[0] != METRIC_NONE && metrics[query->sort.by[0]].kind == METRIC_DISTINCT)
		sort_by_distinct(&grouping, snapshot, query->sort.by[0]);
	report->dims = query->dims;
	report->total = (struct report_values){};
	rank(report, snapshot, &grouping, query->top);
	fill(report, snapshot, &grouping);
	if (!query->rows_alone)
		sum_up(report, snapshot);
	if (query->with_processes)
		add_processes(report, snapshot, query, &grouping);
	for (int m = 0; query->with_distinct && m < METRIC_COUNT; m++) {
		if (metrics[m].kind == METRIC_DISTINCT)
			add_distinct(report, snapshot, &grouping, m, !query->rows_alone);
	}
	grouping_free(&grouping);
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
	int64_t all = 0, ownerless = 0;

	for (size_t i = 0; i < snapshot->count; i++) {
		const struct snapshot_cell *cell = &snapshot->cells[i];
		const int64_t n = cell_sum(cell, bookings);

		all += n;
		if (cell->key.owner == L4_OWNER_UNKNOWN || cell->key.owner == L4_OWNER_OTHER)
			ownerless += n;
	}
	return all ? (double)ownerless / all : 0;
}
