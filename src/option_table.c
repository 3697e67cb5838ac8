/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rows. Short letters and names are dstat's where it has them. How values are read is in option_value.c, what
 * cannot be had together in options.c.
 */
#include <stdlib.h>

#include "columns.h"
#include "memory.h"
#include "option_filter.h"
#include "option_table.h"
#include "option_value.h"
#include "options.h"
#include "slots.h"

enum { TOP_MAX = 1 << 20, CELLS_MIN = 16, CELLS_MAX = 1 << 20, ALERT_HOLD_MAX = 7 * 24 * 3600 };

const char *const option_group_titles[OPTION_GROUP_COUNT] = {
	[OPTION_GROUP_VIEW] = "What is shown",
	[OPTION_GROUP_COLUMNS] = "Columns of the line, in the order given",
	[OPTION_GROUP_DSTAT] = "dstat's columns, which may stand beside those and alone need no root",
	[OPTION_GROUP_FILTER] = "Only some of the traffic",
	[OPTION_GROUP_FORMAT] = "For machines and for later",
	[OPTION_GROUP_ALERTS] = "When something is wrong",
	[OPTION_GROUP_COUNTING] = "How it is counted",
	[OPTION_GROUP_LOOKS] = "Looks",
	[OPTION_GROUP_OTHER] = "Other",
};

const struct option_example option_examples[] = {
	{"l4dstat", "one line per second"},
	{"l4dstat 5 12", "a line every 5 seconds, 12 times"},
	{"l4dstat --by subnet", "which remote /24 the retransmits go to"},
	{"l4dstat --by process --proto udp", "who floods, or is flooded"},
	{"l4dstat --by subnet,port", "who connects, and to which port"},
	{"l4dstat --by subnet --prefix4 32", "single addresses instead of subnets"},
	{"l4dstat --subnet 10.0.0.0/8 --by port", "what that network uses"},
	{"l4dstat --listeners", "whose accept queues are full"},
	{"l4dstat -t --states", "TCP sockets by state"},
	{"l4dstat -tnp --tcp --udp", "dstat's own columns, without root"},
	{"l4dstat --json 1 | jq .total", "for machines"},
	{"l4dstat --alert default", "tells of storms, floods, leaks and scans"},
	{"l4dstat --record l4.jsonl.gz", "for later"},
	{"l4dstat --replay l4.jsonl.gz --by port", "what it was then"},
	{},
};

/* The order of these words is that of the enums they are written to. */
static const char *const colour_words[] = {"auto", "always", "never", NULL};
static const char *const json_words[] = {"lines", "rows", NULL};
static const char *const proto_words[] = {"tcp", "udp", NULL};
static const char *const netns_words[] = {"all", "self", NULL};

static const char *const all_columns[] = {"cpu", "disk", "net", "page", "sys", NULL}; /* dstat's */

