/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Namespaces found in /proc and /run/netns. Three sources name the same thing: processes (they tell the inode number
 * of /proc/PID/net/snmp, `files`, to everybody), links /proc/PID/ns/net and mounts in /run/netns (they tell the
 * namespace's own inode number). What belongs together is found out once per namespace, then `files` alone is
 * looked at.
 * Not here: how each of them is found (netns_processes.c, netns_names.c), and getting into one (netns_enter.c).
 */
#include <stdio.h>
#include <unistd.h>

#include "netns_list.h"

static uint64_t our_files;

static void know_ourselves(void)
{
	struct netns *netns;

	our_files = netns_files_of("self");
	netns = netns_add(netns_inode_of(getpid()), our_files);
	netns_represent(netns, getpid());
}

int netns_refresh(void)
{
	int err;

	netns_list_begin();
	if (!netns_all.count)
		know_ourselves();
	netns_verify_some();
	netns_refresh_names();
	err = netns_search_if_due();
	for (size_t i = 0; i < netns_all.count; i++) {
		netns_all.list[i].noticed = netns_all.list[i].pending;
		netns_all.list[i].pending = false;
	}
	netns_list_sort();
	return err;
}

void netns_list(const struct netns **list, size_t *count)
{
	*list = netns_all.list;
	*count = netns_all.count;
}

bool netns_is_ours(const struct netns *netns)
{
	return netns->files && netns->files == our_files;
}

const char *netns_name(uint32_t inode)
{
	static char text[NETNS_NAME];
	const struct netns *netns = netns_find_sorted(inode);

	if (netns && netns->name[0])
		return netns->name;
	if (netns && netns_is_ours(netns))
		return "self";
	if (netns && netns->files && netns->files == netns_host_files())
		return "host";
	if (netns && netns->container[0])
		return netns->container;
	snprintf(text, sizeof(text), "%u", inode);
	return text;
}

void netns_free(void)
{
	netns_list_free();
	netns_free_names();
	netns_free_processes();
	our_files = 0;
}
