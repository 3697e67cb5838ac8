/* SPDX-License-Identifier: GPL-2.0 */
/* Completion for zsh, by its _arguments. */
#include <stdlib.h>
#include <string.h>

#include "docs.h"
#include "memory.h"
#include "option_table.h"

/* A description between brackets, inside of single quotes. */
static void write_description(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr("[]:\\", *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void write_words(FILE *out, const struct option_row *row)
{
	fprintf(out, row->list ? "_values -s , %s" : "(", row->argument);
	for (size_t i = 0; option_word(row, i); i++)
		fprintf(out, "%s%s", i || row->list ? " " : "", option_word(row, i));
	fputs(row->list ? "" : ")", out);
}

/* `:message:action` */
static void write_value(FILE *out, const struct option_row *row)
{
	fprintf(out, "%s:%s:", row->optional ? ":" : "", row->argument);
	switch (row->value) {
	case OPTION_VALUE_FREE:
		break;
	case OPTION_VALUE_WORD:
	case OPTION_VALUE_DIMENSION:
	case OPTION_VALUE_METRIC:
	case OPTION_VALUE_ALERT:
		write_words(out, row);
		break;
	case OPTION_VALUE_FILE:
		fputs("_files", out);
		break;
	case OPTION_VALUE_PID:
		fputs(row->list ? "_sequence _pids" : "_pids", out);
		break;
	case OPTION_VALUE_PROCESS_NAME:
		fputs(row->list ? "_sequence _process_names -a" : "_process_names -a", out);
		break;
	}
}

/* One option in the form _arguments wants: `-o+` and `--output=` take a value, `--color=-` may. */
static void write_spec(FILE *out, const struct option_row *row, const char *name, const char *takes)
{
	char *help = option_help(row);

	fprintf(out, "\t'%s%s[", name, row->argument ? takes : "");
	write_description(out, help);
	fputc(']', out);
	if (row->argument)
		write_value(out, row);
	fputs("' \\\n", out);
	free(help);
}

void docs_zsh(FILE *out)
{
	fputs("#compdef l4dstat\n"
	      "# zsh completion of l4dstat(8), made from its option table\n\n"
	      "_arguments -s \\\n",
	      out);
	for (size_t i = 0; i < option_count(); i++) {
		const struct option_row row = option_row(i);
		char *name = memory_format("--%s", row.name);
		const char letter[] = {'-', row.letter, 0};

		write_spec(out, &row, name, row.optional ? "=-" : "=");
		if (row.letter)
			write_spec(out, &row, letter, row.optional ? "-" : "+");
		free(name);
	}
	/* Guarded, or what begins with a dash could be a delay too and would not be completed. */
	fputs("\t'1:delay:_guard \"[0-9.]#\" \"delay in seconds\"' \\\n"
	      "\t'2:count:_guard \"[0-9]#\" \"count of intervals\"'\n",
	      out);
}
