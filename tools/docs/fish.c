/* SPDX-License-Identifier: GPL-2.0 */
/* Completion for fish: one `complete` per option. */
#include <stdlib.h>

#include "docs.h"
#include "option_table.h"

static const char head[] = "# fish completion of l4dstat(8), made from its option table\n"
			   "\n"
			   "# The words, each behind what is typed of a list already\n"
			   "function __l4dstat_list\n"
			   "    set -l typed (commandline -ct | string replace -r '^-[^=]*=' '')\n"
			   "    set -l before (string replace -r '[^,]*$' '' -- \"$typed\")\n"
			   "    printf '%s\\n' \"$before\"$argv\n"
			   "end\n"
			   "\n"
			   "complete -c l4dstat -f\n";

/* In single quotes, where fish knows \' and \\. */
static void write_quoted(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++)
		fprintf(out, "%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
	fputc('\'', out);
}

static void write_words(FILE *out, const struct option_row *row)
{
	fputs(row->list ? " -a '(__l4dstat_list" : " -a '", out);
	for (size_t i = 0; option_word(row, i); i++)
		fprintf(out, "%s%s", i || row->list ? " " : "", option_word(row, i));
	fputs(row->list ? ")'" : "'", out);
}

static void write_value(FILE *out, const struct option_row *row)
{
	/* -r: takes a value, -x: and that is no file; a value that may be left out is neither. */
	fputs(row->optional ? "" : row->value == OPTION_VALUE_FILE ? " -r -F" : " -x", out);
	switch (row->value) {
	case OPTION_VALUE_FREE:
	case OPTION_VALUE_FILE:
		break;
	case OPTION_VALUE_WORD:
	case OPTION_VALUE_DIMENSION:
	case OPTION_VALUE_METRIC:
	case OPTION_VALUE_ALERT:
		write_words(out, row);
		break;
	case OPTION_VALUE_PID:
		fputs(" -a '(__l4dstat_list (ps -eo pid= | string trim))'", out);
		break;
	case OPTION_VALUE_PROCESS_NAME:
		fputs(" -a '(__l4dstat_list (ps -eo comm= | sort -u))'", out);
		break;
	}
}

void docs_fish(FILE *out)
{
	fputs(head, out);
	for (size_t i = 0; i < option_count(); i++) {
		const struct option_row row = option_row(i);
		char *help = option_help(&row);

		fputs("complete -c l4dstat", out);
		if (row.letter)
			fprintf(out, " -s %c", row.letter);
		fprintf(out, " -l %s", row.name);
		if (row.argument)
			write_value(out, &row);
		fputs(" -d ", out);
		write_quoted(out, help);
		fputc('\n', out);
		free(help);
	}
}
