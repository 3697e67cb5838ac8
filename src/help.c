/* SPDX-License-Identifier: GPL-2.0 */
/* --help and --list. The words are those of the tables; here they are only laid out. */
#include <limits.h>
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

enum { WIDTH = 80, OPTION_WIDTH = 24, EXAMPLE_WIDTH = 41, NAME_WIDTH = 24, LIST_WIDTH_MIN = 40 };

/* `left`, then the text from column `at` on, broken at spaces so that no line is wider than `width`. */
static void print_entry(FILE *file, int width, const char *left, int at, const char *text)
{
	const int room = width - at;

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
		fprintf(file, "%.*s\n", (int)strlen(left) - 1, left);
		*left = 0;
	}
	print_entry(file, WIDTH, left, OPTION_WIDTH, help);
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
		print_entry(file, WIDTH, left, EXAMPLE_WIDTH, example->shows);
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

/* How --list is laid out. */
struct list_page {
	FILE *file;
	int width;
};

static void print_name(const struct list_page *page, const char *name, const char *help)
{
	char left[128];

	snprintf(left, sizeof(left), "  %-*.100s ", NAME_WIDTH - 3, name);
	print_entry(page->file, page->width, left, NAME_WIDTH, help);
}

static void print_default(const struct list_page *page, const struct alert_default *rule)
{
	print_name(page, rule->name, rule->help);
	fprintf(page->file, "%*s%s\n", NAME_WIDTH, "", rule->text);
}

static void print_columns(const struct list_page *page, bool host)
{
	for (size_t i = 0; i < column_group_count; i++) {
		const struct column_group *group = &column_groups[i];
		char name[64];

		if (column_group_is_host(group) != host)
			continue;
		snprintf(name, sizeof(name), group->letter ? "%s, -%c" : "%s", group->name, group->letter);
		print_name(page, name, group->help);
	}
}

static void print_keys(const struct list_page *page)
{
	for (size_t i = 0; i < live_key_count; i++)
		print_name(page, live_keys[i].name, live_keys[i].help);
}

static void print_dimensions(const struct list_page *page)
{
	for (int dim = 0; dim < DIM_COUNT; dim++)
		print_name(page, dimensions[dim].name, dimensions[dim].help);
}

static void print_alerts(const struct list_page *page)
{
	for (size_t i = 0; i < alert_default_count; i++)
		print_default(page, &alert_defaults[i]);
	fputs("\nAccept queues (--alert):\n", page->file);
	for (unsigned int i = METRIC_COUNT; i < ALERT_MEASURES; i++)
		print_name(page, alert_measure(i).name, alert_measure(i).help);
}

static void print_metrics(const struct list_page *page)
{
	for (int m = 0; m < METRIC_COUNT; m++)
		print_name(page, metrics[m].name, metrics[m].help);
}

void help_print_list(FILE *file, unsigned int width)
{
	const struct list_page page = {file, width > LIST_WIDTH_MIN ? (int)width : INT_MAX};

	fputs("Columns of Layer 4 (--NAME):\n", file);
	print_columns(&page, false);
	fputs("\nColumns of dstat (--NAME):\n", file);
	print_columns(&page, true);
	fputs("\nKeys (--by and --listeners on a terminal):\n", file);
	print_keys(&page);
	fputs("\nDimensions (--by):\n", file);
	print_dimensions(&page);
	fputs("\nAlerts (--alert; default: all of these):\n", file);
	print_alerts(&page);
	fputs("\nMetrics (--sort, keys of --json):\n", file);
	print_metrics(&page);
}
