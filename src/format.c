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
struct unit {
	double factor; /* what is written is value * factor */
	double base;
	const char *letters; /* one for each division by base; NULL: never any */
	double scale;	     /* colours change at each multiple of it; 0: with the letter */
	enum { IN_BYTES = 1, DECIMALS = 2, TELLS_LITTLE = 4, PERCENT = 8 } traits;
};

static const char thousands[] = " kMGTPEZY", bytes[] = "BkMGTPEZY", bits[] = "bkMGTPEZY";

/* A percentage changes colour at each 34 %, and again at 100: dstat's scale. */
enum { PERCENT_SCALE = 34, PERCENT_DONE = 5, MAGNITUDES = 8 };

static const struct unit units[] = {
	[UNIT_COUNT] = {1, 1000, thousands, 0, TELLS_LITTLE},
	[UNIT_BYTES] = {1, 1024, bytes, 0, IN_BYTES | TELLS_LITTLE},
	[UNIT_US] = {1, 1000, "umskMGTPE", 0, TELLS_LITTLE},
	[UNIT_RATIO] = {100, 1000, NULL, PERCENT_SCALE, PERCENT},
	[UNIT_EVENTS] = {1, 1000, thousands, 0, 0},
	[UNIT_TRAFFIC] = {1, 1024, bytes, 0, IN_BYTES},
	[UNIT_STORAGE] = {1, 1024, bytes, 0, 0},
	[UNIT_MEMORY] = {1, 1024, bytes, 0, DECIMALS},
	[UNIT_SHARE] = {100, 1000, NULL, PERCENT_SCALE, PERCENT},
	[UNIT_LOAD] = {100, 1000, NULL, PERCENT_SCALE, DECIMALS},
	[UNIT_TASKS] = {1, 1000, NULL, 10, DECIMALS},
};

enum { DIVISIONS_MAX = 8, DIGITS = 512 };

/* dstat writes letters where a value just below the base fits: in four columns. */
enum { LETTER_WIDTH_MIN = 4 };

static enum format_decimals chosen_decimals;
static bool chosen_bits;

void format_choose(enum format_decimals decimals, bool bits_wanted)
{
	chosen_decimals = decimals;
	chosen_bits = bits_wanted;
}

static struct unit unit_chosen(enum metric_unit unit)
{
	struct unit chosen = units[unit];

	if (chosen_bits && chosen.traits & IN_BYTES) {
		chosen.factor *= 8;
		chosen.base = 1000;
		chosen.letters = bits;
	}
	if (chosen_decimals != DECIMALS_AS_DSTAT)
		chosen.traits &= ~DECIMALS;
	if (chosen_decimals == DECIMALS_ALWAYS)
		chosen.traits |= DECIMALS;
	return chosen;
}

bool format_has_letter(enum metric_unit unit, unsigned int width)
{
	return units[unit].letters && width >= LETTER_WIDTH_MIN;
}

/* As many decimals as fit in width, as dstat's fchg() has them: 9.87 in four columns, 99.9 or 1000 too; none of 0. */
static void write_decimals(char digits[static DIGITS], unsigned int width, double value)
{
	unsigned int whole;

	snprintf(digits, DIGITS, "%.*f", (int)width, value);
	whole = strcspn(digits, ".");
	if (value != 0 && width >= whole + 2)
		snprintf(digits, DIGITS, "%.*f", (int)(width - whole - 1), value);
	else
		snprintf(digits, DIGITS, "%.0f", value);
	if (strlen(digits) == width + 1 && strchr(digits, '.')) /* rounded up to one more digit: 9.996 */
		snprintf(digits, DIGITS, "%.*f", (int)(width - whole - 2), value);
}

/* Divides value until its digits fit in width (dstat's dchg()). Returns the number of divisions. */
static unsigned int fit_digits(char digits[static DIGITS], unsigned int width, double base, double value, bool decimals)
{
	for (unsigned int divisions = 0; divisions <= DIVISIONS_MAX; divisions++) {
		if (decimals)
			write_decimals(digits, width, value);
		else
			snprintf(digits, DIGITS, "%.0f", value);
		if (strlen(digits) <= width)
			return divisions;
		value /= base;
	}
	memset(digits, '#', width);
	digits[width] = 0;
	return DIVISIONS_MAX;
}

