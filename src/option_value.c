/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the values of options. Which option has which is option_table.c's. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert_parse.h"
#include "extension.h"
#include "memory.h"
#include "nearest.h"
#include "option_value.h"
#include "options.h"

enum { WORD_SHOWN = 64 }; /* of a word that is refused */

static const double speed_min = 0.001;

static void *field_of(struct options *options, const struct option_row *row)
{
	return (char *)options + row->field;
}

int option_refuse(char **complaint, char *sentence)
{
	*complaint = sentence;
	return -EINVAL;
}

int option_read_number(const char *text, unsigned long min, unsigned long max, unsigned long *number)
{
	const size_t digits = strspn(text, "0123456789");
	unsigned long value;

	if (!digits || digits > 18 || text[digits])
		return -EINVAL;
	value = strtoul(text, NULL, 10);
	if (value < min || value > max)
		return -ERANGE;
	*number = value;
	return 0;
}

int option_apply_flag(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	*(bool *)field_of(options, row) = true;
	return 0;
}

int option_apply_chosen(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	*(unsigned int *)field_of(options, row) = row->chosen;
	return 0;
}

/* "auto, always or never"; to be freed. */
static char *alternatives(const struct option_row *row)
{
	char *text = memory_format("%s", option_word(row, 0));

	for (size_t i = 1; option_word(row, i); i++) {
		char *longer =
			memory_format("%s%s%s", text, option_word(row, i + 1) ? ", " : " or ", option_word(row, i));

		free(text);
		text = longer;
	}
	return text;
}

int option_apply_word(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	unsigned int i = 0;
	char *words;

	if (!value)
		return option_apply_chosen(options, row, value, complaint);
	while (row->words[i] && strcmp(row->words[i], value))
		i++;
	if (row->words[i]) {
		*(unsigned int *)field_of(options, row) = row->min + i;
		return 0;
	}
	words = alternatives(row);
	option_refuse(complaint, memory_format("--%s takes %s, not '%s'", row->name, words, value));
	free(words);
	return -EINVAL;
}

int option_apply_number(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	if (option_read_number(value, row->min, row->max, field_of(options, row)))
		return option_refuse(complaint, memory_format("--%s takes a whole number from %lu to %lu, not '%s'",
							      row->name, row->min, row->max, value));
	return 0;
}

int option_apply_dimensions(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	const char *bad;
	size_t length;
	char *all;

	if (!dimension_parse(value, field_of(options, row), &bad, &length))
		return 0;
	all = alternatives(row);
	option_refuse(complaint, memory_format("--%s takes %s, each at most once, with commas between, not '%.*s'",
					       row->name, all, (int)(length < WORD_SHOWN ? length : WORD_SHOWN), bad));
	free(all);
	return -EINVAL;
}

static const char *metric_name(size_t i)
{
	return i < METRIC_COUNT ? metrics[i].name : NULL;
}

int option_apply_metric(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	enum metric metric;
	const char *nearest;

	if (!metric_by_name(value, &metric)) {
		*(struct report_sort *)field_of(options, row) = (struct report_sort){{metric, METRIC_NONE}};
		return 0;
	}
	nearest = nearest_name(value, metric_name);
	return option_refuse(complaint,
			     memory_format("--%s takes the name of a metric, not '%s'%s%s%s; l4dstat --list names them",
					   row->name, value, nearest ? " (did you mean " : "", nearest ?: "",
					   nearest ? "?)" : ""));
}

int option_apply_text(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	if (!*value)
		return option_refuse(complaint, memory_format("--%s takes %s, not ''", row->name, row->argument));
	*(const char **)field_of(options, row) = value;
	return 0;
}

void option_add_column(struct options *options, const struct column_group *group)
{
	size_t i = 0;

	while (options->columns[i] && options->columns[i] != group)
		i++;
	if (i < OPTIONS_COLUMNS)
		options->columns[i] = group;
}

int option_apply_columns(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	for (size_t i = 0; row->words[i]; i++)
		option_add_column(options, column_group_by_name(row->words[i]));
	return 0;
}

