/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options are rows of one table, which the parser and --help both read; the columns' rows come from
 * columns.c. Short letters and names are dstat's where it has them.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "options.h"

enum { TOP_MAX = 1 << 20, CELLS_MIN = 16, CELLS_MAX = 1 << 20, DELAY_MAX = 7 * 24 * 3600 };

static int refuse(char **complaint, char *sentence)
{
	*complaint = sentence;
	return -EINVAL;
}

/* Digits only: no sign, no space, no other base. */
static int parse_number(const char *text, unsigned long min, unsigned long max, unsigned long *number)
{
	const size_t digits = strspn(text, "0123456789");
	unsigned long value;

	if (!digits || digits > 12 || text[digits])
		return -EINVAL;
	value = strtoul(text, NULL, 10);
	if (value < min || value > max)
		return -ERANGE;
	*number = value;
	return 0;
}

static int set_number(const char *option, const char *text, unsigned long min, unsigned long max, unsigned long *number,
		      char **complaint)
{
	if (parse_number(text, min, max, number))
		return refuse(complaint, memory_format("%s takes a whole number from %lu to %lu, not '%s'", option, min,
						       max, text));
	return 0;
}

static int set_help(struct options *options, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	options->task = TASK_HELP;
	return 0;
}

static int set_version(struct options *options, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	options->task = TASK_VERSION;
	return 0;
}

static int set_list(struct options *options, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	options->task = TASK_LIST;
	return 0;
}

static int set_json(struct options *options, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	options->json = true;
	return 0;
}

static int set_listeners(struct options *options, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	options->listeners = true;
	return 0;
}

static int set_verbose(struct options *options, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	options->verbose = true;
	return 0;
}

static int set_noheaders(struct options *options, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	options->noheaders = true;
	return 0;
}

static int set_nocolor(struct options *options, const char *value, char **complaint)
{
	(void)value;
	(void)complaint;
	options->colour = COLOUR_NEVER;
	return 0;
}

static int set_color(struct options *options, const char *value, char **complaint)
{
	static const struct {
		const char *name;
		enum colour_choice choice;
	} choices[] = {{"auto", COLOUR_AUTO}, {"always", COLOUR_ALWAYS}, {"never", COLOUR_NEVER}};

	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
		if (!value || !strcmp(value, choices[i].name)) {
			options->colour = value ? choices[i].choice : COLOUR_ALWAYS;
			return 0;
		}
	}
	return refuse(complaint, memory_format("--color takes auto, always or never, not '%s'", value));
}

static int set_by(struct options *options, const char *value, char **complaint)
{
	char names[256] = "";
	const char *bad;
	size_t length;

	if (!dimension_parse(value, &options->by, &bad, &length))
		return 0;
	for (int dim = 0; dim < DIM_COUNT; dim++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", dim ? ", " : "",
			 dimensions[dim].name);
	return refuse(complaint, memory_format("--by takes each of %s at most once, separated by commas, not '%.*s'",
					       names, (int)(length < 64 ? length : 64), bad));
}

static int set_sort(struct options *options, const char *value, char **complaint)
{
	enum metric metric;

	if (metric_by_name(value, &metric))
		return refuse(complaint,
			      memory_format("--sort takes the name of a metric, not '%s'; --list names them", value));
	options->sort = (struct report_sort){{metric, METRIC_NONE}};
	return 0;
}

static int set_netns(struct options *options, const char *value, char **complaint)
{
	options->netns_self = !strcmp(value, "self");
	if (!options->netns_self && strcmp(value, "all"))
		return refuse(complaint,
			      memory_format("--netns takes self or all, not '%s'; --by netns tells them apart", value));
	return 0;
}

static int set_top(struct options *options, const char *value, char **complaint)
{
	return set_number("--top", value, 0, TOP_MAX, &options->top, complaint);
}

static int set_prefix4(struct options *options, const char *value, char **complaint)
{
	return set_number("--prefix4", value, 0, 32, &options->prefix4, complaint);
}

static int set_prefix6(struct options *options, const char *value, char **complaint)
{
	return set_number("--prefix6", value, 0, 128, &options->prefix6, complaint);
}

static int set_cells(struct options *options, const char *value, char **complaint)
{
	return set_number("--cells", value, CELLS_MIN, CELLS_MAX, &options->cells, complaint);
}

struct option_row {
	char letter; /* 0: none */
	const char *name;
	const char *argument; /* NULL: takes none; in brackets: may be left out, else after '=' */
	const char *help;
	int (*apply)(struct options *options, const char *value, char **complaint);
};

