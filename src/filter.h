/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which cells and listeners of a snapshot a view is made from. Pure: it works on what a source has read, live or
 * recorded. How a filter is written on the command line is option_filter.c's.
 *
 * Conditions of different kinds must all hold, of one kind any. What found no cell (`other`) has nothing but its
 * protocol, so only that lets it through; what has no remote address (sockets by state, the half-open ones apart, and
 * resets for no socket) is let through by no condition on addresses. `quality` is left alone: it speaks of the whole
 * host.
 */
#ifndef L4_FILTER_H
#define L4_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"

enum { FILTER_LIST_MAX = 64 }; /* conditions of one kind */

struct filter_ports {
	uint16_t first, last;
};

struct filter_subnet {
	uint8_t address[L4_PREFIX_LEN]; /* IPv4 as ::ffff:a.b.c.d; 0 behind its bits */
	unsigned int bits;		/* of these 128: of IPv4 from 96 on */
};

/* Not NUL-terminated, somebody else's. */
struct filter_name {
	const char *text;
	size_t length;
};

/* A list without entries lets everything through, as does neither of tcp and udp, or neither of ipv4 and ipv6. */
struct filter {
	struct filter_ports ports[FILTER_LIST_MAX]; /* service ports */
	size_t port_count;
	struct filter_subnet subnets[FILTER_LIST_MAX]; /* of the remote side */
	size_t subnet_count;
	uint32_t pids[FILTER_LIST_MAX];
	size_t pid_count;
	struct filter_name names[FILTER_LIST_MAX]; /* as the views show them, or of what the kernel keeps 15 bytes */
	size_t name_count;
	bool tcp, udp;
	bool ipv4, ipv6;
	bool no_loopback; /* nothing with a remote address in 127.0.0.0/8 or ::1 */
};

bool filter_is_empty(const struct filter *filter);

/* Whether it has a condition on addresses. */
bool filter_has_address(const struct filter *filter);

/* The only protocol that is let through (enum l4_proto); 0: both are. */
uint8_t filter_proto(const struct filter *filter);

/* Takes out of the snapshot what the filter does not let through. Listeners are judged by the address they are bound
 * to. */
void filter_apply(const struct filter *filter, struct snapshot *snapshot);

#endif
