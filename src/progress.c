/* SPDX-License-Identifier: GPL-2.0 */
/* A line that is written over itself. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "format.h"
#include "progress.h"

static const double patience = 1, between = 0.25; /* seconds before it is told first, and then */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

void progress_begin(struct progress *progress)
{
	const bool wanted = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);

	*progress = (struct progress){.told = wanted ? now() + patience - between : -1};
}

void progress_tell(struct progress *progress, uint64_t done, uint64_t all, double moment)
{
	const double time = progress->told < 0 ? 0 : now();
	char text[FORMAT_CELL];

	if (progress->told < 0 || time < progress->told + between)
		return;
	progress->told = time;
	progress->shown = true;
	format_time(text, moment);
	fprintf(stderr, "\r%3.0f %%  %s", all ? 100.0 * done / all : 100, text);
	fflush(stderr);
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
