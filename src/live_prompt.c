/* SPDX-License-Identifier: GPL-2.0 */
/* The help, the hints, and the filter while it is typed. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "alert_text.h"
#include "format.h"
#include "live_prompt.h"
#include "screen.h"

enum {
	HELP_WIDTH = LIVE_NAME_WIDTH + 1 + LIVE_HELP_WIDTH,
	HELP_GAP = 2,
};

bool live_offered(const struct live_offer *offer, const struct live_key *key)
{
	return key && !(offer->listeners && key->tables);
}

/* The keys that are offered, then the columns. */
static void help_entry(char text[static FORMAT_CELL], const struct live_offer *offer, size_t i)
{
	for (size_t k = 0; k < live_key_count; k++) {
		if (!live_offered(offer, &live_keys[k]) || i--)
			continue;
		snprintf(text, FORMAT_CELL, "%-*s %s", LIVE_NAME_WIDTH, live_keys[k].name, live_keys[k].help);
		return;
	}
	snprintf(text, FORMAT_CELL, "%-*c sort by %.*s", LIVE_NAME_WIDTH, live_letter(offer->titles, i),
		 LIVE_HELP_WIDTH - 8, offer->titles[i]);
}

/* As many columns of entries side by side as fit, read downwards. */
struct help_layout {
	size_t entries, lines, beside, on_page, pages;
};

static struct help_layout help_layout(const struct live_offer *offer)
{
	struct help_layout layout = {
		.entries = offer->title_count,
		.lines = screen_rows() > 2 ? screen_rows() - 2 : 1,
		.beside = (screen_columns() + HELP_GAP) / (HELP_WIDTH + HELP_GAP) ?: 1,
	};

	for (size_t k = 0; k < live_key_count; k++)
		layout.entries += live_offered(offer, &live_keys[k]);
	layout.on_page = layout.lines * layout.beside;
	layout.pages = (layout.entries + layout.on_page - 1) / layout.on_page;
	return layout;
}

void live_prompt_draw_help(const struct live_prompt *prompt, const struct live_offer *offer,
			   const struct table_pen *pen)
{
	const struct help_layout layout = help_layout(offer);
	const size_t first = prompt->help_page * layout.on_page;
	const size_t end = first + layout.on_page < layout.entries ? first + layout.on_page : layout.entries;
	char text[FORMAT_CELL], cell[FORMAT_CELL];

	fprintf(pen->file, "%sKeys%s", pen->theme->subtitle, pen->theme->normal);
	for (size_t line = 0; line < layout.lines; line++) {
		fprintf(pen->file, "\n%s", pen->theme->text);
		for (size_t i = first + line; i < end; i += layout.lines) {
			help_entry(text, offer, i);
			format_text(cell, HELP_WIDTH + HELP_GAP, text);
			fputs(cell, pen->file);
		}
	}
	fprintf(pen->file, "\n%spage %zu of %zu; q: back, any other key: on%s", pen->theme->faint,
		prompt->help_page + 1, layout.pages, pen->theme->normal);
}

void live_draw_hints(const struct live_offer *offer, const struct table_pen *pen)
{
	unsigned int left = screen_columns();

	fputs(pen->theme->faint, pen->file);
	for (size_t i = 0; i < live_key_count; i++) {
		const struct live_key *key = &live_keys[i];
		const unsigned int width = key->hint ? strlen(key->name) + strlen(key->hint) + 3 : 0;

		if (!width || width > left + 2 || !live_offered(offer, key))
			continue;
		fprintf(pen->file, "%s %s  ", key->name, key->hint);
		left -= width < left ? width : left;
	}
}

void live_draw_alert(const struct table_pen *pen)
{
	char *sentence;

	if (!alert_marks(pen->alerts))
		return;
	sentence = alert_sentence(alerts_at(pen->alerts, 0), pen->dimension);
	fprintf(pen->file, "  %s! %s%s", pen->theme->alarm, sentence, pen->theme->normal);
	free(sentence);
}

static void take_off_character(char *text)
{
	size_t length = strlen(text);

	while (length && (text[--length] & 0xc0) == 0x80) /* what follows in a UTF-8 character */
		;
	text[length] = 0;
}

static void add_character(char *text, unsigned int code)
{
	mbstate_t state = {};
	char bytes[MB_LEN_MAX];
	const size_t length = iswprint(code) ? wcrtomb(bytes, code, &state) : (size_t)-1;
	const size_t used = strlen(text);

	if (length == (size_t)-1 || used + length >= LIVE_FILTER)
		return;
	memcpy(text + used, bytes, length);
	text[used + length] = 0;
}

static void type(struct live_prompt *prompt, unsigned int code)
{
	if (code == '\033')
		*prompt->typed = 0;
	else if (code == LIVE_CODE_BACKSPACE)
		take_off_character(prompt->typed);
	else if (code < LIVE_CODE_UP)
		add_character(prompt->typed, code);
	prompt->typing = code != '\033' && code != LIVE_CODE_ENTER;
}

void live_prompt_help(struct live_prompt *prompt)
{
	prompt->helping = true;
	prompt->help_page = 0;
}

void live_prompt_resized(struct live_prompt *prompt)
{
	prompt->help_page = 0;
}

bool live_prompt_press(struct live_prompt *prompt, const struct live_offer *offer, unsigned int code)
{
	if (prompt->typing)
		type(prompt, code);
	else if (prompt->helping)
		prompt->helping = code != 'q' && code != '\033' && ++prompt->help_page < help_layout(offer).pages;
	else
		return false;
	return true;
}
