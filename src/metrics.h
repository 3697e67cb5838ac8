/* SPDX-License-Identifier: GPL-2.0 */
/* The metrics as user space sees them: one table made from include/metrics.def. No values here. */
#ifndef L4_METRICS_H
#define L4_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "l4_types.h"

enum metric {
#define L4_TCP(name, ...) METRIC_##name,
#define L4_TCP_MAX(name, ...) METRIC_##name,
#define L4_UDP(name, ...) METRIC_##name,
#define L4_GAUGE(name, ...) METRIC_##name,
#define L4_RATIO(name, ...) METRIC_##name,
#include "metrics.def"
	METRIC_COUNT
};

/* Ends a list of metrics. */
#define METRIC_NONE METRIC_COUNT

/* Counters add up, of maxima the largest counts, gauges are of one moment, ratios are made of counters. */
enum metric_kind { METRIC_COUNTER, METRIC_MAX, METRIC_GAUGE, METRIC_RATIO };
enum metric_unit {
	UNIT_COUNT,
	UNIT_BYTES,
	UNIT_US,
	UNIT_RATIO,
	/* What the host's numbers (host.def) are in, each written as dstat writes it, to the letter. */
	UNIT_EVENTS,  /* a count */
	UNIT_TRAFFIC, /* bytes, or bits if those are asked for */
	UNIT_STORAGE, /* bytes, never bits */
	UNIT_MEMORY,  /* the same with decimals */
	UNIT_SHARE,   /* 1.0 is 100 %, whole percents */
	UNIT_LOAD,    /* the same with decimals */
	UNIT_TASKS,   /* a count with decimals */
};

struct metric_info {
	const char *name;
	const char *title;
	const char *help;
	const char *exported; /* see metrics.def; NULL: not exported, as a maximum or a ratio is of one interval */
	enum metric_kind kind;
	enum metric_unit unit;
	uint8_t proto;			    /* enum l4_proto: which cells have it; not of ratios */
	unsigned int slot;		    /* its place in such a cell; not of ratios */
	enum metric numerator, denominator; /* ratios only */
};

extern const struct metric_info metrics[METRIC_COUNT];

/* Whether the remote address is known of what is counted. Of sockets by state it is of the half-open ones alone. */
bool metric_has_address(enum metric metric);

/* Sets *metric and returns 0, or -ENOENT if there is no metric of that name. */
int metric_by_name(const char *name, enum metric *metric);

#endif
