/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one would write without a store of one's own: each datagram that is sent, by the same key as l4dstat's, in a
 * map of type LRU_PERCPU_HASH with as many cells. The other hooks are bare. IPv4 only, prefixes of 24 bits.
 */
#include "l4_types.h"
#include "hooks.bpf.h"
#include <bpf/bpf_endian.h>

enum { CELLS = 65536, IP4_HEADER = 20, UDP_HEADER = 8, IPPROTO_UDP = 17 };

struct cell {
	__u8 comm[L4_COMM_LEN];
	__u64 cgroup;
	__s64 count[L4_UDP_SLOTS];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, CELLS);
	__type(key, struct l4_cell_key);
	__type(value, struct cell);
} cells SEC(".maps");

static __always_inline void add(struct cell *cell, __u32 bytes)
{
	cell->count[L4_udp_tx_dgrams]++;
	cell->count[L4_udp_send_calls]++;
	cell->count[L4_udp_tx_bytes] += bytes;
}

static __always_inline void book(const struct l4_cell_key *key, __u32 bytes)
{
	struct cell *cell = bpf_map_lookup_elem(&cells, key), made = {};

	if (cell) {
		add(cell, bytes);
		return;
	}
	bpf_get_current_comm(made.comm, sizeof(made.comm));
	made.cgroup = bpf_get_current_cgroup_id();
	add(&made, bytes);
	bpf_map_update_elem(&cells, key, &made, BPF_ANY);
}

SEC("cgroup_skb/egress")
int egress(struct __sk_buff *skb)
{
	const __u8 *data = (const __u8 *)(long)skb->data, *end = (const __u8 *)(long)skb->data_end;
	struct l4_cell_key key = {.proto = L4_PROTO_UDP, .role = L4_ROLE_CLIENT, .owner = L4_OWNER_PROCESS};

	if (data + IP4_HEADER + UDP_HEADER > end || data[0] != 0x45 || data[9] != IPPROTO_UDP)
		return 1;
	key.process.tgid = bpf_get_current_pid_tgid() >> 32;
	key.port = bpf_ntohs(*(__u16 *)(data + IP4_HEADER + 2));
	key.prefix[10] = key.prefix[11] = 0xff;
	for (int i = 0; i < 3; i++)
		key.prefix[12 + i] = data[16 + i];
	book(&key, skb->len - IP4_HEADER - UDP_HEADER);
	return 1;
}
