/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The TCP connections that are no sockets: TIME_WAIT, orphans in FIN_WAIT2 (which the kernel keeps likewise), and
 * half-open ones, as sock_diag lists them. It passes over sockets without locking them or handing them out, which no
 * iterator can be told to do.
 */
#ifndef L4_DIAG_H
#define L4_DIAG_H

#include <stdint.h>

struct diag_connection {
	uint8_t state;					/* BPF_TCP_TIME_WAIT, _FIN_WAIT2 or _SYN_RECV */
	uint16_t local_port, remote_port;		/* host order */
	uint8_t remote[16] __attribute__((aligned(4))); /* address, IPv4 as ::ffff:a.b.c.d */
};

/*
 * Hands those of the thread's network namespace to take(), one after the other. Needs no privilege. Returns 0 or
 * -errno, possibly after some of them: some kernels have no sock_diag or may not load it.
 */
int diag_list(void (*take)(void *context, const struct diag_connection *connection), void *context);

#endif
