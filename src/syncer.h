/* SPDX-License-Identifier: GPL-2.0 */
/* A thread that sees to it that a file is on its disk, while others go on. */
#ifndef L4_SYNCER_H
#define L4_SYNCER_H

struct syncer;

/* NULL if there can be no thread. */
struct syncer *syncer_new(void);

/*
 * What has been written to fd so far shall reach the disk. Does not wait; calls that come faster than the disk are one.
 * Returns 0, or -errno of what went wrong with an earlier call.
 */
int syncer_ask(struct syncer *syncer, int fd);

/* Waits for what was asked. NULL is fine. Returns as syncer_ask() does. */
int syncer_free(struct syncer *syncer);

#endif
