/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP: each datagram as it leaves for or arrives from the wire, at the cgroup v2 root, where the
 * remote address is known also of unconnected sockets; and the ones a full receive buffer lost.
 * TCP packets pass these hooks too and leave them at the first test.
 */
#ifndef L4_UDP_BPF_H
#define L4_UDP_BPF_H

#include "ledger.bpf.h"
#include "store.bpf.h"

enum {
	L4_IP4_HEADER = 20,
	L4_IP6_HEADER = 40,
	L4_UDP_HEADER = 8,
	L4_IP6_EXTENSIONS = 6, /* at most so many are followed: each kind once (RFC 8200, 4.1) */
};

/* Offset of the UDP header behind IPv6 extension headers, 0 if there is none. */
__noinline int l4_skip_extensions(struct __sk_buff *skb)
{
	__u32 at = L4_IP6_HEADER;
	__u8 next;

	if (bpf_skb_load_bytes(skb, 6, &next, sizeof(next)))
		return 0;
	for (int i = 0; i < L4_IP6_EXTENSIONS; i++) {
		__u8 header[2]; /* next header, length */

		switch (next) {
		case IPPROTO_UDP:
			return at;
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
		case IPPROTO_FRAGMENT:
		case IPPROTO_AH:
			break;
		default:
			return 0;
		}
		if (bpf_skb_load_bytes(skb, at, header, sizeof(header)))
			return 0;
		if (next == IPPROTO_FRAGMENT)
			at += 8;
		else if (next == IPPROTO_AH)
			at += (header[1] + 2) * 4;
		else
			at += (header[1] + 1) * 8;
		next = header[0];
	}
	return 0;
}

/* Offset of the UDP header, 0 if this is no UDP datagram. skb begins with the IP header. */
static __always_inline __u32 l4_udp_offset(struct __sk_buff *skb)
{
	const __u8 *data = (const __u8 *)(long)skb->data;
	const __u8 *end = (const __u8 *)(long)skb->data_end;

	if (data + L4_IP4_HEADER > end)
		return 0;
	if (data[0] >> 4 == 4)
		return data[9] == IPPROTO_UDP ? (data[0] & 15) * 4 : 0;
	if (data[6] == IPPROTO_UDP)
		return L4_IP6_HEADER;
	return data[6] == IPPROTO_TCP ? 0 : l4_skip_extensions(skb);
}

/*
 * Whose datagram it is and on which side of the service. A socket without an entry is the kernel's:
 * sock_create makes one for every socket of a process, task_file for those that were there before.
 */
static __always_inline void l4_udp_key(struct l4_cell_key *key, const struct l4_ledger *ledger)
{
	key->proto = L4_PROTO_UDP;
	if (!ledger) {
		key->owner = L4_OWNER_KERNEL;
		key->role = L4_ROLE_CLIENT;
		return;
	}
	key->netns = ledger->netns;
	key->role = ledger->port_is_ours ? L4_ROLE_SERVER : L4_ROLE_CLIENT;
	l4_set_owner(key, &ledger->owner);
}

/*
 * Both ports (source in the upper half) and the remote address, whose words before the last are only written for
 * IPv6. The usual headers are read where they are, which is 5 ns faster than by the helper.
 */
static __always_inline int l4_udp_addresses(struct __sk_buff *skb, __u32 udp_at, bool outgoing, __u32 *ports,
					    struct in6_addr *addr)
{
	const bool v4 = skb->protocol == bpf_htons(ETH_P_IP);
	const __u32 at = v4 ? (outgoing ? 16 : 12) : outgoing ? 24 : 8;
	const __u8 *data = (const __u8 *)(long)skb->data;
	const __u8 *end = (const __u8 *)(long)skb->data_end;
	__be32 *const word = addr->in6_u.u6_addr32;

