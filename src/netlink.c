/* SPDX-License-Identifier: GPL-2.0 */
/* A netlink dump. */
#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"

enum { BUFFER = 32 * 1024 }; /* the kernel fills no more at a time */

/* What ends the dump: an error, or the end, which has a status too. */
static int status_of(const struct nlmsghdr *message)
{
	const int *status = NLMSG_DATA(message);

	return message->nlmsg_len >= NLMSG_LENGTH(sizeof(*status)) && *status < 0 ? *status : 0;
}

/* Returns whether there is more to come; else *err is how it ended. */
static bool take_messages(const char *buffer, size_t length, int *err,
			  void (*take)(void *context, const struct nlmsghdr *message), void *context)
{
	for (const struct nlmsghdr *message = (const void *)buffer; NLMSG_OK(message, length);
	     message = NLMSG_NEXT(message, length)) {
		if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
			*err = status_of(message);
			return false;
		}
		take(context, message);
	}
	return true;
}

static int open_socket(struct netlink *netlink, int protocol)
{
	if (netlink->open)
		return 0;
	netlink->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	netlink->open = netlink->fd >= 0;
	return netlink->open ? 0 : -errno;
}

static int receive(const struct netlink *netlink, void (*take)(void *context, const struct nlmsghdr *message),
		   void *context)
{
	char buffer[BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
	bool more = true;
	int err = 0;

	while (more) {
		const ssize_t length = recv(netlink->fd, buffer, sizeof(buffer), 0);

		if (length > 0) {
			more = take_messages(buffer, length, &err, take, context);
		} else if (length == 0 || errno != EINTR) {
			err = length < 0 ? -errno : -EIO;
			more = false;
		}
	}
	return err;
}

int netlink_dump(struct netlink *netlink, int protocol, const struct nlmsghdr *request,
		 void (*take)(void *context, const struct nlmsghdr *message), void *context)
{
	int err = open_socket(netlink, protocol);

	if (!err && send(netlink->fd, request, request->nlmsg_len, 0) < 0)
		err = -errno;
	err = err ?: receive(netlink, take, context);
	if (err)
		netlink_close(netlink); /* there may be more of this answer to come */
	return err;
}

void netlink_close(struct netlink *netlink)
{
	if (netlink->open)
		close(netlink->fd);
	netlink->open = false;
}
