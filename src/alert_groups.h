/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a rule looks at in an interval: cells, or listening sockets, summed up by the rule's dimensions. Only what the
 * rule's conditions are about is summed, so that a rule costs little where there is none of it.
 */
#ifndef L4_ALERT_GROUPS_H
#define L4_ALERT_GROUPS_H

#include "alert_rule.h"
#include "places.h"
#include "snapshot.h"

struct alert_group {
	struct dimension_key key; /* of a listening socket the prefix is the address it is bound to */
	struct alert_sum sums[ALERT_CONDITIONS];
};

/* Zero: empty. */
struct alert_groups {
	struct alert_group *groups; /* count of them; owned */
	size_t count, capacity;
	struct places places; /* by their key */
};

/*
 * Fills in groups, whose memory is used again. Without dimensions there is one group, whether there is anything in it
 * or not; else there are those that have something of what is looked at. What found no cell is in no group of several.
 */
void alert_groups_make(struct alert_groups *groups, const struct alert_rule *rule, const struct snapshot *snapshot);

/* What condition i compares: of rates per second of interval. */
double alert_group_value(const struct alert_group *group, const struct alert_rule *rule, size_t i, double interval);

void alert_groups_free(struct alert_groups *groups);

#endif
