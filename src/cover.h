/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The proof of the books: what we counted in an interval over what the kernel counted itself, in its SNMP counters
 * of all network namespaces in view.
 */
#ifndef L4_COVER_H
#define L4_COVER_H

#include "snapshot.h"

/* Reads the kernel's counters for the first time: those of one network namespace, or of all (0). */
void cover_begin(uint32_t netns);

/* Reads them at the end of an interval: as close as possible to the moment the cells are taken. */
void cover_read(void);

/*
 * Fills in snapshot->quality.cover from its cells and what was read. What we counted in a namespace waits until its
 * counters have been read, which a new one's are some seconds later, and is left out if they never will be, because it
 * has gone: quality.unproven is how much of this interval's counts waits.
 */
void cover_fill(struct snapshot *snapshot);

/* Tells the list of network namespaces (netns.h) which ones have cells. */
void cover_notice(const struct snapshot *snapshot);

void cover_free(void);

/* What quality.cover is called in machine output. */
extern const char *const cover_names[COVER_COUNT];

#endif
