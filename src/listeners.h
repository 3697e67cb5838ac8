/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of --listeners, wherever it is shown: every listening TCP socket with its owner, how full its accept queue
 * is and what it has dropped. Which of them are seen, in which order, and what a line looks like. Not here: the place
 * on a screen, and keys.
 */
#ifndef L4_LISTENERS_H
#define L4_LISTENERS_H

#include "snapshot.h"
#include "table.h"

/* Their columns of numbers, from left to right. */
extern const char *const listener_titles[];
extern const size_t listener_title_count;

enum { LISTENERS_TEXTS = 3 }; /* address and port, process, network namespace */

/* Zeroed, then sort as wanted. Owned by whoever has it; listeners_free(). */
struct listeners {
	struct table_moment moment;
	struct snapshot_listener *all; /* count of them, in the order of the table */
	size_t count, capacity;
	const struct snapshot_listener **rows; /* row_count of them: those that the filter leaves */
	size_t row_count;
	size_t sort;			       /* the column they are ranked by, the highest first */
	unsigned int longest[LISTENERS_TEXTS]; /* of the texts so far */
	unsigned int width[LISTENERS_TEXTS];   /* 0: there is no room for it */
	unsigned int visible;		       /* columns of numbers, a bit each */
};

/* By how full they are, which is what rows are ranked by at first. */
enum { LISTENERS_BY_FILL = 2 };

/* Takes over what the snapshot has. */
void listeners_take(struct listeners *listeners, const struct snapshot *snapshot);

/* Puts them in order and leaves out those whose texts do not have `filter` in them, whatever the case. */
void listeners_arrange(struct listeners *listeners, const char *filter, const struct dimension_context *context);

/* Decides what is visible in `width` columns. marks: behind a row there may be one for an alert. */
void listeners_lay_out(struct listeners *listeners, unsigned int width, bool marks);

void listeners_free(struct listeners *listeners);

/* One line each, without its end. pen->interval is that of the moment. */
void listeners_draw_header(const struct listeners *listeners, const struct table_pen *pen);
void listeners_draw_row(const struct listeners *listeners, const struct table_pen *pen,
			const struct snapshot_listener *row);

/* All that is known of who it is, in full. */
void listeners_draw_whole(const struct table_pen *pen, const struct snapshot_listener *row);

#endif
