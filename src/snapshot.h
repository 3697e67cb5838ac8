/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One interval's cells and what is known of their quality: all that a report is made from.
 * Made by a source (source_bpf.c); nothing here knows where it comes from.
 */
#ifndef L4_SNAPSHOT_H
#define L4_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host.h"
#include "l4_types.h"

/*
 * A flood makes tens of thousands, of which each has a few counts: of the slots of its kind it has those that `present`
 * has a bit of. Its size is its own, so cells are visited one after the other, see snapshot_first().
 */
struct snapshot_cell {
	struct l4_cell_key key;
	uint8_t comm[L4_COMM_LEN]; /* as in struct l4_cell */
	uint64_t cgroup;
	uint32_t present;
	uint16_t counts; /* how many of them there are */
	uint16_t kind;	 /* enum cell_kind */
	int64_t count[]; /* in the order of their slots; some may be 0 */
};

_Static_assert(sizeof(struct snapshot_cell) == 64, "a cache line, and the counts behind it");
_Static_assert((int)L4_SLOTS <= 32, "a bit for each slot");

struct snapshot_listener {
	struct l4_listener listener;
	uint32_t drops; /* in this interval; listener.drops: since it was made */
};

/* What is compared with the kernel's own counters. */
enum cover {
	COVER_RETRANS,
	COVER_OPENS_OUT,
	COVER_OPENS_IN,
	COVER_FAILED,
	COVER_UDP_DROPS,
	COVER_UDP_NO_SOCKET,
	COVER_UDP_IN_ERRORS,
	COVER_UDP,
	COVER_COUNT
};

struct snapshot_quality {
	bool has_cover;		   /* compared with the kernel's counters */
	double cover[COVER_COUNT]; /* ours over the kernel's, 1 if equal */
	uint64_t unproven;	   /* of what is compared: counted where the kernel's counters could not be read */
	unsigned int cells_used;   /* of this interval */
	unsigned int cells_max;
	double unattributed;	/* report_unattributed() of all cells, before any filter */
	uint64_t cell_overflow; /* bookings that found no cell in this interval and went to `other` */
	uint64_t evictions;	/* cells that were given up for others, with what they had until then */
	uint64_t missed;	/* program runs the kernel skipped in this interval */
	double late_ms;		/* how much later than planned the interval ended */
};

/* What is told apart by reason or errno, of all cells together. */
enum tally_kind { TALLY_RESETS_OUT, TALLY_UDP_DROPS, TALLY_UDP_SEND_ERRORS, TALLY_COUNT };

struct snapshot_tally {
	char *const *names;	  /* L4_TALLY of them, some NULL; the source's; NULL: this kernel does not tell */
	uint64_t count[L4_TALLY]; /* in this interval, by the kernel's number */
};

struct snapshot {
	double timestamp; /* end of the interval, seconds since the epoch */
	double ended;	  /* the same moment, CLOCK_MONOTONIC, seconds */
	double interval;  /* its measured length, seconds */
	struct snapshot_quality quality;
	char *cells; /* count of them, one behind the other; owned by the snapshot */
	size_t count;
	size_t size, capacity; /* of cells, bytes */
	struct snapshot_tally tallies[TALLY_COUNT];
	bool has_states;     /* sockets by state and listeners were asked for and are in here */
	bool addressed_only; /* a filter has taken out what has no remote address: see metric_has_address() */
	struct snapshot_listener *listeners; /* listener_count of them, by socket; owned by the snapshot */
	size_t listener_count;
	size_t listener_capacity;
	struct host_reading host; /* what the chosen columns show of the host, by host_reader.c */
	bool goes_on;		  /* the interval is not over: these are its numbers so far */
	bool partial;		  /* a signal cut the interval short */
};

/*
 * One more cell, zeroed, which has all slots: count[SLOT] is that of a slot. The pointer is good until the next call.
 * Ends the program if there is no memory.
 */
struct snapshot_cell *snapshot_add(struct snapshot *snapshot);

/*
 * One more cell of counts, of nobody, which has those of the first `slots` slots that are not 0. The same holds for the
 * pointer.
 */
struct snapshot_cell *snapshot_put(struct snapshot *snapshot, const struct l4_cell_key *key, const __s64 *count,
				   unsigned int slots);

/* One more that is like this one of another snapshot. */
void snapshot_copy(struct snapshot *snapshot, const struct snapshot_cell *cell);

/* Forgets the cells that are not let, and leaves the others in their order. */
void snapshot_keep(struct snapshot *snapshot, bool (*lets)(const struct snapshot_cell *cell, const void *context),
		   const void *context);

/* The bit of a slot, by the name of its metric. */
#define SNAPSHOT_SLOT(name) (UINT32_C(1) << L4_##name)

/* Bytes. */
static inline size_t snapshot_cell_size(const struct snapshot_cell *cell)
{
	return sizeof(*cell) + cell->counts * sizeof(*cell->count);
}

/* The cell behind this one, NULL: this was the last. */
static inline struct snapshot_cell *snapshot_next(const struct snapshot *snapshot, const struct snapshot_cell *cell)
{
	char *next = (char *)cell + snapshot_cell_size(cell);

	return next < snapshot->cells + snapshot->size ? (struct snapshot_cell *)next : NULL;
}

/* The first cell, NULL: there is none. */
static inline struct snapshot_cell *snapshot_first(const struct snapshot *snapshot)
{
	return snapshot->size ? (struct snapshot_cell *)snapshot->cells : NULL;
}

/* What a cell has of some slots, a bit each, together. */
static inline int64_t snapshot_sum(const struct snapshot_cell *cell, uint32_t slots)
{
	const int64_t *count = cell->count;
	int64_t sum = 0;

	if (!(cell->present & slots))
		return 0;
	for (uint32_t left = cell->present; left; left &= left - 1, count++) {
		if (left & -left & slots)
			sum += *count;
	}
	return sum;
}

/* Whether it has anything of one of them. */
static inline bool snapshot_has(const struct snapshot_cell *cell, uint32_t slots)
{
	const int64_t *count = cell->count;
	int64_t any = 0;

	for (uint32_t left = cell->present; left & slots; left &= left - 1, count++) {
		if (left & -left & slots)
			any |= *count;
	}
	return any;
}

/* What a cell has of a slot. */
static inline int64_t snapshot_count(const struct snapshot_cell *cell, unsigned int slot)
{
	return snapshot_sum(cell, UINT32_C(1) << slot);
}

/* The same for a listener. */
struct snapshot_listener *snapshot_add_listener(struct snapshot *snapshot);

/* Adds a cell for each listener that has dropped something in this interval, so that any view can have it. */
void snapshot_add_listener_drops(struct snapshot *snapshot);

/* Whether it tells of this metric: it was looked at, and no filter has taken it out. */
bool snapshot_tells(const struct snapshot *snapshot, enum metric metric);

/* Forgets cells and listeners, keeps as much of their memory as the last interval needed, and the host's numbers. */
void snapshot_clear(struct snapshot *snapshot);

void snapshot_free(struct snapshot *snapshot);

#endif
