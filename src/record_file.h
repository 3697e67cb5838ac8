/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of a file that may be gzip'ed, cut off anywhere, or damaged. Not here: what is in a line (record.h). */
#ifndef L4_RECORD_FILE_H
#define L4_RECORD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record_file;

enum record_file_event {
	RECORD_FILE_LINE,
	RECORD_FILE_END,
	RECORD_FILE_CUT,     /* it ends in the middle of a line, or of what is gzip'ed */
	RECORD_FILE_DAMAGED, /* what is gzip'ed is not what it was, or a line is too long to be one */
	RECORD_FILE_FAILED,  /* it cannot be read: errno */
};

/* Returns 0 or -errno. */
int record_file_open(struct record_file **opened, const char *path);

/* Goes on at that byte, where a line begins, or what is gzip'ed for itself; before the first line is read. */
void record_file_start_at(struct record_file *file, uint64_t byte);

/*
 * The next line, without its end, good until the next call. A part that is gzip'ed for itself, as the recorder makes
 * one of each interval, is only handed out when its checksum is right, if it is not larger than some megabytes. After
 * anything but a line the same comes again.
 */
enum record_file_event record_file_next(struct record_file *file, const char **line, size_t *length);

/* Of the last line, from 1 on where reading began. */
unsigned long record_file_line(const struct record_file *file);

/* How many bytes of the file have been read, and how many there are. */
uint64_t record_file_position(const struct record_file *file);
uint64_t record_file_size(const struct record_file *file);

/* NULL is fine. */
void record_file_close(struct record_file *file);

#endif
