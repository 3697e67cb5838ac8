/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where datagrams go that are only to be sent: a tun device whose other end is ours. What arrives there has to be taken
 * away before its queue of 500 is full.
 */
#ifndef L4_BENCH_SINK_H
#define L4_BENCH_SINK_H

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAYLOAD = 64, FIRST_NETWORK = 0x01000000 };

static inline int sink_open(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request))
		err(1, "device %s", name);
	return fd;
}

static inline void sink_empty(int device)
{
	char packet[2048];

	while (read(device, packet, sizeof(packet)) > 0)
		;
}

/* Sends datagrams, each to the next of so many /24s. */
static inline void sink_send(int fd, unsigned int count, uint32_t networks)
{
	static const char payload[PAYLOAD];
	static uint32_t network;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};

	for (unsigned int i = 0; i < count; i++) {
		network = network + 1 < networks ? network + 1 : 0;
		to.sin_addr.s_addr = htonl(FIRST_NETWORK + (network << 8 | 1));
		if (sendto(fd, payload, PAYLOAD, 0, (const struct sockaddr *)&to, sizeof(to)) != PAYLOAD)
			err(1, "sendto");
	}
}

#endif
