/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that the kernel drops: datagrams for whatever reason, TCP segments only if the firewall did it. What a full
 * receive buffer loses is booked in udp.bpf.h, as there its socket is known on every kernel.
 */
#ifndef L4_DROP_BPF_H
#define L4_DROP_BPF_H

#include "tcp_book.bpf.h"
#include "udp.bpf.h"

/* Where a packet was when it was dropped, told by how many of its headers the kernel was done with. */
enum l4_place {
	L4_PLACE_IP,	 /* the IP layer, the firewall, a queue, a device */
	L4_PLACE_UDP,	 /* UDP's input */
	L4_PLACE_SOCKET, /* behind that: a receive queue, or who has a socket in the kernel */
};

/* The running kernel's number of a reason. */
#define L4_REASON(name) (int)bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_##name)

/*
 * It is in a map for the verifier's sake: what comes back from there it takes for any number. So it need not follow
 * each way in which a packet can be found to the end of the program, and an address is no longer a pointer.
 */
struct l4_packet {
	__u64 ip;	 /* addresses of its headers in the kernel */
	__u64 transport; /* 0: it has none, it is a later fragment */
	__u8 proto;	 /* 0: neither TCP nor UDP */
	bool v4;
	bool incoming; /* has come through a device; one that is passed on too */
	enum l4_place place;
	__u32 slot; /* where it is counted */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct l4_packet);
} l4_packets SEC(".maps");

/* 16 bytes of a packet. sk_buff has its address as a number, so that it takes a cast to load from there. */
static __always_inline struct in6_addr l4_peek(__u64 at)
{
	struct in6_addr bytes = {};

	if (l4_has_cast) {
		const struct in6_addr *there = bpf_rdonly_cast((void *)at, bpf_core_type_id_kernel(struct in6_addr));

		for (int i = 0; i < 4; i++)
			bytes.in6_u.u6_addr32[i] = there->in6_u.u6_addr32[i];
	} else {
		bpf_probe_read_kernel(&bytes, sizeof(bytes), (void *)at);
	}
	return bytes;
}

static __always_inline void l4_find_transport4(struct l4_packet *packet)
{
	const struct in6_addr header = l4_peek(packet->ip);
	const __u8 *byte = header.in6_u.u6_addr8;

	packet->proto = byte[9];
	packet->transport = packet->ip + (byte[0] & 15) * 4;
	if ((byte[6] & 0x1f) | byte[7]) /* the fragment's offset */
		packet->transport = 0;
}

static __always_inline void l4_find_transport6(struct l4_packet *packet)
{
	packet->transport = packet->ip + L4_IP6_HEADER;
	packet->proto = l4_peek(packet->ip).in6_u.u6_addr8[6];

	for (int i = 0; i < L4_IP6_EXTENSIONS; i++) {
		const __u8 type = packet->proto;
		struct in6_addr header;
		const __u8 *byte = header.in6_u.u6_addr8;

		if (type != IPPROTO_HOPOPTS && type != IPPROTO_ROUTING && type != IPPROTO_DSTOPTS &&
		    type != IPPROTO_FRAGMENT)
			return;
		header = l4_peek(packet->transport);
		packet->proto = byte[0];
		packet->transport += type == IPPROTO_FRAGMENT ? 8 : (byte[1] + 1) * 8;
		if (type == IPPROTO_FRAGMENT && (byte[2] | (byte[3] & ~7))) {
			packet->transport = 0;
			return;
		}
	}
}

static __always_inline enum l4_place l4_place_of(const struct l4_packet *packet, const struct sk_buff *skb)
{
	const __u64 data = (__u64)skb->data;

	if (!packet->incoming || !packet->transport || data < packet->transport)
		return L4_PLACE_IP;
	return data == packet->transport ? L4_PLACE_UDP : L4_PLACE_SOCKET;
}

/* NULL if it is no packet of ours. */
static __always_inline struct l4_packet *l4_packet_of(const struct sk_buff *skb)
{
	const __u16 protocol = skb->protocol;
	struct l4_packet *packet;
	__u32 zero = 0;

	if (protocol != bpf_htons(ETH_P_IP) && protocol != bpf_htons(ETH_P_IPV6))
		return NULL;
	packet = bpf_map_lookup_elem(&l4_packets, &zero);
	if (!packet)
		return NULL;
	packet->v4 = protocol == bpf_htons(ETH_P_IP);
	packet->incoming = skb->skb_iif;
	packet->ip = (__u64)skb->head + skb->network_header;
	barrier();
	if (packet->v4)
		l4_find_transport4(packet);
	else
		l4_find_transport6(packet);
	barrier();
	if (packet->proto != IPPROTO_UDP && packet->proto != IPPROTO_TCP)
		return NULL;
	packet->place = l4_place_of(packet, skb);
	barrier();
	return packet;
}

/* Only a full socket has a ledger; the others are too small for it. */
static __always_inline bool l4_is_full(const struct sock *sk)
{
	const __u8 state = sk->__sk_common.skc_state;

	return state != BPF_TCP_TIME_WAIT && state != BPF_TCP_NEW_SYN_RECV;
}

static __always_inline struct l4_ledger *l4_ledger_of(struct sock *sk)
{
	return sk && l4_is_full(sk) ? bpf_sk_storage_get(&l4_ledgers, sk, NULL, 0) : NULL;
}

