/* SPDX-License-Identifier: GPL-2.0 */
/* Reading moments. A day is as long as the time zone makes it. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "moment.h"

enum { SECONDS_DIGITS = 9 }; /* fewer may be a year, or a typing error */

/* Whether all of text is as strptime(3) wants it, but for fractions of a second. */
static bool matches(const char *text, const char *format, struct tm *tm, const char *end)
{
	const char *rest;

	*tm = (struct tm){.tm_isdst = -1};
	rest = strptime(text, format, tm);
	if (rest && *rest == '.' && rest > text && strstr(format, "%S"))
		rest += 1 + strspn(rest + 1, "0123456789");
	return rest && !strcmp(rest, end);
}

static bool parse_time_of_day(const char *text, struct moment *moment)
{
	struct tm tm;

	if (!isdigit((unsigned char)*text) || (!matches(text, "%H:%M:%S", &tm, "") && !matches(text, "%H:%M", &tm, "")))
		return false;
	*moment = (struct moment){.kind = MOMENT_OF_DAY, .hour = tm.tm_hour, .minute = tm.tm_min, .second = tm.tm_sec};
	return true;
}

static bool parse_date(const char *text, struct moment *moment)
{
	static const char *const formats[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
					      "%Y-%m-%d %H:%M", "%Y-%m-%d"};

	for (size_t i = 0; isdigit((unsigned char)*text) && i < sizeof(formats) / sizeof(*formats); i++) {
		struct tm tm;
		const bool utc = matches(text, formats[i], &tm, "Z");

		if (!utc && !matches(text, formats[i], &tm, ""))
			continue;
		*moment = (struct moment){.kind = MOMENT_SECONDS, .seconds = utc ? timegm(&tm) : mktime(&tm)};
		return true;
	}
	return false;
}

static bool parse_seconds(const char *text, struct moment *moment)
{
	const size_t digits = strspn(text, "0123456789");
	char *end;
	const double seconds = strtod(text, &end);

	if (digits < SECONDS_DIGITS || digits > 12 || *end || (text[digits] && text[digits] != '.'))
		return false;
	*moment = (struct moment){.kind = MOMENT_SECONDS, .seconds = seconds};
	return true;
}

int moment_parse(const char *text, struct moment *moment)
{
	return parse_time_of_day(text, moment) || parse_date(text, moment) || parse_seconds(text, moment) ? 0 : -EINVAL;
}

/* That time so many days after the day of `day`. */
static double on_day(const struct moment *moment, double day, int later)
{
	const time_t seconds = floor(day);
	struct tm tm;

	localtime_r(&seconds, &tm);
	tm.tm_mday += later;
	tm.tm_hour = moment->hour;
	tm.tm_min = moment->minute;
	tm.tm_sec = moment->second;
	tm.tm_isdst = -1;
	return mktime(&tm);
}

double moment_before(const struct moment *moment, double end)
{
	double that;

	if (moment->kind != MOMENT_OF_DAY)
		return moment->seconds;
	that = on_day(moment, end, 0);
	return that <= end ? that : on_day(moment, end, -1);
}

double moment_after(const struct moment *moment, double begin)
{
	double that;

	if (moment->kind != MOMENT_OF_DAY)
		return moment->seconds;
	that = on_day(moment, begin, 0);
	return that > begin ? that : on_day(moment, begin, 1);
}