	if (v4 && udp_at == L4_IP4_HEADER && data + L4_IP4_HEADER + L4_UDP_HEADER <= end) {
		*ports = bpf_ntohl(*(__be32 *)(data + L4_IP4_HEADER));
		word[3] = *(__be32 *)(data + (outgoing ? 16 : 12));
		return 0;
	}
	if (!v4 && udp_at == L4_IP6_HEADER && data + L4_IP6_HEADER + L4_UDP_HEADER <= end) {
		*ports = bpf_ntohl(*(__be32 *)(data + L4_IP6_HEADER));
		for (int i = 0; i < 4; i++)
			word[i] = ((__be32 *)(data + (outgoing ? 24 : 8)))[i];
		return 0;
	}
	if (bpf_skb_load_bytes(skb, udp_at, ports, sizeof(*ports)))
		return -1;
	*ports = bpf_ntohl(*ports);
	return v4 ? bpf_skb_load_bytes(skb, at, &word[3], sizeof(word[3])) : bpf_skb_load_bytes(skb, at, word, 16);
}

/* Remote prefix and service port. udp_at: offset of the UDP header. Returns 0, or less if the headers are cut off. */
static __always_inline int l4_udp_remote(struct l4_cell_key *key, struct __sk_buff *skb, __u32 udp_at, bool outgoing)
{
	struct in6_addr addr = {};
	__u32 ports = 0;

	if (l4_udp_addresses(skb, udp_at, outgoing, &ports, &addr))
		return -1;
	key->port = (key->role == L4_ROLE_SERVER) == outgoing ? ports >> 16 : ports;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		l4_set_prefix4(key, addr.in6_u.u6_addr32[3]);
	else
		l4_set_prefix6(key, &addr);
	return 0;
}

/* How many datagrams a GSO packet is; one that a hypervisor handed over may not say. */
static __always_inline __u32 l4_udp_dgrams(struct __sk_buff *skb, __u32 bytes)
{
	if (!skb->gso_size)
		return 1;
	return skb->gso_segs ?: (bytes + skb->gso_size - 1) / skb->gso_size;
}

/*
 * Each addition costs as much as all of the search: of what is sent a cell has the calls, where datagrams are read, as
 * that is beside the other counts of each datagram, and where the calls are read what they sent beyond one.
 */
static __always_inline void l4_udp_count(struct l4_counts *counts, struct __sk_buff *skb, __u32 udp_at, bool outgoing)
{
	const __u32 bytes = skb->len - udp_at - L4_UDP_HEADER;
	const __u32 dgrams = l4_udp_dgrams(skb, bytes);

	if (!counts)
		return;
	l4_add(counts, outgoing ? L4_udp_tx_bytes : L4_udp_rx_bytes, bytes);
	if (!outgoing) {
		l4_add(counts, L4_udp_rx_dgrams, dgrams);
		return;
	}
	l4_add(counts, L4_udp_tx_dgrams, 1);
	if (dgrams > 1)
		l4_add(counts, L4_udp_send_calls, dgrams - 1);
}

/* A socket that was there before us: whose port it sends from. */
static __always_inline void l4_udp_found(struct l4_ledger *ledger, const struct sock *sk)
{
	ledger->netns = l4_netns_of(sk);
	if (l4_port_is_bound(sk))
		ledger->port_is_ours = 1;
}

/*
 * Of older sockets those that had no port then, and raw ones, are in no table: such a one gets its entry when it sends
 * for the first time, unless it is the kernel's.
 */
static __always_inline struct l4_ledger *l4_udp_adopt(struct __sk_buff *skb, struct bpf_sock *sk)
{
	const struct sk_buff *packet = bpf_cast_to_kern_ctx(skb);
	const struct sock *sender = packet->sk;
	struct l4_ledger *ledger;

	if (!sender || L4_READ_BITS(sender, sk_kern_sock))
		return NULL;
	ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (ledger)
		l4_udp_found(ledger, sender);
	return ledger;
}

/*
 * Several processes may send by one socket at once, each of them on a CPU of its own: a datagram is the sender's,
 * whoever the socket belongs to by now.
 */
static __always_inline void l4_udp_sends(struct l4_cell_key *key, struct l4_ledger *ledger)
{
	const struct l4_user user = l4_user_of(bpf_get_current_task_btf());

	key->process = user.process;
	key->owner = user.kind;
	if (!l4_owns(&ledger->owner, &user))
		l4_own_by_current(&ledger->owner);
}

