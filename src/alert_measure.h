/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an alert can be about: each metric of metrics.def and, of listening sockets, their accept queues. A measure is a
 * number from 0 on: those of enum metric come first. Not here: rules.
 */
#ifndef L4_ALERT_MEASURE_H
#define L4_ALERT_MEASURE_H

#include "metrics.h"
#include "snapshot.h"

struct alert_measure {
	const char *name, *help;
	enum metric_kind kind;
	enum metric_unit unit;
	bool of_listeners; /* else of cells */
};

/* What has been summed up of a measure: of ratios the two counters that it is made of, else only the first. */
struct alert_sum {
	int64_t value, base;
};

/* How many measures there are. */
enum { ALERT_LISTENER_MEASURES = 2, ALERT_MEASURES = METRIC_COUNT + ALERT_LISTENER_MEASURES };

struct alert_measure alert_measure(unsigned int measure);

/*
 * Its name, or as much of it as is needed: without tcp_ or udp_ where there is none of the other protocol. Returns 0,
 * -ENOENT, or -EEXIST if it could be either.
 */
int alert_measure_by_name(const char *name, unsigned int *measure);

/* All names that are understood, for guessing; NULL behind the last. */
const char *alert_measure_name(size_t i);

/*
 * Adds what a cell, or a listening socket, has of it. Returns whether that was anything. Of how many there are distinct
 * nothing is added: it is only told whether the cell has one.
 */
bool alert_measure_add_cell(unsigned int measure, struct alert_sum *sum, const struct snapshot_cell *cell);
bool alert_measure_add_listener(unsigned int measure, struct alert_sum *sum, const struct snapshot_listener *listener);

/* A quotient, 0 if there is nothing to divide by, or the value itself. */
double alert_measure_value(unsigned int measure, const struct alert_sum *sum);

#endif
