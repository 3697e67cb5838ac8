/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of each rule is a list of offenders, made anew in each interval from the groups that break the rule and
 * from the list before: who was there before comes first, then the worst, then those that are only remembered for the
 * hold time. So the list is bounded, whatever breaks a rule.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "alert_groups.h"
#include "memory.h"

struct offender {
	struct dimension_key key;
	double value;
	unsigned int run;  /* intervals in a row that the conditions held */
	double told;	   /* when, by alerts.clock; negative: never */
	bool announced;	   /* that it fires, and not yet that it is over */
	double low, lower; /* of a rule that rises: the least value of these N intervals, of the N before */
};

struct watch {
	const struct alert_rule *rule;
	struct offender *offenders; /* count of them, at most ALERT_OFFENDERS */
	size_t count;
	uint64_t intervals; /* so many have been looked at */
};

struct alerts {
	struct watch *watches; /* count of them */
	size_t count;
	double hold, clock;
	struct alert_groups groups; /* memory that is used again */
	struct offender *spare;
	struct alert *shown;
	size_t shown_count, shown_capacity;
	size_t forgotten;
};

struct alerts *alerts_new(const struct alert_rules *rules, double hold)
{
	struct alerts *alerts = memory_new(1, sizeof(*alerts));

	alerts->hold = hold;
	alerts->count = rules->count;
	alerts->watches = memory_new(rules->count, sizeof(*alerts->watches));
	for (size_t i = 0; i < rules->count; i++) {
		alerts->watches[i].rule = &rules->rules[i];
		alerts->watches[i].offenders = memory_new(ALERT_OFFENDERS, sizeof(struct offender));
	}
	alerts->spare = memory_new(ALERT_OFFENDERS, sizeof(*alerts->spare));
	return alerts;
}

void alerts_free(struct alerts *alerts)
{
	if (!alerts)
		return;
	for (size_t i = 0; i < alerts->count; i++)
		free(alerts->watches[i].offenders);
	free(alerts->watches);
	free(alerts->spare);
	free(alerts->shown);
	alert_groups_free(&alerts->groups);
	free(alerts);
}

static int compare_keys(const void *a, const void *b)
{
	const struct offender *left = a, *right = b;

	return memcmp(&left->key, &right->key, sizeof(left->key));
}

/* Between two intervals offenders are in the order of their keys. */
static const struct offender *find(const struct watch *watch, const struct dimension_key *key)
{
	const struct offender wanted = {.key = *key};

	return bsearch(&wanted, watch->offenders, watch->count, sizeof(wanted), compare_keys);
}

/* Below zero if a is worse than b. */
static int compare_values(const struct alert_rule *rule, double a, double b)
{
	const enum alert_operator operator= rule->conditions[0].operator;
	const bool least = operator== ALERT_BELOW || operator== ALERT_AT_MOST;

	return least ? (a > b) - (a < b) : (a < b) - (a > b);
}

/* Whether all conditions from `first` on hold, and a share is not one of next to nothing. */
static bool conditions_hold(const struct alert_rule *rule, const struct alert_group *group, size_t first,
			    double interval)
{
	const struct alert_condition *main = &rule->conditions[0];
	const bool is_share = alert_measure(main->measure).unit == UNIT_RATIO && !main->is_distinct;

	if (is_share && !rule->of_listeners && rule->condition_count == 1 && group->sums[0].base < ALERT_RATIO_FLOOR)
		return false;
	for (size_t i = first; i < rule->condition_count; i++) {
		if (!alert_condition_holds(&rule->conditions[i], alert_group_value(group, rule, i, interval)))
			return false;
	}
	return true;
}

/* Groups that are looked at more closely: those that break the rule, or if it rises, all in which there is anything. */

struct candidate {
	const struct alert_group *group;
	double value;
	const struct alert_rule *rule;
};

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;

	return compare_values(left->rule, left->value, right->value)
		       ?: memcmp(&left->group->key, &right->group->key, sizeof(left->group->key));
}

