/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What has happened since l4dstat began: the counts of all intervals added up, in total and for the rows of three views
 * that have a slot (slots.h); the rest of each view is its row `other`. Pure functions, no I/O; not here: how any of it
 * is called or written.
 */
#ifndef L4_ACCUMULATE_H
#define L4_ACCUMULATE_H

#include "report.h"
#include "slots.h"

enum accumulate_view { ACCUMULATE_PORT, ACCUMULATE_SUBNET, ACCUMULATE_PROCESS, ACCUMULATE_VIEWS };

/*
 * A count of one interval may be negative, when it takes back what another one had too much (see l4_book_tcp()). What
 * is shown never falls.
 */
struct accumulate_values {
	struct report_values sum; /* of gauges the last interval's */
	struct report_values shown;
};

struct accumulate_row {
	const struct dimension_key *key; /* NULL: this slot is free */
	struct accumulate_values values;
};

struct accumulate_table {
	struct dimension_list dims;
	struct slots slots;
	struct accumulate_row rows[SLOTS_MAX + 1]; /* by slot; the last one is `other` */
};

/* The listening sockets of a port, in all network namespaces. */
struct accumulate_listener {
	const struct dimension_key *key; /* NULL: this slot is free */
	uint64_t drops;
	uint64_t backlog, backlog_max, half_open; /* of the last interval */
	double fill;				  /* of the fullest accept queue, 1 is full */
};

struct accumulate_listeners {
	struct slots slots;
	struct accumulate_listener rows[SLOTS_MAX + 1];
};

struct accumulate {
	struct accumulate_values total;
	struct accumulate_table tables[ACCUMULATE_VIEWS];
	struct accumulate_listeners listeners;
	struct snapshot_tally tallies[TALLY_COUNT]; /* names NULL: never told */
	uint64_t intervals, cell_overflow, evictions, missed;

	/* Of the last interval. */
	struct snapshot_quality quality;
	double timestamp, interval;
	bool has_states, addressed_only;
};

/* top: how many rows of a view have a slot, at most SLOTS_MAX. Free with free(). */
struct accumulate *accumulate_new(size_t top);

/* Adds an interval. See struct slots_interval. */
void accumulate_add(struct accumulate *accumulate, const struct snapshot *snapshot, bool read, double read_after);

#endif
