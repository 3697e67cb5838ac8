/* SPDX-License-Identifier: GPL-2.0 */
/* One question to the kernel that is answered by a list: a netlink dump. What is asked is the caller's. */
#ifndef L4_NETLINK_H
#define L4_NETLINK_H

#include <linux/netlink.h>

/*
 * Sends the request, which begins with its nlmsghdr, in the network namespace of the calling thread, and hands each
 * message of the answer to take(). protocol: NETLINK_ROUTE, NETLINK_SOCK_DIAG. Returns 0 or -errno, possibly after
 * some of them.
 */
int netlink_dump(int protocol, const struct nlmsghdr *request,
		 void (*take)(void *context, const struct nlmsghdr *message), void *context);

#endif
