/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One interval's cells and what is known of their quality: all that a report is made from.
 * Made by a source (source_bpf.c); nothing here knows where it comes from.
 */
#ifndef L4_SNAPSHOT_H
#define L4_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "l4_types.h"

struct snapshot_cell {
	struct l4_cell_key key;
	struct l4_cell cell;
};

struct snapshot_quality {
	unsigned int cells_used; /* of this interval */
	unsigned int cells_max;
	uint64_t cell_overflow; /* bookings that went to `other` cells in this interval */
	uint64_t missed;	/* program runs the kernel skipped in this interval */
	double late_ms;		/* how much later than planned the interval ended */
};

struct snapshot {
	double timestamp; /* end of the interval, seconds since the epoch */
	double ended;	  /* the same moment, CLOCK_MONOTONIC, seconds */
	double interval;  /* its measured length, seconds */
	struct snapshot_quality quality;
	struct snapshot_cell *cells; /* count of them; owned by the snapshot */
	size_t count;
	size_t capacity;
};

/* Room for one more cell, zeroed. The pointer is good until the next call. Ends the program if there is no memory. */
struct snapshot_cell *snapshot_add(struct snapshot *snapshot);

/* Forgets the cells, keeps their memory. */
void snapshot_clear(struct snapshot *snapshot);

void snapshot_free(struct snapshot *snapshot);

#endif
