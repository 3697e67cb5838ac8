/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of the line and of the tables as data: what they are called, how wide they are, which metrics, of Layer 4
 * or of the host, they sum. The only place where columns know metrics by name. Adding a column is a row in columns.c.
 */
#ifndef L4_COLUMNS_H
#define L4_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "dimension.h"
#include "host.h"
#include "metrics.h"
#include "report.h"

/* What makes a column bad news. */
enum column_alarm { ALARM_NEVER, ALARM_ANY, ALARM_ABOVE_ONE_PERCENT };

enum { COLUMN_SUM_MAX = 4, COLUMN_NUMBERS_MAX = 10 };

/* A number. Unit, base and colour are those of its metrics, which have one unit. */
struct column {
	const char *title;
	unsigned int width;
	enum metric sum[COLUMN_SUM_MAX + 1]; /* ends with METRIC_NONE; a ratio stands alone */
	enum column_alarm alarm;
	unsigned int rank;     /* in tables: the higher, the wider the screen must be; equals stand and fall together */
	enum host_metric host; /* what it shows instead of a sum: of the host, or of one of its interfaces, processes */
	const char *before;    /* between the column and what is left of it in its group; NULL: a blank */
	const char *unit;      /* behind the number; NULL: nothing */
};

/* Where a group takes its values from. */
enum column_kind {
	COLUMNS_CLOCK, /* text: the time */
	COLUMNS_TOTAL, /* numbers: of all cells together */
	COLUMNS_TOP,   /* text and numbers: of the best row of a report */

	/* The host's, as dstat has them; they need no programs in the kernel. */
	COLUMNS_EPOCH,	   /* text: the time in seconds since 1970 */
	COLUMNS_HOST,	   /* numbers: of the host */
	COLUMNS_HOST_EACH, /* numbers, once for each interface or disk that was asked for */
	COLUMNS_HOST_TOP,  /* text and numbers: of a process */
};

/* What stands under one title of the line: a text if it has one, then numbers. */
struct column_group {
	const char *name; /* its option */
	char letter;	  /* of the short option, 0: none */
	const char *title, *help;
	enum column_kind kind;
	unsigned int rank; /* for the default line, 1 first; 0: never in it */
	struct {
		const char *title;  /* NULL: no text */
		unsigned int width; /* at least; of a clock what its format takes */
		unsigned int wide;  /* where there is room */
		bool with_pid;	    /* of a process: the pid stands at its end */
	} text;
	const char *subtitle; /* over text and numbers together; NULL: each has its own title */
	struct column numbers[COLUMN_NUMBERS_MAX + 1]; /* up to the first without a title */
	struct dimension_list dims;		       /* tops: what is grouped by */
	struct dimension_list shown;		       /* tops: what of it is written, with colons between */
	struct report_sort sort;		       /* tops */
	enum host_scope scope;			       /* of which there are several: HOST_LINKS, HOST_DISKS */
	enum host_top top;			       /* which process */
};

extern const struct column_group column_groups[];
extern const size_t column_group_count;

/* The columns of a table from left to right. */
extern const struct column table_columns[];
extern const size_t table_column_count;

/* NULL if there is none of that name. */
const struct column_group *column_group_by_name(const char *name);

/* The end of a group's numbers. */
const struct column *column_group_end(const struct column_group *group);

/* Whether it shows the host, not Layer 4. */
bool column_group_is_host(const struct column_group *group);

/* What has to be read of the host for it: of enum host_part. */
unsigned int column_group_parts(const struct column_group *group);

enum metric_unit column_unit(const struct column *column);

/* What the column shows: counters per second, ratios as they are. interval in seconds. */
double column_value(const struct column *column, const struct report_values *values, double interval);

/* The same for a column of the host: counters per second of interval. */
double column_host_value(const struct column *column, const struct host_values *values, double interval);

bool column_alarming(const struct column *column, double value);

/* Whether all that the column shows is part of what rows are sorted by. */
bool column_sorted_by(const struct column *column, const struct report_sort *sort);

/* A column for a metric that no other column shows. */
struct column column_for_metric(enum metric metric);

/*
 * Writes the value of a dimension, in the company of the others that are written with it (NULL: all is known). A
 * port carries its protocol unless that has a column of its own, and `>` where this side is the client: `>443/tcp`
 * is what we use, `443/tcp` what we serve.
 */
void column_dimension(char text[static DIMENSION_TEXT], enum dimension dim, const struct dimension_key *key,
		      const struct dimension_context *context, const struct dimension_list *company);

#endif
