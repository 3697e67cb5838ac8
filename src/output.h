/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every output is: one const struct, one file. An output is given each interval's snapshot, makes
 * the reports it needs and writes them. It knows no metric by name.
 */
#ifndef L4_OUTPUT_H
#define L4_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "dimension.h"
#include "report.h"
#include "snapshot.h"
#include "terminal.h"

struct alerts;	       /* alert.h */
struct column_group;   /* columns.h */
struct listen_address; /* listen.h */

/* What the user asked for, as far as outputs care. */
struct output_settings {
	FILE *file;    /* that an output writes to; may still be NULL in its begin() */
	bool terminal; /* file is one: headers repeat, the width counts */
	enum terminal_colours colour;
	bool headers;		  /* repeat them */
	struct dimension_list by; /* --by; count 0: none */
	struct report_sort sort;  /* --sort; by[0] METRIC_NONE: each view's own */
	uint8_t proto;		  /* --proto, if it lets only one through (enum l4_proto); 0: both */
	size_t top;		  /* --top; 0: all */
	size_t rows;		  /* the same where rows can be scrolled: 0 unless --top was given */
	unsigned long count;	  /* intervals there will be; 0: nobody knows */
	struct dimension_context dimension;
	const struct column_group **columns; /* chosen for the line output, NULL-terminated; NULL: the default line */
	/* Of the interfaces, of the disks those to show, NULL-terminated; NULL: the total. */
	char *const *instances[HOST_SCOPES];
	const char *host;		     /* host name */
	double delay;			     /* seconds asked for */
	const struct listen_address *listen; /* --listen; its length 0: not given */
	const char *textfile;		     /* --textfile; NULL: not given */
	size_t metrics_top;
	const struct alerts *alerts; /* held against each interval before outputs get it; NULL: there are no rules */
};

struct output {
	const char *name;
	bool wants_partial; /* the interval that a signal cut short is written too */
	bool wants_states;  /* it shows sockets by state, or listeners, whatever else is asked for */
	const char *begins; /* a file of its lines begins so; NULL: nothing is known of that */
	bool shows_host;    /* it shows columns of the host, and where there are no others needs no cells */
	bool redraws;	    /* on a terminal: the screen is its own, and what others write spoils it */
	bool wants_updates; /* on a terminal: what an interval has so far, each second (snapshot.goes_on) */
	void *(*begin)(const struct output_settings *settings);	       /* settings outlive the output; never NULL */
	int (*interval)(void *state, const struct snapshot *snapshot); /* 0, or -errno of the write that failed */
	void (*end)(void *state);
	/* NULL, or the text that whoever opens a file for it has to write before anything else; to be freed. */
	char *(*heading)(void *state);
	/* NULL, or opens what it writes to, which is no file of ours then: 0, or -errno, having said why. */
	int (*open)(void *state);
	/* All three NULL, or: */
	int (*keys_fd)(void *state); /* where the user's keys come from; -1: nowhere */
	bool (*keys)(void *state);   /* there are some, or a hang-up; returns whether the program is to end */
	void (*resized)(void *state);
};

extern const struct output output_dstat, output_table, output_live, output_listeners, output_live_listeners;
extern const struct output output_json, output_json_rows, output_csv, output_csv_table, output_csv_listeners;
extern const struct output output_openmetrics;

#endif
