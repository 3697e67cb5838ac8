/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs count beside the cells, by the running kernel's own names: reasons of resets and drops, errors. */
#ifndef TALLIES_H
#define TALLIES_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stdint.h>

#include "snapshot.h"

struct l4dstat_bpf;

struct tallies {
	uint64_t before[TALLY_COUNT][L4_TALLY]; /* as of the interval's begin */
	char *names[TALLY_COUNT][L4_TALLY];	/* NULL: a number without a name */
	bool counted[TALLY_COUNT];
};

/* Which are counted at all, and their names. The programs are open and fitted to that kernel. */
void tallies_name(struct tallies *tallies, const struct l4dstat_bpf *programs, const struct btf *kernel);

/* What was counted since the last call. The snapshot borrows the names. */
void tallies_take(struct tallies *tallies, const struct l4dstat_bpf *programs, struct snapshot *snapshot);

void tallies_free(struct tallies *tallies);

#endif