/* In the form of IPv6. */
static __always_inline struct in6_addr l4_remote_addr(const struct l4_packet *packet)
{
	struct in6_addr addr = l4_peek(packet->ip + (packet->v4 ? 4 : packet->incoming ? 8 : 24));
	__be32 *word = addr.in6_u.u6_addr32;

	if (packet->v4) {
		word[3] = packet->incoming ? word[2] : word[3];
		word[0] = word[1] = 0;
		word[2] = bpf_htonl(0xffff);
	}
	return addr;
}

/* Remote prefix and service port. */
static __always_inline void l4_packet_remote(struct l4_cell_key *key, const struct l4_packet *packet)
{
	const struct in6_addr addr = l4_remote_addr(packet);
	const __u32 ports = packet->transport ? bpf_ntohl(l4_peek(packet->transport).in6_u.u6_addr32[0]) : 0;
	const bool source = (key->role == L4_ROLE_SERVER) != packet->incoming;

	key->port = source ? ports >> 16 : ports;
	l4_set_prefix6(key, addr.in6_u.u6_addr32);
}

/* What no process is in the way of being dropped is the kernel's: nobody listens, the firewall forbids it. */
static __always_inline void l4_packet_key(struct l4_cell_key *key, const struct l4_packet *packet,
					  const struct l4_ledger *ledger)
{
	key->proto = packet->proto;
	key->owner = L4_OWNER_KERNEL;
	key->role = packet->incoming ? L4_ROLE_SERVER : L4_ROLE_CLIENT;
	if (ledger) {
		key->role = packet->proto == IPPROTO_TCP ? ledger->role
			    : ledger->port_is_ours	 ? L4_ROLE_SERVER
							 : L4_ROLE_CLIENT;
		l4_set_owner(key, &ledger->owner);
	}
	l4_packet_remote(key, packet);
}

static __always_inline void l4_book_drop(const struct sk_buff *skb, const struct l4_packet *packet, struct sock *sk)
{
	const struct l4_ledger *ledger = l4_ledger_of(sk);
	struct l4_owner reader = {};
	struct l4_cell_key key = {};
	const __u32 slot = packet->slot;
	struct l4_cell *cell;

	l4_packet_key(&key, packet, ledger);
	if (sk) {
		key.netns = l4_netns_of(sk);
	} else if (packet->place != L4_PLACE_SOCKET) {
		key.netns = skb->dev->nd_net.net->ns.inum;
	} else if (slot == L4_udp_csum_errors && packet->proto == IPPROTO_UDP) { /* seen by who reads it */
		const struct task_struct *task = bpf_get_current_task_btf();

		key.netns = task->nsproxy->net_ns->ns.inum;
		l4_own(&reader, task);
		l4_set_owner(&key, &reader);
	}
	cell = l4_cell(&key, ledger ? &ledger->owner : &reader);
	if (cell && slot < L4_SLOTS) /* as it is; the verifier wants to see it */
		l4_add(cell, slot, 1);
}

/* InErrors rises for all that is dropped in UDP's input but for what has no socket (__udp4_lib_rcv()). */
static __always_inline __u32 l4_udp_drop_slot(enum l4_place place, int reason)
{
	if (reason == L4_REASON(NETFILTER_DROP))
		return L4_udp_filtered;
	if (place == L4_PLACE_IP)
		return L4_udp_other_drops;
	if (reason == L4_REASON(UDP_CSUM))
		return L4_udp_csum_errors;
	if (place == L4_PLACE_SOCKET)
		return L4_udp_other_drops;
	return reason == L4_REASON(NO_SOCKET) ? L4_udp_no_socket : L4_udp_rx_errors;
}

/* A packet that went its way, of which only what a tap got was dropped: a packet socket, a raw one. */
static __always_inline bool l4_is_copy(const struct l4_packet *packet, int reason)
{
	if (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_PACKET_SOCK_ERROR) &&
	    reason == L4_REASON(PACKET_SOCK_ERROR))
		return true;
	return packet->place == L4_PLACE_IP && reason == L4_REASON(SOCKET_RCVBUFF);
}

static __always_inline bool l4_is_queue_full(int reason)
{
	return reason == L4_REASON(SOCKET_RCVBUFF) || reason == L4_REASON(PROTO_MEM);
}

/*
 * The socket that a packet was for or from. The IP layer looks for connected ones early, so that the firewall's drops
 * of an established connection have one too.
 */
static __always_inline struct sock *l4_socket_of(const struct sk_buff *skb, struct sock *rx_sk)
{
	return rx_sk ?: skb->sk;
}

/* Runs for every packet of any kind that is dropped. */
SEC("tp_btf/kfree_skb")
int BPF_PROG(l4_dropped, struct sk_buff *skb, void *location, int reason)
{
	struct sock *rx_sk = l4_has_rx_sk ? (struct sock *)ctx[3] : NULL;
	struct l4_packet *packet = l4_packet_of(skb);

	if (!packet || l4_is_copy(packet, reason))
		return 0;
	if (packet->proto == IPPROTO_UDP) {
		l4_tally(l4_udp_drops, reason);
		if (packet->place == L4_PLACE_SOCKET && l4_is_queue_full(reason))
			return 0;
		packet->slot = l4_udp_drop_slot(packet->place, reason);
	} else if (reason == L4_REASON(NETFILTER_DROP)) {
		packet->slot = L4_tcp_filtered;
	} else {
		return 0;
	}
	barrier();
	l4_book_drop(skb, packet, l4_socket_of(skb, rx_sk));
	return 0;
}

#endif
