/* SPDX-License-Identifier: GPL-2.0 */
/* The dimension table. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "dimension.h"
#include "text.h"

static void keep_owner(struct dimension_key *key, const struct snapshot_cell *cell)
{
	key->cell.owner = cell->key.owner;
	memcpy(key->comm, cell->comm, sizeof(key->comm));
}

static void keep_subnet(struct dimension_key *key, const struct snapshot_cell *cell)
{
	memcpy(key->cell.prefix, cell->key.prefix, sizeof(key->cell.prefix));
}

static void keep_port(struct dimension_key *key, const struct snapshot_cell *cell)
{
	key->cell.port = cell->key.port;
	key->cell.proto = cell->key.proto;
	key->cell.role = cell->key.role;
}

static void keep_process(struct dimension_key *key, const struct snapshot_cell *cell)
{
	keep_owner(key, cell);
	key->cell.process = cell->key.process;
	key->cgroup = cell->cgroup;
}

static void keep_cgroup(struct dimension_key *key, const struct snapshot_cell *cell)
{
	key->cell.owner = cell->key.owner;
	key->cgroup = cell->cgroup;
}

static void keep_netns(struct dimension_key *key, const struct snapshot_cell *cell)
{
	key->cell.netns = cell->key.netns;
}

static void keep_proto(struct dimension_key *key, const struct snapshot_cell *cell)
{
	key->cell.proto = cell->key.proto;
}

static void keep_role(struct dimension_key *key, const struct snapshot_cell *cell)
{
	key->cell.role = cell->key.role;
}

static const char *proto_name(uint8_t proto)
{
	return proto == L4_PROTO_TCP ? "tcp" : "udp";
}

bool dimension_is_known(const uint8_t address[static L4_PREFIX_LEN])
{
	static const uint8_t none[L4_PREFIX_LEN];

	return memcmp(address, none, sizeof(none));
}

bool dimension_is_ipv4(const uint8_t address[static L4_PREFIX_LEN])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(address, mapped, sizeof(mapped));
}

void dimension_print_address(char *text, const uint8_t address[static L4_PREFIX_LEN])
{
	const bool v4 = dimension_is_ipv4(address);

	inet_ntop(v4 ? AF_INET : AF_INET6, address + (v4 ? 12 : 0), text, DIMENSION_ADDRESS);
}

/* How much of its address a prefix is. ::1 is kept whole, or it would be one with what has no address. */
static unsigned int prefix_bits(const uint8_t prefix[static L4_PREFIX_LEN], const struct dimension_context *context)
{
	static const uint8_t loopback[L4_PREFIX_LEN] = {[15] = 1};

	if (!memcmp(prefix, loopback, sizeof(loopback)))
		return 128;
	return dimension_is_ipv4(prefix) ? context->prefix4 : context->prefix6;
}

static void print_subnet(char *text, const struct dimension_key *key, const struct dimension_context *context)
{
	char address[DIMENSION_ADDRESS];

	if (!dimension_is_known(key->cell.prefix) && context->prefix6) {
		strcpy(text, "unknown"); /* a reset for no socket, say */
		return;
	}
	dimension_print_address(address, key->cell.prefix);
	snprintf(text, DIMENSION_TEXT, "%s/%u", address, prefix_bits(key->cell.prefix, context));
}

static void print_port(char *text, const struct dimension_key *key, const struct dimension_context *context)
{
	(void)context;
	snprintf(text, DIMENSION_TEXT, "%u/%s", key->cell.port, proto_name(key->cell.proto));
}

/* Is it, but for quotes around it, what stands for no name? */
static bool is_taken(const char *name)
{
	static const char *const taken[] = {"kernel", "other", "unknown"};
	size_t length = strlen(name);

	for (; length > 1 && *name == '\'' && name[length - 1] == '\''; length -= 2)
		name++;
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
		if (length == strlen(taken[i]) && !memcmp(name, taken[i], length))
			return true;
	}
	return false;
}

/* Writes a name that somebody else chose, so that it is not taken for a word of ours, nor for another name. */
static void print_given(char *text, const uint8_t *name, size_t length)
{
	char shown[DIMENSION_TEXT - 2];

	text_printable(shown, sizeof(shown), name, length);
	snprintf(text, DIMENSION_TEXT, is_taken(shown) ? "'%s'" : "%s", shown);
}

void dimension_owner_name(char *text, const struct dimension_key *key)
{
	switch ((enum l4_owner_kind)key->cell.owner) {
	case L4_OWNER_PROCESS:
		print_given(text, key->comm, strnlen((const char *)key->comm, L4_COMM_LEN));
		return;
	case L4_OWNER_KERNEL:
		strcpy(text, "kernel");
		return;
	case L4_OWNER_OTHER:
		strcpy(text, "other");
		return;
	case L4_OWNER_UNKNOWN:
		break;
	}
	strcpy(text, "unknown");
}

