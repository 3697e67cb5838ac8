/* SPDX-License-Identifier: GPL-2.0 */
/* Hostile names become harmless and stay valid UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text.h"

static void replaces_what_is_not_text(void **state)
{
	static const struct {
		const char *bytes, *text;
	} cases[] = {
		{"nginx", "nginx"},
		{"", ""},
		{"a\033[2Jb\n\t\x7f", "a?[2Jb???"},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"\xe4\xb8\xad\xf0\x9f\x98\x80", "\xe4\xb8\xad\xf0\x9f\x98\x80"},
		{"\xff\xfe", "??"},
		{"\xc3", "?"}, /* cut in the middle */
		{"\xe4\xb8", "??"},
		{"\xc0\xaf", "??"}, /* overlong */
		{"\xe0\x80\xaf", "???"},
		{"\xed\xa0\x80", "???"},      /* surrogate */
		{"\xf4\x90\x80\x80", "????"}, /* beyond U+10FFFF */
		{"\xc2\x9b"
		 "31m",
		 "?31m"}, /* C1 control sequence introducer */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[64];

		text_printable(text, sizeof(text), (const uint8_t *)cases[i].bytes, strlen(cases[i].bytes));
		assert_string_equal(text, cases[i].text);
	}
}

static void never_cuts_a_character(void **state)
{
	char text[6];

	(void)state;
	text_printable(text, sizeof(text), (const uint8_t *)"abcd\xc3\xbc", 6);
	assert_string_equal(text, "abcd");
	text_printable(text, sizeof(text), (const uint8_t *)"abc\xc3\xbc", 5);
	assert_string_equal(text, "abc\xc3\xbc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_what_is_not_text),
		cmocka_unit_test(never_cuts_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