static struct candidate *candidates_of(const struct watch *watch, const struct alert_groups *groups, double interval,
				       size_t *count)
{
	const bool rises = watch->rule->conditions[0].rises;
	struct candidate *candidates = memory_new(groups->count, sizeof(*candidates));

	*count = 0;
	for (size_t i = 0; i < groups->count; i++) {
		const struct alert_group *group = &groups->groups[i];
		const double value = alert_group_value(group, watch->rule, 0, interval);

		if (rises ? value != 0 : conditions_hold(watch->rule, group, 0, interval))
			candidates[(*count)++] = (struct candidate){group, value, watch->rule};
	}
	qsort(candidates, *count, sizeof(*candidates), compare_candidates);
	return candidates;
}

/* Of a rule that rises */

/* Where this interval is in the N that are looked at together. */
static unsigned int place(const struct watch *watch)
{
	return watch->intervals % watch->rule->intervals;
}

/* Who is seen for the first time had nothing before, unless nobody has looked. */
static void begin_to_rise(const struct watch *watch, struct offender *offender)
{
	offender->lower = watch->intervals < watch->rule->intervals ? NAN : 0;
	offender->low = place(watch) ? 0 : INFINITY;
}

static void rise(const struct watch *watch, struct offender *offender, const struct candidate *candidate,
		 double interval)
{
	const struct alert_rule *rule = watch->rule;
	double risen;

	offender->low = fmin(offender->low, candidate ? candidate->value : 0);
	if (place(watch) + 1 < rule->intervals)
		return;
	risen = offender->low - offender->lower;
	if (candidate && alert_condition_holds(&rule->conditions[0], risen) &&
	    conditions_hold(rule, candidate->group, 1, interval)) {
		offender->value = risen;
		offender->run++;
	} else {
		offender->run = 0;
	}
	offender->lower = offender->low;
	offender->low = INFINITY;
}

/* One offender's next interval. candidate NULL: there is nothing of it. */
static void judge(const struct watch *watch, struct offender *offender, const struct candidate *candidate,
		  double interval)
{
	if (watch->rule->conditions[0].rises) {
		rise(watch, offender, candidate, interval);
	} else if (candidate) {
		offender->value = candidate->value;
		offender->run++;
	} else {
		offender->run = 0;
	}
}

static bool fires(const struct watch *watch, const struct offender *offender)
{
	return offender->run >= (watch->rule->conditions[0].rises ? 1 : watch->rule->intervals);
}

static void show(struct alerts *alerts, const struct watch *watch, struct offender *offender)
{
	enum alert_event event = ALERT_HELD;

	if (!fires(watch, offender)) {
		if (!offender->announced)
			return;
		event = ALERT_OVER;
		offender->announced = false;
	} else if (alerts->clock - offender->told >= alerts->hold) {
		event = ALERT_FIRES;
		offender->told = alerts->clock;
		offender->announced = true;
	}
	if (alerts->shown_count == alerts->shown_capacity) {
		alerts->shown_capacity = alerts->shown_capacity ? 2 * alerts->shown_capacity : 16;
		alerts->shown = memory_resize(alerts->shown, alerts->shown_capacity, sizeof(*alerts->shown));
	}
	alerts->shown[alerts->shown_count++] = (struct alert){
		.rule = watch->rule,
		.event = event,
		.key = offender->key,
		.value = offender->value,
		.intervals = offender->run * (watch->rule->conditions[0].rises ? watch->rule->intervals : 1),
	};
}

static int compare_shown(const void *a, const void *b)
{
	const struct alert *left = a, *right = b;

	if ((left->event == ALERT_OVER) != (right->event == ALERT_OVER))
		return left->event == ALERT_OVER ? 1 : -1;
	return compare_values(left->rule, left->value, right->value)
		       ?: memcmp(&left->key, &right->key, sizeof(left->key));
}

