/* SPDX-License-Identifier: GPL-2.0 */
/* Giving and taking slots. */
#include <math.h>
#include <string.h>

#include "slots.h"

enum {
	HALF_LIFE = 60, /* seconds until a weight counts half */
	HOLD = 60,	/* seconds a slot is kept at least, once it is open: series that come and go are costly */
	CROWDS_OUT = 2, /* times the share of the one that gives way */
	BUCKETS = 512,	/* of the index; a power of two, twice SLOTS_TRACKED or more */
};

_Static_assert((int)BUCKETS >= 2 * (int)SLOTS_TRACKED, "the index is at most half full");

/* Finds entries by their key; open addressing, entry + 1, 0: free. */
struct index {
	uint16_t buckets[BUCKETS];
};

static size_t bucket_of(const struct index *index, const struct slots *slots, const struct dimension_key *key)
{
	size_t at = dimension_hash(key) % BUCKETS;

	while (index->buckets[at] && memcmp(&slots->entries[index->buckets[at] - 1].key, key, sizeof(*key)))
		at = (at + 1) % BUCKETS;
	return at;
}

static struct index index_of(const struct slots *slots)
{
	struct index index = {};

	for (size_t i = 0; i < slots->count; i++)
		index.buckets[bucket_of(&index, slots, &slots->entries[i].key)] = i + 1;
	return index;
}

/* NULL if it is not tracked. */
static struct slots_entry *find(const struct index *index, struct slots *slots, const struct dimension_key *key)
{
	const uint16_t found = index->buckets[bucket_of(index, slots, key)];

	return found ? &slots->entries[found - 1] : NULL;
}

static double positive(int64_t weight)
{
	return weight > 0 ? weight : 0;
}

static double share_of(const struct slots *slots, const double weight[static SLOTS_WEIGHTS])
{
	double share = 0;

	for (size_t w = 0; w < SLOTS_WEIGHTS; w++) {
		if (weight[w] > 0)
			share = fmax(share, weight[w] / slots->weight[w]);
	}
	return share;
}

/* Everything counts a little less than it did. */
static void age(struct slots *slots, double seconds)
{
	const double factor = exp2(-seconds / HALF_LIFE);

	for (size_t w = 0; w < SLOTS_WEIGHTS; w++)
		slots->weight[w] *= factor;
	for (size_t i = 0; i < slots->count; i++) {
		slots->entries[i].active = false;
		for (size_t w = 0; w < SLOTS_WEIGHTS; w++)
			slots->entries[i].weight[w] *= factor;
	}
}

static void add_weights(double sum[static SLOTS_WEIGHTS], const struct slots_row *row)
{
	for (size_t w = 0; w < SLOTS_WEIGHTS; w++)
		sum[w] += positive(row->weight[w]);
}

/* The least of the entries that have no slot; NULL: all have one. */
static struct slots_entry *least_without(struct slots *slots)
{
	struct slots_entry *least = NULL;

	for (size_t i = 0; i < slots->count; i++) {
		struct slots_entry *entry = &slots->entries[i];

		if (entry->slot == SLOT_NONE && (!least || entry->share < least->share))
			least = entry;
	}
	return least;
}

/* Room for a row that is not tracked yet: a new entry, or that of the least if this one is worth more. */
static void track(struct slots *slots, const struct slots_row *row, struct slots_entry **least)
{
	struct slots_entry entry = {.key = row->key, .slot = SLOT_NONE, .active = true};

	add_weights(entry.weight, row);
	entry.share = share_of(slots, entry.weight);
	if (!entry.share)
		return;
	if (slots->count < SLOTS_TRACKED) {
		slots->entries[slots->count++] = entry;
		return;
	}
	*least = *least ?: least_without(slots);
	if (*least && entry.share > (*least)->share) {
		**least = entry;
		*least = NULL;
	}
}

static void weigh(struct slots *slots, const struct slots_row *rows, size_t count)
{
	const struct index index = index_of(slots);
	struct slots_entry *least = NULL;

	for (size_t i = 0; i < count; i++) {
		struct slots_entry *entry = find(&index, slots, &rows[i].key);

		add_weights(slots->weight, &rows[i]);
		if (entry) {
			add_weights(entry->weight, &rows[i]);
			entry->active = true;
		}
	}
	for (size_t i = 0; i < slots->count; i++)
		slots->entries[i].share = share_of(slots, slots->entries[i].weight);
	/* What comes from here on is not in the index, but no row is there twice. */
	for (size_t i = 0; i < count; i++) {
		if (!find(&index, slots, &rows[i].key))
			track(slots, &rows[i], &least);
	}
}

