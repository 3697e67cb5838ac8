/* SPDX-License-Identifier: GPL-2.0 */
/*
 * `replay_run COMMAND…` runs it with standard output thrown away, and prints the seconds it took, its CPU time in
 * seconds and the most memory that was resident, MiB.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		err(1, "clock_gettime");
	return now.tv_sec + now.tv_nsec / 1e9;
}

static double seconds(struct timeval time)
{
	return time.tv_sec + time.tv_usec / 1e6;
}

static void run(char **command)
{
	const int nowhere = open("/dev/null", O_WRONLY);

	if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
		err(1, "/dev/null");
	execvp(*command, command);
	err(1, "%s", *command);
}

int main(int argc, char **argv)
{
	const double began = now();
	struct rusage usage;
	pid_t child;
	int status;

	if (argc < 2)
		errx(2, "usage: replay_run COMMAND…");
	child = fork();
	if (!child)
		run(argv + 1);
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		err(1, "%s", argv[1]);
	printf("%.3f %.3f %.1f\n", now() - began, seconds(usage.ru_utime) + seconds(usage.ru_stime),
	       usage.ru_maxrss / 1024.0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
