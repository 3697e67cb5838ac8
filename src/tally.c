/* SPDX-License-Identifier: GPL-2.0 */
/* Open addressing, at most half full. */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "tally.h"

enum { CAPACITY = 256 }; /* in the beginning; a power of two, always */

static size_t hash(const struct l4_cell_key *key, enum l4_gauge_slot gauge)
{
	uint64_t words[sizeof(*key) / sizeof(uint64_t)], h = gauge;

	memcpy(words, key, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		h = (h ^ words[i] ^ h >> 32) * 0x9e3779b97f4a7c15ull;
	return h >> 32;
}

/* The entry of this key, or the free one where it belongs. */
static struct tally_entry *find(const struct tally *tally, const struct l4_cell_key *key, enum l4_gauge_slot gauge)
{
	size_t at = hash(key, gauge) & (tally->capacity - 1);

	while (tally->entries[at].count &&
	       (tally->entries[at].gauge != gauge || memcmp(&tally->entries[at].key, key, sizeof(*key))))
		at = (at + 1) & (tally->capacity - 1);
	return &tally->entries[at];
}

/* Those with a count find their place in a table of that capacity. */
static void rebuild(struct tally *tally, size_t capacity)
{
	const struct tally old = *tally;

	*tally = (struct tally){.entries = memory_new(capacity, sizeof(*old.entries)), .capacity = capacity};
	for (size_t i = 0; i < old.capacity; i++) {
		if (!old.entries[i].count)
			continue;
		*find(tally, &old.entries[i].key, old.entries[i].gauge) = old.entries[i];
		tally->used++;
	}
	free(old.entries);
}

void tally_begin(struct tally *tally)
{
	*tally = (struct tally){};
	rebuild(tally, CAPACITY);
}

void tally_count(struct tally *tally, const struct l4_cell_key *key, enum l4_gauge_slot gauge,
		 const struct l4_owner *owner)
{
	struct tally_entry *entry = find(tally, key, gauge);

	if (entry->count++)
		return;
	entry->key = *key;
	entry->gauge = gauge;
	entry->owner = owner;
	if (++tally->used > tally->capacity / 2)
		rebuild(tally, tally->capacity * 2);
}

void tally_forget(struct tally *tally, uint32_t netns)
{
	for (size_t i = 0; i < tally->capacity; i++) {
		if (tally->entries[i].key.netns == netns)
			tally->entries[i].count = 0;
	}
	rebuild(tally, tally->capacity);
}

void tally_end(struct tally *tally)
{
	free(tally->entries);
	*tally = (struct tally){};
}
