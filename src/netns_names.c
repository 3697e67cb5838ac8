/* SPDX-License-Identifier: GPL-2.0 */
/* Namespaces that have a name in /run/netns (`ip netns`). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "netns_list.h"
#include "text.h"

static int mounts = -1; /* /proc/self/mountinfo: says when to look at names again */

/* In a thread aside: those with a name tell by which files their processes will be known. */
static void identify_all(void *nothing)
{
	(void)nothing;
	for (size_t i = 0; i < netns_all.count; i++) {
		struct netns *netns = &netns_all.list[i];

		if (netns->files || netns->entered || !netns->mount)
			continue;
		netns->entered = true;
		if (!netns_enter(netns))
			netns->files = netns_files_of("thread-self");
	}
}

static void unite_identified(void)
{
	for (size_t i = 0; i < netns_all.count; i++) {
		struct netns *named = &netns_all.list[i];

		for (size_t j = 0; named->mount && named->files && j < netns_all.count; j++) {
			if (netns_all.list[j].files == named->files && !netns_all.list[j].inode) {
				netns_unite(&netns_all.list[j], named);
				i = -1; /* places have changed: from the beginning */
				break;
			}
		}
	}
}

static void add_mount(const char *file, const struct stat *status)
{
	const int64_t mounted = status->st_ctim.tv_sec * 1000000000LL + status->st_ctim.tv_nsec;
	struct netns *netns = netns_find_inode(status->st_ino);

	if (netns && !netns->pid && netns->mounted && netns->mounted != mounted) {
		netns_remove(netns); /* the number of a dead one, used again */
		netns = NULL;
	}
	if (!netns)
		netns = netns_add(status->st_ino, 0);
	netns->mounted = mounted;
	if (netns->mount && strcmp(netns->mount, file) < 0) /* of several names the first */
		return;
	netns_forget_mount(netns);
	netns->mount = memory_format("%s", file);
	text_printable(netns->name, sizeof(netns->name), (const uint8_t *)file, strlen(file));
}

/* stat() of a mounted namespace does not open it. Other files there (left from a reboot, say) are on another device. */
static void look_at_names(void)
{
	DIR *directory = opendir(NETNS_NAMED);
	struct stat own, status;
	struct dirent *entry;

	for (size_t i = 0; i < netns_all.count; i++)
		netns_forget_mount(&netns_all.list[i]);
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
	for (size_t i = 0; i < netns_all.count; i++) {
		if (netns_all.list[i].mount && !netns_all.list[i].files && !netns_all.list[i].entered) {
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

void netns_refresh_names(void)
{
	if (!mounts_changed())
		return;
	look_at_names();
	identify_names();
}

void netns_free_names(void)
{
	if (mounts >= 0)
		close(mounts);
	mounts = -1;
}
