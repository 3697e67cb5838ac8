/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where in an array something is, found by a hash of it: open addressing, at most half full. The array is the owner's,
 * who also says what is equal:
 *
 *	for (slot = places_first(places, hash); *slot && !equal(&array[*slot - 1]); slot = places_next(places, slot))
 *		;
 *
 * leaves slot where it is noted, or where it is to be: its place in the array + 1; 0: nothing is.
 */
#ifndef L4_PLACES_H
#define L4_PLACES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

struct places {
	uint32_t *slots; /* mask + 1 of them, a power of two; owned */
	size_t mask;
};

/* Empty, with room for so many. */
static inline struct places places_new(size_t most)
{
	size_t size = 16;

	while (size < most * 2)
		size *= 2;
	return (struct places){.slots = memory_new(size, sizeof(uint32_t)), .mask = size - 1};
}

/* Empty again; what was never made stays so. */
static inline void places_clear(const struct places *places)
{
	if (places->slots)
		memset(places->slots, 0, (places->mask + 1) * sizeof(*places->slots));
}

static inline void places_free(struct places *places)
{
	free(places->slots);
	*places = (struct places){};
}

static inline uint32_t *places_first(const struct places *places, uint64_t hash)
{
	return &places->slots[hash & places->mask];
}

static inline uint32_t *places_next(const struct places *places, const uint32_t *slot)
{
	return &places->slots[(slot - places->slots + 1) & places->mask];
}

#endif
