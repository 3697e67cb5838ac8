/* SPDX-License-Identifier: GPL-2.0 */
/* A moment as it is written on the command line: of a day, of some day, or in seconds since the epoch. No I/O. */
#ifndef L4_MOMENT_H
#define L4_MOMENT_H

enum moment_kind { MOMENT_NONE, MOMENT_SECONDS, MOMENT_OF_DAY };

struct moment {
	enum moment_kind kind;
	double seconds;		  /* since the epoch */
	int hour, minute, second; /* of some day, in local time */
};

/*
 * 02:00, 02:00:30; 2026-11-23, 2026-11-23T02:00 and 2026-11-23 02:00:30, in local time, with Z behind it in UTC;
 * seconds since the epoch, fractions allowed, all of at least nine digits before the point. Returns 0 or -EINVAL.
 */
int moment_parse(const char *text, struct moment *moment);

/* The last such moment that is not after `end`; of a moment that names its day that. In seconds since the epoch. */
double moment_before(const struct moment *moment, double end);

/* The first such moment after `begin`; of a moment that names its day that. */
double moment_after(const struct moment *moment, double begin);

#endif
