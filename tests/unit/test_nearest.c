/* SPDX-License-Identifier: GPL-2.0 */
/* What was meant: one or two letters wrong are forgiven, another word is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "nearest.h"

static const char *name(size_t i)
{
	static const char *const names[] = {"subnet", "port", "process", "proto", "top-retrans", "top-conn", NULL};

	return names[i];
}

static void finds_what_was_meant(void **state)
{
	static const struct {
		const char *word, *meant; /* NULL: nothing */
	} cases[] = {
		{"subnte", "subnet"},
		{"subnets", "subnet"},
		{"sunet", "subnet"},
		{"Subnet", "subnet"},
		{"port", "port"},
		{"prt", "port"},
		{"top-retran", "top-retrans"},
		{"top_conn", "top-conn"},
		{"planet", NULL},
		{"x", NULL},
		{"", NULL},
		{"a-word-that-is-longer-than-all-names-of-options-there-are", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *meant = nearest_name(cases[i].word, name);

		if (meant != cases[i].meant && (!meant || !cases[i].meant || strcmp(meant, cases[i].meant)))
			fail_msg("'%s': '%s'", cases[i].word, meant ?: "nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
