/* SPDX-License-Identifier: GPL-2.0 */
/* A file that is replaced as a whole: whoever reads it sees one text or the next, never part of one. */
#ifndef L4_TEXTFILE_H
#define L4_TEXTFILE_H

#include <stddef.h>

/* Whether it can be written: 0 or -errno. What is there stays. */
int textfile_try(const char *path);

/* Puts the text in its place, readable for all. 0 or -errno; on failure what was there stays. */
int textfile_write(const char *path, const char *text, size_t length);

#endif
