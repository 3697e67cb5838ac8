/* SPDX-License-Identifier: GPL-2.0 */
/* Adding intervals up. */
#include <stdlib.h>
#include <string.h>

#include "accumulate.h"
#include "memory.h"
#include "places.h"
#include "text.h"

enum { OTHER = SLOTS_MAX };

/* What rows are ranked by: the share a row has in one of these. */
static const struct report_sort rankings[] = {
	{{METRIC_tcp_retrans_segs, METRIC_tcp_retrans_synack, METRIC_NONE}},
	{{METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_tcp_opens_failed, METRIC_NONE}},
	{{METRIC_tcp_rx_bytes, METRIC_tcp_tx_bytes, METRIC_NONE}},
	{{METRIC_udp_rx_dgrams, METRIC_udp_tx_dgrams, METRIC_NONE}},
	{{METRIC_udp_rx_drops, METRIC_udp_mem_drops, METRIC_udp_no_socket, METRIC_tcp_listen_drops, METRIC_NONE}},
	{{METRIC_tcp_established, METRIC_tcp_close_wait, METRIC_tcp_time_wait, METRIC_tcp_syn_recv, METRIC_NONE}},
};

_Static_assert(sizeof(rankings) / sizeof(*rankings) == SLOTS_WEIGHTS, "a weight for each ranking");

/* Two processes that are called alike are one row, also if only the bytes that cannot be shown differ. */
static void keep_name(struct dimension_key *key, const struct snapshot_cell *cell)
{
	char name[DIMENSION_TEXT];

	key->cell.owner = cell->key.owner;
	if (key->cell.owner != L4_OWNER_PROCESS)
		return;
	text_printable(name, sizeof(name), cell->comm, strnlen((const char *)cell->comm, L4_COMM_LEN));
	memcpy(key->comm, name, strnlen(name, sizeof(key->comm)));
}

static const struct {
	struct dimension_list dims;
	void (*keep)(struct dimension_key *key, const struct snapshot_cell *cell); /* NULL: the dimension's own */
} views[ACCUMULATE_VIEWS] = {
	[ACCUMULATE_PORT] = {{{DIM_PORT}, 1}, NULL},
	[ACCUMULATE_SUBNET] = {{{DIM_SUBNET}, 1}, NULL},
	[ACCUMULATE_PROCESS] = {{{DIM_NAME}, 1}, keep_name},
};

/* The rows of an interval, before it is known where their counts go. */
struct gathering {
	struct slots_row *rows;
	size_t count;
	uint32_t *of_cell;    /* row of each cell, NO_ROW: `other` */
	struct places places; /* of rows, by their key */
};

enum { NO_ROW = UINT32_MAX };

static struct gathering gathering_new(size_t most)
{
	return (struct gathering){
		.rows = memory_new(most, sizeof(struct slots_row)),
		.of_cell = memory_new(most, sizeof(uint32_t)),
		.places = places_new(most),
	};
}

static void gathering_free(struct gathering *gathering)
{
	free(gathering->rows);
	free(gathering->of_cell);
	places_free(&gathering->places);
}

/* The row of that key, a new one if there is none. */
static uint32_t row_of(struct gathering *gathering, const struct dimension_key *key)
{
	uint32_t *slot = places_first(&gathering->places, dimension_hash(key));

	while (*slot && memcmp(&gathering->rows[*slot - 1].key, key, sizeof(*key)))
		slot = places_next(&gathering->places, slot);
	if (!*slot) {
		gathering->rows[gathering->count].key = *key;
		*slot = ++gathering->count;
	}
	return *slot - 1;
}

struct weights {
	struct report_slots slots[SLOTS_WEIGHTS];
};

static struct weights weights_of_rankings(void)
{
	struct weights weights;

	for (size_t w = 0; w < SLOTS_WEIGHTS; w++)
		weights.slots[w] = report_slots_of(rankings[w].by);
	return weights;
}

static void weigh_cell(struct slots_row *row, const struct snapshot_cell *cell, const struct weights *weights)
{
	for (size_t w = 0; w < SLOTS_WEIGHTS; w++)
		row->weight[w] += report_cell_sum(cell, &weights->slots[w]);
}

