/* SPDX-License-Identifier: GPL-2.0 */
/* What a terminal is to us: a size and colours. dstat's sixteen colours, no terminal library. */
#ifndef L4_TERMINAL_H
#define L4_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

#include "metrics.h"

enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/*
 * Auto: where file is a terminal that is not dumb, unless NO_COLOR is set and not empty (no-color.org). An
 * explicit choice beats both.
 */
bool terminal_wants_colour(FILE *file, enum colour_choice choice);

/* Whether TERM says that terminals here know no escape sequences. */
bool terminal_is_dumb(void);

struct terminal_size {
	unsigned int columns, rows;
};

/* What a theme is made for. */
enum terminal_colours { COLOURS_NONE, COLOURS_ON_BLACK, COLOURS_ON_WHITE };

/* The size now. Where file does not know: COLUMNS and LINES from the environment, else 80 x 25. */
struct terminal_size terminal_size(FILE *file);

enum { TERMINAL_MAGNITUDES = 8 };

/* Escape sequences, all of them empty in the theme without colours. */
struct terminal_theme {
	const char *normal, *title, *subtitle, *frame, *text;
	const char *faint;    /* zeros, unit letters */
	const char *alarm;    /* bad news: apart from the magnitudes */
	const char *negative; /* what cannot be */
	const char *magnitude[TERMINAL_MAGNITUDES];
	const struct terminal_theme *dim; /* for values that are not final yet */
};

const struct terminal_theme *terminal_theme(enum terminal_colours colours);

/* Writes a number by format_number(), coloured by magnitude, or as an alarm. */
void terminal_number(FILE *file, const struct terminal_theme *theme, unsigned int width, enum metric_unit unit,
		     double value, bool alarm);

/* Flushes file. Returns 0, or -errno of the write that failed. */
int terminal_flush(FILE *file);

#endif
