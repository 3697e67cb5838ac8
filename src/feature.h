/* SPDX-License-Identifier: GPL-2.0 */
/* What l4dstat uses of a kernel and of its own rights, and what is lost without it: one row each. Nothing is loaded to
 * find out. */
#ifndef L4_FEATURE_H
#define L4_FEATURE_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Prints all of them, one line each: here or not, needed by the main job or not, and what is lost without it. Returns
 * whether everything is here that is needed.
 */
bool feature_print(FILE *to);

struct btf;

/*
 * 0 if everything is here that is needed; *kernel, if kernel is not NULL, are then its types, to be given to
 * btf__free(). Else -EPERM, -EOPNOTSUPP or -ENOMEM, having said on stderr what is missing.
 */
int feature_check(struct btf **kernel);

#endif
