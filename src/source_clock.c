/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The source of a run that needs no programs in the kernel, as all it shows is the host's own: it tells the time. It
 * needs no privileges.
 */
#include <time.h>

#include "source.h"

static double now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* The beginning of an interval is the host reader's to know; a whole one has its length when that has been asked. */
static int clock_peek(struct source *source, struct snapshot *snapshot)
{
	(void)source;
	snapshot_clear(snapshot);
	snapshot->timestamp = now(CLOCK_REALTIME);
	snapshot->ended = now(CLOCK_MONOTONIC);
	snapshot->interval = 0;
	return 0;
}

static int clock_read(struct source *source, double end, struct snapshot *snapshot)
{
	(void)end;
	return clock_peek(source, snapshot);
}

static void clock_close(struct source *source)
{
	(void)source;
}

const struct source_kind source_clock = {
	.read = clock_read,
	.peek = clock_peek,
	.close = clock_close,
};
