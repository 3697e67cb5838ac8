/* SPDX-License-Identifier: GPL-2.0 */
/* The memory of cells: what is put in comes out, whatever each has, and what many needed does not stay. */
#include "cells.h"

enum { MANY = 50000 };

static const struct l4_cell_key *numbered(uint32_t i)
{
	static struct l4_cell_key key;

	key = (struct l4_cell_key){.proto = i % 2 ? L4_PROTO_TCP : L4_PROTO_UDP, .netns = i};
	return &key;
}

/* Of cell i slot i % 32 and the next but one, as far as there are so many. */
static struct l4_cell counted(uint32_t i)
{
	struct l4_cell cell = {.comm = "x", .cgroup = i};

	for (uint32_t slot = i % 32; slot < L4_SLOTS && slot <= i % 32 + 2; slot += 2)
		cell.count[slot] = slot % 3 ? i : -(int64_t)i;
	return cell;
}

static void put(struct snapshot *snapshot, uint32_t from, uint32_t count)
{
	for (uint32_t i = from; i < from + count; i++) {
		const struct l4_cell wanted = counted(i);
		struct snapshot_cell *cell = snapshot_put(snapshot, numbered(i), wanted.count, L4_SLOTS);

		memcpy(cell->comm, wanted.comm, sizeof(cell->comm));
		cell->cgroup = wanted.cgroup;
	}
}

static void assert_is(const struct snapshot_cell *cell, uint32_t i)
{
	const struct l4_cell wanted = counted(i);
	int64_t sum = 0;

	assert_memory_equal(&cell->key, numbered(i), sizeof(cell->key));
	assert_memory_equal(cell->comm, wanted.comm, sizeof(cell->comm));
	assert_int_equal(cell->cgroup, i);
	assert_int_equal(cell->kind, CELL_COUNTS);
	for (uint32_t slot = 0; slot < L4_SLOTS; slot++) {
		assert_int_equal(snapshot_count(cell, slot), wanted.count[slot]);
		assert_int_equal(snapshot_has(cell, UINT32_C(1) << slot), wanted.count[slot] != 0);
		sum += wanted.count[slot];
	}
	assert_int_equal(snapshot_sum(cell, UINT32_MAX), sum);
	assert_int_equal(snapshot_sum(cell, 0), 0);
}

static void keeps_what_is_put_in(void **state)
{
	struct snapshot snapshot = {};
	const struct snapshot_cell *cell;
	uint32_t i = 0;

	(void)state;
	assert_null(snapshot_first(&snapshot));
	put(&snapshot, 1, MANY);
	assert_int_equal(snapshot.count, MANY);
	for (cell = snapshot_first(&snapshot); cell; cell = snapshot_next(&snapshot, cell))
		assert_is(cell, ++i);
	assert_int_equal(i, MANY);
	snapshot_free(&snapshot);
}

static void copies(void **state)
{
	struct snapshot from = {}, to = {};
	uint32_t i = 0;

	(void)state;
	put(&from, 1, 100);
	put(&to, 0, 1);
	for (const struct snapshot_cell *cell = snapshot_first(&from); cell; cell = snapshot_next(&from, cell))
		snapshot_copy(&to, cell);
	snapshot_free(&from);
	for (const struct snapshot_cell *cell = snapshot_first(&to); cell; cell = snapshot_next(&to, cell))
		assert_is(cell, i++);
	assert_int_equal(i, 101);
	snapshot_free(&to);
}

static bool is_of_third(const struct snapshot_cell *cell, const void *context)
{
	return cell->key.netns % 3 == *(const uint32_t *)context;
}

static void takes_out_what_is_not_let(void **state)
{
	struct snapshot snapshot = {};
	const uint32_t which = 1;
	uint32_t i = 1;

	(void)state;
	put(&snapshot, 0, 1000);
	snapshot_keep(&snapshot, is_of_third, &which);
	assert_int_equal(snapshot.count, 333);
	for (const struct snapshot_cell *cell = snapshot_first(&snapshot); cell;
	     cell = snapshot_next(&snapshot, cell)) {
		assert_is(cell, i);
		i += 3;
	}
	snapshot_keep(&snapshot, is_of_third, &(uint32_t){2});
	assert_null(snapshot_first(&snapshot));
	snapshot_free(&snapshot);
}

/* A cell that is filled in later has all slots. */
static void added_cells_have_all_slots(void **state)
{
	struct snapshot snapshot = {};
	struct snapshot_cell *cell = snapshot_add(&snapshot);

	(void)state;
	assert_false(snapshot_has(cell, UINT32_MAX));
	for (uint32_t slot = 0; slot < L4_SLOTS; slot++)
		cell->count[slot] = slot + 1;
	for (uint32_t slot = 0; slot < L4_SLOTS; slot++)
		assert_int_equal(snapshot_count(cell, slot), slot + 1);
	put(&snapshot, 7, 1);
	assert_is(cell_at(&snapshot, 1), 7);
	snapshot_free(&snapshot);
}

static void gives_back_what_a_flood_needed(void **state)
{
	struct snapshot snapshot = {};
	size_t flooded;

	(void)state;
	put(&snapshot, 0, MANY);
	flooded = snapshot.capacity;
	for (int interval = 0; interval < 3; interval++) { /* as long as it lasts it is there */
		snapshot_clear(&snapshot);
		assert_int_equal(snapshot.capacity, flooded);
		put(&snapshot, 0, MANY);
	}
	for (int interval = 0; interval < 10; interval++) {
		snapshot_clear(&snapshot);
		put(&snapshot, 0, 10);
	}
	assert_true(snapshot.capacity < flooded / 20);
	for (uint32_t i = 0; i < 10; i++)
		assert_is(cell_at(&snapshot, i), i);
	snapshot_free(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_put_in),		  cmocka_unit_test(copies),
		cmocka_unit_test(takes_out_what_is_not_let),	  cmocka_unit_test(added_cells_have_all_slots),
		cmocka_unit_test(gives_back_what_a_flood_needed),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
