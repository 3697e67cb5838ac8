/* SPDX-License-Identifier: GPL-2.0 */
/* Small marks of the live table: the letters of its columns, the bars of its rows. */
#include <ctype.h>
#include <string.h>

#include "live_model.h"

char live_letter(const char *const *titles, size_t at)
{
	char taken[UINT8_MAX + 1] = {}, letter = 0;

	for (size_t i = 0; i <= at; i++) {
		static const char others[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
		const char *from = titles[i];

		while (*from && (!isalpha((unsigned char)*from) || taken[toupper((unsigned char)*from)]))
			from++;
		for (from = *from ? from : others; taken[toupper((unsigned char)*from)]; from++)
			;
		letter = toupper((unsigned char)*from);
		taken[(unsigned char)letter] = 1;
	}
	return letter;
}

static double past(const struct table *table, const struct live_row *row, size_t ago)
{
	double sum = 0;

	for (size_t i = 0; i < table->count; i++)
		sum += table->slots[i].sorted ? row->shown.history[i * LIVE_HISTORY + ago] : 0;
	return sum;
}

const char *live_bar(char text[static LIVE_BAR], const struct table *table, const struct live_row *row,
		     unsigned int width, bool utf8)
{
	static const char *const blocks[] = {" ",      "\u2581", "\u2582", "\u2583", "\u2584",
					     "\u2585", "\u2586", "\u2587", "\u2588"};
	static const char *const marks[] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
	enum { LEVELS = sizeof(blocks) / sizeof(*blocks) - 1 };
	double largest = 0;
	char *end = text;

	*end = 0;
	width = width < LIVE_HISTORY ? width : LIVE_HISTORY;
	for (size_t ago = 0; ago < width; ago++)
		largest = past(table, row, ago) > largest ? past(table, row, ago) : largest;
	for (size_t ago = width; ago--;) {
		const double value = past(table, row, ago);
		const size_t level = value > 0 ? 1 + (size_t)(value / largest * (LEVELS - 1) + 0.5) : 0;

		end = stpcpy(end, (utf8 ? blocks : marks)[level]);
	}
	return text;
}
