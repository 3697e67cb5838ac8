/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets by state, by sock_diag: the kernel tells little more of each than its state, and needs no right for that. */
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "host_sockets.h"

/*
 * All there are in /proc: no sockets that are only bound (bit 13, from 6.8 on). 12 is NEW_SYN_RECV, which the kernel
 * reports as SYN_RECV.
 */
enum { ALL_STATES = (1 << 13) - 1, NEW_SYN_RECV = 12 };

static void take_socket(void *context, const struct nlmsghdr *message)
{
	const struct inet_diag_msg *socket = NLMSG_DATA(message);
	unsigned int *states = context;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*socket)) || socket->idiag_state >= HOST_SOCKET_STATES)
		return;
	states[socket->idiag_state == NEW_SYN_RECV ? TCP_SYN_RECV : socket->idiag_state]++;
}

/* The old request, TCPDIAG_GETSOCK, is the only one that lists both families in one pass. */
static int count_tcp(unsigned int *states, unsigned int wanted, struct netlink *netlink)
{
	const struct {
		struct nlmsghdr header;
		struct inet_diag_req request;
	} message = {
		.header = {.nlmsg_len = sizeof(message),
			   .nlmsg_type = TCPDIAG_GETSOCK,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request.idiag_states = wanted,
	};

	return netlink_dump(netlink, NETLINK_SOCK_DIAG, &message.header, take_socket, states);
}

static int count_family(unsigned int *states, int family, int protocol, unsigned int wanted, struct netlink *netlink)
{
	const struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = {.nlmsg_len = sizeof(message),
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request = {.sdiag_family = family, .sdiag_protocol = protocol, .idiag_states = wanted},
	};

	return netlink_dump(netlink, NETLINK_SOCK_DIAG, &message.header, take_socket, states);
}

int host_sockets_count(unsigned int states[static HOST_SOCKET_STATES], int protocol, unsigned int left_out,
		       struct netlink *netlink)
{
	const unsigned int wanted = ALL_STATES & ~left_out;

	memset(states, 0, HOST_SOCKET_STATES * sizeof(*states));
	if (protocol == IPPROTO_TCP)
		return count_tcp(states, wanted, netlink);
	return count_family(states, AF_INET, protocol, wanted, netlink)
		       ?: count_family(states, AF_INET6, protocol, wanted, netlink);
}

void host_sockets_tcp(struct host_values *values, const unsigned int states[static HOST_SOCKET_STATES])
{
	static const enum host_metric metric[HOST_SOCKET_STATES] = {
		[TCP_ESTABLISHED] = HOST_tcp_act, [TCP_SYN_SENT] = HOST_tcp_syn,   [TCP_SYN_RECV] = HOST_tcp_syn,
		[TCP_FIN_WAIT1] = HOST_tcp_clo,	  [TCP_FIN_WAIT2] = HOST_tcp_clo,  [TCP_TIME_WAIT] = HOST_tcp_tim,
		[TCP_CLOSE] = HOST_tcp_clo,	  [TCP_CLOSE_WAIT] = HOST_tcp_clo, [TCP_LAST_ACK] = HOST_tcp_syn,
		[TCP_LISTEN] = HOST_tcp_lis,	  [TCP_CLOSING] = HOST_tcp_clo,
	};

	for (int m = HOST_tcp_lis; m <= HOST_tcp_clo; m++)
		values->value[m] = 0;
	for (int state = 0; state < HOST_SOCKET_STATES; state++) {
		if (metric[state])
			values->value[metric[state]] += states[state];
	}
}

void host_sockets_udp(struct host_values *values, const unsigned int states[static HOST_SOCKET_STATES])
{
	values->value[HOST_udp_lis] = states[TCP_CLOSE];
	values->value[HOST_udp_act] = states[TCP_ESTABLISHED];
}
