/* SPDX-License-Identifier: GPL-2.0 */
/* How the store of cells is divided: every size has room for what was asked for, and no part reaches into the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store.h"

static const uint32_t sizes[] = {8, 9, 26, 100, 1000, 4096, 32768, 50000, 1 << 19};

static void parts_lie_side_by_side(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct store_layout layout;
		uint32_t sets = 0, entries = 0;

		store_layout(&layout, sizes[i]);
		for (int part = 0; part < L4_PARTS; part++) {
			const struct l4_part *here = &layout.parts[part];

			assert_int_equal(here->first_set, sets);
			assert_int_equal(here->first_entry, entries);
			sets += here->set_mask + 1;
			entries += here->entries;
		}
		assert_int_equal(layout.sets, sets);
		assert_int_equal(layout.entries, entries);
	}
}

static void there_is_a_way_to_each_entry(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct store_layout layout;

		store_layout(&layout, sizes[i]);
		assert_int_equal(layout.parts[0].entries, sizes[i]);
		assert_true(layout.parts[1].entries >= 16 && layout.parts[1].entries >= sizes[i] / 8);
		for (int part = 0; part < L4_PARTS; part++) {
			const struct l4_part *here = &layout.parts[part];

			assert_true((here->set_mask & (here->set_mask + 1)) == 0); /* a hash is masked with it */
			assert_true((here->set_mask + 1) * L4_WAYS >= here->entries);
		}
		assert_true(layout.entries < L4_ENTRY_MASK); /* a way has the number + 1 */
	}
}

static void the_usual_size_fills_its_sets(void **state)
{
	struct store_layout layout;

	(void)state;
	store_layout(&layout, 32768);
	assert_int_equal(layout.parts[0].set_mask, 4095);
	assert_int_equal(layout.parts[1].entries, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_lie_side_by_side),
		cmocka_unit_test(there_is_a_way_to_each_entry),
		cmocka_unit_test(the_usual_size_fills_its_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
