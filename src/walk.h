/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The walk: once per interval a program visits every TCP socket that is in the ledger (bpf/walk.bpf.h).
 *
 * The kernel iterates over the ledger itself, but since 7.0 it must not be asked to: while a socket ends, the element
 * that the iterator stands at loses its way back to the socket, and the kernel follows that pointer unseen
 * (__bpf_sk_storage_map_seq_show(), since "bpf: Support lockless unlink when freeing map or local storage"). There the
 * walk goes another way: through the files of all processes, and then, in those network namespaces in view that have
 * more sockets than it has met so, through their tables of sockets. What no process holds in a namespace that is not in
 * view, or that we may not enter, is booked when it ends. Where files cannot be followed to their sockets either
 * (kernel_lets_files_be_followed()), only those tables are left.
 * Not here: what is no socket (visit.h).
 */
#ifndef L4_WALK_H
#define L4_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_link;
struct btf;

struct walk {
	struct bpf_link *over_ledger;		/* or, if that is NULL: */
	struct bpf_link *over_files, *in_netns; /* the first NULL: files cannot be followed */
	volatile uint32_t *number;		/* the programs' number of the walk */
	int walked_fd;				/* map: sockets met by over_files, by network namespace */
	unsigned int walked_max;		/* its size */
	bool everywhere;			/* in all namespaces of the list in netns.h, else only in ours */
	bool keeps_list;			/* and nobody else keeps that up to date */
};

/* May this kernel iterate over the ledger? Its types tell, and it may forbid it. */
bool walk_may_go_over_ledger(const struct btf *kernel);

/* Walks; for take() see iterator_run(). Returns 0 or -errno. */
int walk_run(const struct walk *walk, size_t size, void (*take)(void *context, const void *record), void *context);

#endif
