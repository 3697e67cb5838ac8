/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every source of snapshots is: one const struct, one file. The running kernel is one (source_bpf.c, which alone
 * knows libbpf, with kernel.c, walk.c and iterator.c), a recording another (replay.c), and who wants no cells takes
 * source_clock.c.
 */
#ifndef L4_SOURCE_H
#define L4_SOURCE_H

#include <stdbool.h>

#include "snapshot.h"

struct source; /* each source has its own */

/* What read() returns when there is no next interval. */
enum { SOURCE_END = 1 };

struct source_kind {
	/*
	 * Ends the interval, of a live source not before wait_now() is `end`, and begins the next. *snapshot is
	 * overwritten; all but quality.late_ms of a live one is filled in. Returns 0, SOURCE_END, or -errno, having
	 * said why.
	 */
	int (*read)(struct source *source, double end, struct snapshot *snapshot);
	/* So many seconds before the end read() wants to be called, as it has that much to do before. NULL: none. */
	double (*lead)(const struct source *source);
	/* The same of the interval so far, which goes on; its quality is not known yet. NULL: this source cannot tell.
	 */
	int (*peek)(struct source *source, struct snapshot *snapshot);
	void (*close)(struct source *source); /* NULL is fine */
	/* What ids in its cells are called, good until the next call or read(); see struct dimension_context. */
	const char *(*cgroup_path)(uint64_t id);
	const char *(*netns_name)(uint32_t inode);
};

extern const struct source_kind source_live, source_clock;

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
int source_open(struct source **opened, const struct source_settings *settings);

/* Does this, which source_open() opened, go into other network namespaces for each interval? */
bool source_enters_namespaces(const struct source *source);

#endif
