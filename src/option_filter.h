/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How filters are written on the command line: lists with commas, each item checked in full. Given again, an option
 * adds to its list. The apply() functions of option_table.c's rows; see there.
 */
#ifndef L4_OPTION_FILTER_H
#define L4_OPTION_FILTER_H

#include "option_table.h"

int option_apply_ports(struct options *options, const struct option_row *row, const char *value, char **complaint);
int option_apply_subnets(struct options *options, const struct option_row *row, const char *value, char **complaint);
int option_apply_pids(struct options *options, const struct option_row *row, const char *value, char **complaint);
int option_apply_names(struct options *options, const struct option_row *row, const char *value, char **complaint);
int option_apply_protos(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Whether the filter asks for what can be told from what is counted. Returns as an apply() does. */
int option_check_filter(const struct options *options, char **complaint);

#endif
