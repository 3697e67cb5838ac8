/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording is a set of files: night.jsonl.gz, and what has been moved away from that name, each under the time it
 * was last written: night.20261124T020000Z.jsonl.gz. Names, lists, and making room. Not here: what is in the files.
 */
#ifndef L4_RECORD_SET_H
#define L4_RECORD_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct record_set_file {
	char *path;
	uint64_t size;		 /* bytes */
	struct timespec written; /* last */
};

struct record_set {
	struct record_set_file *files; /* count of them, the oldest first */
	size_t count;
};

/* Whether a recording of that name is to be gzip'ed. */
bool record_set_gzip(const char *path);

/*
 * Moves the file away from its name, to one of its set, and sees to it that the disk knows. Returns 0 or -errno, having
 * said why.
 */
int record_set_move(const char *path);

/* What has been moved away from that name. Fills in *set, to be freed, and returns 0 or -errno. */
int record_set_list(struct record_set *set, const char *path);

/*
 * Deletes of what has been moved away that which was last written before `oldest`, and then the oldest until all of it
 * is no larger than max bytes. What cannot be deleted is told.
 */
void record_set_thin(const char *path, uint64_t max, time_t oldest);

/* Whether name, without its directory, is one of the set of that other name. */
bool record_set_has(const char *of, const char *name);

void record_set_free(struct record_set *set);

#endif
