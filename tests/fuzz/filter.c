/* SPDX-License-Identifier: GPL-2.0 */
/* Filters: up to the first NUL each line of the input is an argument, behind it are cells and listeners. */
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "fuzz.h"
#include "options.h"

static void take(void *to, size_t wanted, const uint8_t **data, const uint8_t *end)
{
	const size_t left = end - *data, length = left < wanted ? left : wanted;

	memcpy(to, *data, length);
	*data += length;
}

/* Of every two records one is a cell, the other a listener. */
static struct snapshot make_snapshot(const uint8_t *data, const uint8_t *end)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct snapshot snapshot = {};

	while (data < end) {
		struct snapshot_cell *cell = snapshot_add(&snapshot);
		struct l4_listener *listener;

		take(&cell->key, sizeof(cell->key), &data, end);
		take(cell->comm, sizeof(cell->comm), &data, end);
		cell->key.proto = cell->key.proto & 1 ? L4_PROTO_TCP : L4_PROTO_UDP;
		cell->key.owner &= 3;
		if (cell->key.role & 1)
			memcpy(cell->key.prefix, mapped, sizeof(mapped));
		listener = &snapshot_add_listener(&snapshot)->listener;
		take(&listener->comm, sizeof(listener->comm), &data, end);
		take(&listener->address, sizeof(listener->address), &data, end);
		take(&listener->port, sizeof(listener->port), &data, end);
		listener->owner = L4_OWNER_PROCESS;
	}
	return snapshot;
}

/* What is let through is in the order it was, as it was. */
static bool is_part(const struct snapshot *part, const struct snapshot *all)
{
	const struct snapshot_cell *found = snapshot_first(part);

	for (const struct snapshot_cell *cell = snapshot_first(all); cell && found; cell = snapshot_next(all, cell)) {
		if (snapshot_cell_size(cell) == snapshot_cell_size(found) &&
		    !memcmp(cell, found, snapshot_cell_size(cell)))
			found = snapshot_next(part, found);
	}
	return !found;
}

static bool port_is_in(const struct filter *filter, uint16_t port)
{
	bool in = !filter->port_count;

	for (size_t i = 0; i < filter->port_count; i++)
		in |= filter->ports[i].first <= port && port <= filter->ports[i].last;
	return in;
}

static void check(const struct filter *filter, const uint8_t *data, const uint8_t *end)
{
	struct snapshot all = make_snapshot(data, end), part = make_snapshot(data, end);
	size_t cells, listeners;

	filter_apply(filter, &part);
	EXPECT(is_part(&part, &all));
	for (const struct snapshot_cell *cell = snapshot_first(&part); cell; cell = snapshot_next(&part, cell))
		EXPECT(port_is_in(filter, cell->key.port));
	cells = part.count;
	listeners = part.listener_count;
	filter_apply(filter, &part);
	EXPECT(part.count == cells && part.listener_count == listeners);
	if (filter_is_empty(filter))
		EXPECT(cells == all.count && listeners == all.listener_count);
	snapshot_free(&all);
	snapshot_free(&part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL, *end = data + size;
	char *text = fuzz_text(data, nul ? (size_t)(nul - data) : size), *complaint;
	struct options options;
	int argc;
	char **arguments = fuzz_arguments(text, &argc);

	if (options_parse(&options, argc, arguments, &complaint))
		EXPECT(complaint && fuzz_is_sentence(complaint));
	else
		check(&options.filter, nul ? nul + 1 : end, end);
	free(complaint);
	free(arguments);
	free(text);
	return 0;
}
