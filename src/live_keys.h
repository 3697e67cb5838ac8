/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keys of the live tables as data: their `?`, --help and the docs are made from these rows. Adding a key is a row
 * in live_keys.c, and a case where actions are carried out, in live_screen.c for all tables or in out_live*.c for one.
 */
#ifndef L4_LIVE_KEYS_H
#define L4_LIVE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "dimension.h"

enum live_action {
	LIVE_QUIT,
	LIVE_PAUSE,
	LIVE_SORT_LEFT,
	LIVE_SORT_RIGHT,
	LIVE_SORT_LETTER,
	LIVE_FILTER_BEGIN,
	LIVE_BY,
	LIVE_TOTALS,
	LIVE_UP,
	LIVE_DOWN,
	LIVE_PAGE_UP,
	LIVE_PAGE_DOWN,
	LIVE_HOME,
	LIVE_END,
	LIVE_ESCAPE,
	LIVE_HELP,
};

/* Codes of keys that are no characters; they lie behind Unicode. */
enum live_code {
	LIVE_CODE_UP = 0x110000,
	LIVE_CODE_DOWN,
	LIVE_CODE_PAGE_UP,
	LIVE_CODE_PAGE_DOWN,
	LIVE_CODE_HOME,
	LIVE_CODE_END,
	LIVE_CODE_ENTER,
	LIVE_CODE_BACKSPACE,
	LIVE_CODE_OTHER,   /* none that anything is done with */
	LIVE_CODE_CAPITAL, /* stands for A to Z */
};

struct live_key {
	unsigned int code; /* a character, or of enum live_code */
	const char *name;
	enum live_action action;
	enum dimension dim; /* LIVE_BY: which; DIM_COUNT: that of --by */
	const char *help;   /* at most LIVE_HELP_WIDTH columns */
	const char *hint;   /* a word for the last line of the screen; NULL: none */
	bool tables;	    /* of --by alone, not of --listeners */
};

enum { LIVE_NAME_WIDTH = 5, LIVE_HELP_WIDTH = 31 };

extern const struct live_key live_keys[];
extern const size_t live_key_count;

/* What this key does; NULL: nothing. */
const struct live_key *live_key_for(unsigned int code);

#endif
