/* SPDX-License-Identifier: GPL-2.0 */
/* What this kernel and these privileges allow, found out before anything is loaded. */
#ifndef L4_KERNEL_H
#define L4_KERNEL_H

#include <stdbool.h>

struct btf;

/* 0 if the main job can run; else -EPERM or -EOPNOTSUPP, having said on stderr what is missing. */
int kernel_check(void);

/* Does the running kernel have this tracepoint? */
bool kernel_has_tracepoint(const struct btf *kernel, const char *name);

/* Does it have this function, for programs to call or not? */
bool kernel_has_function(const struct btf *kernel, const char *name);

/* How many arguments this tracepoint has; 0 if the kernel does not have it. */
unsigned int kernel_tracepoint_arguments(const struct btf *kernel, const char *name);

/* The names of an enumeration's values below count, without their prefix; what has none is NULL. To be freed. */
void kernel_enumerators(const struct btf *kernel, const char *enumeration, const char *prefix, char **names,
			unsigned int count);

/*
 * A descriptor of the root of the cgroup v2 hierarchy: where it is mounted, or, where it is not, of a mount
 * of our own that nobody sees. Returns it, or -errno. The caller closes it.
 */
int kernel_open_cgroup_root(void);

#endif
