/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the walk over the ledger cannot count: TIME_WAIT, half-open connections, and sockets that are in no ledger.
 * Each is asked for per network namespace, which costs a pass over the host's whole table of connections (a
 * millisecond), so this decides for each namespace whether there is anything to find, and how.
 * Not here: the walk (source_bpf.c), the list of namespaces (netns.h).
 */
#ifndef L4_VISIT_H
#define L4_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"
#include "sockstat.h"

/* How a namespace is looked at. */
enum visit_kind {
	VISIT_NONE,    /* the walk has seen everything */
	VISIT_LIST,    /* what is no socket: diag.h */
	VISIT_ITERATE, /* all of it, with the iterator, which also begins entries in the ledger */
};

/* What a visit has taught about a namespace, for the next ones. */
struct visit_memory {
	bool iterated;	    /* the iterator was there once */
	bool half_open;	    /* the last visit found half-open connections */
	unsigned int wait;  /* so many times more sockets unknown to the walk are no reason */
	unsigned int waits; /* how long that is when it begins anew */
};

/* What is known of a namespace before it is visited. */
struct visit_facts {
	struct sockstat kernel;
	uint64_t walked; /* sockets the walk has counted there */
	bool half_open;	 /* a listener says it has half-open connections, or one that may have had some is gone */
};

/*
 * How to look at a namespace. Sockets that the walk did not see are a reason for the iterator. But it comes later than
 * the walk, so where connections come and go the numbers differ all the time; each time in a row that it found nothing
 * new it stays away for twice as many intervals, 15 at most.
 */
enum visit_kind visit_decide(struct visit_memory *memory, const struct visit_facts *facts);

/* Tells the memory what the iterator found: so many sockets that were in no ledger. */
void visit_iterated(struct visit_memory *memory, uint64_t found);

/* A port that is or was listened on, and by whom. */
struct visit_listened {
	struct l4_port port;
	struct l4_owner owner;
};

/* What is done by those who know the programs. */
struct visit_tools {
	void *context;
	uint32_t netns; /* inode number of the only namespace to look at, that of this process; 0: all */
	const volatile uint32_t *mask4, *mask6; /* remote addresses are cut to these, as in the programs */
	/* Runs the iterator in the thread's namespace; *found: sockets that were in no ledger. */
	int (*iterate)(void *context, uint64_t *found);
	/* All ports that are or were listened on, in any order; the context's, good until the next call. */
	int (*listened)(void *context, struct visit_listened **ports, size_t *count);
};

/*
 * Visits the namespaces that need it and adds cells for what is no socket to the snapshot, which has this interval's
 * listeners and the states the walk has counted; the iterator counts in the programs' cells: *iterated says whether
 * there are such. Returns 0 or -errno. Call it after netns_refresh().
 */
int visit_namespaces(const struct visit_tools *tools, struct snapshot *snapshot, bool *iterated);

/* Forgets everything. */
void visit_free(void);

#endif
