/* SPDX-License-Identifier: GPL-2.0 */
/* The metric table, made from include/metrics.def. */
#include <errno.h>
#include <string.h>

#include "dimension.h"
#include "metrics.h"

const struct metric_info metrics[METRIC_COUNT] = {
#define IN_CELLS(name_, kind_, proto_, cells_, unit_, title_, exported_, help_) \
	[METRIC_##name_] = {.name = #name_,                                     \
			    .title = title_,                                    \
			    .exported = exported_,                              \
			    .help = help_,                                      \
			    .kind = kind_,                                      \
			    .unit = UNIT_##unit_,                               \
			    .proto = L4_PROTO_##proto_,                         \
			    .cells = CELL_##cells_,                             \
			    .slot = L4_##name_},
#define L4_TCP(name, unit, title, exported, help) \
	IN_CELLS(name, METRIC_COUNTER, TCP, COUNTS, unit, title, exported, help)
#define L4_TCP_MAX(name, unit, title, help) IN_CELLS(name, METRIC_MAX, TCP, COUNTS, unit, title, NULL, help)
#define L4_UDP(name, unit, title, exported, help) \
	IN_CELLS(name, METRIC_COUNTER, UDP, COUNTS, unit, title, exported, help)
#define L4_GAUGE(name, state, title, exported, help) \
	IN_CELLS(name, METRIC_GAUGE, TCP, STATES, COUNT, title, exported, help)
#define L4_LISTENER(name, unit, title, exported, help) \
	IN_CELLS(name, METRIC_COUNTER, TCP, LISTENER, unit, title, exported, help)
#define L4_RATIO(name_, unit_, numerator_, denominator_, title_, help_) \
	[METRIC_##name_] = {.name = #name_,                             \
			    .title = title_,                            \
			    .help = help_,                              \
			    .kind = METRIC_RATIO,                       \
			    .unit = UNIT_##unit_,                       \
			    .numerator = METRIC_##numerator_,           \
			    .denominator = METRIC_##denominator_},
#define L4_DISTINCT(name_, dimension_, way_, title_, help_) \
	[METRIC_##name_] = {.name = #name_,                 \
			    .title = title_,                \
			    .help = help_,                  \
			    .kind = METRIC_DISTINCT,        \
			    .unit = UNIT_COUNT,             \
			    .dimension = DIM_##dimension_,  \
			    .way = METRIC_WAY_##way_},
#include "metrics.def"
};

int metric_by_name(const char *name, enum metric *metric)
{
	for (int i = 0; i < METRIC_COUNT; i++) {
		if (!strcmp(metrics[i].name, name)) {
			*metric = i;
			return 0;
		}
	}
	return -ENOENT;
}

uint8_t metric_proto(enum metric metric)
{
	return metrics[metric].kind == METRIC_RATIO ? metrics[metrics[metric].numerator].proto : metrics[metric].proto;
}

bool metric_needs_states(enum metric metric)
{
	return metrics[metric].cells != CELL_COUNTS;
}

bool metric_has_address(enum metric metric)
{
	return !metric_needs_states(metric) || metric == METRIC_tcp_syn_recv;
}
