/* SPDX-License-Identifier: GPL-2.0 */
/* Writing families and samples, and choosing the form. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exposition.h"

const char *const exposition_content_types[EXPOSITION_FORMATS] = {
	[EXPOSITION_TEXT] = "text/plain; version=0.0.4; charset=utf-8",
	[EXPOSITION_OPENMETRICS] = "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/* A media range of an Accept header, or a parameter of one; both end at a character of `ends`. */
struct piece {
	const char *text;
	size_t length;
};

/* The next piece of *rest, without the blanks around it; length 0 and *rest at its end: there is none. */
static struct piece next_piece(struct piece *rest, char end)
{
	const char *stop = memchr(rest->text, end, rest->length);
	const size_t length = stop ? (size_t)(stop - rest->text) : rest->length;
	struct piece piece = {rest->text, length};

	rest->text += length + (stop != NULL);
	rest->length -= length + (stop != NULL);
	while (piece.length && strchr(" \t", piece.text[0])) {
		piece.text++;
		piece.length--;
	}
	while (piece.length && strchr(" \t", piece.text[piece.length - 1]))
		piece.length--;
	return piece;
}

static bool is(struct piece piece, const char *word)
{
	return piece.length == strlen(word) && !strncasecmp(piece.text, word, piece.length);
}

/* `name=value`, the value perhaps in quotation marks; false: it is another one. */
static bool parameter(struct piece piece, const char *name, char *value, size_t size)
{
	const size_t length = strlen(name);
	size_t used = 0;

	if (piece.length <= length || strncasecmp(piece.text, name, length) || piece.text[length] != '=')
		return false;
	for (size_t i = length + 1; i < piece.length && used + 1 < size; i++) {
		if (piece.text[i] != '"')
			value[used++] = piece.text[i];
	}
	value[used] = 0;
	return true;
}

/* How much a media range is liked, 0 to 1, if it is one of OpenMetrics 1.0 or of text; else it says nothing. */
static void read_range(struct piece range, double liking[static EXPOSITION_FORMATS])
{
	const struct piece type = next_piece(&range, ';');
	const bool open = is(type, "application/openmetrics-text"), text = is(type, "text/plain");
	double q = 1;
	char value[16];

	if (!open && !text)
		return;
	while (range.length) {
		const struct piece piece = next_piece(&range, ';');

		if (parameter(piece, "q", value, sizeof(value)))
			q = strtod(value, NULL);
		else if (open && parameter(piece, "version", value, sizeof(value)) && strcmp(value, "1.0.0"))
			return;
	}
	if (q > liking[open ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT])
		liking[open ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT] = q;
}

enum exposition_format exposition_choose(const char *accept)
{
	struct piece rest = {accept ?: "", accept ? strlen(accept) : 0};
	double liking[EXPOSITION_FORMATS] = {};

	while (rest.length)
		read_range(next_piece(&rest, ','), liking);
	return liking[EXPOSITION_OPENMETRICS] > 0 && liking[EXPOSITION_OPENMETRICS] >= liking[EXPOSITION_TEXT]
		       ? EXPOSITION_OPENMETRICS
		       : EXPOSITION_TEXT;
}

void exposition_label(struct exposition_labels *labels, const char *name, const char *value)
{
	struct exposition_label *label = &labels->label[labels->count++];

	label->name = name;
	snprintf(label->value, sizeof(label->value), "%s", value);
}

/* Text 0.0.4 does not know `\"` in a help text. */
static void write_escaped(const struct exposition *exposition, const char *text, bool quote)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", exposition->file);
		else if (*text == '\\' || (*text == '"' && quote))
			fprintf(exposition->file, "\\%c", *text);
		else
			fputc(*text, exposition->file);
	}
}

static void write_help(const struct exposition *exposition, const char *name, const char *help)
{
	fprintf(exposition->file, "# HELP %s ", name);
	write_escaped(exposition, help, exposition->format == EXPOSITION_OPENMETRICS);
	fputc('\n', exposition->file);
}

void exposition_family(struct exposition *exposition, enum exposition_type type, const char *const parts[static 3],
		       const char *help)
{
	static const struct {
		const char *types[EXPOSITION_FORMATS]; /* what each form calls it */
		const char *suffix;		       /* of its samples */
	} words[] = {
		[EXPOSITION_COUNTER] = {{"counter", "counter"}, "_total"},
		[EXPOSITION_GAUGE] = {{"gauge", "gauge"}, ""},
		[EXPOSITION_INFO] = {{"gauge", "info"}, "_info"},
	};
	const bool open = exposition->format == EXPOSITION_OPENMETRICS;
	char family[EXPOSITION_NAME - sizeof("_total")] = "l4dstat";
	const char *name = open ? family : exposition->sample;

	for (size_t i = 0; i < 3; i++) {
		const size_t used = strlen(family);

		snprintf(family + used, sizeof(family) - used, "%s%s", *parts[i] ? "_" : "", parts[i]);
	}
	snprintf(exposition->sample, sizeof(exposition->sample), "%s%s", family, words[type].suffix);
	write_help(exposition, name, help);
	fprintf(exposition->file, "# TYPE %s %s\n", name, words[type].types[exposition->format]);
	if (open && *parts[2])
		fprintf(exposition->file, "# UNIT %s %s\n", name, parts[2]);
}

/* Whole numbers as such, as long as a double holds them. */
static void write_value(const struct exposition *exposition, double value)
{
	fprintf(exposition->file, value == floor(value) && fabs(value) < 1e15 ? " %.0f\n" : " %.15g\n", value);
}

void exposition_sample(struct exposition *exposition, const struct exposition_labels *labels, double value)
{
	fputs(exposition->sample, exposition->file);
	for (size_t i = 0; labels && i < labels->count; i++) {
		fprintf(exposition->file, "%s%s=\"", i ? "," : "{", labels->label[i].name);
		write_escaped(exposition, labels->label[i].value, true);
		fputc('"', exposition->file);
	}
	fputs(labels && labels->count ? "}" : "", exposition->file);
	write_value(exposition, value);
}

void exposition_end(struct exposition *exposition)
{
	if (exposition->format == EXPOSITION_OPENMETRICS)
		fputs("# EOF\n", exposition->file);
}
