/* SPDX-License-Identifier: GPL-2.0 */
/* The command line: what was asked for, checked in full. The options themselves are in option_table.h. */
#ifndef L4_OPTIONS_H
#define L4_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "alert_rule.h"
#include "columns.h"
#include "dimension.h"
#include "filter.h"
#include "listen.h"
#include "moment.h"
#include "report.h"
#include "terminal.h"

enum options_task {
	TASK_RUN,
	TASK_HELP,
	TASK_VERSION,
	TASK_LIST,
	TASK_CHECK,
};

/* Whose traffic is counted: that of all network namespaces, or only of the one we are in. */
enum options_netns { OPTIONS_NETNS_ALL, OPTIONS_NETNS_SELF };

/* JSON on standard output; ROWS: that and all other JSON is flat. */
enum options_json { OPTIONS_JSON_NONE, OPTIONS_JSON_LINES, OPTIONS_JSON_ROWS };

enum { OPTIONS_COLUMNS = 64, OPTIONS_FILES = 16 };

/* What is redrawn in place takes its time, anything else none. */
#define OPTIONS_SPEED_AS_FITS (-1.0)

struct options {
	unsigned int task;   /* enum options_task */
	unsigned int netns;  /* enum options_netns */
	unsigned int colour; /* enum colour_choice */
	double delay;	     /* seconds */
	bool delay_given;
	unsigned long count;		      /* intervals; 0: until stopped */
	unsigned int json;		      /* enum options_json */
	bool csv;			      /* CSV on standard output */
	const char *files[OPTIONS_FILES + 1]; /* -o, NULL-terminated; each has an extension we know */
	struct listen_address listen;	      /* length 0: not given */
	const char *textfile;		      /* NULL: not given */
	unsigned long metrics_top;
	bool listeners;
	bool verbose;
	bool noheaders;
	bool noupdate;			    /* no intermediate updates */
	bool bits;			    /* instead of bytes */
	bool on_white;			    /* colours for a white background */
	bool full;			    /* all interfaces and disks one by one */
	bool floats, integers;		    /* decimals wherever they fit; nowhere */
	const char *instances[HOST_SCOPES]; /* interfaces, disks that were named; NULL: none */
	struct dimension_list by;	    /* count 0: lines instead of a table */
	struct report_sort sort;	    /* by[0] METRIC_NONE: each view's own */
	unsigned long top;		    /* 0: all */
	bool top_given;
	unsigned long prefix4, prefix6;
	bool prefix4_given, prefix6_given;
	unsigned long cells;
	struct filter filter;
	struct alert_rules alerts;
	unsigned long alert_hold;	       /* seconds */
	const char *on_alert;		       /* command for sh -c; NULL: none */
	const char *record;		       /* file; NULL: nothing is recorded */
	unsigned long record_max, record_keep; /* bytes, seconds; 0: no limit */
	const char
		*replay[OPTIONS_FILES + 1]; /* files and directories, NULL-terminated; none: this host is looked at */
	struct moment from, to;
	double speed; /* of a replay, to the time it took; 0: as fast as can be; OPTIONS_SPEED_AS_FITS */
	const struct column_group *columns[OPTIONS_COLUMNS + 1]; /* in the order given, NULL-terminated; may be none */
};

/*
 * Fills in *options, defaults included. Returns 0, or -EINVAL with *complaint one sentence (to be freed)
 * that says what is wrong and what to do. argv is permuted as getopt_long() does.
 */
int options_parse(struct options *options, int argc, char **argv, char **complaint);

/* Does any column or ranking that was asked for need sockets by state? What outputs need they say themselves. */
bool options_want_states(const struct options *options);

/* Do the columns need programs in the kernel, or are all of them the host's own? What outputs need they say themselves.
 */
bool options_want_programs(const struct options *options);

/* What the columns show of the host: of enum host_part. */
unsigned int options_host_parts(const struct options *options);

/* Whether what is counted by those prefixes can be filtered as asked for. Returns and complains as options_parse(). */
int options_check_prefixes(const struct options *options, unsigned int prefix4, unsigned int prefix6, char **complaint);

/* Whether a recording with these parts of the host has what the columns show. Returns and complains likewise. */
int options_check_recorded(const struct options *options, unsigned int parts, char **complaint);

/*
 * The arguments with those of L4DSTAT_OPTS (separated by blanks) before them. The list is to be freed when what
 * options_parse() has made of it is not needed any more: words of it are in there.
 */
char **options_with_environment(int *argc, char **argv);

#endif
