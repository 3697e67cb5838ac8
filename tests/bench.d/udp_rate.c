/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many datagrams of 64 bytes go over loopback: `udp_rate MILLISECONDS SENDER-CPU RECEIVER-CPU` has one thread send
 * as fast as it can and another receive what comes, and prints how many were sent and received, each per second of CPU
 * time that the thread had: whoever else wants the CPU takes none of that. Softirq's work is in the sender's.
 */
#include <arpa/inet.h>
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { PAYLOAD = 64, BUFFER = 4 << 20 };

struct end {
	int fd, cpu;
	double rate;
};

static atomic_bool over;

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set))
		errx(1, "CPU %d is not ours", cpu);
}

static void *send_all(void *argument)
{
	static const char payload[PAYLOAD];
	struct end *end = argument;
	unsigned long count = 0;
	double begin;

	run_on(end->cpu);
	begin = cpu_seconds();
	for (; !over; count++) {
		if (send(end->fd, payload, PAYLOAD, 0) != PAYLOAD)
			err(1, "send");
	}
	end->rate = count / (cpu_seconds() - begin);
	return NULL;
}

static void *receive_all(void *argument)
{
	struct end *end = argument;
	unsigned long count = 0;
	char payload[PAYLOAD];
	double begin;

	run_on(end->cpu);
	begin = cpu_seconds();
	while (recv(end->fd, payload, PAYLOAD, 0) == PAYLOAD)
		count++;
	end->rate = count / (cpu_seconds() - begin);
	return NULL;
}

static void open_ends(struct end *sender, struct end *receiver)
{
	const struct timeval patience = {.tv_usec = 100000};
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	const int buffer = BUFFER;

	sender->fd = socket(AF_INET, SOCK_DGRAM, 0);
	receiver->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(receiver->fd, (struct sockaddr *)&address, length) ||
	    getsockname(receiver->fd, (struct sockaddr *)&address, &length) ||
	    setsockopt(receiver->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(receiver->fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) ||
	    connect(sender->fd, (struct sockaddr *)&address, length))
		err(1, "sockets");
}

int main(int argc, char **argv)
{
	struct end sender = {.cpu = argc == 4 ? atoi(argv[2]) : 0}, receiver = {.cpu = argc == 4 ? atoi(argv[3]) : 0};
	pthread_t sends, receives;

	if (argc != 4)
		errx(2, "usage: udp_rate MILLISECONDS SENDER-CPU RECEIVER-CPU");
	open_ends(&sender, &receiver);
	if (pthread_create(&receives, NULL, receive_all, &receiver) || pthread_create(&sends, NULL, send_all, &sender))
		errx(1, "threads");
	usleep(atoi(argv[1]) * 1000);
	over = true;
	pthread_join(sends, NULL);
	pthread_join(receives, NULL);
	printf("%.0f %.0f\n", sender.rate, receiver.rate);
	return 0;
}
