/* SPDX-License-Identifier: GPL-2.0 */
/* --help and --list: what the option table, the columns, dimensions and metrics say of themselves, for a terminal. */
#ifndef L4_HELP_H
#define L4_HELP_H

#include <stdio.h>

/* At most 80 columns wide. */
void help_print(FILE *file);

/*
 * Every column, key, dimension, alert and metric with its meaning, broken so that no line is wider than `width`; 0: a
 * line each, to be searched.
 */
void help_print_list(FILE *file, unsigned int width);

#endif
