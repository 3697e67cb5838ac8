/* SPDX-License-Identifier: GPL-2.0 */
/* A library to be preloaded: as soon as there is a file FAULT_CLOCK, the time of day is an hour earlier than it is. */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	const char *path = getenv("FAULT_CLOCK");
	const int err = syscall(SYS_clock_gettime, clock, now);
	struct stat is;

	if (!err && clock == CLOCK_REALTIME && path && !stat(path, &is))
		now->tv_sec -= 3600;
	return err;
}
