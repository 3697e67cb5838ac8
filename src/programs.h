/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The BPF programs from file to kernel: fitted to what this kernel has, loaded, attached, and what of them it skipped.
 * Not here: what is done with their maps (source_bpf.c, store.c).
 */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include <bpf/libbpf.h>
#include <stdint.h>

#include "source.h"
#include "store.h"
#include "tallies.h"
#include "walk.h"

struct btf;
struct l4dstat_bpf;

/*
 * Opens the programs and fits them to the kernel of these types, and to a store of so many cells as the settings say,
 * whose layout is set. *opened is the caller's, to be given to l4dstat_bpf__destroy(), also if this fails. 0 or a
 * negative errno.
 */
int programs_open(struct l4dstat_bpf **opened, struct store *store, struct tallies *tallies,
		  const struct source_settings *settings, const struct btf *kernel);

/* Loads them, and opens the store. 0 or a negative errno. */
int programs_load(struct l4dstat_bpf *programs, struct store *store);

/*
 * Attaches them, and gives every socket that is there an entry in the ledger. *in_netns stays NULL unless states are
 * asked for and the walk does not see all of them. The links are the caller's, also if this fails. 0 or a negative
 * errno.
 */
int programs_attach(struct l4dstat_bpf *programs, struct walk *walk, struct bpf_link **in_netns,
		    const struct source_settings *settings);

/*
 * From here on the programs book to that part of the store; when this returns none books to the other one.
 * 0 or a negative errno.
 */
int programs_turn_to(const struct l4dstat_bpf *programs, uint32_t part);

/*
 * Program runs that the kernel skipped because the program was already running on that CPU, and lost bookings, since
 * the programs were loaded. What one of the twin programs missed the other one saw.
 */
uint64_t programs_missed(const struct l4dstat_bpf *programs);

#endif
