/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a program takes until it has attached its first BPF program: `first_attach PROGRAM ARGUMENT…` runs it and
 * prints milliseconds to its first and to its last link, then ends it. Looks every half a millisecond.
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000, SETTLED_MS = 300, STEP_US = 500 };

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

/* How many of the process's descriptors are links. */
static int links_of(pid_t pid)
{
	char path[64], target[64];
	struct dirent *entry;
	int links = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		errx(1, "it has ended");
	while ((entry = readdir(dir))) {
		const ssize_t length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		target[length > 0 ? length : 0] = 0;
		links += !!strstr(target, "bpf_link");
	}
	closedir(dir);
	return links;
}

static pid_t run(char **argv)
{
	const pid_t pid = fork();

	if (!pid) {
		const int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

int main(int argc, char **argv)
{
	const double begin = milliseconds();
	double first = 0, last = 0, now = begin;
	int links = 0;
	pid_t pid;

	if (argc < 2)
		errx(2, "usage: first_attach PROGRAM ARGUMENT…");
	pid = run(argv + 1);
	while (now < begin + PATIENCE_MS && (!links || now < last + SETTLED_MS)) {
		const int before = links;

		links = links_of(pid);
		now = milliseconds();
		if (links != before)
			last = now;
		if (links && !before)
			first = now;
		usleep(STEP_US);
	}
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	if (!links)
		errx(1, "nothing was attached");
	printf("%.2f %.2f\n", first - begin, last - begin);
	return 0;
}
