/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recording: each interval as it was read, before any filter, to a file that begins anew at a tenth of what all of
 * the recording may take, or of the time it is kept. Every interval can be read when it is written, whatever becomes of
 * the rest, and is on the disk soon after: a thread sees to that, so that a slow disk delays no interval.
 */
#ifndef L4_RECORDER_H
#define L4_RECORDER_H

#include <stdint.h>

#include "dimension.h"
#include "snapshot.h"

struct recorder;

struct recorder_settings {
	const char *path;   /* gzip'ed if it ends in .gz */
	uint64_t max;	    /* bytes of all files together; 0: no limit */
	unsigned long keep; /* seconds since a file was last written; 0: no limit */
	const char *host;   /* printable */
	struct dimension_context dimension;
};

/*
 * A recording of that name is moved away (record_set.h), anything else is refused. settings must outlive the recorder.
 * Returns 0 or -errno, having said why.
 */
int recorder_open(struct recorder **opened, const struct recorder_settings *settings);

/* Returns 0 or -errno, having said what is wrong. */
int recorder_write(struct recorder *recorder, const struct snapshot *snapshot);

/* Waits until all of it is on the disk. NULL is fine. Returns as recorder_write() does. */
int recorder_close(struct recorder *recorder);

#endif
