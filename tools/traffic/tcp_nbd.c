/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP: a connection that is opened here and used by a thread of the kernel, of the network block device.
 */
#include <fcntl.h>
#include <linux/nbd.h>
#include <sys/ioctl.h>
#include "traffic.h"

static void nbd_do(int device, unsigned long request, unsigned long argument, const char *what)
{
	if (ioctl(device, request, argument) < 0)
		die("/dev/nbd0, %s: %m", what);
}

/* Returns once the kernel has given up the connection. Each needs the device anew. */
static void nbd_give(int fd)
{
	const int device = open("/dev/nbd0", O_RDWR | O_CLOEXEC);

	if (device < 0)
		die("/dev/nbd0: %m");
	nbd_do(device, NBD_SET_SOCK, fd, "socket");
	nbd_do(device, NBD_DO_IT, 0, "the kernel's turn");
	nbd_do(device, NBD_CLEAR_SOCK, 0, "the end");
	close(device);
}

/* The peer is to send what is no answer of a block device's server: the kernel reads that, and gives up. */
void tcp_nbd(void)
{
	struct addresses *to = addresses_parse(opt.to);

	for (uint64_t i = 0; i < opt.count; i++) {
		const struct in6_addr *address = addresses_turn(to, i);
		const int family = family_for(address);
		const int fd = socket_open(family, SOCK_STREAM);

		if (socket_connect(fd, family, address, opt.port))
			die("connect: %m");
		nbd_give(fd);
		close(fd);
	}
	printf("connections=%" PRIu64 "\n", opt.count);
	free(to);
}