static const struct option_row rows[] = {
	{0, "by", "DIM[,DIM...]", "ranked table by subnet, port, process, name, cgroup, netns, proto, role", set_by},
	{0, "top", "N", "rows of a table or list, the rest is one row `other`; 0: all (default 10)", set_top},
	{0, "sort", "METRIC", "what to rank by (default: the view's own; --list names the metrics)", set_sort},
	{0, "listeners", NULL, "every listening TCP socket: owner, accept queue, what it dropped", set_listeners},
	{0, "json", NULL, "one JSON object per interval", set_json},
	{0, "prefix4", "BITS", "IPv4 subnets are this long; 32: single addresses (default 24)", set_prefix4},
	{0, "prefix6", "BITS", "IPv6 subnets are this long; 128: single addresses (default 64)", set_prefix6},
	{0, "netns", "WHICH", "self: only this network namespace; all (default)", set_netns},
	{0, "cells", "N", "memory for so many cells per interval, the rest is `other` (default 65536)", set_cells},
	{0, "color", "[=WHEN]", "auto, always or never", set_color},
	{0, "nocolor", NULL, "no colours", set_nocolor},
	{0, "noheaders", NULL, "do not repeat the header", set_noheaders},
	{0, "list", NULL, "name every column, dimension and metric, and exit", set_list},
	{'v', "verbose", NULL, "let libbpf speak on stderr", set_verbose},
	{'h', "help", NULL, "this text", set_help},
	{'V', "version", NULL, "the version", set_version},
};

enum { ROWS = sizeof(rows) / sizeof(*rows), LONG_BASE = 1000, COLUMN_BASE = 2000 };

struct getopt_tables {
	struct option longs[ROWS + OPTIONS_COLUMNS + 1];
	char shorts[2 * (ROWS + OPTIONS_COLUMNS) + 4];
};

static void add_letter(struct getopt_tables *tables, char letter)
{
	const size_t length = strlen(tables->shorts);

	if (letter) {
		tables->shorts[length] = letter;
		tables->shorts[length + 1] = 0;
	}
}

static struct getopt_tables make_tables(void)
{
	struct getopt_tables tables = {.shorts = ":"};
	struct option *next = tables.longs;

	for (int i = 0; i < ROWS; i++) {
		const char *argument = rows[i].argument;

		*next++ = (struct option){rows[i].name,
					  !argument	     ? no_argument
					  : *argument == '[' ? optional_argument
							     : required_argument,
					  NULL, LONG_BASE + i};
		add_letter(&tables, rows[i].letter);
	}
	for (size_t i = 0; i < column_group_count && i < OPTIONS_COLUMNS; i++) {
		*next++ = (struct option){column_groups[i].name, no_argument, NULL, COLUMN_BASE + i};
		add_letter(&tables, column_groups[i].letter);
	}
	return tables;
}

static const struct option_row *row_of(int code)
{
	if (code >= LONG_BASE && code < LONG_BASE + ROWS)
		return &rows[code - LONG_BASE];
	for (int i = 0; i < ROWS; i++) {
		if (code && rows[i].letter == code)
			return &rows[i];
	}
	return NULL;
}

static const struct column_group *column_of(int code)
{
	for (size_t i = 0; i < column_group_count; i++) {
		if (code == COLUMN_BASE + (int)i || (code && column_groups[i].letter == code))
			return &column_groups[i];
	}
	return NULL;
}

/* A column twice is a column once, as in dstat. */
static void add_column(struct options *options, const struct column_group *group)
{
	size_t i = 0;

	while (options->columns[i] && options->columns[i] != group)
		i++;
	if (i < OPTIONS_COLUMNS)
		options->columns[i] = group;
}

static int unknown_option(char **argv, char **complaint)
{
	if (optopt && optopt < LONG_BASE)
		return refuse(complaint,
			      memory_format("there is no option '-%c'; l4dstat --help names them all", optopt));
	if (optopt)
		return refuse(complaint, memory_format("option '%s' takes no value", argv[optind - 1]));
	return refuse(complaint,
		      memory_format("there is no option '%s'; l4dstat --help names them all", argv[optind - 1]));
}

