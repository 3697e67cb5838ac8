/* SPDX-License-Identifier: GPL-2.0 */
/* The JSON Schema files: templates whose members "$metrics" become what metrics.def says, so that they cannot differ.
 */
#include <jansson.h>
#include <string.h>

#include "docs.h"
#include "host.h"
#include "metrics.h"

static json_t *schema_of(enum metric metric)
{
	return json_pack("{s:s, s:s}", "type", metrics[metric].kind == METRIC_RATIO ? "number" : "integer",
			 "description", metrics[metric].help);
}

static int add_metrics(json_t *object, const char *which)
{
	for (int m = 0; m < METRIC_COUNT; m++) {
		const bool gauge = metrics[m].kind == METRIC_GAUGE;

		if ((strcmp(which, "total") || !gauge) && (strcmp(which, "gauges") || gauge) &&
		    json_object_set_new(object, metrics[m].name, schema_of(m)))
			return -1;
	}
	return 0;
}

/* Of the host: those of a scope, or all (HOST_SCOPES). */
static int add_host_metrics(json_t *object, enum host_scope scope)
{
	for (int m = HOST_NONE + 1; m < HOST_METRIC_COUNT; m++) {
		if ((scope == HOST_SCOPES || host_metrics[m].scope == scope) &&
		    json_object_set_new(object, host_metrics[m].name,
					json_pack("{s:s, s:s}", "type",
						  host_is_whole(&host_metrics[m]) ? "integer" : "number", "description",
						  host_metrics[m].help)))
			return -1;
	}
	return 0;
}

/* Of cells: no ratios, nor what is counted anew for each row. */
static int add_names(json_t *object)
{
	json_t *names = json_array();

	for (int m = 0; m < METRIC_COUNT; m++) {
		if (metrics[m].proto && metrics[m].cells != CELL_LISTENER &&
		    json_array_append_new(names, json_string(metrics[m].name)))
			return -1;
	}
	return json_object_set_new(object, "enum", names);
}

static int expand(json_t *value)
{
	static const char *const scopes[HOST_SCOPES] = {[HOST_SYSTEM] = "system",
							[HOST_LINKS] = "links",
							[HOST_DISKS] = "disks",
							[HOST_PROCESSES] = "processes"};
	const char *which = json_string_value(json_object_get(value, "$metrics")), *key;
	json_t *member;
	size_t i;
	int err = 0;

	json_object_foreach(value, key, member) err = err ?: expand(member);
	json_array_foreach(value, i, member) err = err ?: expand(member);
	if (!which || err)
		return err;
	for (int scope = 0; scope < HOST_SCOPES && !err; scope++) {
		if (!strcmp(which, scopes[scope]))
			return add_host_metrics(value, scope) ?: json_object_del(value, "$metrics");
	}
	err = !strcmp(which, "names") ? add_names(value) : add_metrics(value, which);
	if (!err && !strcmp(which, "rows"))
		err = add_host_metrics(value, HOST_SCOPES);
	return err ?: json_object_del(value, "$metrics");
}

int docs_schema(FILE *out, const char *template)
{
	json_error_t error;
	json_t *schema = json_load_file(template, 0, &error);
	int err;

	if (!schema) {
		fprintf(stderr, "%s:%d: %s\n", template, error.line, error.text);
		return -1;
	}
	err = expand(schema) ?: json_dumpf(schema, out, JSON_INDENT(1)) ?: fputc('\n', out) == EOF;
	json_decref(schema);
	return err;
}