static const struct option_row rows[] = {
	{
		.name = "by",
		.argument = "DIM",
		.list = true,
		.help = "ranked table by one or several of",
		.group = OPTION_GROUP_VIEW,
		.value = OPTION_VALUE_DIMENSION,
		.apply = option_apply_dimensions,
		.field = offsetof(struct options, by),
	},
	{
		.name = "top",
		.argument = "N",
		.help = "rows of a table or list, the rest is one row `other`; 0: all (default 10)",
		.group = OPTION_GROUP_VIEW,
		.apply = option_apply_number,
		.field = offsetof(struct options, top),
		.max = TOP_MAX,
	},
	{
		.name = "sort",
		.argument = "METRIC",
		.help = "what to rank by (default: the view's own)",
		.group = OPTION_GROUP_VIEW,
		.value = OPTION_VALUE_METRIC,
		.apply = option_apply_metric,
		.field = offsetof(struct options, sort),
	},
	{
		.name = "listeners",
		.help = "every listening TCP socket: owner, accept queue, what it dropped",
		.group = OPTION_GROUP_VIEW,
		.apply = option_apply_flag,
		.field = offsetof(struct options, listeners),
	},
	{
		.name = "port",
		.argument = "PORT",
		.list = true,
		.help = "service ports, and ranges such as 8000-8010",
		.group = OPTION_GROUP_FILTER,
		.apply = option_apply_ports,
	},
	{
		.name = "subnet",
		.argument = "CIDR",
		.list = true,
		.help = "remote networks, IPv4 or IPv6, no finer than the subnets that are counted",
		.group = OPTION_GROUP_FILTER,
		.apply = option_apply_subnets,
	},
	{
		.name = "pid",
		.argument = "PID",
		.list = true,
		.help = "processes by their id",
		.group = OPTION_GROUP_FILTER,
		.value = OPTION_VALUE_PID,
		.apply = option_apply_pids,
	},
	{
		.name = "process",
		.argument = "NAME",
		.list = true,
		.help = "processes by their name, as the views show it; also kernel, unknown",
		.group = OPTION_GROUP_FILTER,
		.value = OPTION_VALUE_PROCESS_NAME,
		.apply = option_apply_names,
	},
	{
		.name = "proto",
		.argument = "PROTO",
		.list = true,
		.help = "tcp or udp",
		.group = OPTION_GROUP_FILTER,
		.value = OPTION_VALUE_WORD,
		.apply = option_apply_protos,
		.words = proto_words,
	},
	{
		.letter = '4',
		.name = "ipv4",
		.help = "IPv4 alone, also in IPv6 sockets",
		.group = OPTION_GROUP_FILTER,
		.apply = option_apply_flag,
		.field = offsetof(struct options, filter.ipv4),
	},
	{
		.letter = '6',
		.name = "ipv6",
		.help = "IPv6 alone",
		.group = OPTION_GROUP_FILTER,
		.apply = option_apply_flag,
		.field = offsetof(struct options, filter.ipv6),
	},
	{
		.name = "no-loopback",
		.help = "nothing to or from 127.0.0.0/8 and ::1",
		.group = OPTION_GROUP_FILTER,
		.apply = option_apply_flag,
		.field = offsetof(struct options, filter.no_loopback),
	},
	{
		.name = "json",
		.argument = "FORM",
		.optional = true,
		.help = "JSON, one object per interval; rows: flat, one object per row",
		.group = OPTION_GROUP_FORMAT,
		.value = OPTION_VALUE_WORD,
		.apply = option_apply_word,
		.field = offsetof(struct options, json),
		.chosen = OPTIONS_JSON_LINES,
		.words = json_words,
		.min = OPTIONS_JSON_LINES,
	},
	{
		.name = "csv",
		.help = "CSV instead of lines or tables, counts per interval",
		.group = OPTION_GROUP_FORMAT,
		.apply = option_apply_flag,
		.field = offsetof(struct options, csv),
	},
	{
		.letter = 'o',
		.name = "output",
		.argument = "FILE",
		.help = "write to FILE as well, in the format its name ends in: .csv, .json, .jsonl, .rows.json, each "
			"also with .gz; several are possible; -: same as --csv",
		.group = OPTION_GROUP_FORMAT,
		.value = OPTION_VALUE_FILE,
		.apply = option_apply_output,
	},
	{
		.name = "listen",
		.argument = "ADDR:PORT",
		.help = "serve /metrics to Prometheus over HTTP; :PORT is that of 127.0.0.1",
		.group = OPTION_GROUP_FORMAT,
		.apply = option_apply_listen,
	},
	{
		.name = "textfile",
		.argument = "FILE",
		.help = "write the same to FILE.prom each interval, for node_exporter's textfile collector",
		.group = OPTION_GROUP_FORMAT,
		.value = OPTION_VALUE_FILE,
		.apply = option_apply_textfile,
	},
	{
		.name = "metrics-top",
		.argument = "N",
		.help = "ports, subnets and processes that have series of their own there; 0: totals alone (default "
			"10)",
		.group = OPTION_GROUP_FORMAT,
		.apply = option_apply_number,
		.field = offsetof(struct options, metrics_top),
		.max = SLOTS_MAX,
	},
	{
		.name = "alert",
		.argument = "RULE",
		.help = "say who breaks a rule, and mark it: METRIC [by DIM,...] OP THRESHOLD [for N], as in "
			"`retrans_ratio by subnet > 5% for 3`; default: those of --list; several are possible",
		.group = OPTION_GROUP_ALERTS,
		.value = OPTION_VALUE_ALERT,
		.apply = option_apply_alert,
	},
	{
		.name = "on-alert",
		.argument = "COMMAND",
		.help = "run COMMAND by sh for each offender, with the facts in its environment (L4DSTAT_ALERT, "
			"L4DSTAT_SUBNET...) and as JSON on its standard input",
		.group = OPTION_GROUP_ALERTS,
		.apply = option_apply_text,
		.field = offsetof(struct options, on_alert),
	},
	{
		.name = "alert-hold",
		.argument = "SECONDS",
		.help = "say so of one offender at most once in so many seconds (default 60)",
		.group = OPTION_GROUP_ALERTS,
		.apply = option_apply_number,
		.field = offsetof(struct options, alert_hold),
		.max = ALERT_HOLD_MAX,
	},
	{
		.name = "record",
		.argument = "FILE",
		.help = "write every interval whole to FILE, for --replay; gzip'ed if it ends in .gz",
		.group = OPTION_GROUP_FORMAT,
		.value = OPTION_VALUE_FILE,
		.apply = option_apply_text,
		.field = offsetof(struct options, record),
	},
	{
		.name = "record-max",
		.argument = "SIZE",
		.help = "of the recording keep so much, 500M or 1G; FILE begins anew at a tenth of it",
		.group = OPTION_GROUP_FORMAT,
		.apply = option_apply_size,
		.field = offsetof(struct options, record_max),
	},
	{
		.name = "record-keep",
		.argument = "TIME",
		.help = "of the recording keep so long, 12h or 7d; FILE begins anew at a tenth of it",
		.group = OPTION_GROUP_FORMAT,
		.apply = option_apply_age,
		.field = offsetof(struct options, record_keep),
	},
	{
		.name = "replay",
		.argument = "FILE",
		.help = "show what was recorded to FILE, or in a directory, as if it were now; several are possible",
		.group = OPTION_GROUP_FORMAT,
		.value = OPTION_VALUE_FILE,
		.apply = option_apply_replay,
	},
	{
		.name = "from",
		.argument = "TIME",
		.help = "replay what is later: 02:00 is the last in the recording; 2026-11-23T02:00, seconds since "
			"1970",
		.group = OPTION_GROUP_FORMAT,
		.apply = option_apply_moment,
		.field = offsetof(struct options, from),
	},
	{
		.name = "to",
		.argument = "TIME",
		.help = "replay what is not later; 02:10 is the next after --from",
		.group = OPTION_GROUP_FORMAT,
		.apply = option_apply_moment,
		.field = offsetof(struct options, to),
	},
	{
		.name = "speed",
		.argument = "N",
		.help = "replay N times as fast as it was, 0: as fast as can be (default; a table on a terminal: 1)",
		.group = OPTION_GROUP_FORMAT,
		.apply = option_apply_speed,
	},
	{
		.name = "prefix4",
		.argument = "BITS",
		.help = "IPv4 subnets are this long; 32: single addresses (default 24)",
		.group = OPTION_GROUP_COUNTING,
		.apply = option_apply_number,
		.field = offsetof(struct options, prefix4),
		.max = 32,
	},
	{
		.name = "prefix6",
		.argument = "BITS",
		.help = "IPv6 subnets are this long; 128: single addresses (default 64)",
		.group = OPTION_GROUP_COUNTING,
		.apply = option_apply_number,
		.field = offsetof(struct options, prefix6),
		.max = 128,
	},
	{
		.name = "netns",
		.argument = "WHICH",
		.help = "self: only the network namespace l4dstat runs in; all (default); --by netns tells them apart",
		.group = OPTION_GROUP_COUNTING,
		.value = OPTION_VALUE_WORD,
		.apply = option_apply_word,
		.field = offsetof(struct options, netns),
		.words = netns_words,
	},
	{
		.name = "cells",
		.argument = "N",
		.help = "memory for so many cells per interval, half for each protocol; what finds none is `other` "
			"(default 65536)",
		.group = OPTION_GROUP_COUNTING,
		.apply = option_apply_number,
		.field = offsetof(struct options, cells),
		.min = CELLS_MIN,
		.max = CELLS_MAX,
	},
	{
		.name = "color",
		.argument = "WHEN",
		.optional = true,
		.help = "auto (default), always (also without a value) or never",
		.group = OPTION_GROUP_LOOKS,
		.value = OPTION_VALUE_WORD,
		.apply = option_apply_word,
		.field = offsetof(struct options, colour),
		.chosen = COLOUR_ALWAYS,
		.words = colour_words,
	},
	{
		.name = "nocolor",
		.help = "no colours",
		.group = OPTION_GROUP_LOOKS,
		.apply = option_apply_chosen,
		.field = offsetof(struct options, colour),
		.chosen = COLOUR_NEVER,
	},
	{
		.name = "noheaders",
		.help = "do not repeat the header",
		.group = OPTION_GROUP_LOOKS,
		.apply = option_apply_flag,
		.field = offsetof(struct options, noheaders),
	},
	{
		.name = "noupdate",
		.help = "no updates each second of a line whose interval is longer",
		.group = OPTION_GROUP_LOOKS,
		.apply = option_apply_flag,
		.field = offsetof(struct options, noupdate),
	},
	{
		.name = "bw",
		.help = "colours for a white background",
		.group = OPTION_GROUP_LOOKS,
		.apply = option_apply_flag,
		.field = offsetof(struct options, on_white),
	},
	{
		.name = "bits",
		.help = "bits instead of bytes per second",
		.group = OPTION_GROUP_LOOKS,
		.apply = option_apply_flag,
		.field = offsetof(struct options, bits),
	},
	{
		.name = "float",
		.help = "numbers with as many decimals as fit",
		.group = OPTION_GROUP_LOOKS,
		.apply = option_apply_flag,
		.field = offsetof(struct options, floats),
	},
	{
		.name = "integer",
		.help = "numbers without decimals",
		.group = OPTION_GROUP_LOOKS,
		.apply = option_apply_flag,
		.field = offsetof(struct options, integers),
	},
	{
		.letter = 'a',
		.name = "all",
		.help = "dstat's columns -c -d -n -g -y",
		.group = OPTION_GROUP_DSTAT,
		.apply = option_apply_columns,
		.words = all_columns,
	},
	{
		.letter = 'f',
		.name = "full",
		.help = "-n, --net-packets and -d show each interface and disk; alone it is -a -f",
		.group = OPTION_GROUP_DSTAT,
		.apply = option_apply_flag,
		.field = offsetof(struct options, full),
	},
	{
		.letter = 'N',
		.name = "interfaces",
		.argument = "NAME",
		.list = true,
		.help = "-n and --net-packets show these interfaces; total is one of them",
		.group = OPTION_GROUP_DSTAT,
		.apply = option_apply_text,
		.field = offsetof(struct options, instances[HOST_LINKS]),
	},
	{
		.letter = 'D',
		.name = "disks",
		.argument = "NAME",
		.list = true,
		.help = "-d shows these disks; total is one of them",
		.group = OPTION_GROUP_DSTAT,
		.apply = option_apply_text,
		.field = offsetof(struct options, instances[HOST_DISKS]),
	},
	{
		.name = "list",
		.help = "name every column, dimension and metric with its meaning, and exit",
		.group = OPTION_GROUP_OTHER,
		.apply = option_apply_chosen,
		.field = offsetof(struct options, task),
		.chosen = TASK_LIST,
	},
	{
		.name = "check",
		.help = "what this kernel and these privileges have and lack, and exit",
		.group = OPTION_GROUP_OTHER,
		.apply = option_apply_chosen,
		.field = offsetof(struct options, task),
		.chosen = TASK_CHECK,
	},
	{
		.letter = 'v',
		.name = "verbose",
		.help = "let libbpf speak on stderr",
		.group = OPTION_GROUP_OTHER,
		.apply = option_apply_flag,
		.field = offsetof(struct options, verbose),
	},
	{
		.letter = 'h',
		.name = "help",
		.help = "the options in short",
		.group = OPTION_GROUP_OTHER,
		.apply = option_apply_chosen,
		.field = offsetof(struct options, task),
		.chosen = TASK_HELP,
	},
	{
		.letter = 'V',
		.name = "version",
		.help = "which version this is",
		.group = OPTION_GROUP_OTHER,
		.apply = option_apply_chosen,
		.field = offsetof(struct options, task),
		.chosen = TASK_VERSION,
	},
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

const char *option_word(const struct option_row *row, size_t i)
{
	size_t words = 0;

	switch (row->value) {
	case OPTION_VALUE_DIMENSION:
		return i < DIM_COUNT ? dimensions[i].name : NULL;
	case OPTION_VALUE_METRIC:
		return i < METRIC_COUNT ? metrics[i].name : NULL;
	case OPTION_VALUE_ALERT:
		return !i ? "default" : i <= alert_default_count ? alert_defaults[i - 1].name : NULL;
	case OPTION_VALUE_WORD:
		while (words < i && row->words[words])
			words++;
		return row->words[words];
	default:
		return NULL;
	}
}

char *option_help(const struct option_row *row)
{
	char *help = memory_format("%s", row->help);
	const char *word;

	for (size_t i = 0; row->value == OPTION_VALUE_DIMENSION && (word = option_word(row, i)); i++) {
		char *longer = memory_format("%s%s %s", help, i ? "," : ":", word);

		free(help);
		help = longer;
	}
	return help;
}

size_t option_count(void)
{
	return ROWS + column_group_count;
}

struct option_row option_row(size_t i)
{
	const struct column_group *column;

	if (i < ROWS)
		return rows[i];
	column = &column_groups[i - ROWS];
	return (struct option_row){
		.letter = column->letter,
		.name = column->name,
		.help = column->help,
		.group = column_group_is_host(column) ? OPTION_GROUP_DSTAT : OPTION_GROUP_COLUMNS,
		.apply = option_apply_column,
		.column = column,
	};
}
