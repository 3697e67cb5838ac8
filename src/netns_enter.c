/* SPDX-License-Identifier: GPL-2.0 */
/* Getting into a namespace: by its name or by a process in it, in a thread of its own. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns_list.h"

enum { STACK = 256 * 1024 };

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
	char path[sizeof(NETNS_NAMED) + 1 + NAME_MAX];

	if (netns->mount)
		snprintf(path, sizeof(path), NETNS_NAMED "/%s", netns->mount);
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

int netns_visit(const struct netns *netns, int (*visit)(void *argument), void *argument)
{
	const int err = netns_enter(netns);

	if (err == -ESTALE || err == -EPERM || err == -EACCES)
		return 0;
	return err ?: visit(argument);
}
