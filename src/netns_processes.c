/* SPDX-License-Identifier: GPL-2.0 */
/* Namespaces that have processes: found by a search through /proc, which costs, so it is known when that is worth it.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "memory.h"
#include "netns_list.h"

enum {
	SEARCH_EACH = 10,   /* seconds between searches for what nobody noticed */
	SEARCH_AGAIN = 1,   /* at least, if there is a reason */
	SEARCH_SHARE = 100, /* of the time, at most 1 / this */
	VERIFIED = 64,	    /* namespaces without counters that are verified per refresh */
	UNKNOWN = 64,	    /* inode numbers noticed that are remembered until the next search */
	LINKS = 8,	    /* processes that are asked for their namespace's inode number, until one may tell */
};

/* Where a process was at the last search. */
struct member {
	uint64_t files;
	pid_t pid;
};

/* What counters speak of and we do not know, or do not know the processes of. */
struct unknown {
	uint32_t inode;
	pid_t pid;
	bool searched; /* in vain */
};

static struct member *members; /* by files, then pid */
static size_t member_count, member_capacity;
static struct unknown unknown[UNKNOWN];
static size_t unknown_count;
static uint64_t host_files;
static bool searched;
static double last_search, search_took; /* seconds, CLOCK_MONOTONIC */

static double monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Whether they still live there */

static int compare_members(const void *a, const void *b)
{
	const struct member *left = a, *right = b;

	if (left->files != right->files)
		return left->files > right->files ? 1 : -1;
	return (left->pid > right->pid) - (left->pid < right->pid);
}

static size_t first_member(uint64_t files)
{
	size_t from = 0, to = member_count;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (members[middle].files < files)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Is there still a process in it? If the one we know has gone, another of the last search's. */
static void verify(struct netns *netns)
{
	if (!netns->pid || netns_files_of_pid(netns->pid) == netns->files)
		return;
	netns->pid = 0;
	for (size_t i = first_member(netns->files); i < member_count && members[i].files == netns->files; i++) {
		if (netns_files_of_pid(members[i].pid) == netns->files) {
			netns_represent(netns, members[i].pid);
			return;
		}
	}
}

/* All that have counters, the others in turns. */
void netns_verify_some(void)
{
	static size_t turn;
	size_t left = VERIFIED;

	for (size_t i = 0; i < netns_all.count; i++) {
		if (netns_all.list[i].pending)
			verify(&netns_all.list[i]);
	}
	for (size_t i = 0; i < netns_all.count && left; i++, left--)
		verify(&netns_all.list[turn++ % netns_all.count]);
}

/* The search */

static int gather_members(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc)
		return -errno;
	member_count = 0;
	while ((entry = readdir(proc))) {
		const uint64_t files = isdigit((unsigned char)entry->d_name[0]) ? netns_files_of(entry->d_name) : 0;

		if (!files)
			continue;
		if (member_count == member_capacity) {
			member_capacity = member_capacity ? member_capacity * 2 : 256;
			members = memory_resize(members, member_capacity, sizeof(*members));
		}
		members[member_count++] = (struct member){.files = files, .pid = atoi(entry->d_name)};
	}
	closedir(proc);
	qsort(members, member_count, sizeof(*members), compare_members);
	return 0;
}

static uint32_t inode_of_any(const struct member *some, size_t count)
{
	uint32_t inode = 0;

	for (size_t i = 0; !inode && i < count && i < LINKS; i++)
		inode = netns_inode_of(some[i].pid);
	return inode;
}

