/* SPDX-License-Identifier: GPL-2.0 */
/* A file that outputs write to: standard output or a named one, gzip'ed or not. Not here: what is written to it. */
#ifndef L4_OUTFILE_H
#define L4_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

struct gzFile_s;

struct outfile {
	char *name; /* as people know it; to be freed when it is closed */
	FILE *file;
	struct gzFile_s *gzip; /* what file writes through; NULL: nothing */
	int fd;
};

/* Standard output; with gzip what is written to .file reaches it compressed. 0 or -errno. */
int outfile_standard(struct outfile *out, bool gzip);

/*
 * Opens path to write at its end: what is there stays. That has to be of the same kind: it begins with `begins` (NULL:
 * anything will do) and ends with a whole line, gzip'ed data undamaged. *fresh: there is nothing in it yet.
 * Returns 0 or -errno, having said why.
 */
int outfile_append(struct outfile *out, const char *path, bool gzip, const char *begins, bool *fresh);

/* Opens path, which must not be there yet. Returns 0 or -errno, having said why. */
int outfile_create(struct outfile *out, const char *path, bool gzip);

/* Hands everything to the system. Of a gzip'ed file what is there can be read from now on. 0 or -errno. */
int outfile_flush(struct outfile *out);

/*
 * The same, and what is gzip'ed ends here with its checksum; what follows is a part of its own, which gzip(1) joins to
 * it and which can be read without it.
 */
int outfile_end_part(struct outfile *out);

/* Bytes written so far, as they lie in the file; of standard output nobody knows: 0. */
long outfile_size(const struct outfile *out);

/* Waits until it is on the disk, if it is on one. 0 or -errno. */
int outfile_sync(struct outfile *out);

/* Says on stderr that this cannot be written; returns err. */
int outfile_complain(const struct outfile *out, int err);

/* Ends what is gzip'ed, closes all but standard output. 0 or -errno of the write that failed. The name stays. */
int outfile_close(struct outfile *out);

#endif
