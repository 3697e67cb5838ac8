/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading the store of cells. The entries are mapped only while they are read, a window at a time: they are the
 * kernel's memory, of which nothing has to stay in ours.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"
#include "store.h"

enum {
	WINDOW = 4096,	    /* entries that are mapped at a time */
	SMALL_SHARE = 8,    /* of the first part's entries the second has one in so many */
	SMALLEST_PART = 16, /* entries */
};

static uint32_t sets_for(uint32_t entries)
{
	uint32_t sets = 1;

	while (sets * L4_WAYS < entries)
		sets *= 2;
	return sets;
}

void store_layout(struct store_layout *layout, uint32_t cells)
{
	const uint32_t small = cells / SMALL_SHARE;
	const uint32_t sizes[L4_PARTS] = {cells, small < SMALLEST_PART ? SMALLEST_PART : small};

	*layout = (struct store_layout){};
	for (int part = 0; part < L4_PARTS; part++) {
		const uint32_t sets = sets_for(sizes[part]);

		layout->parts[part] = (struct l4_part){
			.first_set = layout->sets,
			.set_mask = sets - 1,
			.first_entry = layout->entries,
			.entries = sizes[part],
		};
		layout->sets += sets;
		layout->entries += sizes[part];
	}
}

static size_t sets_size(const struct store_table *table)
{
	return table->layout.sets * sizeof(struct l4_set);
}

int store_open(struct store *store)
{
	const int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return cpus;
	store->cpus = cpus;
	store->others = memory_new(cpus, sizeof(*store->others));
	for (int t = 0; t < STORE_TABLES; t++) {
		const struct store_table *table = &store->tables[t];
		void *sets = mmap(NULL, sets_size(table), PROT_READ | PROT_WRITE, MAP_SHARED, table->sets_fd, 0);

		if (sets == MAP_FAILED)
			return -errno;
		store->sets[t] = sets;
	}
	return 0;
}

void store_close(struct store *store)
{
	for (int t = 0; t < STORE_TABLES; t++) {
		if (store->sets[t])
			munmap(store->sets[t], sets_size(&store->tables[t]));
		store->sets[t] = NULL;
	}
	free(store->others);
	store->others = NULL;
}

/* Some entries, mapped. The kernel maps whole pages, in which the first of them need not be at the begin. */
struct window {
	void *pages;
	size_t size;
	char *first;
};

static int window_open(struct window *window, const struct store_table *table, uint32_t first, uint32_t count)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	const size_t begin = first * table->entry, start = begin / page * page;

	window->size = begin + count * table->entry - start;
	window->pages = mmap(NULL, window->size, PROT_READ | PROT_WRITE, MAP_SHARED, table->entries_fd, start);
	if (window->pages == MAP_FAILED)
		return -errno;
	window->first = (char *)window->pages + (begin - start);
	return 0;
}

static bool is_empty(const struct l4_counts *counts, unsigned int slots)
{
	int64_t any = 0;

	for (unsigned int i = 0; i < slots; i++)
		any |= counts->count[i];
	return !any;
}

/* Where sent datagrams are read there are the calls, and what they sent beyond one is where these are: l4_udp_count().
 */
static struct snapshot_cell *take_udp(struct snapshot *snapshot, const struct l4_cell_key *key,
				      const struct l4_counts *counts)
{
	struct l4_counts right;

	memcpy(&right, counts, L4_UDP_SLOTS * sizeof(*counts->count));
	right.count[L4_udp_tx_dgrams] += counts->count[L4_udp_send_calls];
	right.count[L4_udp_send_calls] = counts->count[L4_udp_tx_dgrams];
	return snapshot_put(snapshot, key, right.count, L4_UDP_SLOTS);
}

static struct snapshot_cell *take_cell(struct snapshot *snapshot, const struct l4_cell_key *key,
				       const struct l4_counts *counts)
{
	return key->proto == L4_PROTO_UDP ? take_udp(snapshot, key, counts)
					  : snapshot_put(snapshot, key, counts->count, L4_TCP_SLOTS);
}

static void take_entry(struct snapshot *snapshot, const struct l4_entry *entry)
{
	struct snapshot_cell *taken = take_cell(snapshot, &entry->key, &entry->counts);

	memcpy(taken->comm, entry->comm, sizeof(taken->comm));
	taken->cgroup = entry->cgroup;
}

