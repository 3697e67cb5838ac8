/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The store of cells: a set-associative table whose memory never changes. A key has two sets of eight ways it can be
 * in. It goes into the first, where it is found soonest, while half of that is free, and then into the emptier one, so
 * that nearly all of the table is full before any set is. A way names an entry; entries are given out in order, so that
 * user space reads only as many as were used.
 *
 * Where both sets are full a newcomer takes the place of an entry that was booked to seldom, and that one's counts go
 * to `other`: of a flood's many keys none is seen often, so who sends steadily stays and whoever comes late gets in.
 * Who is booked to more than once is outvoted before it is taken: each newcomer takes a vote of one away.
 *
 * Nothing is locked. An entry is filled in before a way names it, by compare-and-swap: two CPUs may make two entries of
 * one key, whose counts add up, but none is ever seen half written. An entry is given up (no longer found) at least a
 * tick of the kernel's clock before it is taken over, so that no program that found it before, or is interrupted by the
 * one that takes it, still adds to it.
 *
 * Not here: what is added (cell.bpf.h). The user side is src/store.c.
 */
#ifndef L4_STORE_BPF_H
#define L4_STORE_BPF_H

#include "cell.bpf.h"

enum {
	L4_SECOND_SHIFT = 16,  /* bits of the hash for the second set */
	L4_GIVEN_UP_TICKS = 2, /* so that one of them was whole */
	L4_TICKS_MASK = (1 << L4_TIME_BITS) - 1,
};

/*
 * A multilinear hash, universal for random odd factors, and a finish that spreads it over all bits. The factors are
 * drawn at start: nobody can aim at one set.
 */
static __always_inline __u64 l4_hash(const struct l4_cell_key *key)
{
	const __u64 *word = (const __u64 *)key;
	__u64 hash =
		word[0] * l4_factors[0] + word[1] * l4_factors[1] + word[2] * l4_factors[2] + word[3] * l4_factors[3];

	hash ^= hash >> 32;
	hash *= l4_factors[4];
	return hash ^ hash >> 29;
}

/* Not 0, and below 2^31. */
static __always_inline __u64 l4_tag(__u64 hash)
{
	return hash >> (L4_TAG_SHIFT + 1) | 1;
}

static __always_inline bool l4_same_key(const struct l4_cell_key *a, const struct l4_cell_key *b)
{
	const __u64 *left = (const __u64 *)a, *right = (const __u64 *)b;

	return !((left[0] ^ right[0]) | (left[1] ^ right[1]) | (left[2] ^ right[2]) | (left[3] ^ right[3]));
}

/* One protocol's table: its maps, and of either part where it is (see struct l4_part). */
struct l4_table {
	void *sets, *entries;
	const volatile struct l4_part *parts;
	__u32 *given; /* entries given out, of either part */
	__u32 others; /* in l4_others, of the first part */
	enum l4_proto proto;
};

#define L4_TABLE(name, number)                                                                          \
	{                                                                                               \
		.sets = &l4_##name##_sets, .entries = &l4_##name##_entries, .parts = l4_##name##_parts, \
		.given = l4_##name##_given, .others = l4_##name##_others, .proto = number,              \
	}

static __always_inline struct l4_set *l4_set_at(const struct l4_table *table, const volatile struct l4_part *part,
						__u32 hash)
{
	__u32 at = part->first_set + (hash & part->set_mask);

	return bpf_map_lookup_elem(table->sets, &at);
}

static __always_inline struct l4_entry *l4_entry_at(const struct l4_table *table, __u64 way)
{
	__u32 at = (way & L4_ENTRY_MASK) - 1;

	return bpf_map_lookup_elem(table->entries, &at);
}

/* The way with that tag, 0: there is none. */
static __always_inline __u64 l4_find_way(const struct l4_set *set, __u64 tag)
{
	for (int i = 0; i < L4_WAYS; i++) {
		const __u64 way = *(volatile const __u64 *)&set->way[i];

		if (way >> L4_TAG_SHIFT == tag)
			return way;
	}
	return 0;
}

/*
 * A tag is below 2^31, so only of 0 is the top bit set in what comes before it. Like the other functions here that are
 * not inline it is global: the verifier looks at it once, however many programs and paths call it. They return numbers;
 * a way without its tag fits into an int.
 */
