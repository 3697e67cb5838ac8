/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the traffic generator share: the options, addresses, sockets, and talking to who started it.
 */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MAX_ADDRESSES = 1024,
	MAX_CONNECTIONS = 1024, /* held open at once */
	MAX_DATAGRAM = 65507,
	MAX_WORKERS = 64,
	BUFFER = 1 << 17,
};

/* What the command line says; main.c has the meaning of each. */
struct options {
	const char *to, *from, *bind, *mode, *name, *child_name, *way, *device;
	uint64_t port, ports, count, bytes, size, rcvbuf, time, fd, workers, first, pause, sndbuf;
	bool connect, mapped, hold, never_read, fork, pass, reuseport, mptcp, fails, abandon, gro, peek, truncate, join,
		no_loop, dont_wait, spoof;
	char **program; /* NULL: none */
};

extern struct options opt;
extern char buffer[BUFFER]; /* what is sent (zeros) and received (ignored) */

_Noreturn __attribute__((format(printf, 1, 2))) void die(const char *format, ...);

/* Addresses of one option, expanded. */
struct addresses {
	struct in6_addr list[MAX_ADDRESSES]; /* IPv4 in its mapped form */
	size_t count;
};

/* "198.18.1.1+250,2001:db8::1": comma-separated, +N for N addresses in a row. Free the result. */
struct addresses *addresses_parse(const char *text);
const struct in6_addr *addresses_turn(const struct addresses *addresses, uint64_t turn);

/* How a socket of this family (AF_INET6 also takes mapped addresses) is told an address. */
socklen_t sockaddr_make(struct sockaddr_storage *storage, int family, const struct in6_addr *address, uint16_t port);
int family_for(const struct in6_addr *address);

int socket_open(int family, int type);
void socket_set(int fd, int level, int name, int value);
void socket_bind(int fd, int family, const struct in6_addr *address, uint16_t port);
/* 0, or -1 with errno. */
int socket_connect(int fd, int family, const struct in6_addr *address, uint16_t port);

/* The number of the --device, 0 if none is named. */
int device_index(void);
/* Multicasts of this IPv4 socket leave by the --device. */
void multicast_from(int fd);

void say_ready(void);
/* With --hold: says that it is ready and waits for a line. */
void hold(void);
/* A descriptor that is readable once we are told to stop. */
int stop_signal(void);
void set_name(const char *name);
/* fork(); the child is named, bounded in time like us, and does not outlive us. */
pid_t fork_child(const char *name);
/* Waits for all children, which must end well. */
void reap_children(void);

void udp_send(void);
void udp_spawn(void);
void udp_recv(void);
void udp_raw(void);
void tcp_serve(void);
void tcp_connect(void);
void tcp_nbd(void);

#endif
