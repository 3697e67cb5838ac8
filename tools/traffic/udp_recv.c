/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP: the receiving side.
 */
#include <linux/udp.h>
#include <time.h>
#include "traffic.h"

static void udp_join(int fd, int family, const struct in6_addr *group)
{
	struct group_req request = {.gr_interface = device_index()};

	sockaddr_make(&request.gr_group, family, group, 0);
	if (setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6, MCAST_JOIN_GROUP, &request, sizeof(request)))
		die("join: %m");
}

static int udp_listen(const struct in6_addr *address)
{
	const int family = family_for(address);
	const int fd = socket_open(family, SOCK_DGRAM);

	if (opt.rcvbuf)
		socket_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, opt.rcvbuf / 2); /* the kernel doubles it */
	if (opt.gro)
		socket_set(fd, IPPROTO_UDP, UDP_GRO, 1);
	socket_set(fd, SOL_SOCKET, SO_REUSEADDR, opt.join);
	socket_bind(fd, family, address, opt.port);
	if (opt.join)
		udp_join(fd, family, address);
	return fd;
}

static void pause_before_next(void)
{
	const struct timespec pause = {.tv_nsec = opt.pause * 1000};

	if (opt.pause)
		nanosleep(&pause, NULL);
}

struct udp_tally {
	uint64_t datagrams, bytes, reads;
};

/* Reads what is there now, at most until --count datagrams; with --gro several come in one piece. */
static void udp_drain(int fd, struct udp_tally *tally)
{
	while (tally->datagrams < opt.count) {
		ssize_t n;

		if (opt.peek && recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT | MSG_PEEK) < 0 && errno != EAGAIN)
			die("peek: %m");
		n = recv(fd, buffer, opt.truncate ? 1 : sizeof(buffer), MSG_DONTWAIT | (opt.truncate ? MSG_TRUNC : 0));
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			die("recv: %m");
		tally->bytes += n;
		tally->reads++;
		tally->datagrams += opt.gro ? (n + opt.size - 1) / opt.size : 1;
		pause_before_next();
	}
}

void udp_recv(void)
{
	struct addresses *at = addresses_parse(opt.bind ?: "::");
	struct pollfd polls[MAX_ADDRESSES + 1] = {{.fd = stop_signal(), .events = POLLIN}};
	const nfds_t first_deaf = opt.never_read ? 1 : at->count + 1;
	struct udp_tally tally = {};

	for (size_t i = 0; i < at->count; i++)
		polls[i + 1] = (struct pollfd){.fd = udp_listen(&at->list[i]), .events = POLLIN};
	say_ready();
	while (tally.datagrams < opt.count && !polls[0].revents) {
		if (poll(polls, first_deaf, -1) < 0)
			die("poll: %m");
		for (nfds_t i = 1; i < first_deaf; i++)
			udp_drain(polls[i].fd, &tally);
	}
	printf("datagrams=%" PRIu64 " bytes=%" PRIu64 " reads=%" PRIu64 "\n", tally.datagrams, tally.bytes,
	       tally.reads);
	free(at);
}
