/* SPDX-License-Identifier: GPL-2.0 */
/* Which of our counters must equal which of the kernel's; and of which namespaces both are known. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cover.h"
#include "memory.h"
#include "netns.h"
#include "snmp.h"

enum { PATIENCE = 5 }; /* seconds a namespace is waited for: a search that finds it comes sooner */

static const struct {
	uint8_t proto;
	uint32_t slots; /* their sum */
	enum snmp_counter kernels;
} pairs[COVER_COUNT] = {
	[COVER_RETRANS] = {L4_PROTO_TCP, SNAPSHOT_SLOT(tcp_retrans_segs) | SNAPSHOT_SLOT(tcp_retrans_synack),
			   SNMP_tcp_retrans_segs},
	[COVER_OPENS_OUT] = {L4_PROTO_TCP, SNAPSHOT_SLOT(tcp_opens_out), SNMP_tcp_active_opens},
	[COVER_OPENS_IN] = {L4_PROTO_TCP, SNAPSHOT_SLOT(tcp_opens_in), SNMP_tcp_passive_opens},
	[COVER_FAILED] = {L4_PROTO_TCP, SNAPSHOT_SLOT(tcp_opens_failed), SNMP_tcp_attempt_fails},
	[COVER_UDP_DROPS] = {L4_PROTO_UDP, SNAPSHOT_SLOT(udp_rx_drops), SNMP_udp_rcvbuf_errors},
	[COVER_UDP_NO_SOCKET] = {L4_PROTO_UDP, SNAPSHOT_SLOT(udp_no_socket), SNMP_udp_no_ports},
	[COVER_UDP_IN_ERRORS] = {L4_PROTO_UDP,
				 SNAPSHOT_SLOT(udp_rx_drops) | SNAPSHOT_SLOT(udp_mem_drops) |
					 SNAPSHOT_SLOT(udp_csum_errors) | SNAPSHOT_SLOT(udp_rx_errors),
				 SNMP_udp_in_errors},
	[COVER_UDP] = {L4_PROTO_UDP, SNAPSHOT_SLOT(udp_send_calls), SNMP_udp_out_datagrams},
};

const char *const cover_names[COVER_COUNT] = {
	[COVER_RETRANS] = "retrans_cover",
	[COVER_OPENS_OUT] = "opens_out_cover",
	[COVER_OPENS_IN] = "opens_in_cover",
	[COVER_FAILED] = "failed_cover",
	[COVER_UDP_DROPS] = "udp_drops_cover",
	[COVER_UDP_NO_SOCKET] = "udp_no_socket_cover",
	[COVER_UDP_IN_ERRORS] = "udp_in_errors_cover",
	[COVER_UDP] = "udp_cover",
};

/* What we have counted in a namespace and not yet compared. */
struct account {
	uint32_t netns;
	uint64_t id;   /* struct netns, when it was last seen; 0: was never */
	double opened; /* seconds, CLOCK_MONOTONIC */
	int64_t count[COVER_COUNT];
	int64_t now[COVER_COUNT]; /* of count: of this interval */
};

static struct account *accounts; /* by netns */
static size_t account_count, account_capacity;

void cover_begin(uint32_t netns)
{
	netns_refresh();
	snmp_begin(netns);
}

void cover_read(void)
{
	snmp_read();
}

/* Where it is or belongs. */
static size_t place_of(uint32_t netns)
{
	size_t from = 0, to = account_count;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (accounts[middle].netns < netns)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static struct account *account_of(uint32_t netns, double now)
{
	const size_t place = place_of(netns);

	if (place < account_count && accounts[place].netns == netns)
		return &accounts[place];
	if (account_count == account_capacity) {
		account_capacity = account_capacity ? account_capacity * 2 : 16;
		accounts = memory_resize(accounts, account_capacity, sizeof(*accounts));
	}
	memmove(&accounts[place + 1], &accounts[place], (account_count++ - place) * sizeof(*accounts));
	accounts[place] = (struct account){.netns = netns, .opened = now};
	return &accounts[place];
}

static double monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void gather(const struct snapshot *snapshot, double now)
{
	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell)) {
		for (int cover = 0; cell->kind == CELL_COUNTS && cover < COVER_COUNT; cover++) {
			const bool is_of = cell->key.proto == pairs[cover].proto;
			const int64_t count = is_of ? snapshot_sum(cell, pairs[cover].slots) : 0;
			struct account *account = count ? account_of(cell->key.netns, now) : NULL;

			if (!account)
				continue;
			account->count[cover] += count;
			account->now[cover] += count;
		}
	}
}

static uint64_t id_of(uint32_t inode)
{
	const struct netns *list;
	size_t count;

	netns_list(&list, &count);
	for (size_t i = 0; i < count; i++) {
		if (list[i].inode == inode)
			return list[i].id;
	}
	return 0;
}

/* Moves to sums what can be compared, which includes what is of no namespace that we know. */
static void settle(int64_t sums[COVER_COUNT])
{
	for (size_t i = 0; i < account_count; i++) {
		struct account *account = &accounts[i];
		const uint64_t id = id_of(account->netns);

		if (account->netns && (!id || !snmp_has_read(id)))
			continue;
		for (int cover = 0; cover < COVER_COUNT; cover++)
			sums[cover] += account->count[cover];
		memset(account->count, 0, sizeof(account->count));
		memset(account->now, 0, sizeof(account->now));
	}
}

static bool is_empty(const struct account *account)
{
	for (int cover = 0; cover < COVER_COUNT; cover++) {
		if (account->count[cover])
			return false;
	}
	return true;
}

/* Its number may soon be another's. */
static bool has_gone(struct account *account, double now)
{
	const uint64_t id = id_of(account->netns);

	if (account->id && id != account->id)
		return true;
	account->id = id;
	return !id && now - account->opened > PATIENCE;
}

/* Keeps the accounts that may yet be settled. Returns how much of this interval was not. */
static uint64_t carry_over(double now)
{
	uint64_t unproven = 0;
	size_t kept = 0;

	for (size_t i = 0; i < account_count; i++) {
		for (int cover = 0; cover < COVER_COUNT; cover++)
			unproven += accounts[i].now[cover];
		if (is_empty(&accounts[i]) || has_gone(&accounts[i], now))
			continue;
		memset(accounts[i].now, 0, sizeof(accounts[i].now));
		accounts[kept++] = accounts[i];
	}
	account_count = kept;
	return unproven;
}

/* Most cells are of the same process as the one before. */
void cover_notice(const struct snapshot *snapshot)
{
	const struct snapshot_cell *before = NULL;

	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell)) {
		if (!before || cell->key.netns != before->key.netns ||
		    cell->key.process.tgid != before->key.process.tgid)
			netns_notice(cell->key.netns, cell->key.process.tgid);
		before = cell;
	}
}

void cover_fill(struct snapshot *snapshot)
{
	struct snmp_counters kernels = {};
	const double now = monotonic();
	int64_t sums[COVER_COUNT] = {};

	gather(snapshot, now);
	settle(sums); /* also of those that leave the list now */
	cover_notice(snapshot);
	netns_refresh();
	snmp_delta(&kernels, NULL);
	settle(sums);
	snapshot->quality.has_cover = true;
	snapshot->quality.unproven = carry_over(now);
	for (int cover = 0; cover < COVER_COUNT; cover++)
		snapshot->quality.cover[cover] = snmp_cover(sums[cover], kernels.count[pairs[cover].kernels]);
}

void cover_free(void)
{
	free(accounts);
	accounts = NULL;
	account_count = account_capacity = 0;
	snmp_free();
	netns_free();
}
