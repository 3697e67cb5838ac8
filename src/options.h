/* SPDX-License-Identifier: GPL-2.0 */
/* The command line: what was asked for, checked in full. No output but --help, --version and --list. */
#ifndef L4_OPTIONS_H
#define L4_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "columns.h"
#include "dimension.h"
#include "report.h"
#include "terminal.h"

enum options_task {
	TASK_RUN,
	TASK_HELP,
	TASK_VERSION,
	TASK_LIST,
};

enum { OPTIONS_COLUMNS = 32 };

struct options {
	enum options_task task;
	double delay;	     /* seconds */
	unsigned long count; /* intervals; 0: until stopped */
	bool json;
	bool listeners;
	bool netns_self; /* only the network namespace we are in */
	bool verbose;
	bool noheaders;
	enum colour_choice colour;
	struct dimension_list by; /* count 0: lines instead of a table */
	struct report_sort sort;  /* by[0] METRIC_NONE: each view's own */
	unsigned long top;	  /* 0: all */
	unsigned long prefix4, prefix6;
	unsigned long cells;
	const struct column_group *columns[OPTIONS_COLUMNS + 1]; /* in the order given, NULL-terminated; may be none */
};

/*
 * Fills in *options, defaults included. Returns 0, or -EINVAL with *complaint one sentence (to be freed)
 * that says what is wrong and what to do. argv is permuted as getopt_long() does.
 */
int options_parse(struct options *options, int argc, char **argv, char **complaint);

/* Does anything that was asked for show sockets by state, or listeners? */
bool options_want_states(const struct options *options);

void options_print_help(FILE *file);

/* --list: every column, dimension and metric with its meaning. */
void options_print_list(FILE *file);

#endif
