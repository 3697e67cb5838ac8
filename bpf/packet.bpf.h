/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet of which there is no socket to ask: what its headers say, read at their places in the kernel. Not here:
 * which packets that are (drop.bpf.h; resets that nobody's socket sends, tcp.bpf.h).
 */
#ifndef L4_PACKET_BPF_H
#define L4_PACKET_BPF_H

#include "cell.bpf.h"
#include "udp.bpf.h"

/* Where a packet was when it was dropped, told by how many of its headers the kernel was done with. */
enum l4_place {
	L4_PLACE_IP,	 /* the IP layer, the firewall, a queue, a device */
	L4_PLACE_UDP,	 /* UDP's input */
	L4_PLACE_SOCKET, /* behind that: a receive queue, or who has a socket in the kernel */
};

/* Who looks at a packet; each has its own place for it, as one can interrupt the other. */
enum l4_packet_user { L4_PACKET_DROPPED, L4_PACKET_RESET, L4_PACKET_USERS };

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
	__uint(max_entries, L4_PACKET_USERS);
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
static __always_inline struct l4_packet *l4_packet_of(const struct sk_buff *skb, enum l4_packet_user user)
{
	const __u16 protocol = skb->protocol;
	struct l4_packet *packet;
	__u32 place = user;

	if (protocol != bpf_htons(ETH_P_IP) && protocol != bpf_htons(ETH_P_IPV6))
		return NULL;
	packet = bpf_map_lookup_elem(&l4_packets, &place);
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
static __always_inline int l4_packet_remote(struct l4_cell_key *key, const struct l4_packet *packet)
{
	const struct in6_addr addr = l4_remote_addr(packet);
	const __u32 ports = packet->transport ? bpf_ntohl(l4_peek(packet->transport).in6_u.u6_addr32[0]) : 0;
	const bool source = (key->role == L4_ROLE_SERVER) != packet->incoming;

	key->port = source ? ports >> 16 : ports;
	return l4_set_prefix6(key, &addr);
}

#endif
