/* SPDX-License-Identifier: GPL-2.0 */
/* What l4dstat may do, which is less once it runs. */
#ifndef L4_PRIVILEGES_H
#define L4_PRIVILEGES_H

#include <stdbool.h>

/* What is still to be done when everything has been opened. */
struct privileges_need {
	bool programs;	 /* read maps, run iterators */
	bool namespaces; /* look into other network namespaces */
	bool files;	 /* open files in directories of others */
	bool creates;	 /* make, rename and delete files */
	bool processes;	 /* read what only a process's own user may */
	bool serves;	 /* answer over HTTP */
};

/* Does this program run with the rights of others, as a setuid program does? Then it has said so on stderr. */
bool privileges_are_borrowed(void);

/* From here on nothing that is executed gains rights, and no other process looks into this one. Before threads begin.
 */
void privileges_freeze(void);

/*
 * Gives up all capabilities of the calling thread but those needed, for ever. Returns 0 or -errno, having said on
 * stderr what is wrong.
 */
int privileges_drop(const struct privileges_need *need);

#endif
