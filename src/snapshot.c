/* SPDX-License-Identifier: GPL-2.0 */
/* The memory of a snapshot. */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "snapshot.h"

/* Makes room for one more of size bytes. */
static void *grow(void *old, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return old;
	*capacity = *capacity ? *capacity * 2 : 256;
	return memory_resize(old, *capacity, size);
}

enum {
	LARGEST_CELL = sizeof(struct snapshot_cell) + L4_SLOTS * sizeof(int64_t),
	FEW = 64 << 10, /* bytes of cells: not worth giving back */
	MANY = 4,	/* times as much memory as is needed */
};

/* Where the next cell goes, with room for the largest. */
static struct snapshot_cell *place_for_cell(struct snapshot *snapshot)
{
	if (snapshot->capacity - snapshot->size < LARGEST_CELL) {
		snapshot->capacity = snapshot->capacity ? snapshot->capacity * 2 : FEW;
		snapshot->cells = memory_resize(snapshot->cells, snapshot->capacity, 1);
	}
	return (struct snapshot_cell *)(snapshot->cells + snapshot->size);
}

static struct snapshot_cell *take_place(struct snapshot *snapshot, struct snapshot_cell *cell)
{
	snapshot->size += snapshot_cell_size(cell);
	snapshot->count++;
	return cell;
}

struct snapshot_cell *snapshot_add(struct snapshot *snapshot)
{
	struct snapshot_cell *cell = place_for_cell(snapshot);

	memset(cell, 0, LARGEST_CELL);
	cell->present = UINT32_MAX >> (32 - L4_SLOTS);
	cell->counts = L4_SLOTS;
	return take_place(snapshot, cell);
}

struct snapshot_cell *snapshot_put(struct snapshot *snapshot, const struct l4_cell_key *key, const __s64 *count,
				   unsigned int slots)
{
	struct snapshot_cell *put = place_for_cell(snapshot);

	*put = (struct snapshot_cell){.key = *key, .kind = CELL_COUNTS};
	for (unsigned int slot = 0; slot < slots; slot++) {
		const bool any = count[slot];

		put->count[put->counts] = count[slot]; /* the next one takes its place if it is 0 */
		put->present |= (uint32_t)any << slot;
		put->counts += any;
	}
	return take_place(snapshot, put);
}

void snapshot_copy(struct snapshot *snapshot, const struct snapshot_cell *cell)
{
	struct snapshot_cell *copy = place_for_cell(snapshot);

	memcpy(copy, cell, snapshot_cell_size(cell));
	take_place(snapshot, copy);
}

void snapshot_keep(struct snapshot *snapshot, bool (*lets)(const struct snapshot_cell *cell, const void *context),
		   const void *context)
{
	struct snapshot kept = {.cells = snapshot->cells};
	struct snapshot_cell *next;

	for (struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = next) {
		struct snapshot_cell *place = (struct snapshot_cell *)(kept.cells + kept.size);

		next = snapshot_next(snapshot, cell); /* it may be written over */
		if (lets(cell, context))
			take_place(&kept, memmove(place, cell, snapshot_cell_size(cell)));
	}
	snapshot->size = kept.size;
	snapshot->count = kept.count;
}

struct snapshot_listener *snapshot_add_listener(struct snapshot *snapshot)
{
	struct snapshot_listener *listener;

	snapshot->listeners =
		grow(snapshot->listeners, snapshot->listener_count, &snapshot->listener_capacity, sizeof(*listener));
	listener = &snapshot->listeners[snapshot->listener_count++];
	memset(listener, 0, sizeof(*listener));
	return listener;
}

void snapshot_add_listener_drops(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->listener_count; i++) {
		const struct snapshot_listener *found = &snapshot->listeners[i];
		const struct l4_listener *listener = &found->listener;
		struct snapshot_cell *cell;

		if (!found->drops)
			continue;
		cell = snapshot_add(snapshot);
		cell->kind = CELL_LISTENER;
		cell->key = (struct l4_cell_key){
			.process = listener->process,
			.netns = listener->netns,
			.port = listener->port,
			.proto = L4_PROTO_TCP,
			.role = L4_ROLE_SERVER,
			.owner = listener->owner,
		};
		memcpy(cell->comm, listener->comm, sizeof(cell->comm));
		cell->cgroup = listener->cgroup;
		cell->count[L4_tcp_listen_drops] = found->drops;
	}
}

bool snapshot_tells(const struct snapshot *snapshot, enum metric metric)
{
	return (snapshot->has_states || !metric_needs_states(metric)) &&
	       (!snapshot->addressed_only || metric_has_address(metric));
}

/* A flood does not last, and what it needed need not stay. */
static void give_back(struct snapshot *snapshot)
{
	if (snapshot->capacity <= FEW || snapshot->capacity / MANY < snapshot->size + LARGEST_CELL)
		return;
	snapshot->capacity /= MANY;
	snapshot->cells = memory_resize(snapshot->cells, snapshot->capacity, 1);
}

void snapshot_clear(struct snapshot *snapshot)
{
	give_back(snapshot);
	snapshot->count = snapshot->size = 0;
	snapshot->listener_count = 0;
	snapshot->quality = (struct snapshot_quality){};
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->cells);
	free(snapshot->listeners);
	host_free(&snapshot->host);
	*snapshot = (struct snapshot){};
}
