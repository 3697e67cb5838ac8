/* SPDX-License-Identifier: GPL-2.0 */
/* The metric table, made from include/metrics.def. */
#include <errno.h>
#include <string.h>

#include "metrics.h"

const struct metric_info metrics[METRIC_COUNT] = {
#define IN_CELLS(name_, kind_, proto_, unit_, title_, exported_, help_) \
	[METRIC_##name_] = {.name = #name_,                             \
			    .title = title_,                            \
			    .exported = exported_,                      \
			    .help = help_,                              \
			    .kind = kind_,                              \
			    .unit = UNIT_##unit_,                       \
			    .proto = proto_,                            \
			    .slot = L4_##name_},
#define L4_TCP(name, unit, title, exported, help) \
	IN_CELLS(name, METRIC_COUNTER, L4_PROTO_TCP, unit, title, exported, help)
#define L4_TCP_MAX(name, unit, title, help) IN_CELLS(name, METRIC_MAX, L4_PROTO_TCP, unit, title, NULL, help)
#define L4_UDP(name, unit, title, exported, help) \
	IN_CELLS(name, METRIC_COUNTER, L4_PROTO_UDP, unit, title, exported, help)
#define L4_GAUGE(name, state, title, exported, help) \
	IN_CELLS(name, METRIC_GAUGE, L4_PROTO_TCP, COUNT, title, exported, help)
#define L4_RATIO(name_, unit_, numerator_, denominator_, title_, help_) \
	[METRIC_##name_] = {.name = #name_,                             \
			    .title = title_,                            \
			    .help = help_,                              \
			    .kind = METRIC_RATIO,                       \
			    .unit = UNIT_##unit_,                       \
			    .numerator = METRIC_##numerator_,           \
			    .denominator = METRIC_##denominator_},
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

bool metric_has_address(enum metric metric)
{
	return metrics[metric].kind != METRIC_GAUGE || metric == METRIC_tcp_syn_recv;
}
