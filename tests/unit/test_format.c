/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers as dstat writes them, texts that cannot hurt. Expected numbers are those of dstat 0.8.0's cprint(). */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "format.h"
#include "pseudo_terminal.h"
#include "terminal.h"

struct number {
	double value;
	unsigned int width;
	const char *expected;
	int magnitude;
};

static void assert_numbers(enum metric_unit unit, const struct number *numbers, size_t count)
{
	char cell[FORMAT_CELL];

	for (size_t i = 0; i < count; i++) {
		const int magnitude = format_number(cell, numbers[i].width, unit, numbers[i].value);

		assert_string_equal(cell, numbers[i].expected);
		assert_int_equal(magnitude, numbers[i].magnitude);
	}
}

static void counts_as_dstat(void **state)
{
	static const struct number numbers[] = {
		{0, 5, "   0 ", FORMAT_ZERO}, {1, 5, "   1 ", 0},	{9999, 5, "9999 ", 0},
		{9999.5, 5, "  10k", 1},      {10000, 5, "  10k", 1},	{88000, 5, "  88k", 1},
		{9999499, 5, "9999k", 1},     {9999999, 5, "  10M", 2}, {999, 4, "999 ", 0},
		{1000, 4, "  1k", 1},	      {3012, 4, "  3k", 1},	{12, 3, " 12", 0}, /* too narrow for letters */
		{1e12, 5, "1000G", 3},	      {1e24, 5, "1000Z", 7},	{2.5, 5, "   2 ", 0}, /* to even */
		{3.5, 5, "   4 ", 0},
	};

	(void)state;
	assert_numbers(UNIT_COUNT, numbers, sizeof(numbers) / sizeof(*numbers));
}

static void bytes_as_dstat(void **state)
{
	static const struct number numbers[] = {
		{0, 5, "   0 ", FORMAT_ZERO}, {1, 5, "   1B", 0},
		{9999, 5, "9999B", 0},	      {10000, 5, "  10k", 1},
		{10240, 5, "  10k", 1},	      {3807000, 5, "3718k", 1},
		{12582912, 5, "  12M", 2},    {18446744073709551615., 5, "  16E", 6},
	};

	(void)state;
	assert_numbers(UNIT_BYTES, numbers, sizeof(numbers) / sizeof(*numbers));
}

static void odd_values_end_and_show(void **state)
{
	static const struct number numbers[] = {
		{-1, 5, "   - ", FORMAT_NEGATIVE},
		{-0.001, 4, "  - ", FORMAT_NEGATIVE},
		{NAN, 5, "   - ", FORMAT_NEGATIVE},
		{-5, 3, "  -", FORMAT_NEGATIVE},
		{1e300, 5, "####Y", 8},
		{INFINITY, 5, " inf ", 0}, /* cannot be: nobody divides by 0 */
	};

	(void)state;
	assert_numbers(UNIT_COUNT, numbers, sizeof(numbers) / sizeof(*numbers));
}

/* Ours: dstat would print 0. */
static void little_is_not_nothing(void **state)
{
	static const struct number numbers[] = {
		{0.5, 5, "  <1 ", 0},
		{0.016, 4, " <1 ", 0},
		{0.51, 5, "   1 ", 0},
	};
	static const struct number bytes[] = {{0.2, 5, "  <1B", 0}};

	(void)state;
	assert_numbers(UNIT_COUNT, numbers, sizeof(numbers) / sizeof(*numbers));
	assert_numbers(UNIT_BYTES, bytes, sizeof(bytes) / sizeof(*bytes));
}

static void ratios_are_percent(void **state)
{
	static const struct number numbers[] = {
		{0, 4, "   0", FORMAT_ZERO}, {0.0001, 4, " 0.0", 0}, {0.041, 4, " 4.1", 0},
		{0.35, 4, "35.0", 1},	     {0.69, 4, "69.0", 2},   {0.99949, 4, "99.9", 5},
		{0.99951, 4, " 100", 5},     {1, 4, " 100", 5},	     {1, 6, " 100.0", 5},
		{45, 4, "4500", 5},	     {100, 4, " 10k", 5},    {-0.1, 4, "   -", FORMAT_NEGATIVE},
	};

	(void)state;
	assert_numbers(UNIT_RATIO, numbers, sizeof(numbers) / sizeof(*numbers));
}

