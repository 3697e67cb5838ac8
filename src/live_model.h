/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the live table shows, apart from any screen: rows that stay from interval to interval with their history and
 * their totals, in an order that changes no more than the numbers do, under a filter, with one row selected.
 * Each view (by process, by subnet...) is kept up to date whether it is looked at or not, so switching loses nothing.
 * Pure: no I/O and no terminal. Keys are live_keys.c's, drawing is out_live.c's.
 */
#ifndef L4_LIVE_MODEL_H
#define L4_LIVE_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "report.h"
#include "snapshot.h"
#include "table.h"

enum {
	LIVE_HISTORY =
		TABLE_BAR_MAX, /* intervals a bar can show; a row that idles longer is left out, except of totals */
	LIVE_ROWS = 1000,      /* of one interval at most, the rest of it is in `other` */
	LIVE_ROWS_KEPT = 2000, /* of a view at most; those that idle longest become part of `other` */
	LIVE_FILTER = 64,      /* bytes with the NUL */
};

/* What is known of a row. There are two of them: what was collected, and what is shown; the same unless paused. */
struct live_data {
	struct report_row row;	  /* of the last interval */
	struct report_values sum; /* since the view began */
	float *history;		  /* of each slot of the table LIVE_HISTORY values, the newest first */
	unsigned int idle;	  /* for so many intervals nothing has been seen of it */
	bool known;		  /* false: all of the above is of no use */
};

struct live_row {
	struct live_data collected, shown;
	unsigned long turn; /* the interval collected last */
	size_t place;	    /* where it stood last: decides between equals */
	double rank;	    /* what it is sorted by */
	char rank_text[32]; /* that as it is seen: what looks the same keeps its order */
};

struct live_settings {
	struct dimension_list by; /* the first view */
	struct report_sort sort;  /* by[0] METRIC_NONE: each view's own */
	uint8_t proto;		  /* the only one there is (enum l4_proto); 0: both */
	size_t top;		  /* not more rows than this; 0: all */
	const struct dimension_context *dimension;
	bool marks; /* rows may have a mark behind them */
};

/* What is to be drawn, made by live_arrange(). All of it belongs to the model and is good until its next call. */
struct live_picture {
	const struct table *table; /* laid out */
	struct live_row **rows;	   /* row_count of them from `first` on are on the screen */
	size_t row_count, first, on_screen;
	size_t all;			 /* rows there would be without the filter */
	const struct live_row *other;	 /* NULL: nothing is left for it */
	const struct live_row *total;	 /* of everything, whatever the filter */
	const struct live_row *selected; /* NULL: none, or it is not among the rows */
	struct table_moment moment;
	double since; /* start of the first interval, seconds since the epoch */
	bool paused, totals;
	const char *filter; /* "": none */
};

struct live_model;

/* settings.dimension has to outlive it. Never NULL. */
struct live_model *live_new(const struct live_settings *settings);
void live_free(struct live_model *model);

/* Takes over an interval. Paused, it is collected all the same. */
void live_interval(struct live_model *model, const struct snapshot *snapshot);

/* What the keys do. */
void live_pause(struct live_model *model);
void live_totals(struct live_model *model);		      /* totals instead of rates, and back */
void live_by(struct live_model *model, enum dimension dim);   /* DIM_COUNT: the first view */
void live_sort_next(struct live_model *model, int step);      /* by the column `step` to the right */
bool live_sort_letter(struct live_model *model, char letter); /* whether a column has it */
void live_filter(struct live_model *model,
		 const char *text);		       /* rows whose texts have this in them, whatever the case */
void live_select(struct live_model *model, long step); /* so many rows down; the first step down only begins */
void live_select_end(struct live_model *model);
void live_unselect(struct live_model *model); /* and back to the top */

/* The table of the view on the screen. */
const struct table *live_table(const struct live_model *model);

/* Decides what is seen, of at most `rows` rows in `columns` columns. */
struct live_picture live_arrange(struct live_model *model, unsigned int columns, size_t rows);

/* The letter that sorts by the column with this title: the first in it that none before has; a capital. */
char live_letter(const char *const *titles, size_t at);

/*
 * A bar of `width` columns, at most LIVE_HISTORY: the sorted column's newest values, the newest on the right, each an
 * eighth block, or in ASCII a mark as dense. The largest of them is the full height. Returns text.
 */
enum { LIVE_BAR = 3 * LIVE_HISTORY + 1 };
const char *live_bar(char text[static LIVE_BAR], const struct table *table, const struct live_row *row,
		     unsigned int width, bool utf8);

#endif
