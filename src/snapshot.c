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

struct snapshot_cell *snapshot_add(struct snapshot *snapshot)
{
	struct snapshot_cell *cell;

	snapshot->cells = grow(snapshot->cells, snapshot->count, &snapshot->capacity, sizeof(*cell));
	cell = &snapshot->cells[snapshot->count++];
	memset(cell, 0, sizeof(*cell));
	return cell;
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
		memcpy(cell->cell.comm, listener->comm, sizeof(cell->cell.comm));
		cell->cell.cgroup = listener->cgroup;
		cell->cell.count[L4_tcp_listen_drops] = found->drops;
	}
}

bool snapshot_tells(const struct snapshot *snapshot, enum metric metric)
{
	return (snapshot->has_states || !metric_needs_states(metric)) &&
	       (!snapshot->addressed_only || metric_has_address(metric));
}

void snapshot_clear(struct snapshot *snapshot)
{
	snapshot->count = 0;
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
