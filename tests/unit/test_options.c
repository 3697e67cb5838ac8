/* SPDX-License-Identifier: GPL-2.0 */
/* The command line: what is right is understood, what is wrong is named in one sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"

/* Splits at spaces; '' is an empty argument. */
static int parse(struct options *options, const char *line, char **complaint)
{
	static char copy[512]; /* what options point into */
	char *argv[32] = {"l4dstat"};
	int argc = 1;

	strcpy(copy, line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") ? word : "";
	argv[argc] = NULL;
	*complaint = NULL;
	return options_parse(options, argc, argv, complaint);
}

static void assert_understood(struct options *options, const char *line)
{
	char *complaint;

	if (parse(options, line, &complaint))
		fail_msg("'%s': %s", line, complaint);
}

static void has_defaults(void **state)
{
	struct options options;

	(void)state;
	assert_understood(&options, "");
	assert_int_equal(options.task, TASK_RUN);
	assert_true(options.delay == 1);
	assert_int_equal(options.count, 0);
	assert_int_equal(options.top, 10);
	assert_int_equal(options.prefix4, 24);
	assert_int_equal(options.prefix6, 64);
	assert_int_equal(options.cells, 65536);
	assert_int_equal(options.by.count, 0);
	assert_null(options.columns[0]);
}

static void understands(void **state)
{
	struct options options;

	(void)state;
	assert_understood(&options,
			  "--by port,process --top 3 --json 0.5 10 --sort udp_rx_drops --prefix4=32 --prefix6 128");
	assert_int_equal(options.by.count, 2);
	assert_int_equal(options.by.dims[0], DIM_PORT);
	assert_int_equal(options.top, 3);
	assert_true(options.json);
	assert_true(options.delay == 0.5);
	assert_int_equal(options.count, 10);
	assert_int_equal(options.sort.by[0], METRIC_udp_rx_drops);
	assert_int_equal(options.sort.by[1], METRIC_NONE);
	assert_int_equal(options.prefix4, 32);
	assert_int_equal(options.prefix6, 128);

	assert_understood(&options, "5 --color"); /* options may follow; bare --color is always, as in dstat */
	assert_true(options.delay == 5);
	assert_int_equal(options.colour, COLOUR_ALWAYS);
	assert_understood(&options, "--color=never");
	assert_int_equal(options.colour, COLOUR_NEVER);

	assert_understood(&options, "-o a.csv --output=b/c.JSON.gz -oe.rows.jsonl");
	assert_string_equal(options.files[0], "a.csv");
	assert_string_equal(options.files[1], "b/c.JSON.gz");
	assert_string_equal(options.files[2], "e.rows.jsonl");
	assert_null(options.files[3]);
	assert_false(options.csv);
	assert_understood(&options, "--json=rows");
	assert_int_equal(options.json, OPTIONS_JSON_ROWS);
	assert_understood(&options, "-o -");
	assert_true(options.csv);
}

static void keeps_the_order_of_columns(void **state)
{
	struct options options;

	(void)state;
	assert_understood(&options, "--udp-io -t --conn --udp-io");
	assert_string_equal(options.columns[0]->name, "udp-io");
	assert_string_equal(options.columns[1]->name, "time");
	assert_string_equal(options.columns[2]->name, "conn");
	assert_null(options.columns[3]);
}

static void refuses(void **state)
{
	static const struct {
		const char *line, *names; /* what the sentence must name */
	} cases[] = {
		{"--nonsense", "'--nonsense'"},
		{"--jsom", "did you mean --json?"},
		{"--top-retrnas", "did you mean --top-retrans?"},
		{"--prefix 3", "--prefix4, --prefix6"},
		{"--sort tcp_retrans_seg", "did you mean tcp_retrans_segs?"},
		{"--x\033[2J", "'--x?[2J'"},
		{"-Z", "'-Z'"},
		{"-tZ", "'-Z'"},
		{"--top", "'--top'"},
		{"--top -1", "'-1'"},
		{"--top 1x", "'1x'"},
		{"--top 99999999999999999999", "99999999999999999999"},
		{"--prefix4 33", "'33'"},
		{"--prefix6 129", "'129'"},
		{"--prefix4 ''", "''"},
		{"--cells 0", "'0'"},
		{"--by planet", "'planet'"},
		{"--by subnet,", "''"},
		{"--by subnet,port,subnet", "'subnet'"},
		{"--sort size", "'size'"},
		{"--color=mauve", "'mauve'"},
		{"--netns other", "'other'"},
		{"--listeners --json", "--json"},
		{"--listeners --conn", "--conn"},
		{"--json=pretty", "lines or rows, not 'pretty'"},
		{"--json --csv", "--csv"},
		{"-o x.xls", "'x.xls'"},
		{"-o x.gz", "'x.gz'"},
		{"-o .csv", "'.csv'"},
		{"-o ''", "''"},
		{"--output=/dev/null", "'/dev/null'"},
		{"0", "'0'"},
		{"abc", "'abc'"},
		{"1s", "'1s'"},
		{"nan", "'nan'"},
		{"inf", "'inf'"},
		{"1 0", "'0'"},
		{"1 2.5", "'2.5'"},
		{"1 2 3", "'3'"},
		{"--json --conn", "--conn"},
		{"--by port --conn", "--conn"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct options options;
		char *complaint;

		if (!parse(&options, cases[i].line, &complaint))
			fail_msg("'%s' was accepted", cases[i].line);
		if (!strstr(complaint, cases[i].names) || strpbrk(complaint, "\n\033"))
			fail_msg("'%s': %s", cases[i].line, complaint);
		free(complaint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(understands),
		cmocka_unit_test(keeps_the_order_of_columns),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
