/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of the host beside Layer 4: CPU, processes, interfaces, disks, sockets, as dstat has them. Data and
 * pure functions; part of each snapshot. Not here: where it comes from (host_reader.c).
 */
#ifndef L4_HOST_H
#define L4_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "metrics.h"

/* What there is one of each for. */
enum host_scope { HOST_SYSTEM, HOST_LINKS, HOST_DISKS, HOST_PROCESSES, HOST_SCOPES };

/* What is read together: a file, a dump, a walk. */
enum host_part {
	HOST_STAT = 1 << 0,
	HOST_VMSTAT = 1 << 1,
	HOST_SOCKSTAT = 1 << 2,
	HOST_TCP = 1 << 3,
	HOST_UDP = 1 << 4,
	HOST_RAW = 1 << 5,
	HOST_UNIX = 1 << 6,
	HOST_READ_LINKS = 1 << 7,
	HOST_READ_DISKS = 1 << 8,
	HOST_READ_PROCESSES = 1 << 9,
	HOST_READ_PROCESS_IO = 1 << 10,
};

enum host_metric {
	HOST_NONE, /* ends a list of them */
#define HOST(name, ...) HOST_##name,
#include "host.def"
	HOST_METRIC_COUNT
};

struct host_metric_info {
	const char *name, *help;
	enum host_scope scope;
	unsigned int part;
	enum metric_kind kind;
	enum metric_unit unit;
};

extern const struct host_metric_info host_metrics[HOST_METRIC_COUNT]; /* [HOST_NONE] is empty */

/* Of the others there are parts of one. */
bool host_is_whole(const struct host_metric_info *metric);

/* By enum host_metric; what could not be read is NAN. */
struct host_values {
	double value[HOST_METRIC_COUNT];
};

enum { HOST_NAME = 64 };

struct host_row {
	char name[HOST_NAME]; /* printable */
	pid_t pid;	      /* of a process */
	bool seen_elsewhere;  /* what passes here passes another row of its scope too: no part of the total */
	bool idle;	      /* has never done anything of its own: not among all of them */
	struct host_values values;
};

struct host_rows {
	struct host_row *rows;
	size_t count, capacity;
};

/* The processes that are shown: the one with the most of it. */
enum host_top { HOST_TOP_CPU, HOST_TOP_IO, HOST_TOP_MEMORY, HOST_TOPS };

struct host_reading {
	unsigned int parts; /* what was read, of enum host_part; of what was not nothing is known */
	double interval;    /* length of what was measured, seconds; nearly the snapshot's */
	struct host_values system;
	struct host_rows links, disks;	/* the first row is called total */
	struct host_row top[HOST_TOPS]; /* no name: there is none */
};

/* Room for one more row, zeroed. The pointer is good until the next call. */
struct host_row *host_add(struct host_rows *rows);

/* NULL if there is none of that name. */
const struct host_row *host_find(const struct host_rows *rows, const char *name);

/* The rows of a scope that has some, else NULL. */
const struct host_rows *host_rows_of(const struct host_reading *reading, enum host_scope scope);

/* Sums up what is not seen elsewhere into the first row, which must be there. */
void host_sum_up(struct host_rows *rows);

/*
 * What has risen from before to now: counters are subtracted, gauges stay as they are. Rows are matched by name; one
 * that was not there before, or has fallen (another one of that name), counts from 0.
 */
void host_subtract(struct host_reading *now, const struct host_reading *before);

void host_copy(struct host_reading *to, const struct host_reading *from);
void host_free(struct host_reading *reading);

#endif
