/* SPDX-License-Identifier: GPL-2.0 */
/* Which namespaces are looked at, and how: nothing is overlooked, and nothing is asked for in vain again and again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sockstat.h"
#include "tally.h"
#include "visit.h"

static void reads_both_files(void **state)
{
	static const char v4[] = "sockets: used 171\n"
				 "TCP: inuse 1004 orphan 1 tw 20002 alloc 1009 mem 3\n"
				 "UDP: inuse 11 mem 12\n"
				 "RAW: inuse 13\n";
	static const char v6[] = "TCP6: inuse 30003\nUDP6: inuse 14\nRAW6: inuse 15\n";
	struct sockstat sum = {};

	(void)state;
	sockstat_parse(&sum, v4, strlen(v4));
	sockstat_parse(&sum, v6, strlen(v6));
	assert_int_equal(sum.tcp_in_use, 31007);
	assert_int_equal(sum.tcp_time_wait, 20002);
}

static void reads_whole_lines_only(void **state)
{
	static const char cut[] = "TCP: tw 7 inuse 5\nTCP6: inuse 3";
	static const char *const odd[] = {"TCP:\n", "TCP: inuse\n", "TCP: inuse x tw 3\n", "TCP\n", "\n",
					  "",	    "TCPX: tw 1\n"};
	struct sockstat sum = {};

	(void)state;
	sockstat_parse(&sum, cut, strlen(cut));
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		sockstat_parse(&sum, odd[i], strlen(odd[i]));
	assert_int_equal(sum.tcp_in_use, 5);
	assert_int_equal(sum.tcp_time_wait, 7);
}

static enum visit_kind decide(struct visit_memory *memory, uint64_t in_use, uint64_t time_wait, uint64_t walked,
			      bool half_open)
{
	const struct visit_facts facts = {
		.kernel = {.tcp_in_use = in_use, .tcp_time_wait = time_wait},
		.walked = walked,
		.half_open = half_open,
	};

	return visit_decide(memory, &facts);
}

static void goes_where_there_is_something(void **state)
{
	struct visit_memory memory = {};

	(void)state;
	assert_int_equal(decide(&memory, 0, 0, 0, false), VISIT_ITERATE); /* never been there */
	visit_iterated(&memory, 0);
	assert_int_equal(decide(&memory, 10, 0, 10, false), VISIT_NONE);
	assert_int_equal(decide(&memory, 10, 1, 10, false), VISIT_LIST);
	assert_int_equal(decide(&memory, 10, 0, 10, true), VISIT_LIST);
	memory.half_open = true;
	assert_int_equal(decide(&memory, 10, 0, 10, false), VISIT_LIST);
	memory.half_open = false;
	assert_int_equal(decide(&memory, 11, 5, 10, false), VISIT_ITERATE);
	assert_int_equal(decide(&memory, 9, 0, 10, false), VISIT_ITERATE);
}

/* How many of so many intervals the iterator is used in, where the numbers differ each time. */
static int iterations(struct visit_memory *memory, int intervals, uint64_t found)
{
	int count = 0;

	for (int i = 0; i < intervals; i++) {
		const enum visit_kind kind = decide(memory, 11, 1, 10, false);

		if (kind == VISIT_ITERATE) {
			visit_iterated(memory, found);
			count++;
		} else {
			assert_int_equal(kind, VISIT_LIST);
		}
	}
	return count;
}

static void loses_patience_and_finds_it_again(void **state)
{
	struct visit_memory memory = {};

	(void)state;
	assert_int_equal(iterations(&memory, 1 + 1 + 1 + 3 + 1 + 7 + 1 + 15 + 1 + 15, 0), 5);
	assert_int_equal(iterations(&memory, 160, 0), 10);
	assert_int_equal(decide(&memory, 10, 0, 10, false), VISIT_NONE); /* they agree: from the beginning */
	assert_int_equal(decide(&memory, 11, 0, 10, false), VISIT_ITERATE);
	visit_iterated(&memory, 1);
	assert_int_equal(iterations(&memory, 20, 1), 20); /* as long as there is something to find */
}

static void tallies(void **state)
{
	const struct l4_owner owner = {.kind = L4_OWNER_PROCESS};
	struct tally tally;
	uint64_t sum = 0, owned = 0;

	(void)state;
	tally_begin(&tally);
	for (uint32_t i = 0; i < 30000; i++) {
		const struct l4_cell_key key = {.netns = 1 + i % 3, .port = i % 1000};

		tally_count(&tally, &key, i % 2 ? L4_tcp_time_wait : L4_tcp_syn_recv, i % 2 ? NULL : &owner);
	}
	assert_int_equal(tally.used, 3000);
	tally_forget(&tally, 2);
	assert_int_equal(tally.used, 2000);
	for (size_t i = 0; i < tally.capacity; i++) {
		const struct tally_entry *entry = &tally.entries[i];

		if (!entry->count)
			continue;
		sum += entry->count;
		assert_int_equal(entry->count, 10);
		assert_int_not_equal(entry->key.netns, 2);
		assert_ptr_equal(entry->owner, entry->gauge == L4_tcp_syn_recv ? &owner : NULL);
		owned += entry->owner != NULL;
	}
	assert_int_equal(sum, 20000);
	assert_int_equal(owned, 1000);
	tally_end(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_files),
		cmocka_unit_test(reads_whole_lines_only),
		cmocka_unit_test(goes_where_there_is_something),
		cmocka_unit_test(loses_patience_and_finds_it_again),
		cmocka_unit_test(tallies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
