/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Completion for bash. It needs nothing of the bash-completion package. Words are compared as they are, never expanded:
 * a process can call itself $(anything).
 */
#include "docs.h"
#include "option_table.h"

static const char head[] =
	"# bash completion of l4dstat(8), made from its option table\n"
	"\n"
	"# Offers the words that go on from what is typed; of a list its last item counts, and each item is there "
	"once.\n"
	"_l4dstat_offer() { # WORD-TYPED LIST? WORD...\n"
	"\tlocal before= item typed=$1 list=$2\n"
	"\n"
	"\tshift 2\n"
	"\tif [[ $list ]]; then\n"
	"\t\t[[ $typed == *,* ]] && before=${typed%,*},\n"
	"\t\tcompopt -o nospace 2>/dev/null\n"
	"\tfi\n"
	"\tfor item; do\n"
	"\t\t[[ $item == *[^A-Za-z0-9._+@/=-]* || ,$before == *,\"$item\",* ]] && continue\n"
	"\t\t[[ $item == \"${typed#\"$before\"}\"* ]] && COMPREPLY+=(\"$before$item\")\n"
	"\tdone\n"
	"\treturn 0\n"
	"}\n"
	"\n"
	"_l4dstat() {\n"
	"\tlocal typed=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} assigned= names\n"
	"\n"
	"\tCOMPREPLY=()\n"
	"\tif [[ $typed == = ]]; then # --color=\n"
	"\t\ttyped= assigned=1\n"
	"\telif [[ $option == = ]]; then # --color=a\n"
	"\t\toption=${COMP_WORDS[COMP_CWORD - 2]} assigned=1\n"
	"\tfi\n"
	"\tcase $option in\n";

static const char middle[] = "\tesac\n"
			     "\t[[ $assigned ]] || _l4dstat_offer \"$typed\" ''";

static const char tail[] = "\n"
			   "}\n"
			   "complete -F _l4dstat l4dstat\n";

static void write_words(FILE *out, const struct option_row *row)
{
	fprintf(out, "\t\t_l4dstat_offer \"$typed\" '%s'", row->list ? "list" : "");
	for (size_t i = 0; option_word(row, i); i++)
		fprintf(out, " %s", option_word(row, i));
	fputc('\n', out);
}

static void write_listing(FILE *out, const struct option_row *row, const char *command)
{
	fprintf(out, "\t\tmapfile -t names < <(%s 2>/dev/null)\n", command);
	fprintf(out, "\t\t_l4dstat_offer \"$typed\" '%s' \"${names[@]}\"\n", row->list ? "list" : "");
}

static void write_value(FILE *out, const struct option_row *row)
{
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
		fputs("\t\tcompopt -o filenames 2>/dev/null\n"
		      "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$typed\")\n",
		      out);
		break;
	case OPTION_VALUE_PID:
		write_listing(out, row, "ps -eo pid= | tr -d ' '");
		break;
	case OPTION_VALUE_PROCESS_NAME:
		write_listing(out, row, "ps -eo comm= | sort -u");
		break;
	}
}

/* A value that may be left out comes only behind `=`. */
static void write_case(FILE *out, const struct option_row *row)
{
	fputs("\t", out);
	if (row->letter)
		fprintf(out, "-%c | ", row->letter);
	fprintf(out, "--%s)\n", row->name);
	if (row->optional)
		fputs("\t\tif [[ $assigned ]]; then\n", out);
	write_value(out, row);
	fputs(row->optional ? "\t\treturn\n\t\tfi\n" : "\t\treturn\n", out);
	fputs("\t\t;;\n", out);
}

void docs_bash(FILE *out)
{
	fputs(head, out);
	for (size_t i = 0; i < option_count(); i++) {
		const struct option_row row = option_row(i);

		if (row.argument)
			write_case(out, &row);
	}
	fputs(middle, out);
	for (size_t i = 0; i < option_count(); i++)
		fprintf(out, " --%s", option_row(i).name);
	fputs(tail, out);
}