static void set_state(struct slots *slots, int slot, enum slot_state state)
{
	slots->slot[slot] = (struct slot){.state = state, .since = slots->now, .cleared = slots->slot[slot].cleared};
}

static void give(struct slots *slots, struct slots_entry *entry, int slot)
{
	entry->slot = slot;
	set_state(slots, slot, slots->read ? SLOT_NEW : SLOT_OPEN);
}

static void take(struct slots *slots, struct slots_entry *entry)
{
	slots->slot[entry->slot].cleared = true;
	set_state(slots, entry->slot, SLOT_FREE);
	entry->slot = SLOT_NONE;
}

/* What has been read can be counted to, or be given up. */
static void advance(struct slots *slots, const struct slots_interval *interval)
{
	for (size_t i = 0; i < slots->count; i++) {
		struct slots_entry *entry = &slots->entries[i];
		const struct slot *slot = entry->slot == SLOT_NONE ? NULL : &slots->slot[entry->slot];

		if (!slot || slot->state == SLOT_OPEN)
			continue;
		if (!interval->read && slots->now - slot->since < interval->read_after)
			continue;
		if (slot->state == SLOT_NEW)
			set_state(slots, entry->slot, SLOT_OPEN);
		else
			take(slots, entry);
	}
}

/* The best of those without a slot that has not had its turn. */
static struct slots_entry *best_waiting(struct slots *slots, const bool had[static SLOTS_TRACKED])
{
	struct slots_entry *best = NULL;

	for (size_t i = 0; i < slots->count; i++) {
		struct slots_entry *entry = &slots->entries[i];

		if (entry->slot == SLOT_NONE && entry->active && !had[i] && (!best || entry->share > best->share))
			best = entry;
	}
	return best;
}

/* The least of those whose slot has been open for long enough. */
static struct slots_entry *least_with(struct slots *slots)
{
	struct slots_entry *least = NULL;

	for (size_t i = 0; i < slots->count; i++) {
		struct slots_entry *entry = &slots->entries[i];
		const struct slot *slot = entry->slot == SLOT_NONE ? NULL : &slots->slot[entry->slot];

		if (slot && slot->state == SLOT_OPEN && (!slots->read || slots->now - slot->since >= HOLD) &&
		    (!least || entry->share < least->share))
			least = entry;
	}
	return least;
}

static int free_slot(const struct slots *slots)
{
	for (size_t i = 0; i < slots->limit; i++) {
		if (slots->slot[i].state == SLOT_FREE)
			return i;
	}
	return SLOT_NONE;
}

static size_t count_closing(const struct slots *slots)
{
	size_t closing = 0;

	for (size_t i = 0; i < slots->limit; i++)
		closing += slots->slot[i].state == SLOT_CLOSING;
	return closing;
}

/* The best first: a free slot, or one that is being given up anyway, or that of the least. */
static void distribute(struct slots *slots)
{
	bool had[SLOTS_TRACKED] = {};
	size_t closing = count_closing(slots);
	struct slots_entry *entry;

	while ((entry = best_waiting(slots, had))) {
		int slot = free_slot(slots);
		struct slots_entry *least = NULL;

		had[entry - slots->entries] = true;
		if (slot == SLOT_NONE && closing) {
			closing--;
			continue;
		}
		if (slot == SLOT_NONE) {
			least = least_with(slots);
			if (!least || entry->share <= CROWDS_OUT * least->share)
				return;
			slot = least->slot;
		}
		if (least && slots->read) {
			set_state(slots, slot, SLOT_CLOSING);
		} else {
			if (least)
				take(slots, least);
			give(slots, entry, slot);
		}
	}
}

void slots_update(struct slots *slots, struct slots_row *rows, size_t count, const struct slots_interval *interval)
{
	struct index index;

	for (size_t i = 0; i < count; i++)
		rows[i].slot = SLOT_NONE;
	for (size_t i = 0; i < slots->limit; i++)
		slots->slot[i].cleared = false;
	if (!slots->limit)
		return;
	slots->read |= interval->read || (slots->now > 0 && isfinite(interval->read_after));
	slots->now += interval->seconds;
	advance(slots, interval);
	age(slots, interval->seconds);
	weigh(slots, rows, count);
	distribute(slots);
	index = index_of(slots);
	for (size_t i = 0; i < count; i++) {
		const struct slots_entry *entry = find(&index, slots, &rows[i].key);

		if (entry && entry->slot != SLOT_NONE && slots->slot[entry->slot].state == SLOT_OPEN)
			rows[i].slot = entry->slot;
	}
}

const struct dimension_key *slots_key(const struct slots *slots, size_t slot)
{
	for (size_t i = 0; i < slots->count; i++) {
		if (slots->entries[i].slot == (int)slot)
			return &slots->entries[i].key;
	}
	return NULL;
}