/* Made by dstat's cprint(), options --float, --integer and --bits among them. */
static void the_host_as_dstat(void **state)
{
	static const struct {
		enum format_decimals decimals;
		bool bits;
		enum metric_unit unit;
		struct number number;
	} cases[] = {
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {0.3, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {1, 5, "   1 ", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {9999, 5, "9999 ", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {10000, 5, "  10k", 1}},
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {943, 5, " 943 ", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {0, 4, "  0 ", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {14, 4, " 14 ", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {999, 4, "999 ", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {1000, 4, "  1k", 1}},
		{DECIMALS_AS_DSTAT, false, UNIT_EVENTS, {60000, 4, " 60k", 1}},
		{DECIMALS_AS_DSTAT, false, UNIT_TRAFFIC, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, false, UNIT_TRAFFIC, {0.4, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, false, UNIT_TRAFFIC, {1, 5, "   1B", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_TRAFFIC, {9999, 5, "9999B", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_TRAFFIC, {10000, 5, "  10k", 1}},
		{DECIMALS_AS_DSTAT, false, UNIT_TRAFFIC, {3807000, 5, "3718k", 1}},
		{DECIMALS_AS_DSTAT, false, UNIT_STORAGE, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, false, UNIT_STORAGE, {4096, 5, "4096B", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_STORAGE, {1000000.0, 5, " 977k", 1}},
		{DECIMALS_AS_DSTAT, false, UNIT_MEMORY, {512, 5, " 512B", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_MEMORY, {1583276032, 5, "1510M", 2}},
		{DECIMALS_AS_DSTAT, false, UNIT_MEMORY, {237000000.0, 5, " 226M", 2}},
		{DECIMALS_AS_DSTAT, false, UNIT_MEMORY, {1649267441664.0, 5, "1536G", 3}},
		{DECIMALS_AS_DSTAT, false, UNIT_SHARE, {0, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, false, UNIT_SHARE, {0.004, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, false, UNIT_SHARE, {0.34, 3, " 34", 1}},
		{DECIMALS_AS_DSTAT, false, UNIT_SHARE, {0.686, 3, " 69", 2}},
		{DECIMALS_AS_DSTAT, false, UNIT_SHARE, {0.994, 3, " 99", 2}},
		{DECIMALS_AS_DSTAT, false, UNIT_SHARE, {1, 3, "100", 5}},
		{DECIMALS_AS_DSTAT, false, UNIT_LOAD, {0.0004, 3, "0.0", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_LOAD, {0.003, 3, "0.3", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_LOAD, {0.123, 3, " 12", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_LOAD, {0.7, 3, " 70", 2}},
		{DECIMALS_AS_DSTAT, false, UNIT_LOAD, {1, 3, "100", 2}},
		{DECIMALS_AS_DSTAT, false, UNIT_TASKS, {0, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, false, UNIT_TASKS, {0.5, 3, "0.5", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_TASKS, {1, 3, "1.0", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_TASKS, {9.96, 3, " 10", 0}},
		{DECIMALS_AS_DSTAT, false, UNIT_TASKS, {46, 3, " 46", 4}},
		{DECIMALS_AS_DSTAT, false, UNIT_TASKS, {1500, 3, "1.5", 6}},
		{DECIMALS_AS_DSTAT, true, UNIT_TRAFFIC, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, true, UNIT_TRAFFIC, {0.4, 5, "   3b", 0}},
		{DECIMALS_AS_DSTAT, true, UNIT_TRAFFIC, {1, 5, "   8b", 0}},
		{DECIMALS_AS_DSTAT, true, UNIT_TRAFFIC, {9999, 5, "  80k", 1}},
		{DECIMALS_AS_DSTAT, true, UNIT_TRAFFIC, {10000, 5, "  80k", 1}},
		{DECIMALS_AS_DSTAT, true, UNIT_TRAFFIC, {3807000, 5, "  30M", 2}},
		{DECIMALS_AS_DSTAT, true, UNIT_STORAGE, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_AS_DSTAT, true, UNIT_STORAGE, {4096, 5, "4096B", 0}},
		{DECIMALS_AS_DSTAT, true, UNIT_STORAGE, {1000000.0, 5, " 977k", 1}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {0.3, 5, "0.30 ", 0}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {1, 5, "1.00 ", 0}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {9999, 5, "9999 ", 0}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {10000, 5, "10.0k", 1}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {943, 5, " 943 ", 0}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {0, 4, "  0 ", FORMAT_ZERO}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {14, 4, " 14 ", 0}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {999, 4, "999 ", 0}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {1000, 4, "1.0k", 1}},
		{DECIMALS_ALWAYS, false, UNIT_EVENTS, {60000, 4, " 60k", 1}},
		{DECIMALS_ALWAYS, false, UNIT_TRAFFIC, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_ALWAYS, false, UNIT_TRAFFIC, {0.4, 5, "0.40 ", 0}},
		{DECIMALS_ALWAYS, false, UNIT_TRAFFIC, {1, 5, "1.00B", 0}},
		{DECIMALS_ALWAYS, false, UNIT_TRAFFIC, {9999, 5, "9999B", 0}},
		{DECIMALS_ALWAYS, false, UNIT_TRAFFIC, {10000, 5, "9.77k", 1}},
		{DECIMALS_ALWAYS, false, UNIT_TRAFFIC, {3807000, 5, "3718k", 1}},
		{DECIMALS_ALWAYS, false, UNIT_STORAGE, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_ALWAYS, false, UNIT_STORAGE, {4096, 5, "4096B", 0}},
		{DECIMALS_ALWAYS, false, UNIT_STORAGE, {1000000.0, 5, " 977k", 1}},
		{DECIMALS_ALWAYS, false, UNIT_MEMORY, {512, 5, " 512B", 0}},
		{DECIMALS_ALWAYS, false, UNIT_MEMORY, {1583276032, 5, "1510M", 2}},
		{DECIMALS_ALWAYS, false, UNIT_MEMORY, {237000000.0, 5, " 226M", 2}},
		{DECIMALS_ALWAYS, false, UNIT_MEMORY, {1649267441664.0, 5, "1536G", 3}},
		{DECIMALS_ALWAYS, false, UNIT_SHARE, {0, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_ALWAYS, false, UNIT_SHARE, {0.004, 3, "0.4", 0}},
		{DECIMALS_ALWAYS, false, UNIT_SHARE, {0.34, 3, " 34", 1}},
		{DECIMALS_ALWAYS, false, UNIT_SHARE, {0.686, 3, " 69", 2}},
		{DECIMALS_ALWAYS, false, UNIT_SHARE, {0.994, 3, " 99", 2}},
		{DECIMALS_ALWAYS, false, UNIT_SHARE, {1, 3, "100", 5}},
		{DECIMALS_ALWAYS, false, UNIT_LOAD, {0.0004, 3, "0.0", 0}},
		{DECIMALS_ALWAYS, false, UNIT_LOAD, {0.003, 3, "0.3", 0}},
		{DECIMALS_ALWAYS, false, UNIT_LOAD, {0.123, 3, " 12", 0}},
		{DECIMALS_ALWAYS, false, UNIT_LOAD, {0.7, 3, " 70", 2}},
		{DECIMALS_ALWAYS, false, UNIT_LOAD, {1, 3, "100", 2}},
		{DECIMALS_ALWAYS, false, UNIT_TASKS, {0, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_ALWAYS, false, UNIT_TASKS, {0.5, 3, "0.5", 0}},
		{DECIMALS_ALWAYS, false, UNIT_TASKS, {1, 3, "1.0", 0}},
		{DECIMALS_ALWAYS, false, UNIT_TASKS, {9.96, 3, " 10", 0}},
		{DECIMALS_ALWAYS, false, UNIT_TASKS, {46, 3, " 46", 4}},
		{DECIMALS_ALWAYS, false, UNIT_TASKS, {1500, 3, "1.5", 6}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {0.3, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {1, 5, "   1 ", 0}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {9999, 5, "9999 ", 0}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {10000, 5, "  10k", 1}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {943, 5, " 943 ", 0}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {0, 4, "  0 ", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {14, 4, " 14 ", 0}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {999, 4, "999 ", 0}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {1000, 4, "  1k", 1}},
		{DECIMALS_NEVER, false, UNIT_EVENTS, {60000, 4, " 60k", 1}},
		{DECIMALS_NEVER, false, UNIT_TRAFFIC, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_TRAFFIC, {0.4, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_TRAFFIC, {1, 5, "   1B", 0}},
		{DECIMALS_NEVER, false, UNIT_TRAFFIC, {9999, 5, "9999B", 0}},
		{DECIMALS_NEVER, false, UNIT_TRAFFIC, {10000, 5, "  10k", 1}},
		{DECIMALS_NEVER, false, UNIT_TRAFFIC, {3807000, 5, "3718k", 1}},
		{DECIMALS_NEVER, false, UNIT_STORAGE, {0, 5, "   0 ", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_STORAGE, {4096, 5, "4096B", 0}},
		{DECIMALS_NEVER, false, UNIT_STORAGE, {1000000.0, 5, " 977k", 1}},
		{DECIMALS_NEVER, false, UNIT_MEMORY, {512, 5, " 512B", 0}},
		{DECIMALS_NEVER, false, UNIT_MEMORY, {1583276032, 5, "1510M", 2}},
		{DECIMALS_NEVER, false, UNIT_MEMORY, {237000000.0, 5, " 226M", 2}},
		{DECIMALS_NEVER, false, UNIT_MEMORY, {1649267441664.0, 5, "1536G", 3}},
		{DECIMALS_NEVER, false, UNIT_SHARE, {0, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_SHARE, {0.004, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_SHARE, {0.34, 3, " 34", 1}},
		{DECIMALS_NEVER, false, UNIT_SHARE, {0.686, 3, " 69", 2}},
		{DECIMALS_NEVER, false, UNIT_SHARE, {0.994, 3, " 99", 2}},
		{DECIMALS_NEVER, false, UNIT_SHARE, {1, 3, "100", 5}},
		{DECIMALS_NEVER, false, UNIT_LOAD, {0.0004, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_LOAD, {0.003, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_LOAD, {0.123, 3, " 12", 0}},
		{DECIMALS_NEVER, false, UNIT_LOAD, {0.7, 3, " 70", 2}},
		{DECIMALS_NEVER, false, UNIT_LOAD, {1, 3, "100", 2}},
		{DECIMALS_NEVER, false, UNIT_TASKS, {0, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_TASKS, {0.5, 3, "  0", FORMAT_ZERO}},
		{DECIMALS_NEVER, false, UNIT_TASKS, {1, 3, "  1", 0}},
		{DECIMALS_NEVER, false, UNIT_TASKS, {9.96, 3, " 10", 0}},
		{DECIMALS_NEVER, false, UNIT_TASKS, {46, 3, " 46", 4}},
		{DECIMALS_NEVER, false, UNIT_TASKS, {1500, 3, "  2", 6}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		format_choose(cases[i].decimals, cases[i].bits);
		assert_numbers(cases[i].unit, &cases[i].number, 1);
	}
	format_choose(DECIMALS_AS_DSTAT, false);
}

/* Where dstat's own number would be one column too wide: 9999.5 of five is 10000B there. */
static void decimals_never_break_a_column(void **state)
{
	static const struct number numbers[] = {{9999.5, 5, "9.77k", 1}, {1e300, 5, "####Y", 8}};

	(void)state;
	assert_numbers(UNIT_MEMORY, numbers, sizeof(numbers) / sizeof(*numbers));
}

static void every_width_is_kept(void **state)
{
	char cell[FORMAT_CELL];

	(void)state;
	for (unsigned int width = 1; width < 30; width++) {
		for (double value = 0.001; value < 1e30; value *= 3) {
			for (int unit = UNIT_COUNT; unit <= UNIT_TASKS; unit++) {
				if (unit == UNIT_RATIO && width < 4)
					continue;
				format_number(cell, width, unit, value);
				assert_int_equal(strlen(cell), width);
			}
		}
	}
}

struct text {
	const char *text;
	unsigned int width;
	const char *expected;
};

static void assert_texts(const struct text *texts, size_t count)
{
	char cell[FORMAT_CELL];

	for (size_t i = 0; i < count; i++) {
		format_text(cell, texts[i].width, texts[i].text);
		assert_string_equal(cell, texts[i].expected);
	}
}

static void texts_are_padded_and_cut(void **state)
{
	static const struct text texts[] = {
		{"nginx", 8, "nginx   "}, {"nginx", 5, "nginx"}, {"nginx", 4, "ngi+"},
		{"nginx", 1, "+"},	  {"nginx", 0, ""},	 {"", 3, "   "},
	};

	(void)state;
	assert_texts(texts, sizeof(texts) / sizeof(*texts));
}

static void characters_stay_whole(void **state)
{
	static const struct text texts[] = {
		{"caf\u00e9", 6, "caf\u00e9  "},
		{"caf\u00e9s", 4, "caf+"},
		{"\u6f22\u5b57", 4, "\u6f22\u5b57"},
		{"\u6f22\u5b57", 3, "\u6f22+"},
		{"\u6f22\u5b57\u6f22", 4, "\u6f22+ "}, /* half a character does not fit */
		{"\u6f22", 1, "+"},
	};

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	assert_texts(texts, sizeof(texts) / sizeof(*texts));
	assert_int_equal(format_text_width("\u6f22\u5b57!"), 5);
}

static void the_head_is_cut_before_the_tail(void **state)
{
	static const struct {
		const char *head, *tail;
		unsigned int width;
		const char *expected;
	} pairs[] = {
		{"nginx", "[7]", 10, "nginx[7]  "},
		{"nginx", "[7]", 8, "nginx[7]"},
		{"nginx", "[7]", 7, "ngi+[7]"},
		{"nginx", "[7]", 4, "+[7]"},
		{"nginx", "[7]", 3, "ng+"}, /* no room for a head */
		{"\u6f22\u5b57", "[7]", 6, "\u6f22+[7]"},
		{"", "", 2, "  "},
	};
	char cell[FORMAT_CELL];

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		format_text_pair(cell, pairs[i].width, pairs[i].head, pairs[i].tail);
		assert_string_equal(cell, pairs[i].expected);
	}
}

static void nothing_harmful_passes(void **state)
{
	static const struct text texts[] = {
		{"\033[31m", 8, "?[31m   "}, {"a\nb\r\tc", 8, "a?b??c  "}, {"\x7f", 2, "? "},
		{"\xff\xfe", 3, "?? "},	     {"\302\23331m", 6, "?31m  "}, /* C1 control: CSI */
		{"\u202egnp", 5, "?gnp "},				   /* right-to-left override */
		{"\xe6\xbc", 4, "??  "},				   /* a character cut short */
	};

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	assert_texts(texts, sizeof(texts) / sizeof(*texts));
}

/* In the C locale a byte is a character, and only ASCII is known. */
static void the_c_locale_is_safe(void **state)
{
	static const struct text texts[] = {
		{"caf\u00e9", 6, "caf?? "},
		{"\033]0;x\007", 7, "?]0;x? "},
		{"\xc2\x9bx", 4, "??x "},
		{"nginx", 4, "ngi+"},
	};

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C"));
	assert_texts(texts, sizeof(texts) / sizeof(*texts));
}

static void titles_are_centred_as_dstat_does(void **state)
{
	static const struct {
		const char *title;
		unsigned int width;
		char fill;
		const char *expected;
	} titles[] = {
		{"system", 14, '-', "----system----"},
		{"net/total", 11, '-', "-net/total-"},
		{"tcp sockets", 24, '-', "------tcp-sockets-------"},
		{"udp", 9, '-', "---udp---"},
		{"most expensive", 16, '-', "-most-expensive-"},
		{"recv", 5, ' ', " recv"},
		{"lis", 4, ' ', "lis "},
		{"time", 14, ' ', "     time     "},
		{"retransmits", 5, '-', "retra"},
		{"x", 0, '-', ""},
	};
	char cell[FORMAT_CELL];

	(void)state;
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		format_title(cell, titles[i].width, titles[i].title, titles[i].fill);
		assert_string_equal(cell, titles[i].expected);
	}
}

static void time_by_its_format(void **state)
{
	char cell[FORMAT_CELL];

	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	unsetenv("L4DSTAT_TIMEFMT");
	format_time(cell, 1795415492.9);
	assert_string_equal(cell, "23-11 06:31:32");
	setenv("L4DSTAT_TIMEFMT", "%H:%M", 1);
	format_time(cell, 1795415492.9);
	assert_string_equal(cell, "06:31");
	unsetenv("L4DSTAT_TIMEFMT");
}

static void colours_are_wanted_or_not(void **state)
{
	FILE *file = fopen("/dev/null", "w");

	(void)state;
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	assert_false(terminal_wants_colour(file, COLOUR_AUTO)); /* no terminal */
	assert_true(terminal_wants_colour(file, COLOUR_ALWAYS));
	assert_false(terminal_wants_colour(file, COLOUR_NEVER));
	setenv("NO_COLOR", "1", 1);
	assert_true(terminal_wants_colour(file, COLOUR_ALWAYS));
	unsetenv("NO_COLOR");
	fclose(file);
}

static void colours_on_a_terminal(void **state)
{
	const struct pty pty = pty_open(0, 0);

	(void)state;
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	assert_true(terminal_wants_colour(pty.file, COLOUR_AUTO));
	setenv("NO_COLOR", "", 1); /* empty: not set */
	assert_true(terminal_wants_colour(pty.file, COLOUR_AUTO));
	setenv("NO_COLOR", "1", 1);
	assert_false(terminal_wants_colour(pty.file, COLOUR_AUTO));
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	assert_false(terminal_wants_colour(pty.file, COLOUR_AUTO));
	unsetenv("TERM");
	assert_false(terminal_wants_colour(pty.file, COLOUR_AUTO));
	pty_close(&pty);
}

static void size_of_a_terminal(void **state)
{
	const struct pty pty = pty_open(0, 0);

	(void)state;
	setenv("COLUMNS", "70", 1);
	setenv("LINES", "nonsense", 1);
	assert_int_equal(terminal_size(pty.file).columns, 70); /* it says 0 */
	assert_int_equal(terminal_size(pty.file).rows, 25);
	pty_resize(&pty, 132, 43);
	assert_int_equal(terminal_size(pty.file).columns, 132);
	assert_int_equal(terminal_size(pty.file).rows, 43);
	pty_close(&pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_as_dstat),
		cmocka_unit_test(bytes_as_dstat),
		cmocka_unit_test(odd_values_end_and_show),
		cmocka_unit_test(little_is_not_nothing),
		cmocka_unit_test(ratios_are_percent),
		cmocka_unit_test(the_host_as_dstat),
		cmocka_unit_test(decimals_never_break_a_column),
		cmocka_unit_test(every_width_is_kept),
		cmocka_unit_test(texts_are_padded_and_cut),
		cmocka_unit_test(characters_stay_whole),
		cmocka_unit_test(the_head_is_cut_before_the_tail),
		cmocka_unit_test(nothing_harmful_passes),
		cmocka_unit_test(the_c_locale_is_safe),
		cmocka_unit_test(titles_are_centred_as_dstat_does),
		cmocka_unit_test(time_by_its_format),
		cmocka_unit_test(colours_are_wanted_or_not),
		cmocka_unit_test(colours_on_a_terminal),
		cmocka_unit_test(size_of_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