/* All these processes are in one namespace: which is it? */
static void place(const struct member *some, size_t count)
{
	struct netns *netns = netns_find_files(some->files);
	const uint32_t before = netns ? netns->inode : 0;
	const uint32_t inode = netns && netns->inode && netns->pid ? before : inode_of_any(some, count) ?: before;

	if (netns && netns->inode && netns->inode != inode) { /* of a dead one, used again */
		netns->files = 0;
		netns = NULL;
	} else if (netns && !netns->inode && netns_find_inode(inode)) {
		netns_unite(netns, netns_find_inode(inode));
		netns = netns_find_files(some->files);
	}
	if (!netns) {
		netns = netns_find_inode(inode);
		if (netns && netns->files) { /* likewise */
			netns_remove(netns);
			netns = NULL;
		}
	}
	if (!netns)
		netns = netns_add(inode, some->files);
	netns->inode = inode;
	netns->files = some->files;
	netns->found = true;
	netns_represent(netns, netns->pid ?: some->pid); /* anew: it may have been moved into its cgroup since */
}

/* Finds what the counters speak of; what is not there is not searched for again before SEARCH_EACH. */
static void resolve_unknown(bool search_again)
{
	size_t kept = 0;

	for (size_t i = 0; i < unknown_count; i++) {
		struct netns *named = netns_find_inode(unknown[i].inode);
		struct netns *processes = unknown[i].pid && (!named || !named->files)
						  ? netns_find_files(netns_files_of_pid(unknown[i].pid))
						  : NULL;

		if (processes && processes != named && !processes->inode) {
			processes->inode = unknown[i].inode;
			if (named)
				netns_unite(processes, named);
			else
				processes->pending = true;
			continue;
		}
		if (named)
			named->pending = true;
		if ((named && named->files) || (unknown[i].searched && search_again))
			continue;
		unknown[i].searched = true;
		unknown[kept++] = unknown[i];
	}
	unknown_count = kept;
}

static int search(void)
{
	int err = gather_members();

	if (err)
		return err;
	host_files = netns_files_of("1");
	for (size_t i = 0; i < netns_all.count; i++)
		netns_all.list[i].found = false;
	for (size_t i = 0, next; i < member_count; i = next) {
		for (next = i + 1; next < member_count && members[next].files == members[i].files;)
			next++;
		place(&members[i], next - i);
	}
	for (size_t i = netns_all.count; i-- > 0;) {
		if (!netns_all.list[i].found)
			netns_all.list[i].pid = 0;
		if (!netns_all.list[i].found && !netns_all.list[i].mount)
			netns_remove(&netns_all.list[i]);
	}
	return 0;
}

static bool reason_to_search(void)
{
	for (size_t i = 0; i < unknown_count; i++) {
		if (!unknown[i].searched)
			return true;
	}
	for (size_t i = 0; i < netns_all.count; i++) {
		if (!netns_all.list[i].pid && !netns_all.list[i].mount)
			return true;
	}
	return false;
}

static bool search_is_due(double now)
{
	const double since = now - last_search;

	if (!searched)
		return true;
	if (since < search_took * SEARCH_SHARE || since < SEARCH_AGAIN)
		return false;
	return since >= SEARCH_EACH || reason_to_search();
}

int netns_search_if_due(void)
{
	const double now = monotonic();
	int err;

	if (!search_is_due(now))
		return 0;
	err = search();
	resolve_unknown(now - last_search >= SEARCH_EACH);
	searched = true;
	last_search = now;
	search_took = monotonic() - now;
	return err;
}

uint64_t netns_host_files(void)
{
	return host_files;
}

void netns_notice(uint32_t inode, pid_t pid)
{
	struct netns *netns = netns_find_sorted(inode);

	if (netns)
		netns->pending = true;
	if (!inode || (netns && netns->files))
		return;
	for (size_t i = 0; i < unknown_count; i++) {
		if (unknown[i].inode == inode) {
			unknown[i].pid = pid ?: unknown[i].pid;
			return;
		}
	}
	if (unknown_count < UNKNOWN)
		unknown[unknown_count++] = (struct unknown){.inode = inode, .pid = pid};
}

void netns_free_processes(void)
{
	free(members);
	members = NULL;
	member_count = member_capacity = unknown_count = 0;
	host_files = 0;
	searched = false;
}
