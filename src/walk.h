/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The walk: once per interval a program visits every TCP socket that is in the ledger (bpf/walk.bpf.h).
 *
 * The kernel iterates over the ledger itself, but since 7.0 it must not be asked to: while a socket ends, the element
 * that the iterator stands at loses its way back to the socket, and the kernel follows that pointer unseen
 * (__bpf_sk_storage_map_seq_show(), since "bpf: Support lockless unlink when freeing map or local storage"). There the
 * walk goes another way: through the files of all processes, and then, in those network namespaces in view that have
 * more sockets than it has met so, through their tables of sockets. What no process holds in a namespace that is not in
 * view, or that we may not enter, is booked when it ends.
 *
 * Where files cannot be followed to their sockets either (kernel_lets_files_be_followed()), only those tables are left.
 * They are gone through in every namespace in view that has anything in them, and that walk also counts what is no
 * socket. Not here: what of that the two others do not see (visit.h).
 */
#ifndef L4_WALK_H
#define L4_WALK_H

#include <stdbool.h>
#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_link;
struct btf;

struct walk {
	struct bpf_link *over_ledger;		/* or, if that is NULL: */
	struct bpf_link *over_files, *in_netns; /* or, if those are NULL: */
	struct bpf_link *over_table;
	volatile uint32_t *number; /* the programs' number of the walk; not over_ledger */
	bool everywhere;	   /* in all namespaces of the list in netns.h, else only in ours */

	int walked_fd;		 /* over_files, map: sockets met by it, by network namespace */
	unsigned int walked_max; /* its size */

	volatile __u64 *met; /* over_table: what all walks have come to */
	bool states;	     /* what is no socket is asked for too */
	bool keeps_list;     /* nobody else keeps the list up to date */
	uint64_t *busy;	     /* ids of namespaces where the last walk has met something */
	size_t busy_count;
};

/* May this kernel iterate over the ledger? Its types tell, and it may forbid it. */
bool walk_may_go_over_ledger(const struct btf *kernel);

/* Walks; for take() see iterator_run(). Returns 0 or -errno. */
int walk_run(struct walk *walk, size_t size, void (*take)(void *context, const void *record), void *context);

/* Destroys its links, and frees what it remembers. */
void walk_close(struct walk *walk);

#endif
