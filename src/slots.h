/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which rows of a view have a series of their own in a time series database, so that there are never more than a few at
 * a time however many rows come and go, and so that no count is lost to who reads the series now and then. Pure
 * functions, no I/O; not here: the counts themselves.
 *
 * A row is worth its largest share in anything rows are ranked by (of the retransmits, of the datagrams…), over the
 * last minutes. A row worth twice as much as the least of those that have a slot takes its place.
 *
 * Who reads a counter sees how much it has risen between two readings, of a new one nothing. So a slot is shown at 0
 * until that has been read, and one that is given up is shown until its last value has been; all the while the counts
 * of both go to the row `other`. Before anybody has read anything slots change hands at once.
 */
#ifndef L4_SLOTS_H
#define L4_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dimension.h"

enum { SLOTS_MAX = 50, SLOTS_TRACKED = 5 * SLOTS_MAX, SLOTS_WEIGHTS = 6, SLOT_NONE = -1 };

enum slot_state {
	SLOT_FREE,
	SLOT_NEW,     /* shown at 0 */
	SLOT_OPEN,    /* its row's counts go to it */
	SLOT_CLOSING, /* shown as it is */
};

/* A row that may get a slot some day, or has one. */
struct slots_entry {
	struct dimension_key key;
	double weight[SLOTS_WEIGHTS]; /* what it had, the older the less */
	double share;		      /* the largest of its weights over all rows' */
	int slot;		      /* SLOT_NONE: none */
	bool active;		      /* it had something in this interval */
};

struct slot {
	enum slot_state state;
	double since; /* it is in this state */
	bool cleared; /* by the last slots_update(): it belongs to another row now, or to none */
};

struct slots {
	size_t limit; /* of slots, at most SLOTS_MAX; the caller's to set */
	struct slot slot[SLOTS_MAX];
	struct slots_entry entries[SLOTS_TRACKED];
	size_t count;
	double weight[SLOTS_WEIGHTS]; /* of all rows */
	double now;		      /* seconds since the first interval began */
	bool read;		      /* somebody has read what is shown, at least once */
};

/* What a row had in an interval. */
struct slots_row {
	struct dimension_key key;
	int64_t weight[SLOTS_WEIGHTS];
	int slot; /* filled in: where its counts go; SLOT_NONE: to `other` */
};

struct slots_interval {
	double seconds;	   /* how long it was */
	bool read;	   /* what was shown at its beginning has been read since */
	double read_after; /* what has been shown for so many seconds counts as read; INFINITY: only read does */
};

/* An interval is over: gives and takes slots, and says where each row's counts go. No two rows may have the same key.
 */
void slots_update(struct slots *slots, struct slots_row *rows, size_t count, const struct slots_interval *interval);

/* The key of the row that has the slot; NULL: it is free. */
const struct dimension_key *slots_key(const struct slots *slots, size_t slot);

#endif
