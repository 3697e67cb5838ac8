/* SPDX-License-Identifier: GPL-2.0 */
/* The list itself, and what one process or one entry tells. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "netns_list.h"

struct netns_all netns_all;

static size_t capacity;
static uint64_t last_id, known_id; /* given last; given before this refresh */

/* One process */

uint64_t netns_files_of(const char *process)
{
	struct stat status;
	char path[sizeof("/proc/") + NAME_MAX + sizeof("/net/snmp")];

	snprintf(path, sizeof(path), "/proc/%s/net/snmp", process);
	return stat(path, &status) ? 0 : status.st_ino;
}

uint64_t netns_files_of_pid(pid_t pid)
{
	char process[16];

	snprintf(process, sizeof(process), "%d", pid);
	return netns_files_of(process);
}

uint32_t netns_inode_of(pid_t pid)
{
	char path[64], link[64] = "";
	uint32_t inode;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	if (readlink(path, link, sizeof(link) - 1) < 0 || sscanf(link, "net:[%u]", &inode) != 1)
		return 0;
	return inode;
}

void netns_represent(struct netns *netns, pid_t pid)
{
	char path[64], text[4096];
	size_t length;
	FILE *file;

	netns->pid = pid;
	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	container_name(netns->container, text);
}

/* The list */

static int compare_inodes(const void *a, const void *b)
{
	const struct netns *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

struct netns *netns_find_sorted(uint32_t inode)
{
	const struct netns wanted = {.inode = inode};

	return inode && netns_all.count
		       ? bsearch(&wanted, netns_all.list, netns_all.count, sizeof(*netns_all.list), compare_inodes)
		       : NULL;
}

struct netns *netns_find_inode(uint32_t inode)
{
	for (size_t i = 0; inode && i < netns_all.count; i++) {
		if (netns_all.list[i].inode == inode)
			return &netns_all.list[i];
	}
	return NULL;
}

struct netns *netns_find_files(uint64_t files)
{
	for (size_t i = 0; files && i < netns_all.count; i++) {
		if (netns_all.list[i].files == files)
			return &netns_all.list[i];
	}
	return NULL;
}

struct netns *netns_add(uint32_t inode, uint64_t files)
{
	struct netns *netns;

	if (netns_all.count == capacity) {
		capacity = capacity ? capacity * 2 : 16;
		netns_all.list = memory_resize(netns_all.list, capacity, sizeof(*netns_all.list));
	}
	netns = &netns_all.list[netns_all.count++];
	*netns = (struct netns){.id = ++last_id, .inode = inode, .files = files};
	return netns;
}

void netns_forget_mount(struct netns *netns)
{
	free(netns->mount);
	netns->mount = NULL;
	netns->name[0] = '\0';
}

void netns_remove(struct netns *netns)
{
	free(netns->mount);
	*netns = netns_all.list[--netns_all.count];
}

void netns_unite(struct netns *processes, struct netns *named)
{
	if (processes->id > known_id) /* found right now: the name was there before */
		processes->id = named->id;
	processes->inode = named->inode;
	processes->mounted = named->mounted;
	processes->mount = named->mount;
	memcpy(processes->name, named->name, sizeof(processes->name));
	processes->pending |= named->pending;
	named->mount = NULL;
	netns_remove(named);
}

void netns_list_begin(void)
{
	known_id = last_id;
}

void netns_list_sort(void)
{
	qsort(netns_all.list, netns_all.count, sizeof(*netns_all.list), compare_inodes);
}

void netns_list_free(void)
{
	for (size_t i = 0; i < netns_all.count; i++)
		free(netns_all.list[i].mount);
	free(netns_all.list);
	netns_all = (struct netns_all){};
	capacity = 0;
}
