/* SPDX-License-Identifier: GPL-2.0 */
/* Which files are replayed, in which order, and what time they cover. Not here: reading them (record_file.h). */
#ifndef L4_REPLAY_FILES_H
#define L4_REPLAY_FILES_H

#include <stddef.h>
#include <stdint.h>

struct replay_file {
	char *path;
	uint64_t size;	   /* bytes */
	double begin, end; /* when its first interval ended, and its last, seconds since the epoch */
};

struct replay_files {
	struct replay_file *files; /* count of them, by their begin */
	size_t count;
};

/*
 * Finds all files of recordings that these names (NULL-terminated) stand for: a file stands for itself and what was
 * moved away from its name, a directory for all recordings in it. Returns 0, or -errno, having said what is wrong: one
 * of them cannot be read, or is no recording.
 */
int replay_files_find(struct replay_files *files, const char *const *paths);

void replay_files_free(struct replay_files *files);

#endif
