/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Alerts: rules held against each interval, and who breaks them: an offender, a value of the rule's dimensions. A rule
 * fires when its conditions hold for an offender for as many intervals in a row as it says.
 * A rule that `rises` compares the least value of its N intervals with the least of the N before, so that what comes
 * and goes does not count: it is looked at anew every N intervals.
 * Pure: no I/O, no clock but that of the snapshots. What is said of it is alert_text.h's, what is shown alert_mark.h's.
 */
#ifndef L4_ALERT_H
#define L4_ALERT_H

#include "alert_rule.h"
#include "snapshot.h"

enum {
	ALERT_OFFENDERS = 1024, /* of one rule that are remembered: the worst, then the latest */
};

enum alert_event {
	ALERT_HELD,  /* it fires, as has been told within the hold time */
	ALERT_FIRES, /* it fires, which is to be told */
	ALERT_OVER,  /* it fires no longer, which is to be told as well */
};

struct alert {
	const struct alert_rule *rule;
	enum alert_event event;
	struct dimension_key key; /* the offender; of a listening socket the prefix is its address */
	double value; /* in the unit of the rule's threshold; when it is over: the last one that was too much */
	unsigned int intervals; /* in a row, up to now */
};

struct alerts;

/* rules must outlive it; hold: seconds in which an offender is told of once. Never NULL. */
struct alerts *alerts_new(const struct alert_rules *rules, double hold);

/* Holds the rules against an interval that is over. */
void alerts_interval(struct alerts *alerts, const struct snapshot *snapshot);

/* An interval that was cut short is not judged: until the next one nothing fires. */
void alerts_skip(struct alerts *alerts);

/* What fires since the last interval or is over since, rule by rule, worst first. Good until the next interval. */
size_t alerts_count(const struct alerts *alerts);
const struct alert *alerts_at(const struct alerts *alerts, size_t i);

/* How many offenders of the last interval could not be remembered. */
size_t alerts_forgotten(const struct alerts *alerts);

void alerts_free(struct alerts *alerts);

#endif
