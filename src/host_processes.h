/* SPDX-License-Identifier: GPL-2.0 */
/* All processes but our own, and which of them had the most of something in an interval. */
#ifndef L4_HOST_PROCESSES_H
#define L4_HOST_PROCESSES_H

#include "host_file.h"
#include "host_parse.h"

/* By pid, as /proc lists them; all zero is empty. */
struct host_processes {
	struct host_process *list;
	size_t count, capacity;
};

/* Reads all anew. What they read and wrote costs another file of each, and the rights of ptrace. Returns 0 or -errno.
 */
int host_processes_read(struct host_processes *processes, bool with_io, struct host_file *file);

/*
 * The processes with the most CPU time, bytes read and written, and memory. interval in seconds; ticks: of all CPUs
 * together per second. As in dstat of equals the one with the higher pid has the CPU, the lower pid the rest, and what
 * was not there before counts from its birth. Where there is no such process the name is empty.
 */
void host_processes_rank(struct host_row top[static HOST_TOPS], const struct host_processes *now,
			 const struct host_processes *before, double interval, double ticks, unsigned int page_size);

void host_processes_free(struct host_processes *processes);

#endif
