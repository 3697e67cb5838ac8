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

int netlink_dump(int protocol, const struct nlmsghdr *request,
		 void (*take)(void *context, const struct nlmsghdr *message), void *context)
{
	char buffer[BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
	const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	int err = fd < 0 || send(fd, request, request->nlmsg_len, 0) < 0 ? -errno : 0;
	bool more = !err;

	while (more) {
		const ssize_t length = recv(fd, buffer, sizeof(buffer), 0);

		if (length > 0) {
			more = take_messages(buffer, length, &err, take, context);
		} else if (length == 0 || errno != EINTR) {
			err = length < 0 ? -errno : -EIO;
			more = false;
		}
	}
	if (fd >= 0)
		close(fd);
	return err;
}
