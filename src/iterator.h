/* SPDX-License-Identifier: GPL-2.0 */
/* Running a BPF iterator. Not here: which there are (source_bpf.c, walk.c). */
#ifndef L4_ITERATOR_H
#define L4_ITERATOR_H

#include <stddef.h>

struct bpf_link;
struct bpf_program;

/*
 * Runs it to its end, in the network namespace of the thread, and hands each record of size bytes that its program
 * wrote to take(), which may be NULL if it writes nothing. Returns 0 or -errno.
 */
int iterator_run(const struct bpf_link *link, size_t size, void (*take)(void *context, const void *record),
		 void *context);

/* Runs, in the network namespace of the thread, an iterator whose program writes nothing. Returns 0 or -errno. */
int iterator_finish(const struct bpf_link *link);

/* The same of a program that is not needed again. */
int iterator_run_once(struct bpf_program *program);

#endif
