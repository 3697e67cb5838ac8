/* SPDX-License-Identifier: GPL-2.0 */
/* Values as text of a given width. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "format.h"

/* How the values of a unit are written. */
static const struct {
	double factor; /* what is written is value * factor */
	double base;
	const char *letters; /* one for each division by base */
	bool percent;
} units[] = {
	[UNIT_COUNT] = {1, 1000, " kMGTPEZY", false},
	[UNIT_BYTES] = {1, 1024, "BkMGTPEZY", false},
	[UNIT_US] = {1, 1000, "umskMGTPE", false},
	[UNIT_RATIO] = {100, 1000, " kMGTPEZY", true},
};

enum { DIVISIONS_MAX = 8, DIGITS = 32 };

/* dstat writes letters where a value just below the base fits: in four columns. */
enum { LETTER_WIDTH_MIN = 4 };

/* A percentage changes colour at each 34 %, and again at 100: dstat's scale. */
enum { PERCENT_SCALE = 34, PERCENT_DONE = 5 };

bool format_has_letter(enum metric_unit unit, unsigned int width)
{
	return !units[unit].percent && width >= LETTER_WIDTH_MIN;
}

/* Divides value until its digits fit in width (dstat's dchg()). Returns the number of divisions. */
static unsigned int fit_digits(char digits[static DIGITS], unsigned int width, double base, double value)
{
	unsigned int divisions = 0;

	while ((unsigned int)snprintf(digits, DIGITS, "%.0f", value) > width) {
		if (divisions == DIVISIONS_MAX) {
			memset(digits, '#', width);
			digits[width] = 0;
			break;
		}
		value /= base;
		divisions++;
	}
	return divisions;
}

static int format_scaled(char *cell, unsigned int width, enum metric_unit unit, double value)
{
	const bool letter = format_has_letter(unit, width);
	const unsigned int room = letter ? width - 1 : width;
	char digits[DIGITS];
	const unsigned int divisions = fit_digits(digits, room, units[unit].base, value);
	const bool below_one = room > 1 && value > 0 && !divisions && !strcmp(digits, "0");

	snprintf(cell, FORMAT_CELL, "%*s", (int)room, below_one ? "<1" : digits);
	if (letter)
		snprintf(cell + room, 2, "%c", value == 0 ? ' ' : units[unit].letters[divisions]);
	return value == 0 ? FORMAT_ZERO : (int)divisions;
}

/* Above what fits (9999 in four columns) thousands of percent: 10000 % is `10k`. */
static int format_percent(char *cell, unsigned int width, double percent)
{
	char digits[DIGITS];
	unsigned int divisions;

	if (percent == 0) {
		snprintf(cell, FORMAT_CELL, "%*s", (int)width, "0");
		return FORMAT_ZERO;
	}
	if ((unsigned int)snprintf(digits, sizeof(digits), "%.1f", percent) <= width ||
	    (unsigned int)snprintf(digits, sizeof(digits), "%.0f", percent) <= width) {
		snprintf(cell, FORMAT_CELL, "%*s", (int)width, digits);
	} else {
		divisions = fit_digits(digits, width - 1, units[UNIT_RATIO].base, percent);
		snprintf(cell, FORMAT_CELL, "%*s%c", (int)width - 1, digits, units[UNIT_RATIO].letters[divisions]);
	}
	return percent >= 99.5 ? PERCENT_DONE : (int)(percent / PERCENT_SCALE);
}

int format_number(char cell[static FORMAT_CELL], unsigned int width, enum metric_unit unit, double value)
{
	value *= units[unit].factor;
	if (!(value >= 0)) {
		const int blanks = format_has_letter(unit, width);

		snprintf(cell, FORMAT_CELL, "%*s%*s", (int)width - blanks, "-", blanks, "");
		return FORMAT_NEGATIVE;
	}
	return units[unit].percent ? format_percent(cell, width, value) : format_scaled(cell, width, unit, value);
}

/* One character of text as it may be shown. */
struct glyph {
	const char *bytes;
	size_t length; /* of bytes */
	unsigned int width;
};

/* Takes one character off *text. */
static struct glyph next_glyph(const char **text, mbstate_t *state)
{
	const char *start = *text;
	wchar_t character;
	const size_t length = mbrtowc(&character, start, strlen(start), state);
	int width;

	if (length == (size_t)-1 || length == (size_t)-2) {
		*state = (mbstate_t){};
		*text = start + 1;
		return (struct glyph){"?", 1, 1};
	}
	*text = start + length;
	width = wcwidth(character);
	return width == 1 || width == 2 ? (struct glyph){start, length, width} : (struct glyph){"?", 1, 1};
}

unsigned int format_text_width(const char *text)
{
	mbstate_t state = {};
	unsigned int width = 0;

	while (*text)
		width += next_glyph(&text, &state).width;
	return width;
}

void format_text(char cell[static FORMAT_CELL], unsigned int width, const char *text)
{
	const bool cut = format_text_width(text) > width;
	unsigned int left = cut && width ? width - 1 : width;
	mbstate_t state = {};

	while (*text) {
		const struct glyph glyph = next_glyph(&text, &state);

		if (glyph.width > left)
			break;
		memcpy(cell, glyph.bytes, glyph.length);
		cell += glyph.length;
		left -= glyph.width;
	}
	if (cut && width)
		*cell++ = '+';
	memset(cell, ' ', left);
	cell[left] = 0;
}

void format_text_pair(char cell[static FORMAT_CELL], unsigned int width, const char *head, const char *tail)
{
	const unsigned int tail_width = format_text_width(tail);
	char both[2 * FORMAT_CELL];

	snprintf(both, FORMAT_CELL, "%s", head);
	if (tail_width < width && tail_width + format_text_width(head) > width)
		format_text(both, width - tail_width, head);
	snprintf(both + strlen(both), FORMAT_CELL, "%s", tail);
	format_text(cell, width, both);
}

void format_title(char cell[static FORMAT_CELL], unsigned int width, const char *title, char fill)
{
	const unsigned int length = strnlen(title, width);
	const unsigned int pad = width - length;
	const unsigned int left = pad / 2 + (pad & width & 1); /* CPython's str.center(): where the odd one goes */

	memset(cell, fill, width);
	cell[width] = 0;
	for (unsigned int i = 0; i < length; i++)
		cell[left + i] = title[i] == ' ' ? fill : title[i];
}

void format_time(char cell[static FORMAT_CELL], double timestamp)
{
	const char *format = getenv("L4DSTAT_TIMEFMT");
	const time_t seconds = timestamp;
	struct tm local;

	localtime_r(&seconds, &local);
	if (!format || !*format)
		format = "%d-%m %H:%M:%S";
	if (!strftime(cell, FORMAT_WIDTH_MAX, format, &local))
		*cell = 0;
}

void format_timestamp(char text[static FORMAT_TIMESTAMP], double timestamp)
{
	const int64_t milliseconds = llround(timestamp * 1000);
	const time_t whole = milliseconds / 1000;
	struct tm utc = {};

	gmtime_r(&whole, &utc);
	snprintf(text, FORMAT_TIMESTAMP, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1,
		 utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(milliseconds % 1000));
}
