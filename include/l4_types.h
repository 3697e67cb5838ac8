/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the BPF programs and the user side share: the key of a cell, the cell, and its counter slots.
 * Ports are in host order, addresses in network order.
 */
#ifndef L4_TYPES_H
#define L4_TYPES_H

#include <linux/types.h>

enum l4_proto {
	L4_PROTO_TCP = 6,  /* IPPROTO_TCP */
	L4_PROTO_UDP = 17, /* IPPROTO_UDP */
};

/* Which side of the service this socket is on; decides the service port. */
enum l4_role {
	L4_ROLE_NONE,
	L4_ROLE_CLIENT, /* service port = remote port */
	L4_ROLE_SERVER, /* service port = local port */
};

/* Whose a cell is. OTHER holds what found no cell of its own. */
enum l4_owner_kind {
	L4_OWNER_UNKNOWN,
	L4_OWNER_PROCESS,
	L4_OWNER_KERNEL,
	L4_OWNER_OTHER,
};

/* The position of each counter in a cell of its protocol. */
enum l4_tcp_slot {
#define L4_TCP(name, ...) L4_##name,
#define L4_TCP_MAX(name, ...) L4_##name,
#include "metrics.def"
	L4_TCP_SLOTS
};

enum l4_udp_slot {
#define L4_UDP(name, ...) L4_##name,
#include "metrics.def"
	L4_UDP_SLOTS
};

/* Of a cell of gauges, which are kept apart from the counters. */
enum l4_gauge_slot {
#define L4_GAUGE(name, ...) L4_##name,
#include "metrics.def"
	L4_GAUGE_SLOTS
};

/* Of what listening sockets have dropped: user space alone has such cells. */
enum l4_listener_slot {
#define L4_LISTENER(name, ...) L4_##name,
#include "metrics.def"
	L4_LISTENER_SLOTS
};

enum {
	L4_SLOTS = (int)L4_TCP_SLOTS > (int)L4_UDP_SLOTS ? (int)L4_TCP_SLOTS : (int)L4_UDP_SLOTS,
	L4_COMM_LEN = 16,
	L4_PREFIX_LEN = 16,
	L4_TALLY = 256, /* how many reasons or errors are told apart; a power of two */
};

/*
 * One process, for as long as it runs one program: the generation is folded from its start time
 * and name, so neither a reused pid nor an exec merges two of them. It is written as one word: a
 * softirq on another CPU sees the old or the new one, never half of each.
 */
struct l4_process_id {
	__u32 tgid;
	__u32 generation;
} __attribute__((aligned(8)));

/* Every byte is part of the key: zero it before filling it in. */
struct l4_cell_key {
	struct l4_process_id process; /* 0 unless owner is L4_OWNER_PROCESS */
	__u32 netns;		      /* inode number of the network namespace */
	__u16 port;		      /* service port */
	__u8 proto;		      /* enum l4_proto */
	__u8 role : 4;		      /* enum l4_role */
	__u8 owner : 4;		      /* enum l4_owner_kind */
	__u8 prefix[L4_PREFIX_LEN];   /* masked remote address; IPv4 as ::ffff:a.b.c.d */
};

struct l4_cell {
	__u8 comm[L4_COMM_LEN]; /* any bytes, NUL-padded */
	__u64 cgroup;		/* cgroup v2 id, 0 if not known */
	__s64 count[L4_SLOTS];	/* indexed by enum l4_tcp_slot or l4_udp_slot; signed: see l4_book_tcp() */
};

/* Of a cell what is added to; a UDP entry has only the slots of its protocol. */
struct l4_counts {
	__s64 count[L4_SLOTS];
};

/* What has no cell of its own, of one CPU and one protocol: its counts, and how it came there. */
struct l4_other {
	struct l4_counts counts;
	__u64 refused; /* bookings for which there was no cell */
	__u64 evicted; /* cells that were given up for another, with all they had */
};

/*
 * The store of cells, one per protocol: see bpf/store.bpf.h. An entry holds a cell; a UDP cell has only the slots of
 * its protocol. A way is 0 (free), or from the lowest bit on the number of its entry + 1, since when it is given up (in
 * ticks of the kernel's clock), and a tag; the tag is 0 where it is given up, else the time is.
 */
enum {
	L4_WAYS = 8, /* of a set: one cache line */
	L4_ENTRY_BITS = 20,
	L4_TIME_BITS = 12,
	L4_TIME_SHIFT = L4_ENTRY_BITS,
	L4_TAG_SHIFT = L4_ENTRY_BITS + L4_TIME_BITS,
	L4_ENTRY_MASK = (1 << L4_ENTRY_BITS) - 1,
};

struct l4_set {
	__u64 way[L4_WAYS];
};

/* What each datagram touches stands together, from `booked` on: two cache lines. */
struct l4_entry {
	__u8 comm[L4_COMM_LEN];
	__u64 cgroup;
	__u32 booked; /* how often; not exact, as it only says what can go */
	__u32 pad;
	struct l4_cell_key key;
	struct l4_counts counts;
};

/* The same, as far as it goes. */
struct l4_udp_entry {
	__u64 words[sizeof(struct l4_entry) / 8 - ((int)L4_SLOTS - (int)L4_UDP_SLOTS)];
};

/* A store has two parts: one that takes what an interval brings, and a small one that takes it while that is read. */
enum { L4_PARTS = 2 };

struct l4_part {
	__u32 first_set, set_mask; /* number of sets - 1 */
	__u32 first_entry, entries;
};

/* Who answers for a socket. */
struct l4_owner {
	struct l4_process_id process;
	__u64 cgroup;
	__u8 comm[L4_COMM_LEN];
	__u8 kind; /* enum l4_owner_kind */
};

/* A local port of a network namespace. */
struct l4_port {
	__u32 netns;
	__u32 port;
};

/* A listening socket, as the walk finds it. */
struct l4_listener {
	__u64 socket; /* tells it from others, for as long as it lives */
	struct l4_process_id process;
	__u64 cgroup;
	__u8 comm[L4_COMM_LEN];
	__u8 address[16]; /* it is bound to; IPv4 as ::ffff:a.b.c.d */
	__u32 netns;
	__u32 backlog, backlog_max; /* accept queue */
	__u32 half_open;	    /* connections whose handshake is not done */
	__u32 drops;		    /* SYNs and connections it has dropped since it was made; wraps */
	__u16 port;
	__u8 owner; /* enum l4_owner_kind */
	__u8 pad;
};

_Static_assert(sizeof(struct l4_listener) % 8 == 0, "records follow one another without holes");
_Static_assert((int)L4_GAUGE_SLOTS <= (int)L4_SLOTS, "gauges have the cells of counters");
_Static_assert(sizeof(struct l4_cell_key) == 32, "a hole in the key would split cells");
_Static_assert(sizeof(struct l4_cell) == 24 + 8 * L4_SLOTS, "a hole in the cell");
_Static_assert((int)L4_UDP_SLOTS <= (int)L4_TCP_SLOTS, "only a UDP entry is cut short");

#endif
