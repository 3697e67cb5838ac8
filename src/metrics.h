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
#define L4_LISTENER(name, ...) METRIC_##name,
#define L4_RATIO(name, ...) METRIC_##name,
#define L4_DISTINCT(name, ...) METRIC_##name,
#include "metrics.def"
	METRIC_COUNT
};

/* Ends a list of metrics. */
#define METRIC_NONE METRIC_COUNT

/*
 * Counters add up, of maxima the largest counts, gauges are of one moment, ratios are made of counters. How many
 * distinct things there are is known of the rows of a report alone: it does not add up.
 */
enum metric_kind { METRIC_COUNTER, METRIC_MAX, METRIC_GAUGE, METRIC_RATIO, METRIC_DISTINCT };
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

/* What the slots of a cell are: counters (l4_tcp_slot, l4_udp_slot), sockets by state (l4_gauge_slot),
 * l4_listener_slot. */
enum cell_kind { CELL_COUNTS, CELL_STATES, CELL_LISTENER };

/* Which cells count: where something came in, went out; any. */
enum metric_way { METRIC_WAY_ANY, METRIC_WAY_IN, METRIC_WAY_OUT };

struct metric_info {
	const char *name;
	const char *title;
	const char *help;
	const char *exported; /* see metrics.def; NULL: not exported, as a maximum or a ratio is of one interval */
	enum metric_kind kind;
	enum metric_unit unit;
	uint8_t proto;			    /* enum l4_proto: which cells have it; 0: none has */
	enum cell_kind cells;		    /* of these cells those of this kind */
	unsigned int slot;		    /* its place in such a cell */
	enum metric numerator, denominator; /* ratios only */
	unsigned int dimension;		    /* enum dimension: what is counted, distinct only */
	enum metric_way way;		    /* distinct only */
};

extern const struct metric_info metrics[METRIC_COUNT];

/* Which protocol alone has it (enum l4_proto), also of a ratio; 0: both do. */
uint8_t metric_proto(enum metric metric);

/* Whether it is of sockets by state or of listeners, which are looked at only if somebody asks. */
bool metric_needs_states(enum metric metric);

/* Whether the remote address is known of what is counted. Of sockets by state it is of the half-open ones
 * alone, of listeners never. */
bool metric_has_address(enum metric metric);

/* Sets *metric and returns 0, or -ENOENT if there is no metric of that name. */
int metric_by_name(const char *name, enum metric *metric);

#endif
