/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is said of an alert: a sentence for people, an object for machines. Both name the offender as views of its
 * dimensions do; names of processes are made printable, and are never part of anything that is run.
 */
#ifndef L4_ALERT_TEXT_H
#define L4_ALERT_TEXT_H

#include <jansson.h>

#include "alert.h"

/* `subnet 203.0.113.0/24: tcp_retrans_ratio is 7.3%`, or was, when it is over; to be freed. */
char *alert_sentence(const struct alert *alert, const struct dimension_context *context);

/*
 * The same in fields: alert, rule, metric, value, threshold, intervals, and those of the offender as rows of JSON have
 * them. A new reference.
 */
json_t *alert_object(const struct alert *alert, const struct dimension_context *context);

#endif
