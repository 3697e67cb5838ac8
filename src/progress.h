/* SPDX-License-Identifier: GPL-2.0 */
/* How far long work has come, for a person who waits: on stderr, if that is a terminal and nothing else is on it. */
#ifndef L4_PROGRESS_H
#define L4_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool shown;  /* it stands there now */
	double told; /* when it was last, CLOCK_MONOTONIC, seconds; below 0: it is not to be told */
};

/* The work begins now. */
void progress_begin(struct progress *progress);

/* So much of all is done, and it has come to this time (seconds since the epoch). Tells it now and then. */
void progress_tell(struct progress *progress, uint64_t done, uint64_t all, double moment);

/* Takes it away: for what comes on stderr next, and in the end. */
void progress_clear(struct progress *progress);

#endif
