/* SPDX-License-Identifier: GPL-2.0 */
/* Which system calls remain to l4dstat once it runs. */
#ifndef L4_CONFINE_H
#define L4_CONFINE_H

#include <stdbool.h>

#include "privileges.h"

/* Whether confine() can do what it says: this kernel has filters, and this build is one that bears them. */
bool confine_possible(void);

/*
 * From here on all threads of the process, those that run already too, can make only the system calls that the rest of
 * the run needs; every other one fails with ENOSYS, as if the kernel did not have it. Needs no_new_privs, see
 * privileges_freeze(). Where it is not possible it says so on stderr, and that is all. Returns 0 or -errno, having said
 * on stderr what is wrong.
 */
int confine(const struct privileges_need *need);

#endif