__noinline int l4_free_ways(const struct l4_set *set)
{
	int ways = 0;

	if (!set)
		return 0;
	for (int i = 0; i < L4_WAYS; i++)
		ways += (set->way[i] - 1) >> 63;
	return ways;
}

/* Whether one of the set's ways was free, which now is this one. */
__noinline int l4_take_free(struct l4_set *set, __u64 way)
{
	if (!set)
		return 0;
	for (int i = 0; i < L4_WAYS; i++) {
		if (!*(volatile __u64 *)&set->way[i] && !__sync_val_compare_and_swap(&set->way[i], 0, way))
			return 1;
	}
	return 0;
}

static __always_inline void l4_fill(struct l4_entry *entry, const struct l4_cell_key *key, const struct l4_owner *owner)
{
	entry->key = *key;
	entry->booked = 0;
	if (owner) {
		__builtin_memcpy(entry->comm, owner->comm, sizeof(entry->comm));
		entry->cgroup = owner->cgroup;
	} else {
		__builtin_memset(entry->comm, 0, sizeof(entry->comm));
		entry->cgroup = 0;
	}
}

/* What takes the counts of those that have no cell, on this CPU. */
static __always_inline struct l4_other *l4_other_of(const struct l4_table *table, __u32 part)
{
	__u32 at = table->others + part;

	return bpf_map_lookup_elem(&l4_others, &at);
}

/* The way to an entry that nobody has had in this interval. 0: the last is gone, or others were faster in its set. */
static __always_inline __u64 l4_new_entry(const struct l4_table *table, __u32 part, struct l4_set *set, __u64 tag,
					  const struct l4_cell_key *key, const struct l4_owner *owner)
{
	const volatile struct l4_part *const here = &table->parts[part];
	struct l4_entry *entry;
	__u64 way;
	__u32 n;

	n = __sync_fetch_and_add(&table->given[part], 1);
	if (n >= here->entries)
		return 0;
	way = tag << L4_TAG_SHIFT | (here->first_entry + n + 1);
	entry = l4_entry_at(table, way);
	if (!entry)
		return 0;
	l4_fill(entry, key, owner);
	return l4_take_free(set, way) ? way & L4_ENTRY_MASK : 0;
}

/* The maximum of a row is that of its cells; all else adds up. */
static const __u8 l4_is_maximum[L4_TCP_SLOTS] = {
#define L4_TCP_MAX(name, ...) [L4_##name] = 1,
#include "metrics.def"
};

/* What an entry has counted goes to `other`. Returns 0, or less if there is no such entry. */
static __always_inline int l4_spill(const struct l4_table *table, __u64 way, __u32 part)
{
	const __u32 slots = table->proto == L4_PROTO_TCP ? L4_TCP_SLOTS : L4_UDP_SLOTS;
	struct l4_entry *entry = l4_entry_at(table, way);
	struct l4_other *other = l4_other_of(table, part);

	if (!entry || !other)
		return -1;
#pragma unroll /* which takes the verifier a third of what a loop does */
	for (__u32 slot = 0; slot < slots; slot++) {
		__s64 n = entry->counts.count[slot];

		if (table->proto == L4_PROTO_UDP &&
		    !n) /* as most are of a flood's; of TCP's it is not worth the branches */
			continue;
		n = __sync_lock_test_and_set(&entry->counts.count[slot], 0);
		if (table->proto != L4_PROTO_TCP || !l4_is_maximum[slot])
			__sync_fetch_and_add(&other->counts.count[slot], n);
		else if (n > other->counts.count[slot])
			other->counts.count[slot] = n;
	}
	__sync_fetch_and_add(&other->evicted, 1);
	return 0;
}

__noinline int l4_tcp_spill(__u64 way, __u32 part)
{
	const struct l4_table table = L4_TABLE(tcp, L4_PROTO_TCP);

	return l4_spill(&table, way, part);
}

__noinline int l4_udp_spill(__u64 way, __u32 part)
{
	const struct l4_table table = L4_TABLE(udp, L4_PROTO_UDP);

	return l4_spill(&table, way, part);
}

/* In ticks of the kernel's clock. */
static __always_inline __u64 l4_ticks(void)
{
	const __u64 now = bpf_jiffies64() & L4_TICKS_MASK;

	return now - (now == L4_TICKS_MASK); /* which is a claim */
}

