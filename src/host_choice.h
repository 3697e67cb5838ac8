/* SPDX-License-Identifier: GPL-2.0 */
/* Which interfaces or disks a column shows: those that were named (-N eth0,total), all (-f), or the total. */
#ifndef L4_HOST_CHOICE_H
#define L4_HOST_CHOICE_H

#include "host.h"

/*
 * what: "interface", for the complaint. Sets *names to a list that ends with NULL, to be freed with host_choice_free().
 * wanted: names with commas between, or NULL. all: of those that have ever done something (but loopback), by name,
 * unless some are named. Returns 0, or -EINVAL with *complaint one sentence, to be freed: a name there is not, and
 * which there are.
 */
int host_choose(char ***names, const char *what, const struct host_rows *rows, const char *wanted, bool all,
		char **complaint);

void host_choice_free(char **names);

#endif
