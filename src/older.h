/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sockets that are there when l4dstat begins: each gets its entry in the ledger, and its owner (bpf/older.bpf.h).
 *
 * One pass over the files of all processes does it where the kernel lets a program follow a file to its socket. Where
 * it does not, that pass only notes whose sockets are, and another one goes through the tables of sockets of each
 * network namespace in view that we may enter (CAP_SYS_ADMIN). A TCP socket elsewhere gets its entry when it is next
 * used, and is counted from there on; a UDP one, and what is in no table as it has no port yet, with its first
 * datagram. Not here: what no process holds (visit.h).
 */
#ifndef L4_OLDER_H
#define L4_OLDER_H

#include <stdbool.h>

struct l4dstat_bpf;

/* Before the programs are loaded: leaves out those of the other way. */
void older_choose(struct l4dstat_bpf *programs, bool follow_files);

/* Finds them, in all network namespaces or only in this one. 0 or -errno. */
int older_find(const struct l4dstat_bpf *programs, bool everywhere);

#endif
