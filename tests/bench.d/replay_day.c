/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording of a busy host, made up: `replay_day FILE INTERVALS CELLS` has the recorder write so many intervals of a
 * second, each with so many cells. The same numbers come out every time.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorder.h"

enum { MIDNIGHT = 1795392000, PROCESSES = 40, LISTENERS = 12, NETNS = 4026531840 };

/* What one in `of` cells is. The first that fits. */
struct share {
	unsigned int of;
	uint8_t proto, role;
	enum cell_kind kind;
	uint16_t port;
	const int *slots; /* the counters that are not 0, ended by -1 */
};

static const int served[] = {L4_tcp_rx_bytes,	     L4_tcp_tx_bytes,
			     L4_tcp_rx_segs,	     L4_tcp_tx_segs,
			     L4_tcp_rx_data_segs,    L4_tcp_tx_data_segs,
			     L4_tcp_opens_in,	     L4_tcp_closes,
			     L4_tcp_rtt_samples,     L4_tcp_rtt_sum_us,
			     L4_tcp_rtt_max_us,	     L4_tcp_lifetimes,
			     L4_tcp_lifetime_sum_us, -1};
static const int called[] = {L4_tcp_rx_bytes,	  L4_tcp_tx_bytes,     L4_tcp_rx_segs,	  L4_tcp_tx_segs,
			     L4_tcp_rx_data_segs, L4_tcp_tx_data_segs, L4_tcp_opens_out,  L4_tcp_retrans_segs,
			     L4_tcp_rtt_samples,  L4_tcp_rtt_sum_us,   L4_tcp_rtt_max_us, -1};
static const int asked[] = {L4_udp_rx_dgrams, L4_udp_tx_dgrams,	 L4_udp_rx_bytes,
			    L4_udp_tx_bytes,  L4_udp_send_calls, -1};
static const int states[] = {L4_tcp_established, L4_tcp_time_wait, -1};

static const struct share shares[] = {
	{8, L4_PROTO_TCP, L4_ROLE_SERVER, CELL_STATES, 443, states},
	{6, L4_PROTO_UDP, L4_ROLE_SERVER, CELL_COUNTS, 53, asked},
	{5, L4_PROTO_TCP, L4_ROLE_CLIENT, CELL_COUNTS, 5432, called},
	{1, L4_PROTO_TCP, L4_ROLE_SERVER, CELL_COUNTS, 443, served},
};

static uint32_t drawn = 1;

static uint32_t draw(uint32_t below)
{
	drawn = drawn * 1664525 + 1013904223;
	return (uint64_t)drawn * below >> 32;
}

static void add_cell(struct snapshot *snapshot, unsigned int number)
{
	struct snapshot_cell *cell = snapshot_add(snapshot);
	const struct share *share = shares;
	const unsigned int process = number % PROCESSES;

	while (number % share->of)
		share++;
	cell->kind = share->kind;
	cell->key = (struct l4_cell_key){.process = {1000 + process, 77 * process},
					 .netns = NETNS,
					 .port = share->port,
					 .proto = share->proto,
					 .role = share->role,
					 .owner = L4_OWNER_PROCESS,
					 .prefix = {[10] = 0xff, 0xff, 198, number >> 8, number}};
	snprintf((char *)cell->comm, L4_COMM_LEN, "worker-%u", process);
	cell->cgroup = 5000 + process / 4;
	for (const int *slot = share->slots; *slot >= 0; slot++)
		cell->count[*slot] = 1 + draw(1u << draw(24));
}

static void add_listener(struct snapshot *snapshot, unsigned int number)
{
	snapshot_add_listener(snapshot)->listener = (struct l4_listener){
		.process = {1000 + number, 77 * number},
		.owner = L4_OWNER_PROCESS,
		.cgroup = 5000 + number / 4,
		.comm = "worker",
		.address = {[10] = 0xff, 0xff},
		.netns = NETNS,
		.port = 8000 + number,
		.backlog = draw(8),
		.backlog_max = 511,
	};
}

static void make(struct snapshot *snapshot, unsigned int interval, unsigned int cells)
{
	snapshot_clear(snapshot);
	snapshot->timestamp = MIDNIGHT + interval + draw(1000) / 1e6;
	snapshot->interval = 1 + draw(1000) / 1e6;
	snapshot->has_states = true;
	snapshot->quality = (struct snapshot_quality){
		.has_cover = true, .cells_used = cells, .cells_max = 65536, .late_ms = draw(1000) / 1e3};
	for (int cover = 0; cover < COVER_COUNT; cover++)
		snapshot->quality.cover[cover] = 1;
	for (unsigned int i = 0; i < cells; i++)
		add_cell(snapshot, i);
	for (unsigned int i = 0; i < LISTENERS; i++)
		add_listener(snapshot, i);
}

static const char *cgroup_path(uint64_t id)
{
	static char path[64];

	snprintf(path, sizeof(path), "/system.slice/worker-%u.service", (unsigned int)id);
	return path;
}

static const char *netns_name(uint32_t inode)
{
	return inode == NETNS ? "host" : NULL;
}

int main(int argc, char **argv)
{
	const struct recorder_settings settings = {
		.path = argc == 4 ? argv[1] : NULL,
		.host = "bench",
		.dimension = {.prefix4 = 24, .prefix6 = 64, .cgroup_path = cgroup_path, .netns_name = netns_name},
	};
	struct snapshot snapshot = {};
	struct recorder *recorder;

	if (argc != 4)
		errx(2, "usage: replay_day FILE INTERVALS CELLS");
	if (recorder_open(&recorder, &settings))
		return 1;
	for (int interval = 0; interval < atoi(argv[2]); interval++) {
		make(&snapshot, interval, atoi(argv[3]));
		if (recorder_write(recorder, &snapshot))
			return 1;
	}
	snapshot_free(&snapshot);
	return recorder_close(recorder) ? 1 : 0;
}
