/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network namespaces in view: which there are, what people call them, how to get into one.
 * Not here: what is counted in them (snmp.c).
 *
 * In view is what has a process (the first thread of one) we see in /proc, or a name in /run/netns (`ip netns`).
 * What is only kept alive by a descriptor, a socket or another thread is not, nor what hidepid hides.
 *
 * No descriptor of a namespace is kept: it would keep the namespace alive, and so does an open /proc/PID/net/snmp.
 * What identifies a namespace instead is the inode number of that file: each namespace has its own, a dead one's
 * number is only used again when it is gone, and stat() of it needs no right at all (the link /proc/PID/ns/net needs
 * those of ptrace). So all this goes on working when capabilities are dropped, but for two things: a process of
 * more capabilities than ours does not tell the inode number of its namespace any more (netns_notice() learns
 * it from the counters), and nobody can enter a namespace.
 */
#ifndef L4_NETNS_H
#define L4_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "container.h"

enum { NETNS_NAME = CONTAINER_NAME };

struct netns {
	uint64_t id;		    /* of this namespace, never used again while we run; inode numbers are */
	uint32_t inode;		    /* as in /proc/PID/ns/net and in cells; 0: not known */
	pid_t pid;		    /* lived in it at the last netns_refresh(); 0: none is known */
	bool noticed;		    /* netns_notice() was called for it before the last netns_refresh() */
	char name[NETNS_NAME];	    /* as of `ip netns`, printable, may be cut; "": none */
	char container[NETNS_NAME]; /* or unit, printable; "": none */
	uint64_t files;		    /* inode number of /proc/PID/net/snmp; 0: not known */

	char *mount;	     /* the rest is for netns_*.c: file in /run/netns, or NULL */
	int64_t mounted;     /* when that came, ns since the epoch */
	bool entered, found; /* entering was tried; the current search has seen it */
	bool pending;	     /* noticed since the last refresh */
};

/*
 * Says that counters have this inode number, and whose they are (0: not known). An unknown one makes the next
 * netns_refresh() search. 0 is ignored. Meant to be called for each cell.
 */
void netns_notice(uint32_t inode, pid_t pid);

/*
 * Brings the list up to date; call it once per interval, after netns_notice(), and once in the beginning. Each time:
 * whether the representatives still live in their namespaces (one stat each; of those without counters 64 at a time),
 * and whether mounts have come or gone (one poll; then /run/netns is read). A search through all processes (3 µs each)
 * only if the last one is 10 s ago, or 1 s if an unknown inode number was noticed or a namespace has lost all processes
 * it was known by; never more than a hundredth of the time.
 *
 * So after it: the pid of a namespace that was noticed is in it; names are right; a namespace that has counters and a
 * process is listed, a second after it was noticed (or a hundred times what a search takes, if that is more); one
 * without counters after ten. Elsewhere a pid may be out of date for some intervals: compare st_ino of its net/snmp
 * with files. Returns 0, or -errno if /proc cannot be read.
 */
int netns_refresh(void);

/* The namespaces, by inode number (0: not known), good until the next netns_refresh(). */
void netns_list(const struct netns **list, size_t *count);

/* Is it the one this process is in? */
bool netns_is_ours(const struct netns *netns);

/*
 * What people call it: its `ip netns` name, else `self` (ours), else `host` (that of process 1), else the
 * container or unit its representative runs in, else the inode number. Never NULL, printable, shorter than NETNS_NAME,
 * good until the next call. Two namespaces can have one name: keep rows apart by inode number.
 */
const char *netns_name(uint32_t inode);

/*
 * Runs work in a thread of its own and waits for it. Only there netns_enter() may be called, as often as you like: the
 * namespace of the calling thread does not change. work should not allocate. Returns 0 or -errno of making the thread.
 */
int netns_aside(void (*work)(void *argument), void *argument);

/*
 * Moves the thread into that namespace. Needs CAP_SYS_ADMIN and, if it has no name, the rights of ptrace.
 * Returns 0 or -errno; -ESTALE: it is not there any more.
 */
int netns_enter(const struct netns *netns);

/*
 * Enters it and does that there; what is gone by now, or not for us to enter, is left alone. Returns what visit()
 * returned, 0 if it was left alone, or -errno.
 */
int netns_visit(const struct netns *netns, int (*visit)(void *argument), void *argument);

/* Forgets everything. */
void netns_free(void);

#endif
