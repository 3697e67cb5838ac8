/* SPDX-License-Identifier: GPL-2.0 */
/* --help and --list. The words are those of the tables; here they are only laid out. */
#include <stdlib.h>
#include <string.h>

#include "alert_rule.h"
#include "columns.h"
#include "dimension.h"
#include "help.h"
#include "live_keys.h"
#include "memory.h"
#include "metrics.h"
#include "option_table.h"

enum { WIDTH = 80, OPTION_WIDTH = 24, EXAMPLE_WIDTH = 41, NAME_WIDTH = 24 };

/* `left`, then the text from column `at` on, broken at spaces so that no line is wider than WIDTH. */
static void print_entry(FILE *file, const char *left, int at, const char *text)
{
	const int room = WIDTH - at;

	fprintf(file, "%-*s", at, left);
	while ((int)strlen(text) > room) {
		int length = room;

		while (length > 1 && text[length] != ' ')
			length--;
		fprintf(file, "%.*s\n%*s", length, text, at, "");
		text += length + strspn(text + length, " ");
	}
	fprintf(file, "%s\n", text);
}

/* `  -v, --verbose`; an argument that may be left out stands in brackets. */
static void print_option(FILE *file, const struct option_row *row)
{
	char *help = option_help(row);
	char left[64];

	snprintf(left, sizeof(left), "  %c%c%c --%s%s%s%s%s ", row->letter ? '-' : ' ', row->letter ?: ' ',
		 row->letter ? ',' : ' ', row->name,
		 !row->argument	 ? ""
		 : row->optional ? "[="
				 : " ",
		 row->argument ?: "", row->list ? "[,...]" : "", row->optional ? "]" : "");
	if (strlen(left) > OPTION_WIDTH) {
		fprintf(file, "%s\n", left);
		*left = 0;
	}
	print_entry(file, left, OPTION_WIDTH, help);
	free(help);
}

static void print_group(FILE *file, enum option_group group)
{
	fprintf(file, "\n%s:\n", option_group_titles[group]);
	for (size_t i = 0; i < option_count(); i++) {
		const struct option_row row = option_row(i);

		if (row.group == group)
			print_option(file, &row);
	}
}

static bool group_is_empty(enum option_group group)
{
	for (size_t i = 0; i < option_count(); i++) {
		if (option_row(i).group == group)
			return false;
	}
	return true;
}

void help_print(FILE *file)
{
	fputs("Usage: l4dstat [options] [delay [count]]\n"
	      "What TCP and UDP do on this host, and who it is: subnet, port, process.\n"
	      "Needs root, but for dstat's own columns.\n\n",
	      file);
	for (const struct option_example *example = option_examples; example->command; example++) {
		char left[96];

		snprintf(left, sizeof(left), "  %s", example->command);
		print_entry(file, left, EXAMPLE_WIDTH, example->shows);
	}
	fputs("\ndelay: seconds, fractions allowed (default 1).\n"
	      "count: how many lines or tables (default: until Ctrl-C).\n",
	      file);
	for (enum option_group group = 0; group < OPTION_GROUP_COUNT; group++) {
		if (!group_is_empty(group))
			print_group(file, group);
	}
	fputs("\nExit status: 0 done or stopped by a signal, 1 failed while running, 2 wrong\n"
	      "usage, 3 this kernel or these privileges cannot do it.\n",
	      file);
}

static void print_name(FILE *file, const char *name, const char *help)
{
	fprintf(file, "  %-*s %s\n", NAME_WIDTH - 3, name, help);
}

static void print_default(FILE *file, const struct alert_default *rule)
{
	print_name(file, rule->name, rule->help);
	fprintf(file, "%*s%s\n", NAME_WIDTH, "", rule->text);
}

void help_print_list(FILE *file)
{
	fputs("Columns (--NAME):\n", file);
	for (size_t i = 0; i < column_group_count; i++)
		print_name(file, column_groups[i].name, column_groups[i].help);
	fputs("\nKeys (--by on a terminal):\n", file);
	for (size_t i = 0; i < live_key_count; i++)
		print_name(file, live_keys[i].name, live_keys[i].help);
	fputs("\nDimensions (--by):\n", file);
	for (int dim = 0; dim < DIM_COUNT; dim++)
		print_name(file, dimensions[dim].name, dimensions[dim].help);
	fputs("\nAlerts (--alert; default: all of these):\n", file);
	for (size_t i = 0; i < alert_default_count; i++)
		print_default(file, &alert_defaults[i]);
	fputs("\nAccept queues (--alert):\n", file);
	for (unsigned int i = METRIC_COUNT; i < ALERT_MEASURES; i++)
		print_name(file, alert_measure(i).name, alert_measure(i).help);
	fputs("\nMetrics (--sort, keys of --json):\n", file);
	for (int m = 0; m < METRIC_COUNT; m++)
		print_name(file, metrics[m].name, metrics[m].help);
}
