/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own counters, as in /proc/net/{snmp,snmp6,netstat}, of all network namespaces in view (netns.h), and
 * how much they have risen in an interval: what our totals are held against.
 */
#ifndef L4_SNMP_H
#define L4_SNMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Our name, the line and column in snmp or netstat, the line in snmp6 that is added to it. TCP counts IPv4 and IPv6
 * together. udp_in_datagrams rises when a process reads, udp_out_datagrams once per send call.
 */
#define SNMP_COUNTERS(COUNTER)                                                \
	COUNTER(tcp_in_segs, "Tcp", "InSegs", NULL)                           \
	COUNTER(tcp_out_segs, "Tcp", "OutSegs", NULL)                         \
	COUNTER(tcp_retrans_segs, "Tcp", "RetransSegs", NULL)                 \
	COUNTER(tcp_active_opens, "Tcp", "ActiveOpens", NULL)                 \
	COUNTER(tcp_passive_opens, "Tcp", "PassiveOpens", NULL)               \
	COUNTER(tcp_attempt_fails, "Tcp", "AttemptFails", NULL)               \
	COUNTER(tcp_out_rsts, "Tcp", "OutRsts", NULL)                         \
	COUNTER(tcp_listen_overflows, "TcpExt", "ListenOverflows", NULL)      \
	COUNTER(tcp_listen_drops, "TcpExt", "ListenDrops", NULL)              \
	COUNTER(tcp_syn_retrans, "TcpExt", "TCPSynRetrans", NULL)             \
	COUNTER(udp_in_datagrams, "Udp", "InDatagrams", "Udp6InDatagrams")    \
	COUNTER(udp_out_datagrams, "Udp", "OutDatagrams", "Udp6OutDatagrams") \
	COUNTER(udp_no_ports, "Udp", "NoPorts", "Udp6NoPorts")                \
	COUNTER(udp_in_errors, "Udp", "InErrors", "Udp6InErrors")             \
	COUNTER(udp_rcvbuf_errors, "Udp", "RcvbufErrors", "Udp6RcvbufErrors") \
	COUNTER(udp_sndbuf_errors, "Udp", "SndbufErrors", "Udp6SndbufErrors") \
	COUNTER(udp_mem_errors, "Udp", "MemErrors", "Udp6MemErrors")

enum snmp_counter {
#define SNMP_ENUM(name, ...) SNMP_##name,
	SNMP_COUNTERS(SNMP_ENUM)
#undef SNMP_ENUM
		SNMP_COUNT
};

struct snmp_counters {
	uint64_t count[SNMP_COUNT];
};

/* What one namespace's files say: IPv4 (and what is common), IPv6. */
struct snmp_values {
	uint64_t count[2][SNMP_COUNT];
};

/*
 * Takes what is in the text of any of the three files, whatever the order of its columns. What is not in it, or not
 * in whole lines of it, keeps its value.
 */
void snmp_parse(struct snmp_values *values, const char *text, size_t length);

/*
 * Adds to sum how much the counters have risen. If one of them has fallen it is another namespace that got the inode
 * number of a dead one: all its counts are new.
 */
void snmp_add_risen(struct snmp_counters *sum, const struct snmp_values *before, const struct snmp_values *now);

/* Reads all namespaces of the list for the first time, or only that one (0: all). Needs a netns_refresh() before. */
void snmp_begin(uint32_t only_inode);

/*
 * The interval is over: reads the namespaces that had counters of ours in the last one. Call it as close as
 * possible to the moment our own counters are taken; what it leaves out is read by snmp_delta().
 */
void snmp_read(void);

/*
 * How much the counters of all namespaces in view have risen since the last call. Call it after the
 * interval's netns_notice() and netns_refresh(). A namespace that came since then counts from 0. One that
 * has gone is left out, from its last reading on.
 *
 * So that the cost is bounded, a call reads at most 200 of the namespaces that have counters of ours, and 32 of the
 * others (20 to 40 us each); more of them take turns. If we miss something where we have counted nothing at all, it
 * shows that many intervals late, but it shows. *unreadable (NULL-able): namespaces in view that could not be read
 * (only a name and no CAP_SYS_ADMIN): what happens there is not in the sum.
 */
void snmp_delta(struct snmp_counters *sum, unsigned int *unreadable);

/*
 * Whether the counters of a namespace (struct netns) are in this interval's sum. What only snmp_delta() reads counts
 * from then on; one that snmp_read() has read may leave the list before.
 */
bool snmp_has_read(uint64_t id);

/*
 * Our count over the kernel's: 1 if they are equal, also if both are 0. Less: we have missed something. More: we have
 * counted what no counter in view has (a namespace that is gone or not in view), or later than the
 * kernel (the two are not read in one moment: then the next interval has less). Where the kernel has 0 and we have
 * not, it is our count + 1: not equal, and finite.
 */
double snmp_cover(int64_t ours, uint64_t kernels);

/* Forgets everything. */
void snmp_free(void);

#endif