static struct gathering gather_cells(const struct snapshot *snapshot, enum accumulate_view view)
{
	struct gathering gathering = gathering_new(snapshot->count);
	const struct dimension_info *dim = &dimensions[views[view].dims.dims[0]];
	const struct weights weights = weights_of_rankings();
	size_t i = 0;

	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell;
	     cell = snapshot_next(snapshot, cell), i++) {
		struct dimension_key key;

		memset(&key, 0, sizeof(key));
		(views[view].keep ?: dim->keep)(&key, cell);
		gathering.of_cell[i] = cell->key.owner == L4_OWNER_OTHER ? NO_ROW : row_of(&gathering, &key);
		if (gathering.of_cell[i] != NO_ROW)
			weigh_cell(&gathering.rows[gathering.of_cell[i]], cell, &weights);
	}
	return gathering;
}

/* The place in a table's rows that a cell's counts go to. */
static size_t place_of(const struct gathering *gathering, size_t i)
{
	const uint32_t row = gathering->of_cell[i];
	const int slot = row == NO_ROW ? SLOT_NONE : gathering->rows[row].slot;

	return slot == SLOT_NONE ? (size_t)OTHER : (size_t)slot;
}

static void forget_gauges(struct report_values *sum)
{
	for (int m = 0; m < METRIC_COUNT; m++) {
		if (metrics[m].kind == METRIC_GAUGE)
			sum->counter[m] = 0;
	}
}

static void show(struct accumulate_values *values)
{
	for (int m = 0; m < METRIC_COUNT; m++) {
		if (metrics[m].kind == METRIC_GAUGE || values->sum.counter[m] > values->shown.counter[m])
			values->shown.counter[m] = values->sum.counter[m];
	}
}

/* Of half-open connections alone the subnet is known; a cell of other states has none. */
static bool has_place(const struct snapshot_cell *cell, enum accumulate_view view)
{
	return cell->kind != CELL_STATES || view != ACCUMULATE_SUBNET || dimension_is_known(cell->key.prefix);
}

/* A slot that changed hands begins at 0; if nobody has read it, `other` gets what it had. */
static void clear_rows(struct accumulate_table *table)
{
	struct accumulate_row *other = &table->rows[OTHER];

	for (size_t i = 0; i < table->slots.limit; i++) {
		if (!table->slots.slot[i].cleared)
			continue;
		if (!table->slots.read)
			report_add(&other->values.sum, &table->rows[i].values.sum);
		table->rows[i].values = (struct accumulate_values){};
	}
}

static void add_to_table(struct accumulate *accumulate, enum accumulate_view view, const struct snapshot *snapshot,
			 const struct slots_interval *interval)
{
	struct accumulate_table *table = &accumulate->tables[view];
	struct gathering gathering = gather_cells(snapshot, view);
	size_t at = 0;

	slots_update(&table->slots, gathering.rows, gathering.count, interval);
	for (size_t i = 0; i <= OTHER; i++)
		forget_gauges(&table->rows[i].values.sum);
	clear_rows(table);
	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell;
	     cell = snapshot_next(snapshot, cell), at++) {
		if (has_place(cell, view))
			report_add_cell(&table->rows[place_of(&gathering, at)].values.sum, cell);
	}
	for (size_t i = 0; i <= OTHER; i++)
		show(&table->rows[i].values);
	for (size_t i = 0; i < table->slots.limit; i++)
		table->rows[i].key = slots_key(&table->slots, i);
	gathering_free(&gathering);
}

static void add_to_total(struct accumulate_values *total, const struct snapshot *snapshot)
{
	forget_gauges(&total->sum);
	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell))
		report_add_cell(&total->sum, cell);
	show(total);
}

/* A port is worth its share of what listeners drop and have waiting, and each is worth something. */
static struct gathering gather_listeners(const struct snapshot *snapshot)
{
	struct gathering gathering = gathering_new(snapshot->listener_count);

