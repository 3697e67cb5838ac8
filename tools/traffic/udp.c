/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP: datagrams from one socket, from a process each, and their receiver.
 */
#include "traffic.h"

/* The sender's socket of each family that occurs in its addresses, -1 for the other. */
struct udp_sockets {
	int v4, v6;
};

static int udp_open(const struct in6_addr *to, const struct addresses *from)
{
	const int family = family_for(to);
	const int fd = socket_open(family, SOCK_DGRAM);

	if (from)
		socket_bind(fd, family, addresses_turn(from, 0), 0);
	if (opt.connect && socket_connect(fd, family, to, opt.port))
		die("connect: %m");
	return fd;
}

static struct udp_sockets udp_open_all(const struct addresses *to, const struct addresses *from)
{
	struct udp_sockets sockets = {-1, -1};

	for (size_t i = 0; i < to->count; i++) {
		int *fd = family_for(&to->list[i]) == AF_INET ? &sockets.v4 : &sockets.v6;

		if (*fd < 0)
			*fd = udp_open(&to->list[i], from);
	}
	return sockets;
}

static void udp_send_one(int fd, const struct in6_addr *to)
{
	struct sockaddr_storage name;
	const socklen_t length = sockaddr_make(&name, family_for(to), to, opt.port);
	const ssize_t sent = opt.connect ? send(fd, buffer, opt.size, 0)
					 : sendto(fd, buffer, opt.size, 0, (struct sockaddr *)&name, length);

	if (sent != (ssize_t)opt.size)
		die("send: %m");
}

static void print_datagrams(uint64_t datagrams, uint64_t bytes)
{
	printf("datagrams=%" PRIu64 " bytes=%" PRIu64 "\n", datagrams, bytes);
}

void udp_send(void)
{
	struct addresses *to = addresses_parse(opt.to), *from = opt.from ? addresses_parse(opt.from) : NULL;
	const struct udp_sockets sockets = udp_open_all(to, from);

	if (opt.connect && to->count > 1)
		die("--connect takes one address");
	hold();
	for (uint64_t i = 0; i < opt.count; i++) {
		const struct in6_addr *address = addresses_turn(to, i);

		udp_send_one(family_for(address) == AF_INET ? sockets.v4 : sockets.v6, address);
	}
	print_datagrams(opt.count, opt.count * opt.size);
	free(to);
	free(from);
}

static void udp_spawn_one(const struct in6_addr *to, unsigned int number)
{
	char name[16];
	int status;
	pid_t pid;

	snprintf(name, sizeof(name), "%.11s%03u", opt.child_name, number);
	pid = fork_child(name);
	if (!pid) {
		udp_send_one(udp_open(to, NULL), to);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) < 0 || status)
		die("%s failed", name);
}

void udp_spawn(void)
{
	struct addresses *to = addresses_parse(opt.to);

	for (uint64_t i = 0; i < opt.count; i++)
		udp_spawn_one(addresses_turn(to, i), i + 1);
	print_datagrams(opt.count, opt.count * opt.size);
	free(to);
}

static int udp_listen(const struct in6_addr *address)
{
	const int family = family_for(address);
	const int fd = socket_open(family, SOCK_DGRAM);

	if (opt.rcvbuf)
		socket_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, opt.rcvbuf / 2); /* the kernel doubles it */
	socket_bind(fd, family, address, opt.port);
	return fd;
}

/* Reads what is there now, at most until --count datagrams. */
static void udp_drain(int fd, uint64_t *datagrams, uint64_t *bytes)
{
	while (*datagrams < opt.count) {
		const ssize_t n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			die("recv: %m");
		*bytes += n;
		++*datagrams;
	}
}

void udp_recv(void)
{
	struct addresses *at = addresses_parse(opt.bind ?: "::");
	struct pollfd polls[MAX_ADDRESSES + 1] = {{.fd = stop_signal(), .events = POLLIN}};
	const nfds_t first_deaf = opt.never_read ? 1 : at->count + 1;
	uint64_t datagrams = 0, bytes = 0;

	for (size_t i = 0; i < at->count; i++)
		polls[i + 1] = (struct pollfd){.fd = udp_listen(&at->list[i]), .events = POLLIN};
	say_ready();
	while (datagrams < opt.count && !polls[0].revents) {
		if (poll(polls, first_deaf, -1) < 0)
			die("poll: %m");
		for (nfds_t i = 1; i < first_deaf; i++)
			udp_drain(polls[i].fd, &datagrams, &bytes);
	}
	print_datagrams(datagrams, bytes);
	free(at);
}