/* The place of the colour. */
static int magnitude(const struct unit *unit, unsigned int divisions, double value)
{
	if (unit->traits & PERCENT && value >= 99.5)
		return PERCENT_DONE;
	return unit->scale ? (int)fmod(value / unit->scale, MAGNITUDES) : (int)divisions;
}

static int format_scaled(char *cell, unsigned int width, const struct unit *unit, double value)
{
	const bool letter = unit->letters && width >= LETTER_WIDTH_MIN;
	const unsigned int room = letter ? width - 1 : width;
	char digits[DIGITS];
	const unsigned int divisions = fit_digits(digits, room, unit->base, value, unit->traits & DECIMALS);
	const bool zero = !strcmp(digits, "0");
	const bool little = zero && value > 0 && room > 1 && unit->traits & TELLS_LITTLE;

	snprintf(cell, FORMAT_CELL, "%*s", (int)room, little ? "<1" : digits);
	if (letter)
		snprintf(cell + room, 2, "%c", little || rint(value) != 0 ? unit->letters[divisions] : ' ');
	return zero && !little ? FORMAT_ZERO : magnitude(unit, divisions, value);
}

/* Above what fits (9999 in four columns) thousands of percent: 10000 % is `10k`. */
static int format_ratio(char *cell, unsigned int width, const struct unit *unit, double percent)
{
	const int most = chosen_decimals == DECIMALS_NEVER ? 0 : 1;
	char digits[DIGITS];
	unsigned int divisions;

	if (percent == 0) {
		snprintf(cell, FORMAT_CELL, "%*s", (int)width, "0");
		return FORMAT_ZERO;
	}
	if ((unsigned int)snprintf(digits, sizeof(digits), "%.*f", most, percent) <= width ||
	    (unsigned int)snprintf(digits, sizeof(digits), "%.0f", percent) <= width) {
		snprintf(cell, FORMAT_CELL, "%*s", (int)width, digits);
	} else {
		divisions = fit_digits(digits, width - 1, unit->base, percent, false);
		snprintf(cell, FORMAT_CELL, "%*s%c", (int)width - 1, digits, thousands[divisions]);
	}
	return magnitude(unit, 0, percent);
}

int format_number(char cell[static FORMAT_CELL], unsigned int width, enum metric_unit unit, double value)
{
	const struct unit chosen = unit_chosen(unit);

	value *= chosen.factor;
	if (!(value >= 0)) {
		const int blanks = format_has_letter(unit, width);

		snprintf(cell, FORMAT_CELL, "%*s%*s", (int)width - blanks, "-", blanks, "");
		return FORMAT_NEGATIVE;
	}
	return unit == UNIT_RATIO ? format_ratio(cell, width, &chosen, value)
				  : format_scaled(cell, width, &chosen, value);
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

/* Exactly width columns, of them the last one for mark if something is cut. */
static void fill(char *cell, unsigned int width, const char *text, const char *mark)
{
	const bool marked = *mark && width && format_text_width(text) > width;
	unsigned int left = marked ? width - 1 : width;
	mbstate_t state = {};

	while (*text) {
		const struct glyph glyph = next_glyph(&text, &state);

		if (glyph.width > left)
			break;
		memcpy(cell, glyph.bytes, glyph.length);
		cell += glyph.length;
		left -= glyph.width;
	}
	if (marked)
		*cell++ = *mark;
	memset(cell, ' ', left);
	cell[left] = 0;
}

void format_text(char cell[static FORMAT_CELL], unsigned int width, const char *text)
{
	fill(cell, width, text, "+");
}

void format_text_cut(char cell[static FORMAT_CELL], unsigned int width, const char *text)
{
	fill(cell, width, text, "");
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
