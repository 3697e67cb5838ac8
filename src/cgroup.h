/* SPDX-License-Identifier: GPL-2.0 */
/* Names of control groups: what cgroup v2 ids stand for. */
#ifndef L4_CGROUP_H
#define L4_CGROUP_H

#include <stdint.h>

/*
 * The path of this cgroup below the root of the hierarchy, "/" for the root itself; NULL if it is gone or the
 * hierarchy is not mounted. Looks through the hierarchy at most once per second. Good until the next call.
 */
const char *cgroup_path(uint64_t id);

/* Forgets everything. */
void cgroup_free(void);

/* Where cgroup v2 is mounted with its root, from /proc/self/mountinfo. 0, or -ENOENT if nowhere. */
enum { CGROUP_PATH = 4096 };
int cgroup_find_mount(char path[static CGROUP_PATH]);

#endif
