/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all live tables have in common around their rows: the help, the line of hints, the filter while it is typed. Not
 * here: what the other keys do, which each output decides.
 */
#ifndef L4_LIVE_PROMPT_H
#define L4_LIVE_PROMPT_H

#include "live_keys.h"
#include "live_model.h"
#include "table.h"

/* Zeroed, it is shut. */
struct live_prompt {
	bool typing; /* a filter */
	bool helping;
	size_t help_page;
	char typed[LIVE_FILTER];
};

/* What a live table offers: its keys, and the columns it can be sorted by. */
struct live_offer {
	bool listeners; /* keys that are of --by alone are left out */
	const char *const *titles;
	size_t title_count;
};

/* Whether the key (NULL: none) does something there. */
bool live_offered(const struct live_offer *offer, const struct live_key *key);

/* Fills the screen with the page of the help that it is on. */
void live_prompt_draw_help(const struct live_prompt *prompt, const struct live_offer *offer,
			   const struct table_pen *pen);

/* What stands on the last line of the screen if nothing else has to: the keys, as many as fit. */
void live_draw_hints(const struct live_offer *offer, const struct table_pen *pen);

/* The worst of the first alert that fires, if any does; the line takes as much of it as fits. */
void live_draw_alert(const struct table_pen *pen);

/* The first page of the help; again when the screen has another size. */
void live_prompt_help(struct live_prompt *prompt);
void live_prompt_resized(struct live_prompt *prompt);

/* Takes a key while a filter is typed or the help is open; returns false if it is neither. */
bool live_prompt_press(struct live_prompt *prompt, const struct live_offer *offer, unsigned int code);

#endif
