/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parser: option_table.c's rows given to getopt_long(), the delay and the count, and what cannot be had together.
 * How values are read is in option_value.c, what --help says in help.c.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "nearest.h"
#include "option_filter.h"
#include "option_table.h"
#include "option_value.h"
#include "options.h"
#include "text.h"

enum {
	DELAY_MAX = 7 * 24 * 3600,
	OPTIONS_MAX = 128,
	LONG_BASE = 1000,
	TOP_DEFAULT = 10,
	PREFIX4_DEFAULT = 24,
	PREFIX6_DEFAULT = 64,
};

#define NOT_GIVEN ULONG_MAX /* no number that can be */

struct getopt_tables {
	struct option longs[OPTIONS_MAX + 1];
	char shorts[3 * OPTIONS_MAX + 2];
};

static void add_letter(struct getopt_tables *tables, const struct option_row *row)
{
	const size_t length = strlen(tables->shorts);

	if (row->letter)
		snprintf(tables->shorts + length, sizeof(tables->shorts) - length, "%c%s", row->letter,
			 !row->argument	 ? ""
			 : row->optional ? "::"
					 : ":");
}

static struct getopt_tables make_tables(void)
{
	struct getopt_tables tables = {.shorts = ":"};

	for (size_t i = 0; i < option_count() && i < OPTIONS_MAX; i++) {
		const struct option_row row = option_row(i);
		const int argument = !row.argument ? no_argument : row.optional ? optional_argument : required_argument;

		tables.longs[i] = (struct option){row.name, argument, NULL, LONG_BASE + i};
		add_letter(&tables, &row);
	}
	return tables;
}

/* Which option getopt_long() has found; count: none. */
static size_t option_of(int code)
{
	size_t i = 0;

	if (code >= LONG_BASE)
		return code - LONG_BASE;
	while (i < option_count() && (!code || option_row(i).letter != code))
		i++;
	return i;
}

static const char *option_name(size_t i)
{
	return i < option_count() ? option_row(i).name : NULL;
}

/* The names that begin like this, with commas between; to be freed. */
static char *names_like(const char *beginning, size_t length)
{
	char *names = memory_format("%s", "");

	for (size_t i = 0; i < option_count(); i++) {
		if (!strncmp(option_name(i), beginning, length)) {
			char *longer = memory_format("%s%s--%s", names, *names ? ", " : "", option_name(i));

			free(names);
			names = longer;
		}
	}
	return names;
}

/* A long option that is none: it could be several, or is like one, or is like nothing. */
static int unknown_long_option(const char *given, char **complaint)
{
	const size_t length = strcspn(given + 2, "=");
	char *word = memory_format("%.*s", (int)length, given + 2);
	char *names = names_like(word, length);
	const char *nearest = nearest_name(word, option_name);

	if (*names)
		option_refuse(complaint, memory_format("option '%s' could be any of %s", given, names));
	else
		option_refuse(complaint,
			      memory_format("there is no option '%s'%s%s%s; l4dstat --help names them all", given,
					    nearest ? " (did you mean --" : "", nearest ?: "", nearest ? "?)" : ""));
	free(names);
	free(word);
	return -EINVAL;
}

static int unknown_option(char **argv, char **complaint)
{
	const char *given = argv[optind - 1];

	if (optopt && optopt < LONG_BASE)
		return option_refuse(complaint,
				     memory_format("there is no option '-%c'; l4dstat --help names them all", optopt));
	if (optopt)
		return option_refuse(complaint, memory_format("option '%s' takes no value", given));
	return unknown_long_option(given, complaint);
}

