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
