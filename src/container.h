/* SPDX-License-Identifier: GPL-2.0 */
/* Which container or unit a process runs in. */
#ifndef L4_CONTAINER_H
#define L4_CONTAINER_H

#include <stdbool.h>

enum { CONTAINER_NAME = 64 };

/*
 * The container or unit that a /proc/PID/cgroup (its text, one line per hierarchy) speaks of: the first 12 digits of
 * the id of Docker, Podman, containerd, CRI-O…; the name of an LXC or Incus container or of a machine
 * (systemd-machined); the name of a service. Returns false and "" if none.
 */
bool container_name(char name[static CONTAINER_NAME], const char *cgroups);

#endif