/* Whoever is given an entry fills in what is not its counts, see l4_fill(). */
static int read_window(const struct store_table *table, uint32_t first, uint32_t count, bool empty, uint32_t netns,
		       struct snapshot *snapshot)
{
	struct window window = {};
	const int err = window_open(&window, table, first, count);

	if (err || !window.first)
		return err;
	for (uint32_t i = 0; i < count; i++) {
		struct l4_entry *entry = (struct l4_entry *)(window.first + i * table->entry);

		if (is_empty(&entry->counts, table->slots))
			continue;
		if (!netns || entry->key.netns == netns)
			take_entry(snapshot, entry);
		if (empty)
			memset(&entry->counts, 0, table->slots * sizeof(*entry->counts.count));
	}
	munmap(window.pages, window.size);
	return 0;
}

static uint32_t entries_given(const struct store_table *table, uint32_t part)
{
	const uint32_t given = __atomic_load_n(&table->given[part], __ATOMIC_ACQUIRE);
	const uint32_t entries = table->layout.parts[part].entries;

	return given < entries ? given : entries; /* who asks in vain counts too */
}

static int read_entries(struct store *store, int t, uint32_t part, bool empty, uint32_t netns,
			struct snapshot *snapshot)
{
	struct store_table *table = &store->tables[t];
	const struct l4_part *place = &table->layout.parts[part];
	const uint32_t given = entries_given(table, part);

	for (uint32_t at = 0; at < given; at += WINDOW) {
		const uint32_t count = given - at < WINDOW ? given - at : WINDOW;
		const int err = read_window(table, place->first_entry + at, count, empty, netns, snapshot);

		if (err)
			return err;
	}
	if (empty && given) {
		memset(&store->sets[t][place->first_set], 0, (place->set_mask + 1) * sizeof(struct l4_set));
		__atomic_store_n(&table->given[part], 0, __ATOMIC_RELEASE);
	}
	return 0;
}

static void add_other(struct l4_other *sum, const struct l4_other *other, uint8_t proto)
{
	static const bool is_maximum[L4_SLOTS] = {
#define L4_TCP_MAX(name, ...) [L4_##name] = true,
#include "metrics.def"
	};

	sum->refused += other->refused;
	sum->evicted += other->evicted;
	for (int i = 0; i < L4_SLOTS; i++) {
		const int64_t n = other->counts.count[i];

		if (proto != L4_PROTO_TCP || !is_maximum[i])
			sum->counts.count[i] += n;
		else if (n > sum->counts.count[i])
			sum->counts.count[i] = n;
	}
}

/* What found no cell is kept whatever is asked for: nobody knows what it was. */
static int read_other(struct store *store, const struct store_table *table, uint32_t part, bool empty,
		      struct snapshot *snapshot, struct store_losses *losses)
{
	const struct l4_cell_key key = {.proto = table->proto, .owner = L4_OWNER_OTHER};
	const uint32_t at = table->other + part;
	struct l4_other sum = {};

	if (bpf_map_lookup_elem(store->others_fd, &at, store->others))
		return -errno;
	for (unsigned int cpu = 0; cpu < store->cpus; cpu++)
		add_other(&sum, &store->others[cpu], table->proto);
	losses->refused += sum.refused;
	losses->evicted += sum.evicted;
	if (!is_empty(&sum.counts, L4_SLOTS))
		take_cell(snapshot, &key, &sum.counts);
	if (!empty || !(sum.refused | sum.evicted))
		return 0;
	memset(store->others, 0, store->cpus * sizeof(*store->others));
	return bpf_map_update_elem(store->others_fd, &at, store->others, BPF_ANY) ? -errno : 0;
}

int store_read(struct store *store, uint32_t part, bool empty, uint32_t netns, struct snapshot *snapshot,
	       struct store_losses *losses)
{
	int err = 0;

	for (int t = 0; !err && t < STORE_TABLES; t++)
		err = read_entries(store, t, part, empty, netns, snapshot)
			      ?: read_other(store, &store->tables[t], part, empty, snapshot, losses);
	return err;
}
