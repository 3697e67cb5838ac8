/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The proof of the books: what we counted in an interval over what the kernel counted itself, in its SNMP counters
 * of all network namespaces in view.
 */
#ifndef L4_COVER_H
#define L4_COVER_H

#include "snapshot.h"

/* Reads the kernel's counters for the first time. */
void cover_begin(void);

/* Reads them at the end of an interval: as close as possible to the moment the cells are taken. */
void cover_read(void);

/* Fills in snapshot->quality.cover from its cells and what was read. */
void cover_fill(struct snapshot *snapshot);

void cover_free(void);

/* What quality.cover is called in machine output. */
extern const char *const cover_names[COVER_COUNT];

#endif
