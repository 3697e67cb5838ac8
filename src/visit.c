/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decides on the namespaces, then visits those that need it, all of them in one thread aside, and turns what was listed
 * there into cells.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "memory.h"
#include "netns.h"
#include "tally.h"
#include "visit.h"

enum {
	WAITS_MAX = 15, /* intervals */
	PORTS = 1 << 16,
	WORD_BITS = 64,
};

/* A namespace of the list, at the same place there. */
struct place {
	uint64_t id; /* struct netns */
	uint32_t inode;
	struct visit_memory memory;
	struct visit_facts facts;
	enum visit_kind kind;
	bool undecided; /* its counts can only be read from within */
};

static struct place *places; /* by inode, as the list is */
static size_t place_count;
static bool cannot_list; /* this kernel has no sock_diag */

/* The listeners of the last interval, by socket. */
static struct l4_listener *listeners;
static size_t listener_count;

/* Deciding */

enum visit_kind visit_decide(struct visit_memory *memory, const struct visit_facts *facts)
{
	if (!memory->iterated)
		return VISIT_ITERATE;
	if (facts->walked == facts->kernel.tcp_in_use)
		memory->wait = memory->waits = 0;
	else if (!memory->wait)
		return VISIT_ITERATE;
	else
		memory->wait--;
	return facts->kernel.tcp_time_wait || facts->half_open || memory->half_open ? VISIT_LIST : VISIT_NONE;
}

void visit_iterated(struct visit_memory *memory, uint64_t found)
{
	memory->iterated = true;
	if (found)
		memory->waits = 0;
	else if (memory->waits < WAITS_MAX)
		memory->waits = memory->waits * 2 + 1;
	memory->wait = memory->waits;
}

/* The places */

static struct place *find_place(uint32_t inode)
{
	size_t from = 0, to = place_count;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (places[middle].inode < inode)
			from = middle + 1;
		else
			to = middle;
	}
	return inode && from < place_count && places[from].inode == inode ? &places[from] : NULL;
}

/* A place for each of the list; what is known of a namespace stays with it. */
static void follow_list(const struct netns *list, size_t count)
{
	struct place *now = memory_new(count, sizeof(*now));

	for (size_t i = 0; i < count; i++) {
		const struct place *before = find_place(list[i].inode);

		if (before && before->id == list[i].id)
			now[i].memory = before->memory;
		now[i].id = list[i].id;
		now[i].inode = list[i].inode;
	}
	free(places);
	places = now;
	place_count = count;
}

static void gather_walked(const struct snapshot *snapshot)
{
	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell)) {
		struct place *place = cell->kind == CELL_STATES ? find_place(cell->key.netns) : NULL;

		for (int slot = 0; place && slot < L4_GAUGE_SLOTS; slot++)
			place->facts.walked += snapshot_count(cell, slot);
	}
}

static void note_half_open(uint32_t netns)
{
	struct place *place = find_place(netns);

	if (place)
		place->facts.half_open = true;
}

static int compare_listeners(const void *a, const void *b)
{
	const struct l4_listener *left = a, *right = b;

	return (left->socket > right->socket) - (left->socket < right->socket);
}

/*
 * A listener counts its half-open connections. They outlive it, until their timer ends them, so that one has gone is a
 * reason to look too.
 */
static void gather_half_open(const struct snapshot *snapshot)
{
	const size_t count = snapshot->listener_count;
	struct l4_listener *now = memory_new(count + 1, sizeof(*now));

	for (size_t i = 0; i < count; i++) {
		now[i] = snapshot->listeners[i].listener;
		if (now[i].half_open)
			note_half_open(now[i].netns);
	}
	qsort(now, count, sizeof(*now), compare_listeners);
	for (size_t i = 0; i < listener_count; i++) {
		if (!bsearch(&listeners[i], now, count, sizeof(*now), compare_listeners))
			note_half_open(listeners[i].netns);
	}
	free(listeners);
	listeners = now;
	listener_count = count;
}

static void decide(struct place *place, const char *directory, uint64_t files)
{
	const int err = sockstat_read(&place->facts.kernel, directory, files);

	place->undecided = false;
	place->kind = err ? VISIT_ITERATE : visit_decide(&place->memory, &place->facts);
	if (place->kind == VISIT_LIST && cannot_list)
		place->kind = VISIT_ITERATE;
}

/* Returns whether any has to be visited, if only to see whether it has to. */
static bool decide_all(const struct netns *list, size_t count)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		char directory[32];

		snprintf(directory, sizeof(directory), "/proc/%d/net", list[i].pid);
		if (list[i].pid)
			decide(&places[i], directory, list[i].files);
		else
			places[i].undecided = true;
		any |= places[i].undecided || places[i].kind != VISIT_NONE;
	}
	return any;
}

/* Visiting, possibly in a thread aside */

struct tour {
	const struct visit_tools *tools;
	const struct netns *list;
	struct visit_listened *listened; /* by namespace and port */
	size_t listened_count;
	struct tally tally;
	struct place *place;			  /* the one that is visited */
	uint64_t server_ports[PORTS / WORD_BITS]; /* bits: what is listened on there */
	bool half_open, iterated;
	int err;
};

static int compare_listened(const void *a, const void *b)
{
	const struct l4_port *left = a, *right = b; /* the first member */

	if (left->netns != right->netns)
		return left->netns > right->netns ? 1 : -1;
	return (left->port > right->port) - (left->port < right->port);
}

static void gather_server_ports(struct tour *tour)
{
	memset(tour->server_ports, 0, sizeof(tour->server_ports));
	for (size_t i = 0; i < tour->listened_count; i++) {
		const struct l4_port *port = &tour->listened[i].port;

		if (port->netns == tour->place->inode)
			tour->server_ports[port->port / WORD_BITS] |= 1ull << port->port % WORD_BITS;
	}
}