/* In the sender's own context, before sock_send_length of the same call. */
SEC("cgroup_skb/egress")
int l4_udp_egress(struct __sk_buff *skb)
{
	const __u32 udp_at = l4_udp_offset(skb);
	struct l4_cell_key key = {};
	struct l4_search search;
	struct l4_ledger *ledger;
	struct bpf_sock *sk;

	if (!udp_at)
		return 1;
	sk = skb->sk;
	if (!sk)
		return 1;
	ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, 0);
	if (!ledger && !l4_has_all_senders)
		ledger = l4_udp_adopt(skb, sk);
	l4_udp_key(&key, ledger);
	if (ledger)
		l4_udp_sends(&key, ledger);
	else if (!l4_unnamed)
		l4_unnamed = true;
	if (l4_udp_remote(&key, skb, udp_at, true))
		return 1;
	search = l4_search_udp(&key);
	if (!search.way) {
		struct l4_owner sender = {};

		if (ledger)
			l4_own_by_current(&sender);
		search.way = l4_udp_insert(&key, &sender, search.part, search.hash);
	}
	l4_udp_count(l4_found_udp(search, &key), skb, udp_at, true);
	return 1;
}

/* In softirq: the owner is whoever last used the socket. */
SEC("cgroup_skb/ingress")
int l4_udp_ingress(struct __sk_buff *skb)
{
	const __u32 udp_at = l4_udp_offset(skb);
	struct l4_arrival *arrival;
	struct l4_ledger *ledger;
	struct l4_search search;
	struct bpf_sock *sk;
	__u32 zero = 0;

	if (!udp_at)
		return 1;
	sk = skb->sk;
	if (!sk)
		return 1;
	sk = bpf_sk_fullsock(sk);
	if (!sk || sk->protocol != IPPROTO_UDP) /* a raw socket's copy of a datagram */
		return 1;
	arrival = bpf_map_lookup_elem(&l4_arrivals, &zero);
	if (!arrival)
		return 1;
	ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, 0);
	__builtin_memset(&arrival->key, 0, sizeof(arrival->key));
	l4_udp_key(&arrival->key, ledger);
	if (ledger)
		arrival->owner = ledger->owner;
	else
		__builtin_memset(&arrival->owner, 0, sizeof(arrival->owner));
	arrival->ledger = (__u64)ledger;
	arrival->drop_is_booked = false;
	if (l4_udp_remote(&arrival->key, skb, udp_at, false))
		return 1;
	search = l4_search_udp(&arrival->key);
	if (!search.way)
		search.way = l4_udp_insert(&arrival->key, &arrival->owner, search.part, search.hash);
	l4_udp_count(l4_found_udp(search, &arrival->key), skb, udp_at, false);
	return 1;
}

/*
 * Follows the ingress of the same datagram at once and on the same CPU, so that one's key is this
 * one's. -ENOMEM is RcvbufErrors, -ENOBUFS MemErrors (__udp_queue_rcv_skb()).
 */
SEC("tp_btf/udp_fail_queue_rcv_skb")
int BPF_PROG(l4_udp_drop, int rc, struct sock *sk)
{
	struct l4_ledger *ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, 0);
	struct l4_cell_key key = {};
	struct l4_arrival *arrival;
	__u32 zero = 0;

	if (sk->sk_protocol != IPPROTO_UDP)
		return 0;
	arrival = bpf_map_lookup_elem(&l4_arrivals, &zero);
	if (arrival && arrival->ledger == (__u64)ledger) {
		if (arrival->drop_is_booked)
			return 0;
		arrival->drop_is_booked = true;
		key = arrival->key;
	} else { /* a datagram that passed no cgroup hook: its remote side is not known */
		l4_udp_key(&key, ledger);
		key.port = sk->__sk_common.skc_num;
		key.role = L4_ROLE_SERVER;
	}
	l4_book_udp(&key, ledger ? &ledger->owner : NULL, rc == -ENOMEM ? L4_udp_rx_drops : L4_udp_mem_drops, 1);
	return 0;
}

#endif
