/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One view of the live table (by process, by subnet...): its rows, their order so far, history and totals, kept up to
 * date whether it is looked at or not. Inside of live_model.c; not here: what of it is on the screen.
 */
#ifndef L4_LIVE_VIEW_H
#define L4_LIVE_VIEW_H

#include "live_model.h"

struct live_view {
	struct report_query query;
	struct table table;
	void *by_key;		/* the same rows, for tfind() */
	struct live_row **rows; /* count of them, in the order last shown */
	size_t count, capacity;
	unsigned long turn;		       /* intervals so far */
	struct live_row total, other, evicted; /* other: what the reports had under that name */
};

void live_view_open(struct live_view *view, const struct dimension_list *dims, const struct live_settings *settings);
void live_view_close(struct live_view *view);

/* Takes over an interval; report: memory that is used again. Paused, what is shown stays. */
void live_view_interval(struct live_view *view, struct report *report, const struct snapshot *snapshot, bool paused);

/* What was collected is what is shown, rows beyond LIVE_ROWS_KEPT are let go. */
void live_view_resume(struct live_view *view);

/* Ranks rows by the column of that title; a view that has none stays as it is. */
void live_view_sort(struct live_view *view, const char *title);

int live_compare_keys(const void *a, const void *b);

#endif
