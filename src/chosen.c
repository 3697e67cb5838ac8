/* SPDX-License-Identifier: GPL-2.0 */
/* The columns of lines, on a screen and in CSV. */
#include "chosen.h"

size_t chosen_count(const struct output_settings *settings)
{
	size_t count = 0;

	if (!settings->columns)
		return column_group_count;
	while (settings->columns[count])
		count++;
	return count;
}

const struct column_group *chosen_group(const struct output_settings *settings, size_t i)
{
	return settings->columns ? settings->columns[i] : &column_groups[i];
}

char *const *chosen_instances(const struct output_settings *settings, const struct column_group *group)
{
	static char total[] = "total";
	static char *const only_total[] = {total, NULL};

	return group->kind == COLUMNS_HOST_EACH ? settings->instances[group->scope] ?: only_total : NULL;
}
