/* SPDX-License-Identifier: GPL-2.0 */
/* A numeric address and port to listen on: reading one, and opening a socket there. Not here: what is served. */
#ifndef L4_LISTEN_H
#define L4_LISTEN_H

#include <sys/socket.h>

struct listen_address {
	struct sockaddr_storage address;
	socklen_t length; /* 0: none */
	const char *text; /* as it was given */
};

/*
 * Reads 127.0.0.1:9474, [::1]:9474 or :9474, which is 127.0.0.1's. text must outlive the address. Returns 0, or -EINVAL
 * with *address untouched.
 */
int listen_parse(const char *text, struct listen_address *address);

/* Returns a listening TCP socket that does not block, or -errno, having said why. */
int listen_open(const struct listen_address *address);

#endif
