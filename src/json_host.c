/* SPDX-License-Identifier: GPL-2.0 */
/* One object for all columns that show the host as a whole, one for each interface, disk, process. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chosen.h"
#include "json_build.h"
#include "json_host.h"
#include "memory.h"

/* The member of that name, made if it is not there. */
static json_t *member(json_t *object, const char *key, json_t *(*make)(void))
{
	json_t *found = json_object_get(object, key);

	if (found)
		return found;
	json_put(object, key, make());
	return json_object_get(object, key);
}

static void set_number(json_t *object, const struct host_metric_info *metric, double value)
{
	if (!host_is_whole(metric))
		json_put_real(object, metric->name, value);
	else if (isfinite(value))
		json_put(object, metric->name, json_integer(llround(value)));
}

static void set_numbers(json_t *object, const struct column_group *group, const struct host_values *values)
{
	for (const struct column *column = group->numbers; column < column_group_end(group); column++)
		set_number(object, &host_metrics[column->host], values->value[column->host]);
}

/* The object of the list whose `name` that is; two groups can show the same interface. */
static json_t *named(json_t *list, const char *name)
{
	json_t *object;
	size_t i;

	json_array_foreach(list, i, object)
	{
		if (!strcmp(json_string_value(json_object_get(object, "name")), name))
			return object;
	}
	object = json_made(json_object());
	json_put(object, "name", json_string(name));
	json_append(list, object);
	return object;
}

static void add_each(json_t *interval, const struct column_group *group, char *const *names,
		     const struct snapshot *snapshot)
{
	static const char *const lists[HOST_SCOPES] = {[HOST_LINKS] = "links", [HOST_DISKS] = "disks"};
	json_t *list = member(interval, lists[group->scope], json_array);

	for (; *names; names++) {
		const struct host_row *row = host_find(host_rows_of(&snapshot->host, group->scope), *names);

		if (row)
			set_numbers(named(list, *names), group, &row->values);
	}
}

/* top-cpu: top_cpu */
static void add_process(json_t *interval, const struct column_group *group, const struct host_row *row)
{
	char *key = memory_format("%s", group->name);
	json_t *object;

	for (char *c = key; *c; c++)
		*c = *c == '-' ? '_' : *c;
	if (*row->name) {
		object = member(interval, key, json_object);
		json_put(object, "pid", json_integer(row->pid));
		json_put(object, "process", json_string(row->name));
		set_numbers(object, group, &row->values);
	}
	free(key);
}

void json_add_host(json_t *interval, const struct output_settings *settings, const struct snapshot *snapshot)
{
	for (size_t i = 0; settings->columns && settings->columns[i]; i++) {
		const struct column_group *group = settings->columns[i];

		if (group->kind == COLUMNS_HOST)
			set_numbers(member(interval, "system", json_object), group, &snapshot->host.system);
		else if (group->kind == COLUMNS_HOST_EACH)
			add_each(interval, group, chosen_instances(settings, group), snapshot);
		else if (group->kind == COLUMNS_HOST_TOP)
			add_process(interval, group, &snapshot->host.top[group->top]);
	}
}
