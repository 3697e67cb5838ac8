/* SPDX-License-Identifier: GPL-2.0 */
/* Filtering snapshots. */
#include <string.h>

#include "dimension.h"
#include "filter.h"

static bool is_loopback(const uint8_t address[static L4_PREFIX_LEN])
{
	static const uint8_t ipv6[L4_PREFIX_LEN] = {[15] = 1};

	return dimension_is_ipv4(address) ? address[12] == 127 : !memcmp(address, ipv6, sizeof(ipv6));
}

static bool begins_with(const uint8_t address[static L4_PREFIX_LEN], const struct filter_subnet *subnet)
{
	const unsigned int bytes = subnet->bits / 8, bits = subnet->bits % 8;

	return !memcmp(address, subnet->address, bytes) &&
	       (!bits || (address[bytes] ^ subnet->address[bytes]) >> (8 - bits) == 0);
}

/* ::/0 is all of IPv6 and nothing of IPv4, which is inside of it here. */
static bool subnets_let(const struct filter *filter, const uint8_t address[static L4_PREFIX_LEN])
{
	for (size_t i = 0; i < filter->subnet_count; i++) {
		const struct filter_subnet *subnet = &filter->subnets[i];

		if (dimension_is_ipv4(address) == dimension_is_ipv4(subnet->address) && begins_with(address, subnet))
			return true;
	}
	return !filter->subnet_count;
}

static bool family_let(const struct filter *filter, const uint8_t address[static L4_PREFIX_LEN])
{
	if (filter->ipv4 == filter->ipv6)
		return true;
	return dimension_is_ipv4(address) == filter->ipv4;
}

static bool address_let(const struct filter *filter, const uint8_t address[static L4_PREFIX_LEN])
{
	return subnets_let(filter, address) && family_let(filter, address) &&
	       !(filter->no_loopback && is_loopback(address));
}

static bool port_let(const struct filter *filter, uint16_t port)
{
	for (size_t i = 0; i < filter->port_count; i++) {
		if (port >= filter->ports[i].first && port <= filter->ports[i].last)
			return true;
	}
	return !filter->port_count;
}

static bool proto_let(const struct filter *filter, uint8_t proto)
{
	return filter->tcp == filter->udp || (proto == L4_PROTO_TCP) == filter->tcp;
}

static bool pid_let(const struct filter *filter, const struct l4_cell_key *key)
{
	for (size_t i = 0; i < filter->pid_count; i++) {
		if (key->owner == L4_OWNER_PROCESS && key->process.tgid == filter->pids[i])
			return true;
	}
	return !filter->pid_count;
}

static bool is_name(const struct filter_name *name, const char *shown, const struct dimension_key *owner)
{
	const size_t kept = name->length < L4_COMM_LEN - 1 ? name->length : L4_COMM_LEN - 1;

	if (strlen(shown) == name->length && !memcmp(shown, name->text, name->length))
		return true;
	return owner->cell.owner == L4_OWNER_PROCESS && strnlen((const char *)owner->comm, L4_COMM_LEN) == kept &&
	       !memcmp(owner->comm, name->text, kept);
}

static bool name_let(const struct filter *filter, uint8_t kind, const uint8_t comm[static L4_COMM_LEN])
{
	struct dimension_key owner = {.cell.owner = kind};
	char shown[DIMENSION_TEXT];

	if (!filter->name_count)
		return true;
	memcpy(owner.comm, comm, sizeof(owner.comm));
	dimension_owner_name(shown, &owner);
	for (size_t i = 0; i < filter->name_count; i++) {
		if (is_name(&filter->names[i], shown, &owner))
			return true;
	}
	return false;
}

static bool is_only_proto(const struct filter *filter)
{
	return !filter->port_count && !filter->pid_count && !filter->name_count && !filter_has_address(filter);
}

static bool cell_let(const struct snapshot_cell *cell, const void *context)
{
	const struct filter *filter = context;

	if (!proto_let(filter, cell->key.proto))
		return false;
	if (cell->key.owner == L4_OWNER_OTHER)
		return is_only_proto(filter);
	if (filter_has_address(filter) &&
	    (!dimension_is_known(cell->key.prefix) || !address_let(filter, cell->key.prefix)))
		return false;
	return port_let(filter, cell->key.port) && pid_let(filter, &cell->key) &&
	       name_let(filter, cell->key.owner, cell->comm);
}

static bool listener_let(const struct filter *filter, const struct l4_listener *listener)
{
	const struct l4_cell_key key = {.owner = listener->owner, .process = listener->process};

	return !filter->subnet_count && proto_let(filter, L4_PROTO_TCP) && address_let(filter, listener->address) &&
	       port_let(filter, listener->port) && pid_let(filter, &key) &&
	       name_let(filter, listener->owner, listener->comm);
}

bool filter_has_address(const struct filter *filter)
{
	return filter->subnet_count || filter->ipv4 || filter->ipv6 || filter->no_loopback;
}

bool filter_is_empty(const struct filter *filter)
{
	return is_only_proto(filter) && !filter->tcp && !filter->udp;
}

uint8_t filter_proto(const struct filter *filter)
{
	if (filter->tcp == filter->udp)
		return 0;
	return filter->tcp ? L4_PROTO_TCP : L4_PROTO_UDP;
}

void filter_apply(const struct filter *filter, struct snapshot *snapshot)
{
	size_t listeners = 0;

	if (filter_is_empty(filter))
		return;
	snapshot_keep(snapshot, cell_let, filter);
	for (size_t i = 0; i < snapshot->listener_count; i++) {
		if (listener_let(filter, &snapshot->listeners[i].listener))
			snapshot->listeners[listeners++] = snapshot->listeners[i];
	}
	snapshot->listener_count = listeners;
	snapshot->addressed_only = filter_has_address(filter);
	for (int tally = 0; tally < TALLY_COUNT; tally++)
		snapshot->tallies[tally].names = NULL; /* they are counted of all cells together */
}
