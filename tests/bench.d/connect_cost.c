/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a TCP connection costs, in nanoseconds: `connect_cost COUNT` connects, accepts and closes both ends over
 * loopback, one after the other in one thread, and prints the median of batches. The client closes first; addresses
 * 127.x.y.1 take turns, so that ports in TIME_WAIT are never waited for.
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 16, ADDRESSES = 1 << 14, LOOPBACK = 0x7f000001 };

static uint64_t nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static int open_listener(struct sockaddr_in *address)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t length = sizeof(*address);

	*address = (struct sockaddr_in){.sin_family = AF_INET};
	if (fd < 0 || bind(fd, (struct sockaddr *)address, length) || listen(fd, BATCH) ||
	    getsockname(fd, (struct sockaddr *)address, &length))
		err(1, "listener");
	return fd;
}

static void connect_once(int listener, struct sockaddr_in *address)
{
	static uint32_t next;
	const int client = socket(AF_INET, SOCK_STREAM, 0);
	int server;

	address->sin_addr.s_addr = htonl(LOOPBACK + (next++ % ADDRESSES << 8));
	if (client < 0 || connect(client, (struct sockaddr *)address, sizeof(*address)))
		err(1, "connect");
	server = accept(listener, NULL, NULL);
	if (server < 0)
		err(1, "accept");
	close(client);
	close(server);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	const size_t batches = argc == 2 ? strtoul(argv[1], NULL, 10) / BATCH : 0;
	uint64_t *const times = calloc(batches + 1, sizeof(*times));
	struct sockaddr_in address;
	const int listener = open_listener(&address);

	if (!batches || !times)
		errx(2, "usage: connect_cost COUNT");
	for (size_t i = 0; i < batches; i++) {
		const uint64_t begin = nanoseconds();

		for (int n = 0; n < BATCH; n++)
			connect_once(listener, &address);
		times[i] = nanoseconds() - begin;
	}
	qsort(times, batches, sizeof(*times), compare);
	printf("%.1f\n", (double)times[batches / 2] / BATCH);
	free(times);
	return 0;
}
