/* SPDX-License-Identifier: GPL-2.0 */
/* What this kernel has, found out before anything is loaded. */
#ifndef L4_KERNEL_H
#define L4_KERNEL_H

#include <stdbool.h>

struct btf;

/* Does the running kernel have this tracepoint? */
bool kernel_has_tracepoint(const struct btf *kernel, const char *name);

/* Does it have this function, for programs to call or not? */
bool kernel_has_function(const struct btf *kernel, const char *name);

/* Does it have an iterator over these objects? */
bool kernel_has_iterator(const struct btf *kernel, const char *name);

/* Does this structure have a member of that name? */
bool kernel_has_member(const struct btf *kernel, const char *structure, const char *name);

/* Does it load a program for that iterator, if it loads one for TCP sockets? Some kernels forbid single ones. */
bool kernel_lets_iterate(const struct btf *kernel, const char *name);

/*
 * May a program that looks at the files of processes give the socket of one to a helper? Hardened kernels trust no
 * pointer that was read from a structure that they do not trust as such. One that does not even load the question is
 * taken to: loading the programs will tell what is wrong.
 */
bool kernel_lets_files_be_followed(const struct btf *kernel);

/* Does this enumeration have a value of that name behind the prefix? */
bool kernel_has_enumerator(const struct btf *kernel, const char *enumeration, const char *prefix, const char *name);

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
