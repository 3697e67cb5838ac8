/* SPDX-License-Identifier: GPL-2.0 */
/* How many TCP sockets a network namespace has, by the kernel's own count in /proc/net/{sockstat,sockstat6}. */
#ifndef L4_SOCKSTAT_H
#define L4_SOCKSTAT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Of IPv4 and IPv6. In use is what can be found by its ports: all but closed sockets, orphans too; half-open
 * connections and those in TIME_WAIT (orphans in FIN_WAIT2 are kept likewise) are no sockets.
 */
struct sockstat {
	uint64_t tcp_in_use;
	uint64_t tcp_time_wait;
};

/* Adds what is in the text of either file. */
void sockstat_parse(struct sockstat *sum, const char *text, size_t length);

/*
 * Reads both files of a directory like /proc/PID/net; files is the inode number its snmp must have (struct netns), 0:
 * any. Returns 0, -ESTALE if it is another namespace's, or -errno.
 */
int sockstat_read(struct sockstat *sockstat, const char *directory, uint64_t files);

#endif
