/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an interval of a running l4dstat costs, seen from outside: `intervals PID FILE COUNT` waits until the process
 * has written COUNT lines more to FILE, one more not counted, and prints for each of them the CPU time it took in
 * milliseconds and the time of day in seconds when it was written.
 *
 * The CPU time is that of the process, with threads that have ended: /proc/PID/schedstat has the first thread only,
 * and network namespaces are visited in another.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

static double seconds(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		err(1, "clock_gettime");
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* A line may be more than one write(). */
static bool ends_with_line(int fd)
{
	struct stat status;
	char last;

	return !fstat(fd, &status) && status.st_size && pread(fd, &last, 1, status.st_size - 1) == 1 && last == '\n';
}

static void next_line(int notify, int fd)
{
	struct pollfd written = {.fd = notify, .events = POLLIN};
	char events[4096];

	do {
		if (poll(&written, 1, PATIENCE_MS) != 1 || read(notify, events, sizeof(events)) < 0)
			errx(1, "no line in time");
	} while (!ends_with_line(fd));
}

int main(int argc, char **argv)
{
	const int fd = argc == 4 ? open(argv[2], O_RDONLY) : -1, notify = inotify_init();
	double cpu, before;
	clockid_t clock;

	if (argc != 4)
		errx(2, "usage: intervals PID FILE COUNT");
	errno = clock_getcpuclockid(atoi(argv[1]), &clock);
	if (errno)
		err(1, "process %s", argv[1]);
	if (fd < 0 || notify < 0 || inotify_add_watch(notify, argv[2], IN_MODIFY) < 0)
		err(1, "%s", argv[2]);
	next_line(notify, fd);
	before = seconds(clock);
	for (int i = atoi(argv[3]); i > 0; i--) {
		next_line(notify, fd);
		cpu = seconds(clock);
		printf("%.3f %.6f\n", (cpu - before) * 1e3, seconds(CLOCK_REALTIME));
		before = cpu;
	}
	return 0;
}
