/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The list of network namespaces, as those see it who bring it up to date: netns.c, netns_names.c, netns_processes.c.
 * Everybody else: netns.h.
 */
#ifndef L4_NETNS_LIST_H
#define L4_NETNS_LIST_H

#include "netns.h"

#define NETNS_NAMED "/run/netns"

extern struct netns_all {
	struct netns *list; /* by inode, but for the middle of a refresh */
	size_t count;
} netns_all;

/* A refresh begins: what is added from here on is new. */
void netns_list_begin(void);

/* It ends. */
void netns_list_sort(void);

void netns_list_free(void);

/* NULL if it is not there; neither number is ever found when it is 0. The first needs the list sorted. */
struct netns *netns_find_sorted(uint32_t inode);
struct netns *netns_find_inode(uint32_t inode);
struct netns *netns_find_files(uint64_t files);

/* Pointers into the list are good until one of these three. */
struct netns *netns_add(uint32_t inode, uint64_t files);

/* Moves the last one to its place. */
void netns_remove(struct netns *netns);

/* Two of the list turn out to be one: known by its processes, and by its name. Neither pointer is good afterwards. */
void netns_unite(struct netns *processes, struct netns *named);

/* It has no name in /run/netns (any more). */
void netns_forget_mount(struct netns *netns);

/* This process stands for it, and says in which container it is. */
void netns_represent(struct netns *netns, pid_t pid);

/* The inode number of a process's namespace's files in /proc (struct netns); 0 if it is gone. process: a name in /proc.
 */
uint64_t netns_files_of(const char *process);
uint64_t netns_files_of_pid(pid_t pid);

/* The inode number of a process's namespace; 0 if it is gone or we may not know. */
uint32_t netns_inode_of(pid_t pid);

/* netns_names.c: looks whether mounts have come or gone, and then at the names. */
void netns_refresh_names(void);
void netns_free_names(void);

/* netns_processes.c: whether representatives still live where they did; and the search, if it is due. 0 or -errno. */
void netns_verify_some(void);
int netns_search_if_due(void);
void netns_free_processes(void);

/* That of process 1, as of the last search; 0: not known. */
uint64_t netns_host_files(void);

#endif
