/* SPDX-License-Identifier: GPL-2.0 */
/* What stands for no name is told from what somebody is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dimension.h"

static struct dimension_key owner(enum l4_owner_kind kind, const char *comm)
{
	struct dimension_key key = {.cell = {.owner = kind, .process.tgid = 7}};

	memcpy(key.comm, comm, strlen(comm));
	return key;
}

/* Each is shown as nothing else is. */
static void names_are_told_apart(void **state)
{
	static const struct {
		enum l4_owner_kind kind;
		const char *comm, *shown;
	} cases[] = {
		{L4_OWNER_OTHER, "", "other"},
		{L4_OWNER_KERNEL, "", "kernel"},
		{L4_OWNER_UNKNOWN, "", "unknown"},
		{L4_OWNER_PROCESS, "other", "'other'"},
		{L4_OWNER_PROCESS, "kernel", "'kernel'"},
		{L4_OWNER_PROCESS, "unknown", "'unknown'"},
		{L4_OWNER_PROCESS, "'other'", "''other''"},
		{L4_OWNER_PROCESS, "'''''other'''''", "''''''other''''''"},
		{L4_OWNER_PROCESS, "other'", "other'"},
		{L4_OWNER_PROCESS, "'other", "'other"},
		{L4_OWNER_PROCESS, "''other'", "''other'"},
		{L4_OWNER_PROCESS, "others", "others"},
		{L4_OWNER_PROCESS, "'nginx'", "'nginx'"},
		{L4_OWNER_PROCESS, "'", "'"},
		{L4_OWNER_PROCESS, "''", "''"},
		{L4_OWNER_PROCESS, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct dimension_key key = owner(cases[i].kind, cases[i].comm);
		char text[DIMENSION_TEXT];

		dimension_owner_name(text, &key);
		assert_string_equal(text, cases[i].shown);
	}
}

static const char *called_other(uint32_t inode)
{
	return inode == 1 ? "other" : "host";
}

static void so_are_processes_and_namespaces(void **state)
{
	const struct dimension_context context = {.netns_name = called_other};
	struct dimension_key key = owner(L4_OWNER_PROCESS, "other");
	char text[DIMENSION_TEXT];

	(void)state;
	dimensions[DIM_PROCESS].print(text, &key, &context);
	assert_string_equal(text, "'other'[7]");
	key.cell.netns = 1;
	dimensions[DIM_NETNS].print(text, &key, &context);
	assert_string_equal(text, "'other'");
	key.cell.netns = 2;
	dimensions[DIM_NETNS].print(text, &key, &context);
	assert_string_equal(text, "host");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_told_apart),
		cmocka_unit_test(so_are_processes_and_namespaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
