/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many TCP and UDP sockets of our network namespace are in which state: what one counts in /proc/net/tcp and tcp6,
 * udp and udp6, exactly (orphans in FIN_WAIT2 are that here; BPF's states have them as TIME_WAIT), for a part of the
 * cost.
 */
#ifndef L4_HOST_SOCKETS_H
#define L4_HOST_SOCKETS_H

#include "host_parse.h"
#include "netlink.h"

/*
 * Counts by the kernel's number of the state. protocol: IPPROTO_TCP, IPPROTO_UDP; left_out: a bit for each state that
 * the kernel is to pass over, which costs a tenth. Returns 0 or -errno: ask /proc then.
 */
int host_sockets_count(unsigned int states[static HOST_SOCKET_STATES], int protocol, unsigned int left_out,
		       struct netlink *netlink);

/* dstat's five numbers of TCP, two of UDP. */
void host_sockets_tcp(struct host_values *values, const unsigned int states[static HOST_SOCKET_STATES]);
void host_sockets_udp(struct host_values *values, const unsigned int states[static HOST_SOCKET_STATES]);

#endif
