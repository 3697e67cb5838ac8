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

struct snapshot_cell {
	struct l4_cell_key key;
	struct l4_cell cell;
	enum cell_kind kind;
};

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
	struct snapshot_cell *cells; /* count of them; owned by the snapshot */
	size_t count;
	size_t capacity;
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

/* Room for one more cell, zeroed. The pointer is good until the next call. Ends the program if there is no memory. */
struct snapshot_cell *snapshot_add(struct snapshot *snapshot);

/* The same for a listener. */
struct snapshot_listener *snapshot_add_listener(struct snapshot *snapshot);

/* Adds a cell for each listener that has dropped something in this interval, so that any view can have it. */
void snapshot_add_listener_drops(struct snapshot *snapshot);

/* Whether it tells of this metric: it was looked at, and no filter has taken it out. */
bool snapshot_tells(const struct snapshot *snapshot, enum metric metric);

/* Forgets cells and listeners, keeps their memory, and the host's numbers. */
void snapshot_clear(struct snapshot *snapshot);

void snapshot_free(struct snapshot *snapshot);

#endif