/* Was it given up so long ago that nobody can be adding to it any more? */
static __always_inline bool l4_is_ripe(__u64 way, __u64 now)
{
	const __u64 time = way >> L4_TIME_SHIFT; /* there is no tag above it */

	return way && time < L4_TICKS_MASK && ((now - time) & L4_TICKS_MASK) >= L4_GIVEN_UP_TICKS;
}

enum { L4_NOT_TO_BE_HAD = 0x7fffffff };

/* What taking over its entry would cost: nothing if it was given up, else as much as was booked to it. */
static __always_inline int l4_price(const struct l4_table *table, __u64 way, __u64 now)
{
	const struct l4_entry *entry = way >> L4_TAG_SHIFT ? l4_entry_at(table, way) : NULL;

	if (entry)
		return entry->booked < L4_NOT_TO_BE_HAD ? entry->booked + 1 : L4_NOT_TO_BE_HAD;
	return l4_is_ripe(way, now) ? 0 : L4_NOT_TO_BE_HAD;
}

__noinline int l4_tcp_price(__u64 way, __u64 now)
{
	const struct l4_table table = L4_TABLE(tcp, L4_PROTO_TCP);

	return l4_price(&table, way, now);
}

__noinline int l4_udp_price(__u64 way, __u64 now)
{
	const struct l4_table table = L4_TABLE(udp, L4_PROTO_UDP);

	return l4_price(&table, way, now);
}

static __always_inline int l4_price_of(const struct l4_table *table, __u64 way, __u64 now)
{
	return table->proto == L4_PROTO_TCP ? l4_tcp_price(way, now) : l4_udp_price(way, now);
}

static __always_inline void l4_vote(const struct l4_table *table, __u64 *place, __u64 way, __u64 now)
{
	struct l4_entry *entry = way >> L4_TAG_SHIFT ? l4_entry_at(table, way) : NULL;

	if (!entry)
		return;
	if (entry->booked > 1)
		entry->booked--;
	else
		__sync_val_compare_and_swap(place, way, (way & L4_ENTRY_MASK) | now << L4_TIME_SHIFT);
}

/* An entry that was given up is now ours, unless another CPU was faster. */
static __always_inline __u64 l4_take_over(const struct l4_table *table, const struct l4_cell_key *key,
					  const struct l4_owner *owner, __u32 part, __u64 *place, __u64 given_up,
					  __u64 tag)
{
	const __u64 number = given_up & L4_ENTRY_MASK;
	struct l4_entry *entry = l4_entry_at(table, number);

	if (!entry ||
	    __sync_val_compare_and_swap(place, given_up, number | (__u64)L4_TICKS_MASK << L4_TIME_SHIFT) != given_up)
		return 0;
	if (table->proto == L4_PROTO_TCP)
		l4_tcp_spill(number, part);
	else
		l4_udp_spill(number, part);
	l4_fill(entry, key, owner);
	__sync_lock_test_and_set(place, tag << L4_TAG_SHIFT | number);
	return number;
}

/*
 * Room in a full set. Of two ways that the newcomer's hash draws one is taken over if it was given up before; else the
 * one whose entry was booked to less often loses a vote or, with none left, is given up for whoever comes next.
 * 0: there is no room yet.
 */
static __always_inline __u64 l4_make_room(const struct l4_table *table, const struct l4_cell_key *key,
					  const struct l4_owner *owner, __u32 part, __u64 hash)
{
	const volatile struct l4_part *const here = &table->parts[part & (L4_PARTS - 1)];
	struct l4_set *set = l4_set_at(table, here, hash >> 63 ? hash : hash >> L4_SECOND_SHIFT);
	const __u64 now = l4_ticks();
	__u32 at = hash >> 32 & (L4_WAYS - 1);
	const __u32 second = hash >> 40 & (L4_WAYS - 1);
	__u64 way, other;
	int price, others;

	if (!set)
		return 0;
	way = *(volatile __u64 *)&set->way[at];
	other = *(volatile __u64 *)&set->way[second];
	price = l4_price_of(table, way, now);
	others = l4_price_of(table, other, now);
	if (others < price) {
		at = second;
		way = other;
		price = others;
	}
	if (!price)
		return l4_take_over(table, key, owner, part, &set->way[at], way, l4_tag(hash));
	l4_vote(table, &set->way[at], way, now);
	return 0;
}

