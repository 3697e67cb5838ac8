/* SPDX-License-Identifier: GPL-2.0 */
/* Counts by key and gauge: a hash table that grows. */
#ifndef L4_TALLY_H
#define L4_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "l4_types.h"

struct tally_entry {
	struct l4_cell_key key;
	enum l4_gauge_slot gauge;
	uint64_t count;		      /* 0: this entry is free */
	const struct l4_owner *owner; /* as first given; may be NULL */
};

struct tally {
	struct tally_entry *entries; /* capacity of them */
	size_t capacity, used;
};

void tally_begin(struct tally *tally);

/* One more of this key and gauge. */
void tally_count(struct tally *tally, const struct l4_cell_key *key, enum l4_gauge_slot gauge,
		 const struct l4_owner *owner);

/* Takes back all that was counted in this network namespace. */
void tally_forget(struct tally *tally, uint32_t netns);

void tally_end(struct tally *tally);

#endif
