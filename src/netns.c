/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Namespaces found in /proc and /run/netns. Three sources name the same thing: processes (they tell the inode number
 * of /proc/PID/net/snmp, `files`, to everybody), links /proc/PID/ns/net and mounts in /run/netns (they tell the
 * namespace's own inode number). What belongs together is found out once per namespace, then `files` alone is
 * looked at.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "container.h"
#include "memory.h"
#include "netns.h"
#include "text.h"

#define NAMED "/run/netns"

enum {
	SEARCH_EACH = 10,   /* seconds between searches for what nobody noticed */
	SEARCH_AGAIN = 1,   /* at least, if there is a reason */
	SEARCH_SHARE = 100, /* of the time, at most 1 / this */
	VERIFIED = 64,	    /* namespaces without counters that are verified per refresh */
	UNKNOWN = 64,	    /* inode numbers noticed that are remembered until the next search */
	LINKS = 8,	    /* processes that are asked for their namespace's inode number, until one may tell */
	STACK = 256 * 1024, /* of a thread aside */
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

static struct netns *namespaces; /* by inode */
static size_t namespace_count, namespace_capacity;
static uint64_t last_id, known_id; /* given last; given before this refresh */
static struct member *members;	   /* by files, then pid */
static size_t member_count, member_capacity;
static struct unknown unknown[UNKNOWN];
static size_t unknown_count;
static uint64_t our_files, host_files;
static int mounts = -1; /* /proc/self/mountinfo: says when to look at names again */
static bool searched;
static double last_search, search_took; /* seconds, CLOCK_MONOTONIC */

static double monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* One process */

/* The inode number of its namespace's files in /proc; 0 if it is gone. */
static uint64_t files_of(const char *process)
{
	struct stat status;
	char path[sizeof("/proc/") + NAME_MAX + sizeof("/net/snmp")];

	snprintf(path, sizeof(path), "/proc/%s/net/snmp", process);
	return stat(path, &status) ? 0 : status.st_ino;
}

static uint64_t files_of_pid(pid_t pid)
{
	char process[16];

	snprintf(process, sizeof(process), "%d", pid);
	return files_of(process);
}

/* The inode number of its namespace; 0 if it is gone or we may not know. */
static uint32_t inode_of(pid_t pid)
{
	char path[64], link[64] = "";
	uint32_t inode;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	if (readlink(path, link, sizeof(link) - 1) < 0 || sscanf(link, "net:[%u]", &inode) != 1)
		return 0;
	return inode;
}

static void represent(struct netns *netns, pid_t pid)
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

static struct netns *find_sorted(uint32_t inode)
{
	const struct netns wanted = {.inode = inode};

	return inode && namespace_count
		       ? bsearch(&wanted, namespaces, namespace_count, sizeof(*namespaces), compare_inodes)
		       : NULL;
}

/* These two work in the middle of a refresh as well. */
static struct netns *find_inode(uint32_t inode)
{
	for (size_t i = 0; inode && i < namespace_count; i++) {
		if (namespaces[i].inode == inode)
			return &namespaces[i];
	}
	return NULL;
}

static struct netns *find_files(uint64_t files)
{
	for (size_t i = 0; files && i < namespace_count; i++) {
		if (namespaces[i].files == files)
			return &namespaces[i];
	}
	return NULL;
}

static struct netns *add_namespace(uint32_t inode, uint64_t files)
{
	struct netns *netns;

	if (namespace_count == namespace_capacity) {
		namespace_capacity = namespace_capacity ? namespace_capacity * 2 : 16;
		namespaces = memory_resize(namespaces, namespace_capacity, sizeof(*namespaces));
	}
	netns = &namespaces[namespace_count++];
	*netns = (struct netns){.id = ++last_id, .inode = inode, .files = files};
	return netns;
}

static void forget_mount(struct netns *netns)
{
	free(netns->mount);
	netns->mount = NULL;
	netns->name[0] = '\0';
}

/* Moves the last one to its place. */
static void remove_namespace(struct netns *netns)
{
	free(netns->mount);
	*netns = namespaces[--namespace_count];
}

/* Two of the list turn out to be one: known by its processes, and by its name. Neither pointer is good afterwards. */
static void unite(struct netns *processes, struct netns *named)
{
	if (processes->id > known_id) /* found right now: the name was there before */
		processes->id = named->id;
	processes->inode = named->inode;
	processes->mounted = named->mounted;
	processes->mount = named->mount;
	memcpy(processes->name, named->name, sizeof(processes->name));
	processes->pending |= named->pending;
	named->mount = NULL;
	remove_namespace(named);
}

/* Entering */

struct aside {
	void (*work)(void *argument);
	void *argument;
};

static void *run_aside(void *argument)
{
	const struct aside *aside = argument;

	aside->work(aside->argument);
	return NULL;
}

int netns_aside(void (*work)(void *argument), void *argument)
{
	struct aside aside = {.work = work, .argument = argument};
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int err;

	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's */
	err = -pthread_create(&thread, &attributes, run_aside, &aside);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
	return err;
}

static int open_namespace(const struct netns *netns)
{
	char path[sizeof(NAMED) + 1 + NAME_MAX];

	if (netns->mount)
		snprintf(path, sizeof(path), NAMED "/%s", netns->mount);
	else if (netns->pid)
		snprintf(path, sizeof(path), "/proc/%d/ns/net", netns->pid);
	else
		return -ESTALE;
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

int netns_enter(const struct netns *netns)
{
	const int fd = open_namespace(netns);
	struct stat status;
	int err = 0;

	if (fd < 0)
		return fd == -ENOENT ? -ESTALE : fd;
	if (fstat(fd, &status) || (netns->inode && status.st_ino != netns->inode))
		err = -ESTALE;
	else if (setns(fd, CLONE_NEWNET))
		err = -errno;
	close(fd);
	return err;
}

/* Names */

/* In a thread aside: those with a name tell by which files their processes will be known. */
static void identify_all(void *nothing)
{
	(void)nothing;
	for (size_t i = 0; i < namespace_count; i++) {
		struct netns *netns = &namespaces[i];

		if (netns->files || netns->entered || !netns->mount)
			continue;
		netns->entered = true;
		if (!netns_enter(netns))
			netns->files = files_of("thread-self");
	}
}

static void unite_identified(void)
{
	for (size_t i = 0; i < namespace_count; i++) {
		struct netns *named = &namespaces[i];

		for (size_t j = 0; named->mount && named->files && j < namespace_count; j++) {
			if (namespaces[j].files == named->files && !namespaces[j].inode) {
				unite(&namespaces[j], named);
				i = -1; /* places have changed: from the beginning */
				break;
			}
		}
	}
}

static void add_mount(const char *file, const struct stat *status)
{
	const int64_t mounted = status->st_ctim.tv_sec * 1000000000LL + status->st_ctim.tv_nsec;
	struct netns *netns = find_inode(status->st_ino);

	if (netns && !netns->pid && netns->mounted && netns->mounted != mounted) {
		remove_namespace(netns); /* the number of a dead one, used again */
		netns = NULL;
	}
	if (!netns)
		netns = add_namespace(status->st_ino, 0);
	netns->mounted = mounted;
	if (netns->mount && strcmp(netns->mount, file) < 0) /* of several names the first */
		return;
	forget_mount(netns);
	netns->mount = memory_format("%s", file);
	text_printable(netns->name, sizeof(netns->name), (const uint8_t *)file, strlen(file));
}

/* stat() of a mounted namespace does not open it. Other files there (left from a reboot, say) are on another device. */
static void look_at_names(void)
{
	DIR *directory = opendir(NAMED);
	struct stat own, status;
	struct dirent *entry;

	for (size_t i = 0; i < namespace_count; i++)
		forget_mount(&namespaces[i]);
	if (!directory)
		return;
	if (!stat("/proc/self/ns/net", &own)) {
		while ((entry = readdir(directory))) {
			if (!fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) &&
			    status.st_dev == own.st_dev)
				add_mount(entry->d_name, &status);
		}
	}
	closedir(directory);
}

static void identify_names(void)
{
	for (size_t i = 0; i < namespace_count; i++) {
		if (namespaces[i].mount && !namespaces[i].files && !namespaces[i].entered) {
			netns_aside(identify_all, NULL);
			break;
		}
	}
	unite_identified();
}

/* A mount that has come or gone since the last call; also true if we cannot know. */
static bool mounts_changed(void)
{
	struct pollfd changes = {.events = POLLPRI};

	if (mounts < 0) {
		mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
		return true;
	}
	changes.fd = mounts;
	return poll(&changes, 1, 0) != 0;
}

/* Processes */

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
	if (!netns->pid || files_of_pid(netns->pid) == netns->files)
		return;
	netns->pid = 0;
	for (size_t i = first_member(netns->files); i < member_count && members[i].files == netns->files; i++) {
		if (files_of_pid(members[i].pid) == netns->files) {
			represent(netns, members[i].pid);
			return;
		}
	}
}

/* All that have counters, the others in turns. */
static void verify_some(void)
{
	static size_t turn;
	size_t left = VERIFIED;

	for (size_t i = 0; i < namespace_count; i++) {
		if (namespaces[i].pending)
			verify(&namespaces[i]);
	}
	for (size_t i = 0; i < namespace_count && left; i++, left--)
		verify(&namespaces[turn++ % namespace_count]);
}

static int gather_members(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc)
		return -errno;
	member_count = 0;
	while ((entry = readdir(proc))) {
		const uint64_t files = isdigit((unsigned char)entry->d_name[0]) ? files_of(entry->d_name) : 0;

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
		inode = inode_of(some[i].pid);
	return inode;
}

/* All these processes are in one namespace: which is it? */
static void place(const struct member *some, size_t count)
{
	struct netns *netns = find_files(some->files);
	uint32_t inode = netns ? netns->inode : 0;

	if (!netns || !netns->inode || !netns->pid)
		inode = inode_of_any(some, count) ?: inode;
	if (netns && netns->inode && netns->inode != inode) { /* of a dead one, used again */
		netns->files = 0;
		netns = NULL;
	} else if (netns && !netns->inode && find_inode(inode)) {
		unite(netns, find_inode(inode));
		netns = find_files(some->files);
	}
	if (!netns) {
		netns = find_inode(inode);
		if (netns && netns->files) { /* likewise */
			remove_namespace(netns);
			netns = NULL;
		}
	}
	if (!netns)
		netns = add_namespace(inode, some->files);
	netns->inode = inode;
	netns->files = some->files;
	netns->found = true;
	represent(netns, netns->pid ?: some->pid); /* anew: it may have been moved into its cgroup since */
}

/* Finds what the counters speak of; what is not there is not searched for again before SEARCH_EACH. */
static void resolve_unknown(bool search_again)
{
	size_t kept = 0;

	for (size_t i = 0; i < unknown_count; i++) {
		struct netns *named = find_inode(unknown[i].inode);
		struct netns *processes =
			unknown[i].pid && (!named || !named->files) ? find_files(files_of_pid(unknown[i].pid)) : NULL;

		if (processes && processes != named && !processes->inode) {
			processes->inode = unknown[i].inode;
			if (named)
				unite(processes, named);
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
	host_files = files_of("1");
	for (size_t i = 0; i < namespace_count; i++)
		namespaces[i].found = false;
	for (size_t i = 0, next; i < member_count; i = next) {
		for (next = i + 1; next < member_count && members[next].files == members[i].files;)
			next++;
		place(&members[i], next - i);
	}
	for (size_t i = namespace_count; i-- > 0;) {
		if (!namespaces[i].found)
			namespaces[i].pid = 0;
		if (!namespaces[i].found && !namespaces[i].mount)
			remove_namespace(&namespaces[i]);
	}
	return 0;
}

static bool reason_to_search(void)
{
	for (size_t i = 0; i < unknown_count; i++) {
		if (!unknown[i].searched)
			return true;
	}
	for (size_t i = 0; i < namespace_count; i++) {
		if (!namespaces[i].pid && !namespaces[i].mount)
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

static void know_ourselves(void)
{
	struct netns *netns;

	our_files = files_of("self");
	netns = add_namespace(inode_of(getpid()), our_files);
	represent(netns, getpid());
}

int netns_refresh(void)
{
	const double now = monotonic();
	int err = 0;

	known_id = last_id;
	if (!namespace_count)
		know_ourselves();
	verify_some();
	if (mounts_changed()) {
		look_at_names();
		identify_names();
	}
	if (search_is_due(now)) {
		err = search();
		resolve_unknown(now - last_search >= SEARCH_EACH);
		searched = true;
		last_search = now;
		search_took = monotonic() - now;
	}
	for (size_t i = 0; i < namespace_count; i++) {
		namespaces[i].noticed = namespaces[i].pending;
		namespaces[i].pending = false;
	}
	qsort(namespaces, namespace_count, sizeof(*namespaces), compare_inodes);
	return err;
}

void netns_notice(uint32_t inode, pid_t pid)
{
	struct netns *netns = find_sorted(inode);

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

void netns_list(const struct netns **list, size_t *count)
{
	*list = namespaces;
	*count = namespace_count;
}

const char *netns_name(uint32_t inode)
{
	static char text[NETNS_NAME];
	const struct netns *netns = find_sorted(inode);

	if (netns && netns->name[0])
		return netns->name;
	if (netns && netns->files && netns->files == our_files)
		return "self";
	if (netns && netns->files && netns->files == host_files)
		return "host";
	if (netns && netns->container[0])
		return netns->container;
	snprintf(text, sizeof(text), "%u", inode);
	return text;
}

void netns_free(void)
{
	for (size_t i = 0; i < namespace_count; i++)
		free(namespaces[i].mount);
	free(namespaces);
	free(members);
	if (mounts >= 0)
		close(mounts);
	namespaces = NULL;
	members = NULL;
	namespace_count = namespace_capacity = member_count = member_capacity = unknown_count = 0;
	our_files = host_files = 0;
	mounts = -1;
	searched = false;
}
