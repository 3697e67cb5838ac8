/* SPDX-License-Identifier: GPL-2.0 */
/* The manual page: a template in mdoc(7), with lists made from the tables where it says so. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alert_rule.h"
#include "columns.h"
#include "dimension.h"
#include "docs.h"
#include "live_keys.h"
#include "metrics.h"
#include "option_table.h"

enum { LINE = 78 };

/* A word as mdoc wants it: `quotes` that open and close, dashes of options that can be copied. Returns its width. */
static int write_word(FILE *out, const char *word, size_t length, bool *quoted)
{
	int width = 0;

	for (size_t i = 0; i < length; i++) {
		if (word[i] == '`') {
			width += fprintf(out, *quoted ? "\\(rq" : "\\(lq");
			*quoted = !*quoted;
		} else if (word[i] == '\\') {
			width += fprintf(out, "\\e");
		} else if (word[i] == '-' && (!i || !isalnum((unsigned char)word[i - 1]))) {
			width += fprintf(out, "\\-");
		} else {
			width += fprintf(out, "%c", word[i]);
		}
	}
	return width;
}

/* Words, in lines of at most about LINE; one that begins with a dot is no macro. */
static void write_text(FILE *out, const char *text)
{
	bool quoted = false;
	int width = 0;

	for (size_t length; *text; text += length + strspn(text + length, " ")) {
		length = strcspn(text, " ");
		if (width) {
			const bool full = width + 1 + (int)length > LINE;

			fputc(full ? '\n' : ' ', out);
			width = full ? 0 : width + 1;
		}
		if (!width && strchr(".'", *text))
			width += fprintf(out, "\\&");
		width += write_word(out, text, length, &quoted);
	}
	fputc('\n', out);
}

static void write_option(FILE *out, const struct option_row *row)
{
	char *help = option_help(row);

	fputs(".It ", out);
	if (row->letter)
		fprintf(out, "Fl %c , ", row->letter);
	fprintf(out, "Fl -%s", row->name);
	if (row->optional)
		fprintf(out, " Ns Oo = Ns Ar %s Oc", row->argument);
	else if (row->argument)
		fprintf(out, " Ar %s%s", row->argument, row->list ? " Ns Op ,..." : "");
	fputc('\n', out);
	write_text(out, help);
	free(help);
}

static void write_group(FILE *out, enum option_group group)
{
	bool begun = false;

	for (size_t i = 0; i < option_count(); i++) {
		const struct option_row row = option_row(i);

		if (row.group != group)
			continue;
		if (!begun)
			fputs(".Bl -tag -width Ds\n", out);
		begun = true;
		write_option(out, &row);
	}
	if (begun)
		fputs(".El\n", out);
}

static void write_options(FILE *out)
{
	for (enum option_group group = 0; group < OPTION_GROUP_COUNT; group++) {
		if (group == OPTION_GROUP_COLUMNS || group == OPTION_GROUP_DSTAT)
			continue;
		fprintf(out, ".Ss %s\n", option_group_titles[group]);
		write_group(out, group);
	}
}

static void write_columns(FILE *out)
{
	write_group(out, OPTION_GROUP_COLUMNS);
	fprintf(out, ".Ss %s\n", option_group_titles[OPTION_GROUP_DSTAT]);
	write_group(out, OPTION_GROUP_DSTAT);
}

static void write_named(FILE *out, const char *name, const char *help)
{
	fprintf(out, ".It Cm %s\n", name);
	write_text(out, help);
}

static void write_dimensions(FILE *out)
{
	fputs(".Bl -tag -width process\n", out);
	for (int dim = 0; dim < DIM_COUNT; dim++)
		write_named(out, dimensions[dim].name, dimensions[dim].help);
	fputs(".El\n", out);
}

static void write_keys(FILE *out)
{
	fputs(".Bl -tag -width Space\n", out);
	for (size_t i = 0; i < live_key_count; i++) {
		fprintf(out, ".It Ic \\&%s\n", live_keys[i].name);
		write_text(out, live_keys[i].help);
	}
	fputs(".El\n", out);
}

static void write_metrics(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (int m = 0; m < METRIC_COUNT; m++)
		write_named(out, metrics[m].name, metrics[m].help);
	fputs(".El\n", out);
}

static void write_alerts(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < alert_default_count; i++) {
		fprintf(out, ".It Cm %s\n", alert_defaults[i].name);
		write_text(out, alert_defaults[i].help);
		fprintf(out, ".Dl %s\n", alert_defaults[i].text);
	}
	fputs(".El\n", out);
}

static void write_queues(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (unsigned int i = METRIC_COUNT; i < ALERT_MEASURES; i++)
		write_named(out, alert_measure(i).name, alert_measure(i).help);
	fputs(".El\n", out);
}

/* .Dl takes a line as it is, but for what it would itself understand. */
static void write_examples(FILE *out)
{
	for (const struct option_example *example = option_examples; example->command; example++) {
		fputs(".Pp\n", out);
		write_text(out, example->shows);
		fprintf(out, ".Dl %s\n", example->command);
	}
}

static const struct {
	const char *line;
	void (*write)(FILE *out);
} lists[] = {
	{"@options@\n", write_options}, {"@columns@\n", write_columns}, {"@dimensions@\n", write_dimensions},
	{"@keys@\n", write_keys},	{"@metrics@\n", write_metrics}, {"@examples@\n", write_examples},
	{"@alerts@\n", write_alerts},	{"@queues@\n", write_queues},
};

static void write_line(FILE *out, const char *line)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (!strcmp(line, lists[i].line)) {
			lists[i].write(out);
			return;
		}
	}
	fputs(line, out);
}

int docs_man(FILE *out, const char *template)
{
	FILE *file = fopen(template, "r");
	char *line = NULL;
	size_t size = 0;

	if (!file) {
		fprintf(stderr, "generate: cannot read %s: %s\n", template, strerror(errno));
		return -errno;
	}
	while (getline(&line, &size, file) > 0)
		write_line(out, line);
	free(line);
	fclose(file);
	return 0;
}
