/* SPDX-License-Identifier: GPL-2.0 */
/* The measures. */
#include <errno.h>
#include <string.h>

#include "alert_measure.h"
#include "distinct.h"
#include "report.h"

static void add_backlog(struct alert_sum *sum, const struct snapshot_listener *found)
{
	sum->value += found->listener.backlog;
}

/* The kernel's queue is full when one more than its limit waits. */
static void add_fill(struct alert_sum *sum, const struct snapshot_listener *found)
{
	sum->value += found->listener.backlog;
	sum->base += (int64_t)found->listener.backlog_max + 1;
}

static const struct {
	struct alert_measure measure;
	void (*add)(struct alert_sum *sum, const struct snapshot_listener *found);
} listener_measures[ALERT_LISTENER_MEASURES] = {
	{{"accept_queue", "connections that wait to be accepted, of each listening socket", METRIC_GAUGE, UNIT_COUNT,
	  true},
	 add_backlog},
	{{"accept_queue_ratio", "the same / the most that can wait; 100% is full", METRIC_RATIO, UNIT_RATIO, true},
	 add_fill},
};

struct alert_measure alert_measure(unsigned int measure)
{
	if (measure >= METRIC_COUNT)
		return listener_measures[measure - METRIC_COUNT].measure;
	return (struct alert_measure){
		.name = metrics[measure].name,
		.help = metrics[measure].help,
		.kind = metrics[measure].kind,
		.unit = metrics[measure].unit,
	};
}

/* What stands behind tcp_ or udp_; of other names nothing is left out. */
static const char *short_name(unsigned int measure)
{
	const char *name = alert_measure(measure).name;

	return !strncmp(name, "tcp_", 4) || !strncmp(name, "udp_", 4) ? name + 4 : name;
}

const char *alert_measure_name(size_t i)
{
	if (i < ALERT_MEASURES)
		return alert_measure(i).name;
	return i < ALERT_MEASURES + METRIC_COUNT ? short_name(i - ALERT_MEASURES) : NULL;
}

int alert_measure_by_name(const char *name, unsigned int *measure)
{
	int found = -ENOENT;

	for (unsigned int i = 0; i < ALERT_MEASURES; i++) {
		if (!strcmp(name, alert_measure(i).name)) {
			*measure = i;
			return 0;
		}
	}
	for (unsigned int i = 0; i < METRIC_COUNT; i++) {
		if (strcmp(name, short_name(i)))
			continue;
		if (found >= 0)
			return -EEXIST;
		found = i;
	}
	if (found < 0)
		return found;
	*measure = found;
	return 0;
}

bool alert_measure_add_cell(unsigned int measure, struct alert_sum *sum, const struct snapshot_cell *cell)
{
	const struct metric_info *info = &metrics[measure];
	struct alert_sum more = {};

	if (info->kind == METRIC_DISTINCT)
		return distinct_has(cell, measure);
	if (info->kind == METRIC_RATIO) {
		more.value = report_cell_value(cell, info->numerator);
		more.base = report_cell_value(cell, info->denominator);
	} else {
		more.value = report_cell_value(cell, measure);
	}
	if (info->kind == METRIC_MAX)
		sum->value = more.value > sum->value ? more.value : sum->value;
	else
		sum->value += more.value;
	sum->base += more.base;
	return more.value || more.base;
}

bool alert_measure_add_listener(unsigned int measure, struct alert_sum *sum, const struct snapshot_listener *listener)
{
	listener_measures[measure - METRIC_COUNT].add(sum, listener);
	return true;
}

double alert_measure_value(unsigned int measure, const struct alert_sum *sum)
{
	if (alert_measure(measure).kind != METRIC_RATIO)
		return sum->value;
	return sum->base ? (double)sum->value / sum->base : 0;
}