static int parse_options(struct options *options, int argc, char **argv, char **complaint)
{
	const struct getopt_tables tables = make_tables();
	int code;

	optind = 0; /* start anew, GNU's way */
	opterr = 0;
	while ((code = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
		const struct option_row *row = row_of(code);
		const struct column_group *group = column_of(code);
		int err = 0;

		if (code == ':')
			return refuse(complaint, memory_format("option '%s' needs a value", argv[optind - 1]));
		if (row)
			err = row->apply(options, optarg, complaint);
		else if (group)
			add_column(options, group);
		else
			err = unknown_option(argv, complaint);
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
		return refuse(complaint, memory_format("the delay is a number of seconds from 0.01 to %d, not '%s'",
						       DELAY_MAX, text));
	options->delay = delay;
	return 0;
}

static int parse_arguments(struct options *options, int argc, char **argv, char **complaint)
{
	int err = 0;

	if (argc > 2)
		return refuse(complaint,
			      memory_format("after the delay and the count nothing may follow, as '%s' does", argv[2]));
	if (argc > 0)
		err = parse_delay(options, argv[0], complaint);
	if (!err && argc > 1 && parse_number(argv[1], 1, 1ul << 40, &options->count))
		err = refuse(complaint,
			     memory_format("the count is a whole number of intervals, at least 1, not '%s'", argv[1]));
	return err;
}

/* What cannot be had together. */
static int check_together(const struct options *options, char **complaint)
{
	if (options->columns[0] && (options->json || options->by.count))
		return refuse(complaint, memory_format("--%s is a column of the line output; leave out %s",
						       options->columns[0]->name, options->json ? "--json" : "--by"));
	if (options->listeners && (options->json || options->by.count || options->columns[0]))
		return refuse(complaint,
			      memory_format("--listeners is a view of its own; leave out %s%s",
					    options->json	? "--json (which has them too)"
					    : options->by.count ? "--by"
								: "--",
					    options->json || options->by.count ? "" : options->columns[0]->name));
	return 0;
}

static bool is_gauge(enum metric metric)
{
	return metric != METRIC_NONE && metrics[metric].kind == METRIC_GAUGE;
}

bool options_want_states(const struct options *options)
{
	bool wanted = options->json || options->listeners || is_gauge(options->sort.by[0]);

	for (size_t i = 0; options->columns[i]; i++)
		wanted |= options->columns[i]->numbers[0].title && is_gauge(options->columns[i]->numbers[0].sum[0]);
	return wanted;
}

int options_parse(struct options *options, int argc, char **argv, char **complaint)
{
	int err;

	*options = (struct options){
		.delay = 1,
		.top = 10,
		.prefix4 = 24,
		.prefix6 = 64,
		.cells = 65536,
		.sort.by = {METRIC_NONE},
	};
	err = parse_options(options, argc, argv, complaint);
	if (err || options->task != TASK_RUN)
		return err;
	return parse_arguments(options, argc - optind, argv + optind, complaint) ?: check_together(options, complaint);
}

static void print_option(FILE *file, char letter, const char *name, const char *argument, const char *help)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%c --%s%s%s", letter ? '-' : ' ', letter ?: ' ', letter ? ',' : ' ', name,
		 argument && *argument != '[' ? " " : "", argument ?: "");
	fprintf(file, "  %-26s %s\n", left, help);
}

void options_print_help(FILE *file)
{
	fputs("Usage: l4dstat [options] [delay [count]]\n"
	      "What TCP and UDP do on this host, and who it is: subnet, port, process. Needs root.\n\n"
	      "  l4dstat                       one line per second\n"
	      "  l4dstat 5 12                  a line every 5 seconds, 12 times\n"
	      "  l4dstat --by subnet           which remote /24 (IPv6: /64) the retransmits go to\n"
	      "  l4dstat --by process          which process sends or is hit by the UDP flood\n"
	      "  l4dstat --by subnet,port      who opens the connections, and to which port\n"
	      "  l4dstat --listeners           whose accept queues are full\n"
	      "  l4dstat -t --states           TCP sockets by state\n"
	      "  l4dstat --by subnet --prefix4 32   single addresses instead of subnets\n"
	      "  l4dstat --json 1 | jq .total  for machines\n\n"
	      "delay: seconds, fractions allowed (default 1). count: lines or tables (default: until Ctrl-C).\n\n"
	      "Options:\n",
	      file);
	for (int i = 0; i < ROWS; i++)
		print_option(file, rows[i].letter, rows[i].name, rows[i].argument, rows[i].help);
	fputs("\nColumns of the line, in the order given (default: what fits the terminal):\n", file);
	for (size_t i = 0; i < column_group_count; i++)
		print_option(file, column_groups[i].letter, column_groups[i].name, NULL, column_groups[i].help);
	fputs("\nExit status: 0 done or stopped by a signal, 1 failed while running, 2 wrong usage,\n"
	      "3 this kernel or these privileges cannot do it.\n",
	      file);
}

void options_print_list(FILE *file)
{
	fputs("Columns (--NAME):\n", file);
	for (size_t i = 0; i < column_group_count; i++)
		fprintf(file, "  %-20s %s\n", column_groups[i].name, column_groups[i].help);
	fputs("\nDimensions (--by):\n", file);
	for (int dim = 0; dim < DIM_COUNT; dim++)
		fprintf(file, "  %-20s %s\n", dimensions[dim].name, dimensions[dim].help);
	fputs("\nMetrics (--sort, keys of --json):\n", file);
	for (int m = 0; m < METRIC_COUNT; m++)
		fprintf(file, "  %-20s %s\n", metrics[m].name, metrics[m].help);
}