static void print_process(char *text, const struct dimension_key *key, const struct dimension_context *context)
{
	char name[DIMENSION_TEXT];

	(void)context;
	dimension_owner_name(name, key);
	if (key->cell.owner == L4_OWNER_PROCESS)
		snprintf(text, DIMENSION_TEXT, "%.64s[%u]", name, key->cell.process.tgid);
	else
		strcpy(text, name);
}

static void print_name(char *text, const struct dimension_key *key, const struct dimension_context *context)
{
	(void)context;
	dimension_owner_name(text, key);
}

static void print_cgroup(char *text, const struct dimension_key *key, const struct dimension_context *context)
{
	const char *path = context->cgroup_path ? context->cgroup_path(key->cgroup) : NULL;

	if (key->cell.owner != L4_OWNER_PROCESS)
		dimension_owner_name(text, key);
	else if (path)
		text_printable(text, DIMENSION_TEXT, (const uint8_t *)path, strlen(path));
	else
		snprintf(text, DIMENSION_TEXT, "cgroup:%llu", (unsigned long long)key->cgroup);
}

static void print_netns(char *text, const struct dimension_key *key, const struct dimension_context *context)
{
	const char *name = context->netns_name ? context->netns_name(key->cell.netns) : NULL;

	if (name)
		print_given(text, (const uint8_t *)name, strlen(name));
	else
		snprintf(text, DIMENSION_TEXT, "%u", key->cell.netns);
}

static void print_proto(char *text, const struct dimension_key *key, const struct dimension_context *context)
{
	(void)context;
	strcpy(text, proto_name(key->cell.proto));
}

static void print_role(char *text, const struct dimension_key *key, const struct dimension_context *context)
{
	(void)context;
	strcpy(text, key->cell.role == L4_ROLE_SERVER	? "server"
		     : key->cell.role == L4_ROLE_CLIENT ? "client"
							: "none");
}

const struct dimension_info dimensions[DIM_COUNT] = {
	[DIM_SUBNET] = {"subnet", "subnet", "remote prefix, --prefix4 and --prefix6 long", 20, keep_subnet,
			print_subnet},
	[DIM_PORT] = {"port", "port", "service port: local if this side serves, else remote", 9, keep_port, print_port},
	[DIM_PROCESS] = {"process", "process", "one process", 22, keep_process, print_process},
	[DIM_NAME] = {"name", "name", "all processes of one name", 15, keep_owner, print_name},
	[DIM_CGROUP] = {"cgroup", "cgroup", "control group: unit, container", 30, keep_cgroup, print_cgroup},
	[DIM_NETNS] = {"netns", "netns", "network namespace: its name, container, or inode number", 12, keep_netns,
		       print_netns},
	[DIM_PROTO] = {"proto", "proto", "tcp or udp", 5, keep_proto, print_proto},
	[DIM_ROLE] = {"role", "role", "server or client side of the service", 6, keep_role, print_role},
};

/* From the kernel, once; without it hashing still works. */
static uint64_t random_seed(void)
{
	static uint64_t seed;

	if (!seed && getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = 1;
	return seed;
}

struct dimension_key dimension_key_of(const struct snapshot_cell *cell, const struct dimension_list *dims)
{
	struct dimension_key key;

	memset(&key, 0, sizeof(key));
	for (size_t i = 0; i < dims->count; i++)
		dimensions[dims->dims[i]].keep(&key, cell);
	return key;
}

/* Both halves of the product: all bits of both go into all of the result. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	const unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* This is done for each cell, many times: the products do not wait for one another. */
uint64_t dimension_hash(const struct dimension_key *key)
{
	static const uint64_t odd[] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0xd6e8feb86659fd93};
	const uint64_t seed = random_seed();
	uint64_t words[sizeof(*key) / sizeof(uint64_t) + 1] = {};
	uint64_t hash = seed;

	_Static_assert(sizeof(*key) % sizeof(uint64_t) == 0, "the key is hashed by words");
	_Static_assert(sizeof(words) == 2 * sizeof(odd), "two words of the key for each odd number");
	memcpy(words, key, sizeof(*key));
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		hash += mix(words[2 * i] ^ seed ^ odd[i], words[2 * i + 1] ^ (seed >> 32 | seed << 32) ^ odd[3 - i]);
	return mix(hash, odd[0]);
}

bool dimension_listed(const struct dimension_list *list, enum dimension dim)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->dims[i] == dim)
			return true;
	}
	return false;
}

static int dimension_by_name(const char *name, size_t length)
{
	for (int dim = 0; dim < DIM_COUNT; dim++) {
		if (strlen(dimensions[dim].name) == length && !memcmp(dimensions[dim].name, name, length))
			return dim;
	}
	return -ENOENT;
}

int dimension_parse(const char *text, struct dimension_list *list, const char **bad, size_t *bad_length)
{
	struct dimension_list found = {};

	for (;;) {
		const size_t length = strcspn(text, ",");
		const int dim = dimension_by_name(text, length);

		if (dim < 0 || dimension_listed(&found, dim)) {
			*bad = text;
			*bad_length = length;
			return -EINVAL;
		}
		found.dims[found.count++] = dim;
		if (!text[length])
			break;
		text += length + 1;
	}
	*list = found;
	return 0;
}
