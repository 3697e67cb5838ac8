/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that the kernel drops: datagrams for whatever reason, TCP segments only if the firewall did it. What a full
 * receive buffer loses is booked in udp.bpf.h, as there its socket is known on every kernel.
 */
#ifndef L4_DROP_BPF_H
#define L4_DROP_BPF_H

#include "packet.bpf.h"
#include "tcp_book.bpf.h"

/* The running kernel's number of a reason. */
#define L4_REASON(name) (int)bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_##name)

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

/*
 * Global, so that the verifier looks at it once: of those it does so even where nothing calls them, and a kernel that
 * is locked down refuses whoever reads packets. Of the programs only l4_dropped calls this.
 */
__noinline int l4_dropped_remote(struct l4_cell_key *key, const struct l4_packet *packet)
{
	return key && packet ? l4_packet_remote(key, packet) : 0;
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
	l4_dropped_remote(key, packet);
}

static __always_inline void l4_book_drop(const struct sk_buff *skb, const struct l4_packet *packet, struct sock *sk)
{
	const struct l4_ledger *ledger = l4_ledger_of(sk);
	struct l4_owner owner = {};
	struct l4_cell_key key = {};
	const __u32 slot = packet->slot;

	l4_packet_key(&key, packet, ledger);
	if (ledger)
		owner = ledger->owner;
	if (sk) {
		key.netns = l4_netns_of(sk);
	} else if (packet->place != L4_PLACE_SOCKET) {
		key.netns = skb->dev->nd_net.net->ns.inum;
	} else if (slot == L4_udp_csum_errors && packet->proto == IPPROTO_UDP) { /* seen by who reads it */
		const struct task_struct *task = l4_current();

		key.netns = task->nsproxy->net_ns->ns.inum;
		l4_own(&owner, task);
		l4_set_owner(&key, &owner);
	}
	if (packet->proto == IPPROTO_TCP)
		l4_book_tcp(&key, &owner, slot, 1);
	else
		l4_book_udp(&key, &owner, slot, 1);
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
 * On 6.1 this comes before udp_fail_queue_rcv_skb, and IPv6 has no such tracepoint. What does not fit the queue is what
 * this CPU delivered last.
 */
static __always_inline void l4_book_queue_full(int reason)
{
	struct l4_arrival *arrival;
	struct l4_cell_key key;
	__u32 zero = 0;

	arrival = bpf_map_lookup_elem(&l4_arrivals, &zero);
	if (!arrival || arrival->drop_is_booked)
		return;
	arrival->drop_is_booked = true;
	key = arrival->key;
	l4_book_udp(&key, &arrival->owner, reason == L4_REASON(SOCKET_RCVBUFF) ? L4_udp_rx_drops : L4_udp_mem_drops, 1);
}

/*
 * Runs for every packet of any kind that is dropped. Its socket is the one that it was for or from: the IP layer looks
 * for connected ones early, so that the firewall's drops of an established connection have one too.
 */
SEC("tp_btf/kfree_skb")
int BPF_PROG(l4_dropped, struct sk_buff *skb, void *location, int reason)
{
	struct sock *rx_sk = l4_has_rx_sk ? (struct sock *)ctx[3] : NULL;
	struct sock *sk = skb->sk; /* read early: ledger.bpf.h */
	struct l4_packet *packet = l4_packet_of(skb, L4_PACKET_DROPPED);

	if (!packet || l4_is_copy(packet, reason))
		return 0;
	if (packet->proto == IPPROTO_UDP) {
		l4_tally(l4_udp_drops, reason);
		if (packet->place == L4_PLACE_SOCKET && l4_is_queue_full(reason)) {
			l4_book_queue_full(reason);
			return 0;
		}
		packet->slot = l4_udp_drop_slot(packet->place, reason);
	} else if (reason == L4_REASON(NETFILTER_DROP)) {
		packet->slot = L4_tcp_filtered;
	} else {
		return 0;
	}
	barrier();
	l4_book_drop(skb, packet, rx_sk ?: sk);
	return 0;
}

#endif
