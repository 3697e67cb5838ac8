/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table that is redrawn in place, whatever is in it: beginning and end, the screen as a whole, and what keys do to
 * any such table. Not here: its rows, how they look and what other keys do; each output has a struct live_screen_kind
 * for that. Help, hints and the filter's line are live_prompt.c's, how it gets onto the terminal screen.c's.
 */
#ifndef L4_LIVE_SCREEN_H
#define L4_LIVE_SCREEN_H

#include "live_prompt.h"
#include "output.h"

/* What an output has of its own. state: what it keeps, whose first member is a struct live_screen. */
struct live_screen_kind {
	bool listeners;	     /* keys that are of --by alone are left out */
	unsigned int around; /* lines above and below the rows */
	/* The columns it can be sorted by; returns how many. */
	size_t (*titles)(const void *state, const char *titles[static TABLE_COLUMNS_MAX]);
	/* Decides what is seen, of at most `rows` rows in `columns` columns. */
	void (*arrange)(void *state, unsigned int columns, size_t rows);
	/* Draws that, and sets pen->interval; returns how many lines it was. */
	size_t (*draw)(void *state, struct table_pen *pen);
	/* On which of those lines the selected row is; SCREEN_NO_LINE: nowhere. */
	int (*selected_line)(const void *state);
	/* Draws the selected row's texts in full; returns false if there is none. */
	bool (*draw_selected)(const void *state, const struct table_pen *pen);
	/* The filter's text is now another. */
	void (*filter)(void *state);
	/* So many rows down; the first step down only begins. */
	void (*select)(void *state, long step);
	void (*select_end)(void *state);
	/* Nothing is selected, and the top is seen. */
	void (*unselect)(void *state);
	/* What is left of the keys: LIVE_PAUSE, LIVE_SORT_*, LIVE_BY, LIVE_TOTALS. */
	void (*act)(void *state, const struct live_key *key, unsigned int code);
};

struct live_screen {
	const struct live_screen_kind *kind;
	const struct output_settings *settings;
	unsigned long intervals; /* so far */
	bool failed;		 /* the terminal could not be had */
	struct live_prompt prompt;
};

/* Takes the terminal and draws for the first time; the rest of the state is ready for it. */
void live_screen_begin(struct live_screen *screen, const struct live_screen_kind *kind,
		       const struct output_settings *settings);

/* Before an interval is taken over: 0, or -errno if there is no terminal to show it on, or none any more. */
int live_screen_check(const struct live_screen *screen);

/* Draws after it has been. */
void live_screen_interval(struct live_screen *screen);

/* Gives the terminal back; where the run was to end by itself, what it came to stays to be read. */
void live_screen_end(struct live_screen *screen);

/* Of struct output. opaque: the state. */
int live_screen_keys_fd(void *opaque);
bool live_screen_keys(void *opaque);
void live_screen_resized(void *opaque);

#endif
