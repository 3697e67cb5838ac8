/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A rule as it is understood, and those that come with the program. How rules are written is alert_parse.h's, what
 * becomes of them alert.h's.
 */
#ifndef L4_ALERT_RULE_H
#define L4_ALERT_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "alert_measure.h"
#include "dimension.h"

enum alert_operator { ALERT_ABOVE, ALERT_AT_LEAST, ALERT_BELOW, ALERT_AT_MOST, ALERT_EQUAL, ALERT_OPERATORS };

/* How each is written. */
extern const char *const alert_operators[ALERT_OPERATORS];

/* MEASURE OP THRESHOLD */
struct alert_condition {
	unsigned int measure;
	bool is_distinct; /* not how much, but at how many values of the next there is any of it */
	enum dimension distinct;
	bool rises; /* not how much, but how much more: see alert.h */
	enum alert_operator operator;
	double threshold; /* in the unit of the measure; ratios: 1.0 is 100 % */
	bool per_second;  /* the threshold is a rate */
};

enum {
	ALERT_NAME = 64,
	ALERT_TEXT = 256,
	ALERT_CONDITIONS = 4, /* the first decides, the others have to hold as well */
	ALERT_INTERVALS_MAX = 10000,
	ALERT_RATIO_FLOOR = 20, /* share of so few is noise, unless the rule has conditions of its own for that */
};

struct alert_rule {
	char name[ALERT_NAME];	  /* may be empty */
	char text[ALERT_TEXT];	  /* as written, without the name */
	struct dimension_list by; /* of listeners: none, each is looked at by itself */
	struct alert_condition conditions[ALERT_CONDITIONS];
	size_t condition_count;
	unsigned int intervals; /* so many in a row */
	bool of_listeners;
};

enum { ALERT_RULES = 32 };

struct alert_rules {
	struct alert_rule rules[ALERT_RULES];
	size_t count;
};

/* What it is called: its name, or else all of it. */
const char *alert_rule_name(const struct alert_rule *rule);

/* Whether value is above, below, … the condition's threshold. */
bool alert_condition_holds(const struct alert_condition *condition, double value);

/* Does any of them look at sockets by state, or at listeners? */
bool alert_rules_want_states(const struct alert_rules *rules);

/*
 * The name of a measure that counts sockets without their remote address; NULL: there is none. *rule: what the rule
 * that has it is called.
 */
const char *alert_rules_without_address(const struct alert_rules *rules, const char **rule);

/* What a rule of listening sockets is called; NULL: there is none. */
const char *alert_rules_of_listeners(const struct alert_rules *rules);

/* A rule that comes with the program, written as anybody would. */
struct alert_default {
	const char *name, *text, *help;
};

extern const struct alert_default alert_defaults[];
extern const size_t alert_default_count;

#endif
