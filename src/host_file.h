/* SPDX-License-Identifier: GPL-2.0 */
/* Whole small files of /proc. */
#ifndef L4_HOST_FILE_H
#define L4_HOST_FILE_H

#include <stddef.h>

/* Room for a file that is read again and again; all zero is empty. */
struct host_file {
	char *text;
	size_t capacity;
};

/* Reads the file, below the open directory (AT_FDCWD: the current one). Returns its text, NUL-terminated and good until
 * the next call, or NULL with errno. */
const char *host_file_read(struct host_file *file, int directory, const char *path);

void host_file_free(struct host_file *file);

#endif
