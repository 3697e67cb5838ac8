/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How rules are written:
 *
 *   [NAME:] MEASURE [by DIM[,DIM]] [rises] OP THRESHOLD [and MEASURE OP THRESHOLD]… [for N]
 *
 * MEASURE is a metric, or `distinct DIM of METRIC`. OP is > >= < <= or =. THRESHOLD is a number with, directly
 * behind it, % for ratios, k, M or G for counts (base 1000) and bytes (base 1024), us, ms or s for times, and /s if
 * counts are to be compared per second instead of per interval.
 */
#ifndef L4_ALERT_PARSE_H
#define L4_ALERT_PARSE_H

#include "alert_rule.h"

/*
 * Adds the rule of this text, those called `default`, or the one of them that has this name. Returns 0, or -EINVAL with
 * *complaint one sentence, to be freed, that names the word which is wrong; *rules is then as it was.
 */
int alert_parse(struct alert_rules *rules, const char *text, char **complaint);

#endif
