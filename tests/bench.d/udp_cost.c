/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a small UDP datagram costs, in nanoseconds: `udp_cost COUNT DEVICE` prints the medians of batches of sendto()
 * over loopback, which ends in the receiver's buffer; of recv() of what is there; of sendto() through the tun DEVICE,
 * always to the same address; and of sendto() through it to an address in another /24 each time. 198.18.0.1 and
 * 1.0.0.0/8 to 64.0.0.0/8 are to be routed to DEVICE; what arrives there is thrown away, off the clock.
 *
 * One thread does it all, so nobody is woken up and nothing moves between CPUs: that costs as much as the datagram
 * itself and varies more. A batch that was interrupted is one of many, so the median does not see it; the thread's own
 * clock would do no better, and each reading of it would cost more.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "sink.h"

enum {
	BATCH = 128, /* fits into a receive buffer of the default size, and into the device's queue */
	NETWORKS = 1 << 22,
};

enum path {
	SEND_LOOPBACK,
	RECEIVE,
	SEND_OUT,
	SEND_AROUND,
	PATHS,
};

static uint64_t nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static int open_receiver(struct sockaddr_in *address)
{
	const struct timeval patience = {.tv_sec = 5};
	socklen_t length = sizeof(*address);
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	*address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (fd < 0 || bind(fd, (struct sockaddr *)address, length) ||
	    getsockname(fd, (struct sockaddr *)address, &length) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		err(1, "receiver");
	return fd;
}

static void send_batch(int fd, const struct sockaddr_in *to)
{
	static const char payload[PAYLOAD];

	for (int i = 0; i < BATCH; i++) {
		if (sendto(fd, payload, PAYLOAD, 0, (const struct sockaddr *)to, sizeof(*to)) != PAYLOAD)
			err(1, "sendto");
	}
}

static void receive_batch(int fd)
{
	char payload[PAYLOAD];

	for (int i = 0; i < BATCH; i++) {
		if (recv(fd, payload, PAYLOAD, 0) != PAYLOAD)
			err(1, "recv");
	}
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double median(uint64_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

int main(int argc, char **argv)
{
	const size_t batches = argc == 3 ? strtoul(argv[1], NULL, 10) / BATCH : 0;
	struct sockaddr_in loopback, out = {.sin_family = AF_INET, .sin_port = htons(9)};
	const int receiver = open_receiver(&loopback), sender = socket(AF_INET, SOCK_DGRAM, 0);
	const int device = batches ? sink_open(argv[2]) : -1;
	uint64_t *times[PATHS];

	if (!batches || inet_pton(AF_INET, "198.18.0.1", &out.sin_addr) != 1)
		errx(2, "usage: udp_cost COUNT DEVICE");
	for (int path = 0; path < PATHS; path++)
		times[path] = calloc(batches, sizeof(*times[path]));

	for (size_t i = 0; i < batches; i++) {
		const uint64_t begin = nanoseconds();
		uint64_t sent, received;

		send_batch(sender, &loopback);
		sent = nanoseconds();
		receive_batch(receiver);
		received = nanoseconds();
		send_batch(sender, &out);
		times[SEND_LOOPBACK][i] = sent - begin;
		times[RECEIVE][i] = received - sent;
		times[SEND_OUT][i] = nanoseconds() - received;
		sink_empty(device);
	}
	for (size_t i = 0; i < batches; i++) {
		const uint64_t begin = nanoseconds();

		sink_send(sender, BATCH, NETWORKS);
		times[SEND_AROUND][i] = nanoseconds() - begin;
		sink_empty(device);
	}
	for (int path = 0; path < PATHS; path++) {
		printf("%.1f%c", median(times[path], batches) / BATCH, path + 1 < PATHS ? ' ' : '\n');
		free(times[path]);
	}
	return 0;
}
