/* SPDX-License-Identifier: GPL-2.0 */
/* Where snapshots come from: the running kernel. Only source_bpf.c and kernel.c know libbpf. */
#ifndef L4_SOURCE_H
#define L4_SOURCE_H

#include <stdbool.h>

#include "snapshot.h"

struct source;

struct source_settings {
	unsigned int prefix4, prefix6; /* prefix lengths remote addresses are masked to */
	unsigned int cells;	       /* memory for so many per interval, two of them for what finds none */
	bool states;		       /* count sockets by state and look at listeners */
	uint32_t netns;		       /* inode number of the only network namespace to look at, 0: all */
	bool verbose;		       /* let libbpf speak */
};

/*
 * Loads and attaches everything and finds the sockets that are there: counting begins. Returns 0, or
 * -EPERM or -EOPNOTSUPP if these privileges or this kernel cannot do it, or another -errno; what is
 * wrong has then been said on stderr.
 */
int source_open(struct source **source, const struct source_settings *settings);

/*
 * Ends the interval and begins the next: books what the sockets have counted, takes the cells.
 * *snapshot is overwritten; all but quality.late_ms is filled in. Returns 0 or -errno, having said why.
 */
int source_read(struct source *source, struct snapshot *snapshot);

/* Detaches and frees everything. NULL is fine. */
void source_close(struct source *source);

#endif
