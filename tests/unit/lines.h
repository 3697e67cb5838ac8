/* SPDX-License-Identifier: GPL-2.0 */
/* What the line output makes of a snapshot. Shared by the tests of its columns. */
#ifndef TEST_LINES_H
#define TEST_LINES_H

#include "cells.h"
#include "columns.h"

static inline void assert_lines(struct output_settings settings, const struct snapshot *snapshot, int times,
				const char *expected)
{
	char *text = written(&output_dstat, settings, snapshot, times);

	assert_string_equal(text, expected);
	free(text);
}

/* The groups of these names, in this order; until it is called again. */
static inline struct output_settings choose(struct output_settings settings, const char *names)
{
	static const struct column_group *chosen[8];
	char *list = strdup(names), *name;
	size_t count = 0;

	for (name = strtok(list, " "); name; name = strtok(NULL, " ")) {
		chosen[count] = column_group_by_name(name);
		assert_non_null(chosen[count++]);
	}
	chosen[count] = NULL;
	settings.columns = chosen;
	free(list);
	return settings;
}

/* The values of one top, without header. */
static inline void assert_top(const char *name, const struct snapshot *snapshot, const char *expected)
{
	char *text = written(&output_dstat, choose(pipe_settings(), name), snapshot, 1);
	const char *values = strchr(strchr(text, '\n') + 1, '\n') + 1;

	assert_string_equal(values, expected);
	free(text);
}

#endif