__noinline int l4_tcp_make_room(const struct l4_cell_key *key, const struct l4_owner *owner, __u32 part, __u64 hash)
{
	const struct l4_table table = L4_TABLE(tcp, L4_PROTO_TCP);

	return key ? l4_make_room(&table, key, owner, part, hash) : 0;
}

__noinline int l4_udp_make_room(const struct l4_cell_key *key, const struct l4_owner *owner, __u32 part, __u64 hash)
{
	const struct l4_table table = L4_TABLE(udp, L4_PROTO_UDP);

	return key ? l4_make_room(&table, key, owner, part, hash) : 0;
}

/*
 * One newcomer in four may try, which of them nobody can foretell: who comes often gets in all the same, and the many
 * of a flood cost what it costs to find both their sets full.
 */
static __always_inline bool l4_may_make_room(const struct l4_table *table, __u32 part)
{
	const struct l4_other *other = l4_other_of(table, part);

	return other && (__u64)(other->refused * l4_factors[4]) >> 62 == 0;
}

/* A way in the set, of its two, that the key is to go into. 0: both are full, or no entry is left. */
static __always_inline __u64 l4_insert_new(const struct l4_table *table, __u32 part, const struct l4_cell_key *key,
					   const struct l4_owner *owner, __u64 hash)
{
	const volatile struct l4_part *const here = &table->parts[part];
	struct l4_set *first = l4_set_at(table, here, hash);
	struct l4_set *second = l4_set_at(table, here, hash >> L4_SECOND_SHIFT);
	int free_first, free_second;
	bool in_first;

	if (!first || !second)
		return 0;
	free_first = l4_free_ways(first);
	free_second = l4_free_ways(second);
	if (!(free_first | free_second))
		return 0;
	in_first = free_first >= L4_WAYS / 2 || free_first >= free_second;
	return l4_new_entry(table, part, in_first ? first : second, l4_tag(hash), key, owner);
}

static __always_inline bool l4_has_entries(const struct l4_table *table, __u32 part)
{
	return *(volatile __u32 *)&table->given[part] < table->parts[part].entries;
}

/* The way to an entry for a key that is in neither of its sets. 0: it has to be `other`. */
static __always_inline __u64 l4_insert(const struct l4_table *table, __u32 part, const struct l4_cell_key *key,
				       const struct l4_owner *owner, __u64 hash)
{
	const __u64 way = l4_has_entries(table, part) ? l4_insert_new(table, part, key, owner, hash) : 0;

	if (way || !l4_may_make_room(table, part))
		return way;
	return table->proto == L4_PROTO_TCP ? l4_tcp_make_room(key, owner, part, hash)
					    : l4_udp_make_room(key, owner, part, hash);
}

/* The way to the entry of this key, 0: it has none. */
static __always_inline __u64 l4_lookup(const struct l4_table *table, __u32 part, __u64 hash)
{
	const volatile struct l4_part *const here = &table->parts[part];
	const struct l4_set *set = l4_set_at(table, here, hash);
	const __u64 way = set ? l4_find_way(set, l4_tag(hash)) : 0;

	if (way)
		return way;
	set = l4_set_at(table, here, hash >> L4_SECOND_SHIFT);
	return set ? l4_find_way(set, l4_tag(hash)) : 0;
}

/* NULL: none. Two keys with the same tag in one set are one in a thousand million: then one of them is `other`. */
static __always_inline struct l4_entry *l4_entry_of(const struct l4_table *table, __u64 way,
						    const struct l4_cell_key *key)
{
	struct l4_entry *entry = l4_entry_at(table, way);

	if (!entry || !l4_same_key(&entry->key, key))
		return NULL;
	entry->booked++;
	return entry;
}

static __always_inline struct l4_counts *l4_no_cell(const struct l4_table *table, __u32 part)
{
	struct l4_other *other = l4_other_of(table, part);

	if (!other) {
		__sync_fetch_and_add(&l4_lost, 1);
		return NULL;
	}
	__sync_fetch_and_add(&other->refused, 1);
	return &other->counts;
}