	for (size_t i = 0; i < snapshot->listener_count; i++) {
		const struct snapshot_listener *found = &snapshot->listeners[i];
		struct dimension_key key;
		struct slots_row *row;

		memset(&key, 0, sizeof(key));
		key.cell.port = found->listener.port;
		key.cell.owner = L4_OWNER_PROCESS;
		gathering.of_cell[i] = row_of(&gathering, &key);
		row = &gathering.rows[gathering.of_cell[i]];
		row->weight[0] += found->drops;
		row->weight[1] += found->listener.backlog;
		row->weight[2] += found->listener.half_open;
		row->weight[3] = 1;
	}
	return gathering;
}

/* The kernel accepts one more than the limit (sk_acceptq_is_full()). */
static double fill_of(const struct l4_listener *listener)
{
	const double fill = listener->backlog / (listener->backlog_max + 1.0);

	return fill < 1 ? fill : 1;
}

static void add_listener(struct accumulate_listener *row, const struct snapshot_listener *found)
{
	const double fill = fill_of(&found->listener);

	row->drops += found->drops;
	row->backlog += found->listener.backlog;
	row->backlog_max += found->listener.backlog_max;
	row->half_open += found->listener.half_open;
	if (fill > row->fill)
		row->fill = fill;
}

static void add_listeners(struct accumulate_listeners *listeners, const struct snapshot *snapshot,
			  const struct slots_interval *interval)
{
	struct gathering gathering = gather_listeners(snapshot);
	struct slots *slots = &listeners->slots;

	slots_update(slots, gathering.rows, gathering.count, interval);
	for (size_t i = 0; i <= OTHER; i++) {
		struct accumulate_listener *row = &listeners->rows[i];
		const bool cleared = i < slots->limit && slots->slot[i].cleared;

		if (cleared && !slots->read)
			listeners->rows[OTHER].drops += row->drops;
		*row = (struct accumulate_listener){.key = row->key, .drops = cleared ? 0 : row->drops};
	}
	for (size_t i = 0; i < snapshot->listener_count; i++)
		add_listener(&listeners->rows[place_of(&gathering, i)], &snapshot->listeners[i]);
	for (size_t i = 0; i < slots->limit; i++)
		listeners->rows[i].key = slots_key(slots, i);
	gathering_free(&gathering);
}

static void add_tallies(struct accumulate *accumulate, const struct snapshot *snapshot)
{
	for (int t = 0; t < TALLY_COUNT; t++) {
		if (!snapshot->tallies[t].names)
			continue;
		accumulate->tallies[t].names = snapshot->tallies[t].names;
		for (int i = 0; i < L4_TALLY; i++)
			accumulate->tallies[t].count[i] += snapshot->tallies[t].count[i];
	}
}

struct accumulate *accumulate_new(size_t top)
{
	static const struct dimension_key other = {.cell.owner = L4_OWNER_OTHER};
	struct accumulate *accumulate = memory_new(1, sizeof(*accumulate));

	for (int view = 0; view < ACCUMULATE_VIEWS; view++) {
		struct accumulate_table *table = &accumulate->tables[view];

		table->dims = views[view].dims;
		table->slots.limit = top;
		table->rows[OTHER].key = &other;
	}
	accumulate->listeners.slots.limit = top;
	accumulate->listeners.rows[OTHER].key = &other;
	return accumulate;
}

void accumulate_add(struct accumulate *accumulate, const struct snapshot *snapshot, bool read, double read_after)
{
	const struct slots_interval interval = {snapshot->interval, read, read_after};

	add_to_total(&accumulate->total, snapshot);
	for (int view = 0; view < ACCUMULATE_VIEWS; view++)
		add_to_table(accumulate, view, snapshot, &interval);
	add_listeners(&accumulate->listeners, snapshot, &interval);
	add_tallies(accumulate, snapshot);
	accumulate->intervals++;
	accumulate->cell_overflow += snapshot->quality.cell_overflow;
	accumulate->evictions += snapshot->quality.evictions;
	accumulate->missed += snapshot->quality.missed;
	accumulate->quality = snapshot->quality;
	accumulate->timestamp = snapshot->timestamp;
	accumulate->interval = snapshot->interval;
	accumulate->has_states = snapshot->has_states;
	accumulate->addressed_only = snapshot->addressed_only;
}