/* Those who were here before, then new ones while there is room. Returns how many there are. */
static size_t keep_candidates(struct alerts *alerts, const struct watch *watch, const struct candidate *candidates,
			      size_t candidate_count, double interval)
{
	struct offender *next = alerts->spare;
	size_t count = 0;

	for (size_t i = 0; i < candidate_count; i++) {
		const struct offender *old = find(watch, &candidates[i].group->key);

		if (!old)
			continue;
		next[count] = *old;
		judge(watch, &next[count++], &candidates[i], interval);
	}
	for (size_t i = 0; i < candidate_count; i++) {
		if (find(watch, &candidates[i].group->key))
			continue;
		if (count == ALERT_OFFENDERS) {
			alerts->forgotten++;
			continue;
		}
		next[count] = (struct offender){.key = candidates[i].group->key, .told = -INFINITY};
		begin_to_rise(watch, &next[count]);
		judge(watch, &next[count++], &candidates[i], interval);
	}
	return count;
}

static int compare_told(const void *a, const void *b)
{
	const struct offender *left = a, *right = b;

	return (left->told < right->told) - (left->told > right->told);
}

/* Whether it has to be remembered though there is nothing of it. */
static bool lingers(const struct alerts *alerts, const struct watch *watch, const struct offender *offender)
{
	return alerts->clock - offender->told < alerts->hold ||
	       (watch->rule->conditions[0].rises && (offender->lower > 0 || fires(watch, offender)));
}

/* Adds who was here before and is no candidate now to the first `count`: those told latest, while there is room. */
static size_t keep_others(struct alerts *alerts, struct watch *watch, size_t count, double interval)
{
	const struct watch kept = {.offenders = alerts->spare, .count = count};
	size_t all = count;

	qsort(alerts->spare, count, sizeof(*alerts->spare), compare_keys);
	qsort(watch->offenders, watch->count, sizeof(*watch->offenders), compare_told);
	for (size_t i = 0; i < watch->count; i++) {
		struct offender *old = &watch->offenders[i];

		if (find(&kept, &old->key))
			continue;
		judge(watch, old, NULL, interval);
		if (all < ALERT_OFFENDERS && (lingers(alerts, watch, old) || old->announced))
			alerts->spare[all++] = *old;
	}
	return all;
}

static void look(struct alerts *alerts, struct watch *watch, const struct snapshot *snapshot)
{
	const size_t shown = alerts->shown_count;
	struct candidate *candidates;
	struct offender *old = watch->offenders;
	size_t count;

	alert_groups_make(&alerts->groups, watch->rule, snapshot);
	candidates = candidates_of(watch, &alerts->groups, snapshot->interval, &count);
	count = keep_candidates(alerts, watch, candidates, count, snapshot->interval);
	count = keep_others(alerts, watch, count, snapshot->interval);
	free(candidates);

	watch->offenders = alerts->spare;
	watch->count = count;
	alerts->spare = old;
	qsort(watch->offenders, count, sizeof(*watch->offenders), compare_keys);
	for (size_t i = 0; i < count; i++)
		show(alerts, watch, &watch->offenders[i]);
	if (alerts->shown_count > shown)
		qsort(alerts->shown + shown, alerts->shown_count - shown, sizeof(*alerts->shown), compare_shown);
	watch->intervals++;
}

void alerts_interval(struct alerts *alerts, const struct snapshot *snapshot)
{
	alerts_skip(alerts);
	alerts->clock += snapshot->interval;
	for (size_t i = 0; i < alerts->count; i++)
		look(alerts, &alerts->watches[i], snapshot);
}

void alerts_skip(struct alerts *alerts)
{
	alerts->shown_count = 0;
	alerts->forgotten = 0;
}

size_t alerts_count(const struct alerts *alerts)
{
	return alerts->shown_count;
}

const struct alert *alerts_at(const struct alerts *alerts, size_t i)
{
	return &alerts->shown[i];
}

size_t alerts_forgotten(const struct alerts *alerts)
{
	return alerts->forgotten;
}