int option_apply_column(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	option_add_column(options, row->column);
	return 0;
}

/* A whole number and one of the letters of units, which are worth values[]. */
static int read_with_unit(const char *text, const char *units, const unsigned long *values, unsigned long *number)
{
	const size_t digits = strspn(text, "0123456789");
	const char *unit = digits && digits <= 9 && text[digits] ? strchr(units, text[digits]) : NULL;

	if (!unit || text[digits + 1] || !strtoul(text, NULL, 10))
		return -EINVAL;
	*number = strtoul(text, NULL, 10) * values[unit - units];
	return 0;
}

int option_apply_size(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	static const unsigned long bytes[] = {1ul << 10, 1ul << 20, 1ul << 30, 1ul << 40};

	if (read_with_unit(value, "kMGT", bytes, field_of(options, row)))
		return option_refuse(
			complaint,
			memory_format("--%s takes a size such as 500M or 1G (k, M, G, T), not '%s'", row->name, value));
	return 0;
}

int option_apply_age(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	static const unsigned long seconds[] = {1, 60, 3600, 86400};

	if (read_with_unit(value, "smhd", seconds, field_of(options, row)))
		return option_refuse(
			complaint,
			memory_format("--%s takes a time such as 7d or 12h (s, m, h, d), not '%s'", row->name, value));
	return 0;
}

int option_apply_moment(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	if (moment_parse(value, field_of(options, row)))
		return option_refuse(complaint,
				     memory_format("--%s takes a time such as 02:00, 2026-11-23T02:00 or seconds "
						   "since 1970, not '%s'",
						   row->name, value));
	return 0;
}

int option_apply_speed(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	char *end;
	const double speed = strtod(value, &end);

	if (end == value || *end || !isfinite(speed) || speed < 0 || (speed > 0 && speed < speed_min))
		return option_refuse(complaint,
				     memory_format("--%s takes a number, 2 for twice as fast, 0 for as fast as can "
						   "be, not '%s'",
						   row->name, value));
	options->speed = speed;
	return 0;
}

/* Adds to a list that ends with NULL. */
static int add_file(const char **files, const struct option_row *row, const char *value, char **complaint)
{
	size_t count = 0;

	while (files[count])
		count++;
	if (count == OPTIONS_FILES)
		return option_refuse(complaint, memory_format("--%s takes at most %d files, and '%s' is one more",
							      row->name, OPTIONS_FILES, value));
	files[count] = value;
	return 0;
}

int option_apply_replay(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	if (!*value)
		return option_refuse(complaint, memory_format("--%s takes %s, not ''", row->name, row->argument));
	return add_file(options->replay, row, value, complaint);
}

int option_apply_output(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	struct extension extension;

	if (!strcmp(value, "-")) {
		options->csv = true;
		return 0;
	}
	if (extension_of(value, &extension))
		return option_refuse(
			complaint,
			memory_format("--%s takes a file whose name ends in its format, not '%s'; there are %s",
				      row->name, value, extension_names));
	return add_file(options->files, row, value, complaint);
}

int option_apply_listen(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	if (listen_parse(value, &options->listen))
		return option_refuse(complaint, memory_format("--%s takes an address and a port, as in 127.0.0.1:9474, "
							      "[::1]:9474 or :9474, not '%s'",
							      row->name, value));
	return 0;
}

int option_apply_textfile(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	static const char end[] = ".prom";
	const size_t length = strlen(value);

	if (length < sizeof(end) || strcmp(value + length - strlen(end), end))
		return option_refuse(complaint,
				     memory_format("--%s takes a file whose name ends in %s, as node_exporter reads no "
						   "other, not '%s'",
						   row->name, end, value));
	options->textfile = value;
	return 0;
}

int option_apply_alert(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	char *why;

	if (!alert_parse(&options->alerts, value, &why))
		return 0;
	option_refuse(complaint, memory_format("--%s '%.*s': %s", row->name, 2 * WORD_SHOWN, value, why));
	free(why);
	return -EINVAL;
}
