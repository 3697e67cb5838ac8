/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an output of lines shows: the groups of columns that were chosen, or all there are for a default line, and of
 * which interfaces or disks. Not here: what it looks like.
 */
#ifndef L4_CHOSEN_H
#define L4_CHOSEN_H

#include "columns.h"
#include "output.h"

/* How many groups. Where none were chosen it is for the output to leave some out, by their rank. */
size_t chosen_count(const struct output_settings *settings);

/* i: from 0, from left to right. */
const struct column_group *chosen_group(const struct output_settings *settings, size_t i);

/* Names of what the group is there once for each of, NULL-terminated; NULL: it is there once. */
char *const *chosen_instances(const struct output_settings *settings, const struct column_group *group);

#endif
