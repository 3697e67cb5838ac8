/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keeps so many cells in use: `cells COUNT DEVICE` sends datagrams to that many /24s through the tun DEVICE, all of
 * them every quarter of a second, says "ready" after the first time, and goes on until SIGTERM.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sink.h"

enum { BATCH = 128, QUARTER_NS = 250000000 };

static volatile sig_atomic_t over;

static void end(int signal)
{
	(void)signal;
	over = 1;
}

static void send_to_all(int sender, int device, unsigned int networks)
{
	for (unsigned int sent = 0; sent < networks && !over; sent += BATCH) {
		const unsigned int left = networks - sent;

		sink_send(sender, left < BATCH ? left : BATCH, networks);
		sink_empty(device);
	}
}

int main(int argc, char **argv)
{
	const int networks = argc == 3 ? atoi(argv[1]) : 0;
	const int sender = socket(AF_INET, SOCK_DGRAM, 0), device = networks ? sink_open(argv[2]) : -1;
	struct timespec next;

	if (networks <= 0)
		errx(2, "usage: cells COUNT DEVICE");
	signal(SIGTERM, end);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (unsigned int round = 0; !over; round++) {
		send_to_all(sender, device, networks);
		if (!round) {
			puts("ready");
			fflush(stdout);
		}
		next.tv_nsec += QUARTER_NS;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	return 0;
}
