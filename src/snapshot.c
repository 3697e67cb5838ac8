/* SPDX-License-Identifier: GPL-2.0 */
/* The memory of a snapshot. */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "snapshot.h"

struct snapshot_cell *snapshot_add(struct snapshot *snapshot)
{
	struct snapshot_cell *cell;

	if (snapshot->count == snapshot->capacity) {
		snapshot->capacity = snapshot->capacity ? snapshot->capacity * 2 : 256;
		snapshot->cells = memory_resize(snapshot->cells, snapshot->capacity, sizeof(*snapshot->cells));
	}
	cell = &snapshot->cells[snapshot->count++];
	memset(cell, 0, sizeof(*cell));
	return cell;
}

void snapshot_clear(struct snapshot *snapshot)
{
	snapshot->count = 0;
	snapshot->quality = (struct snapshot_quality){};
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->cells);
	*snapshot = (struct snapshot){};
}
