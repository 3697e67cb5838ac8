/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The user side of the store of cells (bpf/store.bpf.h): how large its parts are, reading and emptying one.
 * Not here: which part the programs book to, and waiting for them (source_bpf.c).
 */
#ifndef L4_STORE_H
#define L4_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"

/* How the table of one protocol is divided. */
struct store_layout {
	struct l4_part parts[L4_PARTS];
	uint32_t sets, entries; /* of all parts */
};

/* The table of one protocol as the programs have it. */
struct store_table {
	int sets_fd, entries_fd;
	uint8_t proto;	    /* enum l4_proto */
	uint32_t *given;    /* entries given out, by part: memory that is shared with the programs */
	uint32_t other;	    /* in the map of others: that of the first part */
	size_t entry;	    /* bytes of an entry */
	unsigned int slots; /* counters of a cell */
	struct store_layout layout;
};

enum { STORE_TABLES = 2 };

struct store {
	struct store_table tables[STORE_TABLES];
	int others_fd;
	struct l4_set *sets[STORE_TABLES]; /* shared with the programs */
	struct l4_other *others;	   /* one per possible CPU */
	unsigned int cpus;
};

/* What reading a part tells beside the cells. */
struct store_losses {
	uint64_t refused; /* bookings that went to `other` as there was no cell for them */
	uint64_t evicted; /* cells that went to `other` to make room */
};

/* Room for so many cells in the part that takes an interval, and an eighth of that in the other. */
void store_layout(struct store_layout *layout, uint32_t cells);

/* Tables and others_fd are filled in. Returns 0 or -errno; store_close() is to be called in any case. */
int store_open(struct store *store);

void store_close(struct store *store);

/*
 * Adds the cells of a part that have counted anything to the snapshot, and what found no cell; of all network
 * namespaces or, if netns is not 0, that one. Adds to *losses. With `empty` the part is empty afterwards: no program
 * may be booking to it then. Returns 0 or -errno.
 */
int store_read(struct store *store, uint32_t part, bool empty, uint32_t netns, struct snapshot *snapshot,
	       struct store_losses *losses);

#endif
