/* SPDX-License-Identifier: GPL-2.0 */
/* Which of our counters must equal which of the kernel's. */
#include <stdint.h>

#include "cover.h"
#include "netns.h"
#include "snmp.h"

enum { SLOTS_MAX = 4, NO_SLOT = -1 };

static const struct {
	uint8_t proto;
	int slots[SLOTS_MAX]; /* their sum, NO_SLOT behind them */
	enum snmp_counter kernels;
} pairs[COVER_COUNT] = {
	[COVER_RETRANS] = {L4_PROTO_TCP, {L4_tcp_retrans_segs, L4_tcp_retrans_synack, NO_SLOT}, SNMP_tcp_retrans_segs},
	[COVER_OPENS_OUT] = {L4_PROTO_TCP, {L4_tcp_opens_out, NO_SLOT}, SNMP_tcp_active_opens},
	[COVER_OPENS_IN] = {L4_PROTO_TCP, {L4_tcp_opens_in, NO_SLOT}, SNMP_tcp_passive_opens},
	[COVER_FAILED] = {L4_PROTO_TCP, {L4_tcp_opens_failed, NO_SLOT}, SNMP_tcp_attempt_fails},
	[COVER_UDP_DROPS] = {L4_PROTO_UDP, {L4_udp_rx_drops, NO_SLOT}, SNMP_udp_rcvbuf_errors},
	[COVER_UDP_NO_SOCKET] = {L4_PROTO_UDP, {L4_udp_no_socket, NO_SLOT}, SNMP_udp_no_ports},
	[COVER_UDP_IN_ERRORS] = {L4_PROTO_UDP,
				 {L4_udp_rx_drops, L4_udp_mem_drops, L4_udp_csum_errors, L4_udp_rx_errors},
				 SNMP_udp_in_errors},
	[COVER_UDP] = {L4_PROTO_UDP, {L4_udp_send_calls, NO_SLOT}, SNMP_udp_out_datagrams},
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

void cover_begin(void)
{
	netns_refresh();
	snmp_begin();
}

void cover_read(void)
{
	snmp_read();
}

static int64_t ours(const struct snapshot *snapshot, enum cover cover)
{
	int64_t sum = 0;

	for (size_t i = 0; i < snapshot->count; i++) {
		const struct snapshot_cell *cell = &snapshot->cells[i];

		if (cell->kind != CELL_COUNTS || cell->key.proto != pairs[cover].proto)
			continue;
		for (int s = 0; s < SLOTS_MAX && pairs[cover].slots[s] != NO_SLOT; s++)
			sum += cell->cell.count[pairs[cover].slots[s]];
	}
	return sum;
}

void cover_fill(struct snapshot *snapshot)
{
	struct snmp_counters kernels = {};

	for (size_t i = 0; i < snapshot->count; i++)
		netns_notice(snapshot->cells[i].key.netns, snapshot->cells[i].key.process.tgid);
	netns_refresh();
	snmp_delta(&kernels, NULL);
	snapshot->quality.has_cover = true;
	for (int cover = 0; cover < COVER_COUNT; cover++)
		snapshot->quality.cover[cover] = snmp_cover(ours(snapshot, cover), kernels.count[pairs[cover].kernels]);
}

void cover_free(void)
{
	snmp_free();
	netns_free();
}
