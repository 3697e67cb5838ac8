/* SPDX-License-Identifier: GPL-2.0 */
/* One netlink dump. The request is the old one, TCPDIAG_GETSOCK: the only one that lists both families in one pass. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "diag.h"

enum {
	BUFFER = 32 * 1024,  /* the kernel fills no more at a time */
	TIMER_TIME_WAIT = 3, /* inet_twsk_diag_fill(): what is no socket, whatever its state */
};

static int ask(int fd)
{
	const struct {
		struct nlmsghdr header;
		struct inet_diag_req request;
	} message = {
		.header =
			{
				.nlmsg_len = sizeof(message),
				.nlmsg_type = TCPDIAG_GETSOCK,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			},
		.request.idiag_states = 1 << BPF_TCP_TIME_WAIT | 1 << BPF_TCP_FIN_WAIT2 | 1 << BPF_TCP_NEW_SYN_RECV,
	};

	return send(fd, &message, sizeof(message), 0) < 0 ? -errno : 0;
}

static void fill_remote(struct diag_connection *connection, const struct inet_diag_msg *message)
{
	if (message->idiag_family == AF_INET6) {
		memcpy(connection->remote, message->id.idiag_dst, 16);
	} else {
		memset(connection->remote, 0, 10);
		memset(connection->remote + 10, 0xff, 2);
		memcpy(connection->remote + 12, message->id.idiag_dst, 4);
	}
}

static bool is_socket(const struct inet_diag_msg *message)
{
	return message->idiag_state == BPF_TCP_FIN_WAIT2 && message->idiag_timer != TIMER_TIME_WAIT;
}

/* What ends the dump: an error, or the end, which has a status too. */
static int status_of(const struct nlmsghdr *header)
{
	const int *status = NLMSG_DATA(header);

	return header->nlmsg_len >= NLMSG_LENGTH(sizeof(*status)) && *status < 0 ? *status : 0;
}

/* Returns whether there is more to come; else *err is how it ended. */
static bool take_messages(const char *buffer, size_t length, int *err,
			  void (*take)(void *context, const struct diag_connection *connection), void *context)
{
	for (const struct nlmsghdr *header = (const void *)buffer; NLMSG_OK(header, length);
	     header = NLMSG_NEXT(header, length)) {
		const struct inet_diag_msg *message = NLMSG_DATA(header);
		struct diag_connection connection;

		if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
			*err = status_of(header);
			return false;
		}
		if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*message)) || is_socket(message))
			continue;
		connection.state = message->idiag_state;
		connection.local_port = ntohs(message->id.idiag_sport);
		connection.remote_port = ntohs(message->id.idiag_dport);
		fill_remote(&connection, message);
		take(context, &connection);
	}
	return true;
}

int diag_list(void (*take)(void *context, const struct diag_connection *connection), void *context)
{
	static char buffer[BUFFER] __attribute__((aligned(NLMSG_ALIGNTO))); /* a thread aside has it for itself */
	const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int err = fd < 0 ? -errno : ask(fd);
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