static bool is_server_port(const struct tour *tour, uint16_t port)
{
	return tour->server_ports[port / WORD_BITS] >> port % WORD_BITS & 1;
}

static void take_half_open(struct tour *tour, const struct diag_connection *connection, struct l4_cell_key key)
{
	const struct visit_listened wanted = {.port = {.netns = key.netns, .port = connection->local_port}};
	const struct visit_listened *listened =
		tour->listened_count
			? bsearch(&wanted, tour->listened, tour->listened_count, sizeof(wanted), compare_listened)
			: NULL;
	const bool is_v4 = !memcmp(connection->remote, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	const volatile uint32_t *mask = is_v4 ? tour->tools->mask4 : tour->tools->mask6;
	uint32_t prefix[4];

	memcpy(prefix, connection->remote, sizeof(prefix));
	for (int i = 0; i < 4; i++)
		prefix[i] &= mask[i];
	memcpy(key.prefix, prefix, sizeof(key.prefix));
	key.role = L4_ROLE_SERVER;
	key.port = connection->local_port;
	key.owner = listened ? listened->owner.kind : L4_OWNER_UNKNOWN;
	if (listened)
		key.process = listened->owner.process;
	tour->half_open = true;
	tally_count(&tour->tally, &key, L4_tcp_syn_recv, listened ? &listened->owner : NULL);
}

/* The same as the iterator counts, bpf/walk.bpf.h. */
static void take_connection(void *context, const struct diag_connection *connection)
{
	struct tour *tour = context;
	struct l4_cell_key key = {.proto = L4_PROTO_TCP, .netns = tour->place->inode};

	if (connection->state == BPF_TCP_SYN_RECV) {
		take_half_open(tour, connection, key);
		return;
	}
	key.owner = L4_OWNER_KERNEL;
	key.role = is_server_port(tour, connection->local_port) ? L4_ROLE_SERVER : L4_ROLE_CLIENT;
	key.port = key.role == L4_ROLE_SERVER ? connection->local_port : connection->remote_port;
	tally_count(&tour->tally, &key, connection->state == BPF_TCP_TIME_WAIT ? L4_tcp_time_wait : L4_tcp_fin_wait2,
		    NULL);
}

static int iterate(struct tour *tour)
{
	struct visit_memory *memory = &tour->place->memory;
	uint64_t found = 0;
	const int err = tour->tools->iterate(tour->tools->context, &found);

	tour->iterated = true;
	visit_iterated(memory, found);
	memory->half_open = true; /* it may have found some */
	return err;
}

/* If that cannot be done here, which shows at once, the iterator sees to it from now on. */
static int list_or_iterate(struct tour *tour)
{
	gather_server_ports(tour);
	tour->half_open = false;
	if (tour->place->kind == VISIT_LIST && diag_list(take_connection, tour)) {
		tally_forget(&tour->tally, tour->place->inode);
		cannot_list = true;
	}
	if (tour->place->kind == VISIT_ITERATE || cannot_list)
		return iterate(tour);
	tour->place->memory.half_open = tour->half_open;
	return 0;
}

static void go_round(void *argument)
{
	struct tour *tour = argument;

	for (size_t i = 0; !tour->err && i < place_count; i++) {
		struct place *place = &places[i];

		if (!place->undecided && place->kind == VISIT_NONE)
			continue;
		if (!tour->tools->netns && netns_enter(&tour->list[i])) /* it may be gone by now */
			continue;
		if (place->undecided)
			decide(place, "/proc/thread-self/net", 0);
		tour->place = place;
		if (place->kind != VISIT_NONE)
			tour->err = list_or_iterate(tour);
	}
}

static void add_cells(const struct tally *tally, struct snapshot *snapshot)
{
	for (size_t i = 0; i < tally->capacity; i++) {
		const struct tally_entry *entry = &tally->entries[i];
		__s64 count[L4_GAUGE_SLOTS] = {};
		struct snapshot_cell *cell;

		if (!entry->count)
			continue;
		count[entry->gauge] = entry->count;
		cell = snapshot_put(snapshot, &entry->key, count, L4_GAUGE_SLOTS);
		cell->kind = CELL_STATES;
		if (!entry->owner)
			continue;
		memcpy(cell->comm, entry->owner->comm, sizeof(cell->comm));
		cell->cgroup = entry->owner->cgroup;
	}
}

int visit_namespaces(const struct visit_tools *tools, struct snapshot *snapshot, bool *iterated)
{
	const struct netns own = {.id = 1, .inode = tools->netns, .pid = getpid()};
	struct tour tour = {.tools = tools, .list = &own};
	size_t count = 1;

	*iterated = false;
	if (!tools->netns)
		netns_list(&tour.list, &count);
	follow_list(tour.list, count);
	gather_walked(snapshot);
	gather_half_open(snapshot);
	if (!decide_all(tour.list, count))
		return 0;
	tour.err = tools->listened(tools->context, &tour.listened, &tour.listened_count);
	if (tour.err)
		return tour.err;
	qsort(tour.listened, tour.listened_count, sizeof(*tour.listened), compare_listened);
	tally_begin(&tour.tally);
	if (tools->netns)
		go_round(&tour);
	else
		tour.err = netns_aside(go_round, &tour) ?: tour.err;
	add_cells(&tour.tally, snapshot);
	tally_end(&tour.tally);
	*iterated = tour.iterated;
	return tour.err;
}

void visit_free(void)
{
	free(places);
	free(listeners);
	places = NULL;
	listeners = NULL;
	place_count = listener_count = 0;
	cannot_list = false;
}
