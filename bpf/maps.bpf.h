/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The knobs (set before load), the maps, and the few global counters user space reads.
 * Not here: what is done with them (ledger.bpf.h, cell.bpf.h).
 */
#ifndef L4_MAPS_BPF_H
#define L4_MAPS_BPF_H

#include "kernel.bpf.h"
#include "l4_types.h"

/* Remote addresses are cut to these, network order, 128 bits (IPv4 in its mapped form). */
const volatile __u32 l4_mask4[4] = {~0u, ~0u, ~0u, ~0u};
const volatile __u32 l4_mask6[4] = {~0u, ~0u, ~0u, ~0u};

/* Does anybody look at states and listeners? */
const volatile bool l4_want_states = false;

/* Is it seen who sends and receives? */
const volatile bool l4_sees_users = true;

/* Does tcp_send_reset tell why? From 6.10 on. */
const volatile bool l4_has_reset_reason = false;

/* Can a packet be read by typed loads (bpf_rdonly_cast)? From 6.2 on. */
const volatile bool l4_has_cast = false;

/* Does kfree_skb tell for which socket a packet was? From 6.11 on. */
const volatile bool l4_has_rx_sk = false;

/* Has every socket that could send a datagram an entry, but for the kernel's? Not where files cannot be followed. */
const volatile bool l4_has_all_senders = true;

/* What stands beside the cells, of all of them together: see l4_tally(). */
__u64 l4_resets_out[L4_TALLY];	    /* by enum sk_rst_reason */
__u64 l4_udp_drops[L4_TALLY];	    /* by enum skb_drop_reason */
__u64 l4_udp_send_errors[L4_TALLY]; /* by errno */

bool l4_unnamed; /* have datagrams left by sockets that had no entry? If so, those that a process sends by get one */

__u64 l4_states_overflow; /* sockets by state for which there was no cell */
__u64 l4_lost;		  /* bookings that found not even that: must stay 0 */
__u64 l4_found;		  /* TCP sockets that the iterator has found in no ledger */
__u64 l4_met;		  /* what the walk by tables has come to: sockets, and what is no socket */
__u32 l4_walk_number;	  /* of the walk, where that goes by files or tables; user space counts */

/* What a TCP socket counts itself, of payload and segments. */
struct l4_tcp_counts {
	__u64 rx_bytes, tx_bytes;
	__u32 rx_segs, tx_segs, rx_data_segs, tx_data_segs, retrans_segs;
};

/*
 * The socket ledger: one entry per TCP or UDP socket, cloned from a listener to its children.
 * `booked` holds the socket's own counters as last seen: what is above them is not yet in a cell.
 */
struct l4_ledger {
	struct l4_owner owner;
	__u8 role;	   /* enum l4_role */
	__u8 port_is_ours; /* UDP: bind() named the port */
	__u8 fin_acked;	   /* when the connection ended, its FIN had been acknowledged */
	__u8 inherited;	   /* the owner is the listener's: nobody has used this socket yet */
	__u16 port;	   /* TCP: service port */
	__u32 netns;
	__u32 open_pending;    /* a connection attempt or an accepted child not yet counted */
	__u32 end_pending;     /* its end not yet counted */
	__u32 connect_pending; /* its handshake not timed yet */
	__u32 walked;	       /* l4_walk_number of the last walk that came here, if walks go by files or tables */
	__u64 begun;	       /* bpf_ktime_get_ns() of the SYN or of the child's birth; 0: not seen */
	__u64 self;	       /* address of the socket this entry speaks of; a clone's differs */
	struct l4_tcp_counts booked;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct l4_ledger);
} l4_ledgers SEC(".maps");

/* The store of cells: store.bpf.h. User space sets the sizes before load. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct l4_set);
} l4_tcp_sets SEC(".maps"), l4_udp_sets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct l4_entry);
} l4_tcp_entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct l4_udp_entry);
} l4_udp_entries SEC(".maps");

/* What found no cell: of TCP in either part, then of UDP. */
enum { l4_tcp_others = 0, l4_udp_others = L4_PARTS };
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2 * L4_PARTS);
	__type(key, __u32);
	__type(value, struct l4_other);
} l4_others SEC(".maps");

const volatile struct l4_part l4_tcp_parts[L4_PARTS];
const volatile struct l4_part l4_udp_parts[L4_PARTS];
const volatile __u64 l4_factors[5]; /* of the hash; odd */

__u32 l4_part;		      /* which one programs book to; user space turns it, and waits for those that run */
__u32 l4_tcp_given[L4_PARTS]; /* entries given out; user space sets it back */
__u32 l4_udp_given[L4_PARTS];

/* An update of this waits until no program runs that began before it: that is all it is for. */
struct l4_barrier_inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} l4_barrier_inner SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct l4_barrier_inner);
} l4_barrier SEC(".maps") = {.values = {&l4_barrier_inner}};

/* Sockets by state, counted anew at each walk and drained behind it. The prefix is left out. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct l4_cell_key);
	__type(value, struct l4_cell);
} l4_states SEC(".maps");

/*
 * The ports that are or were listened on, and by whom: tells the sides of connections apart whose beginning we did
 * not see, and whose the half-open ones are.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct l4_port);
	__type(value, struct l4_owner);
} l4_listened SEC(".maps");

/* Of a walk by files: how many TCP sockets it has found, by network namespace. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
} l4_walked SEC(".maps");

/* The datagram this CPU delivers right now: a drop that follows is of this one. */
struct l4_arrival {
	struct l4_cell_key key;
	struct l4_owner owner; /* if the interval turns before the drop, that makes the cell */
	__u64 ledger;	       /* address of the socket's ledger entry, 0: has none */
	bool drop_is_booked;   /* by the first of the two programs that see it */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct l4_arrival);
} l4_arrivals SEC(".maps");

#endif
