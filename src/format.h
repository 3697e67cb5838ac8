/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values as text of a given width: numbers the way dstat writes them, foreign text made safe, titles, times.
 * No colours and no I/O. Widths are columns on the screen.
 */
#ifndef L4_FORMAT_H
#define L4_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "metrics.h"

/*
 * How numbers are written from here on, as asked for once at the start: a setting of the whole program, as the locale
 * is. Decimals: those that dstat writes, always what fits (--float), none (--integer). Bits: instead of bytes.
 */
enum format_decimals { DECIMALS_AS_DSTAT, DECIMALS_ALWAYS, DECIMALS_NEVER };
void format_choose(enum format_decimals decimals, bool bits);

/* A cell is at most this wide, and takes so many bytes with its NUL. */
enum { FORMAT_WIDTH_MAX = 256, FORMAT_CELL = 4 * FORMAT_WIDTH_MAX + 1 };

/* What format_number() made of a value: a magnitude from 0, the place of its colour in dstat's list, or one of these.
 */
enum { FORMAT_ZERO = -1, FORMAT_NEGATIVE = -2 };

/*
 * Writes value right-aligned into cell and returns its magnitude.
 *
 * Counts and bytes as dstat's cprint(): the last column is the unit letter's; the value is divided by the base
 * only while it has more digits than fit before it; no decimals. A negative value is `-`. Other than in dstat a
 * value above 0 that would round to 0 is `<1`: one retransmit a minute is not none; the host's units have nothing of
 * that.
 *
 * Ratios (1.0 is 100 %) as percent with one decimal where it fits, without a letter; only 0 itself is `0`.
 */
int format_number(char cell[static FORMAT_CELL], unsigned int width, enum metric_unit unit, double value);

/* Whether the last column of such a number is the unit letter's. */
bool format_has_letter(enum metric_unit unit, unsigned int width);

/*
 * Writes text left-aligned, padded or cut to exactly width columns. `+` ends what was cut, as in ps(1). What is no
 * printable character of one or two columns in the locale (control bytes, escapes, bad UTF-8, marks that change
 * the direction of writing) is `?`.
 */
void format_text(char cell[static FORMAT_CELL], unsigned int width, const char *text);

/* The same without a mark: what is cut is not seen to be, as in dstat. */
void format_text_cut(char cell[static FORMAT_CELL], unsigned int width, const char *text);

/* The same for head and tail in a row; where both do not fit it is the head that is cut, as long as the tail fits. */
void format_text_pair(char cell[static FORMAT_CELL], unsigned int width, const char *head, const char *tail);

/* Columns that text takes when it is not cut. */
unsigned int format_text_width(const char *text);

/* Writes an ASCII title centred as Python does, cut to width; the rest, and blanks inside, are fill. */
void format_title(char cell[static FORMAT_CELL], unsigned int width, const char *title, char fill);

/* Writes a time (seconds since the epoch) as local time, by strftime() and L4DSTAT_TIMEFMT. */
void format_time(char cell[static FORMAT_CELL], double timestamp);

/* Writes it for machines: 2026-11-23T06:31:32.000Z. */
enum { FORMAT_TIMESTAMP = 80 };
void format_timestamp(char text[static FORMAT_TIMESTAMP], double timestamp);

#endif