__noinline int l4_udp_insert(const struct l4_cell_key *key, const struct l4_owner *owner, __u32 part, __u64 hash)
{
	const struct l4_table table = L4_TABLE(udp, L4_PROTO_UDP);

	return key && part < L4_PARTS ? l4_insert(&table, part, key, owner, hash) : 0;
}

/* The number of the entry, from 1; 0: there is none. */
__noinline int l4_udp_find(const struct l4_cell_key *key, const struct l4_owner *owner, __u32 part)
{
	const struct l4_table table = L4_TABLE(udp, L4_PROTO_UDP);
	__u64 hash, way;

	if (!key || part >= L4_PARTS)
		return 0;
	hash = l4_hash(key);
	way = l4_lookup(&table, part, hash) ?: l4_udp_insert(key, owner, part, hash);
	return l4_entry_of(&table, way, key) ? way & L4_ENTRY_MASK : 0;
}

__noinline int l4_tcp_find(const struct l4_cell_key *key, const struct l4_owner *owner, __u32 part)
{
	const struct l4_table table = L4_TABLE(tcp, L4_PROTO_TCP);
	__u64 hash, way;

	if (!key || part >= L4_PARTS)
		return 0;
	hash = l4_hash(key);
	way = l4_lookup(&table, part, hash) ?: l4_insert(&table, part, key, owner, hash);
	return l4_entry_of(&table, way, key) ? way & L4_ENTRY_MASK : 0;
}

static __always_inline __u32 l4_present_part(void)
{
	return *(volatile __u32 *)&l4_part & (L4_PARTS - 1);
}

/*
 * The cell of a key in the present interval, made if it is new, or the one for what finds none. A running program keeps
 * the part it found: user space waits for it to end before it reads that. This one is for what comes with each
 * datagram; in two steps, so that a new cell's owner need only be put together if it is new.
 */
struct l4_search {
	__u32 part;
	__u64 hash;
	__u64 way; /* 0: the key is new */
};

static __always_inline struct l4_search l4_search_udp(const struct l4_cell_key *key)
{
	const struct l4_table table = L4_TABLE(udp, L4_PROTO_UDP);
	struct l4_search search = {.part = l4_present_part(), .hash = l4_hash(key)};

	search.way = l4_lookup(&table, search.part, search.hash);
	return search;
}

static __always_inline struct l4_counts *l4_found_udp(struct l4_search search, const struct l4_cell_key *key)
{
	const struct l4_table table = L4_TABLE(udp, L4_PROTO_UDP);
	struct l4_entry *entry = l4_entry_of(&table, search.way, key);

	return entry ? &entry->counts : l4_no_cell(&table, search.part);
}

/* The same for events that are rare: all that can be is left to a global function. */
static __always_inline struct l4_counts *l4_cell_of_udp(const struct l4_cell_key *key, const struct l4_owner *owner)
{
	const struct l4_table table = L4_TABLE(udp, L4_PROTO_UDP);
	const __u32 part = l4_present_part();
	struct l4_entry *entry = l4_entry_at(&table, l4_udp_find(key, owner, part));

	return entry ? &entry->counts : l4_no_cell(&table, part);
}

static __always_inline struct l4_counts *l4_cell_of_tcp(const struct l4_cell_key *key, const struct l4_owner *owner)
{
	const struct l4_table table = L4_TABLE(tcp, L4_PROTO_TCP);
	const __u32 part = l4_present_part();
	struct l4_entry *entry = l4_entry_at(&table, l4_tcp_find(key, owner, part));

	return entry ? &entry->counts : l4_no_cell(&table, part);
}

/* Adds n to one count of a key, in global functions. */
__noinline int l4_book_tcp(const struct l4_cell_key *key, const struct l4_owner *owner, __u32 slot, __s64 n)
{
	struct l4_counts *counts = key ? l4_cell_of_tcp(key, owner) : NULL;

	if (counts && slot < L4_TCP_SLOTS)
		l4_add(counts, slot, n);
	return 0;
}

__noinline int l4_book_udp(const struct l4_cell_key *key, const struct l4_owner *owner, __u32 slot, __s64 n)
{
	struct l4_counts *counts = key ? l4_cell_of_udp(key, owner) : NULL;

	if (counts && slot < L4_UDP_SLOTS)
		l4_add(counts, slot, n);
	return 0;
}

#endif