static int parse_options(struct options *options, int argc, char **argv, char **complaint)
{
	const struct getopt_tables tables = make_tables();
	int code;

	optind = 0; /* start anew, GNU's way */
	opterr = 0;
	while ((code = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
		const size_t option = option_of(code);
		int err;

		if (code == ':')
			return option_refuse(complaint, memory_format("option '%s' needs a value", argv[optind - 1]));
		if (option < option_count()) {
			const struct option_row row = option_row(option);

			err = row.apply(options, &row, optarg, complaint);
		} else {
			err = unknown_option(argv, complaint);
		}
		if (err)
			return err;
	}
	return 0;
}

static int parse_delay(struct options *options, const char *text, char **complaint)
{
	char *end;
	const double delay = strtod(text, &end);

	if (end == text || *end || !isfinite(delay) || delay < 0.01 || delay > DELAY_MAX)
		return option_refuse(
			complaint,
			memory_format("the delay is a number of seconds from 0.01 to %d, not '%s'", DELAY_MAX, text));
	options->delay = delay;
	options->delay_given = true;
	return 0;
}

static int parse_arguments(struct options *options, int argc, char **argv, char **complaint)
{
	int err = 0;

	if (argc > 2)
		return option_refuse(
			complaint,
			memory_format("after the delay and the count nothing may follow, as '%s' does", argv[2]));
	if (argc > 0)
		err = parse_delay(options, argv[0], complaint);
	if (!err && argc > 1 && option_read_number(argv[1], 1, 1ul << 40, &options->count))
		err = option_refuse(
			complaint,
			memory_format("the count is a whole number of intervals, at least 1, not '%s'", argv[1]));
	return err;
}

static bool needs_states(enum metric metric)
{
	return metric != METRIC_NONE && metric_needs_states(metric);
}

static bool group_needs_states(const struct column_group *group)
{
	bool needed = false;

	for (const struct column *column = group->numbers; column < column_group_end(group); column++) {
		for (const enum metric *metric = column->sum; !column->host && *metric != METRIC_NONE; metric++)
			needed |= metric_needs_states(*metric);
	}
	return needed;
}

/* What counts sockets without their remote address, as it is written on the command line; to be freed; NULL: nothing.
 */
static char *without_address(const struct options *options)
{
	const enum metric sort = options->sort.by[0];
	const char *rule, *measure = alert_rules_without_address(&options->alerts, &rule);

	if (measure)
		return memory_format("%s of --alert '%s'", measure, rule);
	if (sort != METRIC_NONE && !metric_has_address(sort))
		return memory_format("--sort %s", metrics[sort].name);
	for (size_t i = 0; options->columns[i]; i++) {
		const struct column *first = &options->columns[i]->numbers[0];

		if (!column_group_is_host(options->columns[i]) && !metric_has_address(first->sum[0]))
			return memory_format("--%s", options->columns[i]->name);
	}
	return NULL;
}

/* A column that is of all that the host does, or NULL. */
static const struct column_group *host_column(const struct options *options)
{
	for (size_t i = 0; options->columns[i]; i++) {
		if (column_group_parts(options->columns[i]))
			return options->columns[i];
	}
	return NULL;
}

/* A column that is not the host's, or NULL. */
static const struct column_group *layer4_column(const struct options *options)
{
	for (size_t i = 0; options->columns[i]; i++) {
		if (!column_group_is_host(options->columns[i]))
			return options->columns[i];
	}
	return NULL;
}

/* What a filter cannot be had together with. */
static int check_filtered(const struct options *options, char **complaint)
{
	const struct filter *filter = &options->filter;
	const struct column_group *host = filter_is_empty(filter) ? NULL : host_column(options);
	char *view = filter_has_address(filter) ? without_address(options) : NULL;

	if (host) {
		free(view);
		return option_refuse(complaint, memory_format("--%s is of the whole host, no filter can go by that; "
							      "leave out one of them",
							      host->name));
	}

	if (view) {
		option_refuse(complaint,
			      memory_format("%s counts sockets without their remote address, which --subnet, "
					    "-4, -6 and --no-loopback go by; leave out one of them",
					    view));
		free(view);
		return -EINVAL;
	}
	if (options->listeners && filter->subnet_count)
		return option_refuse(complaint, memory_format("--listeners shows sockets that have no remote side, "
							      "which --subnet goes by; leave out one of them"));
	if (filter->subnet_count && alert_rules_of_listeners(&options->alerts))
		return option_refuse(complaint, memory_format("--alert '%s' is about sockets that have no remote side, "
							      "which --subnet goes by; leave out one of them",
							      alert_rules_of_listeners(&options->alerts)));
	if (options->listeners && filter->udp && !filter->tcp)
		return option_refuse(complaint, memory_format("--listeners shows TCP sockets; leave out --proto udp"));
	/* How long the prefixes of a recording are is seen when it is read. */
	return options->replay[0] && !(options->prefix4_given && options->prefix6_given)
		       ? 0
		       : option_check_filter(options, complaint);
}

int options_check_prefixes(const struct options *options, unsigned int prefix4, unsigned int prefix6, char **complaint)
{
	struct options fitted = *options;

	fitted.prefix4 = prefix4;
	fitted.prefix6 = prefix6;
	return option_check_filter(&fitted, complaint);
}

/* What a recording cannot be had together with. */
static int check_replay(const struct options *options, char **complaint)
{
	if (options->delay_given)
		return option_refuse(complaint,
				     memory_format("the intervals of a recording are as long as they were; leave "
						   "out the delay, --speed says how fast they pass"));
	if (options->netns != OPTIONS_NETNS_ALL)
		return option_refuse(complaint,
				     memory_format("--netns is for what is counted now; a recording has what it "
						   "has, --by netns tells it apart"));
	for (const char *const *file = options->replay; options->record && *file; file++) {
		if (!strcmp(*file, options->record))
			return option_refuse(complaint, memory_format("--record and --replay are one file, '%s'; name "
								      "another one to write to",
								      *file));
	}
	return 0;
}

/* What means nothing without an option that is not there. */
static int check_alone(const struct options *options, char **complaint)
{
	const char *without_replay = options->from.kind	   ? "from"
				     : options->to.kind	   ? "to"
				     : options->speed >= 0 ? "speed"
							   : NULL;
	const char *without_record = options->record_max ? "record-max" : options->record_keep ? "record-keep" : NULL;

	if (without_replay && !options->replay[0])
		return option_refuse(complaint,
				     memory_format("--%s is for what was recorded; add --replay FILE", without_replay));
	if (without_record && !options->record)
		return option_refuse(complaint,
				     memory_format("--%s is for a recording; add --record FILE", without_record));
	return options->replay[0] ? check_replay(options, complaint) : 0;
}

/* What is told apart cannot be counted in one row. */
static int check_distinct(const struct options *options, char **complaint)
{
	const struct metric_info *metric = &metrics[options->sort.by[0]];

	if (options->sort.by[0] == METRIC_NONE || metric->kind != METRIC_DISTINCT ||
	    !dimension_listed(&options->by, metric->dimension))
		return 0;
	return option_refuse(complaint,
			     memory_format("--sort %s counts each %s of a row, and --by %s gives each of them "
					   "a row; leave out one of them",
					   metric->name, dimensions[metric->dimension].name,
					   dimensions[metric->dimension].name));
}

/* What cannot be had together. */
static int check_together(const struct options *options, char **complaint)
{
	const struct column_group *layer4 = layer4_column(options);

	if (options->on_alert && !options->alerts.count)
		return option_refuse(complaint,
				     memory_format("--on-alert needs rules; add --alert default, or others"));
	if (options->json && options->csv)
		return option_refuse(complaint, memory_format("standard output takes one of --json and --csv; "
							      "-o FILE writes the other one as well"));
	if (options->floats && options->integers)
		return option_refuse(complaint, memory_format("--float and --integer exclude each other"));
	if (options->columns[0] && options->by.count)
		return option_refuse(complaint, memory_format("--%s is a column of the line output; leave out --by",
							      options->columns[0]->name));
	if (options->json && layer4)
		return option_refuse(
			complaint,
			memory_format("--json has all of Layer 4, it takes no --%s; leave it out", layer4->name));
	if (options->listeners && (options->json || options->by.count || options->columns[0]))
		return option_refuse(
			complaint, memory_format("--listeners is a view of its own; leave out %s%s",
						 options->json	     ? "--json (which has them too)"
						 : options->by.count ? "--by"
								     : "--",
						 options->json || options->by.count ? "" : options->columns[0]->name));
	return 0;
}

static bool shows(const struct options *options, enum host_scope scope)
{
	for (size_t i = 0; options->columns[i]; i++) {
		if (options->columns[i]->kind == COLUMNS_HOST_EACH && options->columns[i]->scope == scope)
			return true;
	}
	return false;
}

static void apply_by_name(struct options *options, const char *name)
{
	for (size_t i = 0; i < option_count(); i++) {
		const struct option_row row = option_row(i);

		if (!strcmp(row.name, name))
			row.apply(options, &row, NULL, NULL);
	}
}

/* Who names interfaces wants to see them; -f alone is dstat's default line in full. */
static void complete_columns(struct options *options)
{
	static const char *const usual[] = {[HOST_LINKS] = "net", [HOST_DISKS] = "disk"};

	if (options->full && !options->columns[0] && !options->instances[HOST_LINKS] && !options->instances[HOST_DISKS])
		apply_by_name(options, "all");
	for (enum host_scope scope = HOST_LINKS; scope <= HOST_DISKS; scope++) {
		if (options->instances[scope] && !shows(options, scope))
			option_add_column(options, column_group_by_name(usual[scope]));
	}
}

bool options_want_programs(const struct options *options)
{
	bool wanted = !options->columns[0] || options->alerts.count || options->record;

	for (size_t i = 0; options->columns[i]; i++)
		wanted |= !column_group_is_host(options->columns[i]);
	return wanted;
}

unsigned int options_host_parts(const struct options *options)
{
	unsigned int parts = 0;

	for (size_t i = 0; options->columns[i]; i++)
		parts |= column_group_parts(options->columns[i]);
	return parts;
}

int options_check_recorded(const struct options *options, unsigned int parts, char **complaint)
{
	for (size_t i = 0; options->columns[i]; i++) {
		const struct column_group *group = options->columns[i];

		if (column_group_parts(group) & ~parts)
			return option_refuse(complaint,
					     memory_format("--%s was not recorded; leave it out, and to have it "
							   "another time say it together with --record",
							   group->name));
	}
	return 0;
}

char **options_with_environment(int *argc, char **argv)
{
	const char *environment = getenv("L4DSTAT_OPTS") ?: "";
	const size_t length = strlen(environment), most = *argc + length + 1;
	char **all = memory_new(1, most * sizeof(*all) + length + 1); /* the words stand behind the list */
	char *words = strcpy((char *)(all + most), environment), *rest;
	int count = 0;

	all[count++] = argv[0];
	for (char *word = strtok_r(words, " \t\n", &rest); word; word = strtok_r(NULL, " \t\n", &rest))
		all[count++] = word;
	for (int i = 1; i < *argc; i++)
		all[count++] = argv[i];
	*argc = count;
	return all;
}

bool options_want_states(const struct options *options)
{
	bool wanted = needs_states(options->sort.by[0]) || alert_rules_want_states(&options->alerts) || options->record;

	for (size_t i = 0; options->columns[i]; i++)
		wanted |= group_needs_states(options->columns[i]);
	return wanted;
}

/* What was given may hold anything; the sentence about it is shown on a terminal. */
static void make_printable(char **complaint)
{
	const size_t length = strlen(*complaint);
	char *printable = memory_new(length + 1, 1);

	text_printable(printable, length + 1, (const uint8_t *)*complaint, length);
	free(*complaint);
	*complaint = printable;
}

/* Takes the default where nothing else was given. Returns whether something was. */
static bool complete(unsigned long *number, unsigned long by_default)
{
	const bool given = *number != NOT_GIVEN;

	if (!given)
		*number = by_default;
	return given;
}

static int parse(struct options *options, int argc, char **argv, char **complaint)
{
	int err = parse_options(options, argc, argv, complaint);

	options->top_given = complete(&options->top, TOP_DEFAULT);
	options->prefix4_given = complete(&options->prefix4, PREFIX4_DEFAULT);
	options->prefix6_given = complete(&options->prefix6, PREFIX6_DEFAULT);
	if (err || options->task != TASK_RUN)
		return err;
	err = parse_arguments(options, argc - optind, argv + optind, complaint);
	if (err)
		return err;
	complete_columns(options);
	if (options->sort.by[0] == METRIC_NONE)
		options->sort = report_proto_sort(&options->by, filter_proto(&options->filter));
	return check_together(options, complaint)
		       ?: check_alone(options, complaint)
		       ?: check_distinct(options, complaint)
		       ?: check_filtered(options, complaint);
}

int options_parse(struct options *options, int argc, char **argv, char **complaint)
{
	int err;

	*complaint = NULL;
	*options = (struct options){
		.delay = 1,
		.top = NOT_GIVEN,
		.prefix4 = NOT_GIVEN,
		.prefix6 = NOT_GIVEN,
		.speed = OPTIONS_SPEED_AS_FITS,
		.cells = 65536,
		.metrics_top = 10,
		.alert_hold = 60,
		.sort.by = {METRIC_NONE},
	};
	err = parse(options, argc, argv, complaint);
	if (err)
		make_printable(complaint);
	return err;
}
