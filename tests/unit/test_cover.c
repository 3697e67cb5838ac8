/* SPDX-License-Identifier: GPL-2.0 */
/* What is compared with the kernel's counters, and what cannot be, in a namespace in which nothing happens. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "cover.h"

enum { NOWHERE = 7 }; /* the inode number of no namespace */

static uint32_t our_inode(void)
{
	char link[64] = "";
	uint32_t inode;

	assert_true(readlink("/proc/self/ns/net", link, sizeof(link) - 1) > 0);
	assert_int_equal(sscanf(link, "net:[%u]", &inode), 1);
	return inode;
}

static void fill(struct snapshot *snapshot, uint32_t netns, int64_t failed)
{
	struct snapshot_cell *cell;

	snapshot_clear(snapshot);
	cell = snapshot_add(snapshot);
	cell->key = (struct l4_cell_key){.proto = L4_PROTO_TCP, .netns = netns};
	cell->count[L4_tcp_opens_failed] = failed;
	cover_read();
	cover_fill(snapshot);
}

static void compares_what_can_be_read(void **state)
{
	struct snapshot snapshot = {};
	uint32_t inode;

	(void)state;
	if (unshare(CLONE_NEWNET))
		skip();
	inode = our_inode();
	cover_begin(inode);

	fill(&snapshot, inode, 0);
	assert_true(snapshot.quality.cover[COVER_FAILED] == 1);
	fill(&snapshot, inode, 3);
	assert_true(snapshot.quality.cover[COVER_FAILED] == 4); /* the kernel says 0 */
	assert_int_equal(snapshot.quality.unproven, 0);

	fill(&snapshot, NOWHERE, 5);
	assert_true(snapshot.quality.has_cover);
	assert_true(snapshot.quality.cover[COVER_FAILED] == 1);
	assert_int_equal(snapshot.quality.unproven, 5);
	fill(&snapshot, NOWHERE, 6);
	assert_int_equal(snapshot.quality.unproven, 6); /* of this interval */

	fill(&snapshot, 0, 2); /* what is of no namespace at all counts */
	assert_true(snapshot.quality.cover[COVER_FAILED] == 3);
	assert_int_equal(snapshot.quality.unproven, 0);
	cover_free();
	snapshot_free(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(compares_what_can_be_read)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
