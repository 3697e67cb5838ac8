/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A whole terminal, drawn in place: the only file that knows curses is screen.c. What is painted is the text with
 * colours that goes to any other terminal. Not here: what is shown, and what keys do.
 */
#ifndef L4_SCREEN_H
#define L4_SCREEN_H

#include <stdbool.h>

/*
 * Whether standard output is a terminal that can be drawn on (TERM is not dumb and known), and there is a place that
 * keys can come from.
 */
bool screen_possible(void);

/*
 * Takes the terminal: alternate screen, keys come at once and are not echoed. What is written to stderr meanwhile waits
 * until screen_close(), which gives the terminal back as it was; so does exit(3). Returns 0 or -ENOTTY.
 */
int screen_open(void);
void screen_close(void);

/* Where keys come from. */
int screen_input(void);

/* The terminal is gone: nobody sees what is painted, or types. */
bool screen_is_gone(void);

/* Takes over the size the terminal has now. */
void screen_resize(void);
unsigned int screen_columns(void);
unsigned int screen_rows(void);

enum { SCREEN_NO_LINE = -1 };

/*
 * Shows these lines from the top, and nothing else. The text may hold the sequences of terminal_theme() and no other;
 * what is too wide is cut. Line `selected` is reversed, the cursor is seen at the end of line `cursor`.
 */
void screen_paint(const char *text, int selected, int cursor);

/* The next key, a character or of enum live_code; 0: none just now. */
unsigned int screen_key(void);

#endif
