/* SPDX-License-Identifier: GPL-2.0 */
/* One question to the kernel that is answered by a list: a netlink dump. What is asked is the caller's. */
#ifndef L4_NETLINK_H
#define L4_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>

/* A socket that is kept, as a closed one is still counted by the kernel for some time; all zero is not open yet. */
struct netlink {
	int fd;
	bool open;
};

/*
 * Sends the request, which begins with its nlmsghdr, in the network namespace the socket was opened in, that of the
 * calling thread, and hands each message of the answer to take(). protocol: NETLINK_ROUTE, NETLINK_SOCK_DIAG, always
 * the same for one socket. Returns 0 or -errno, possibly after some of them.
 */
int netlink_dump(struct netlink *netlink, int protocol, const struct nlmsghdr *request,
		 void (*take)(void *context, const struct nlmsghdr *message), void *context);

void netlink_close(struct netlink *netlink);

#endif
