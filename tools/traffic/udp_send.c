/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP: the sending side, in each of the ways there are to hand datagrams to the kernel.
 */
#include <liburing.h>
#include <linux/udp.h>
#include <netinet/ip.h>
#include "traffic.h"

enum {
	WAY_BATCH = 32, /* datagrams that one call takes, at most */
	CORK_PIECES = 3,
};

/* Where datagrams go: a socket, and unless it is connected an address. */
struct destination {
	int fd;
	struct sockaddr_storage name;
	socklen_t length; /* 0: it is connected */
};

/* How many of n datagrams of --size a call takes at most, and sends. Returns 0, or -1 with errno. */
struct way {
	const char *name;
	unsigned int batch;
	int (*send)(const struct destination *to, unsigned int n);
};

static int send_flags(void)
{
	return opt.dont_wait ? MSG_DONTWAIT : 0;
}

static struct msghdr message_to(const struct destination *to, struct iovec *data)
{
	return (struct msghdr){.msg_name = to->length ? (void *)&to->name : NULL,
			       .msg_namelen = to->length,
			       .msg_iov = data,
			       .msg_iovlen = 1};
}

static int send_plainly(const struct destination *to, unsigned int n)
{
	(void)n;
	return sendto(to->fd, buffer, opt.size, send_flags(), to->length ? (void *)&to->name : NULL, to->length) < 0
		       ? -1
		       : 0;
}

static int send_many(const struct destination *to, unsigned int n)
{
	struct mmsghdr messages[WAY_BATCH] = {};
	struct iovec data = {buffer, opt.size};

	for (unsigned int i = 0; i < n; i++)
		messages[i].msg_hdr = message_to(to, &data);
	return sendmmsg(to->fd, messages, n, send_flags()) == (int)n ? 0 : -1;
}

/* UDP_SEGMENT: the kernel or the device cuts one buffer into datagrams. */
static int send_segmented(const struct destination *to, unsigned int n)
{
	union {
		char bytes[CMSG_SPACE(sizeof(uint16_t))];
		struct cmsghdr header;
	} control = {.header = {CMSG_LEN(sizeof(uint16_t)), IPPROTO_UDP, UDP_SEGMENT}};
	struct iovec data = {buffer, opt.size * n};
	struct msghdr message = message_to(to, &data);
	const uint16_t size = opt.size;

	memcpy(CMSG_DATA(&control.header), &size, sizeof(size));
	message.msg_control = &control;
	message.msg_controllen = sizeof(control);
	return sendmsg(to->fd, &message, send_flags()) < 0 ? -1 : 0;
}

/* One datagram in pieces: the kernel keeps them back until the last. */
static int send_corked(const struct destination *to, unsigned int n)
{
	size_t left = opt.size;

	(void)n;
	for (int piece = CORK_PIECES; piece; piece--) {
		const size_t size = left / piece;

		if (sendto(to->fd, buffer, size, send_flags() | (piece > 1 ? MSG_MORE : 0),
			   to->length ? (void *)&to->name : NULL, to->length) != (ssize_t)size)
			return -1;
		left -= size;
	}
	return 0;
}

static int send_by_uring(const struct destination *to, unsigned int n)
{
	static struct io_uring ring;
	static bool made;
	struct iovec data = {buffer, opt.size};
	const struct msghdr message = message_to(to, &data);
	int err = made ? 0 : io_uring_queue_init(WAY_BATCH, &ring, 0);

	if (err)
		die("io_uring: %s", strerror(-err));
	made = true;
	for (unsigned int i = 0; i < n; i++)
		io_uring_prep_sendmsg(io_uring_get_sqe(&ring), to->fd, &message, send_flags());
	if (io_uring_submit_and_wait(&ring, n) != (int)n)
		die("io_uring: not all was taken");
	for (unsigned int i = 0; i < n; i++) {
		struct io_uring_cqe *done;

		if (io_uring_wait_cqe(&ring, &done))
			die("io_uring: no completion");
		err = done->res < 0 ? done->res : err;
		io_uring_cqe_seen(&ring, done);
	}
	errno = -err;
	return err ? -1 : 0;
}

static const struct way ways[] = {
	{"plain", 1, send_plainly}, {"mmsg", WAY_BATCH, send_many},	 {"segment", WAY_BATCH, send_segmented},
	{"cork", 1, send_corked},   {"uring", WAY_BATCH, send_by_uring},
};

static const struct way *way_find(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (!strcmp(ways[i].name, name))
			return &ways[i];
	}
	die("--way: there is none called '%s'", name);
}

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
	if (opt.sndbuf)
		socket_set(fd, SOL_SOCKET, SO_SNDBUF, opt.sndbuf);
	socket_set(fd, SOL_SOCKET, SO_BROADCAST, 1);
	if (opt.no_loop)
		socket_set(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
			   family == AF_INET ? IP_MULTICAST_LOOP : IPV6_MULTICAST_LOOP, 0);
	if (opt.device)
		socket_set(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
			   family == AF_INET ? IP_UNICAST_IF : IPV6_MULTICAST_IF,
			   family == AF_INET ? (int)htonl(device_index()) : device_index());
	if (opt.device && family == AF_INET)
		multicast_from(fd);
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

static struct destination destination_of(int fd, const struct in6_addr *to)
{
	struct destination destination = {.fd = fd};

	if (!opt.connect)
		destination.length = sockaddr_make(&destination.name, family_for(to), to, opt.port);
	return destination;
}

/* --count datagrams to the addresses in turn. Returns how many calls failed, which only --fails permits. */
static uint64_t send_all(const struct udp_sockets *sockets, const struct addresses *to)
{
	const struct way *way = way_find(opt.way);
	uint64_t failed = 0;
	unsigned int n;

	for (uint64_t sent = 0, turn = 0; sent < opt.count; sent += n, turn++) {
		const struct in6_addr *address = addresses_turn(to, turn);
		const struct destination destination =
			destination_of(family_for(address) == AF_INET ? sockets->v4 : sockets->v6, address);

		n = opt.count - sent < way->batch ? opt.count - sent : way->batch;
		if (way->send(&destination, n)) {
			if (!opt.fails)
				die("send: %m");
			failed++;
		}
		if (opt.pause)
			usleep(opt.pause);
	}
	return failed;
}

static void print_sent(const char *who, uint64_t failed)
{
	printf("%s", who);
	if (opt.fails)
		printf("failed=%" PRIu64 "\n", failed);
	else
		printf("datagrams=%" PRIu64 " bytes=%" PRIu64 "\n", opt.count, opt.count * opt.size);
	fflush(stdout);
}

void udp_send(void)
{
	struct addresses *to = addresses_parse(opt.to), *from = opt.from ? addresses_parse(opt.from) : NULL;
	const struct udp_sockets sockets = udp_open_all(to, from);

	if (opt.connect && to->count > 1)
		die("--connect takes one address");
	hold();
	if (opt.fork && !fork_child(opt.child_name)) {
		print_sent("child: ", send_all(&sockets, to));
		_exit(0);
	}
	print_sent("", send_all(&sockets, to));
	reap_children();
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
		const struct destination destination = destination_of(udp_open(to, NULL), to);

		if (send_plainly(&destination, 1))
			die("send: %m");
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
	print_sent("", 0);
	free(to);
}
