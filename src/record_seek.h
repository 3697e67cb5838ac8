/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finding times in a recording without reading all of it: intervals are in order, and each is a line or a part that is
 * gzip'ed for itself. What was gzip'ed in one piece can only be read from its beginning.
 */
#ifndef L4_RECORD_SEEK_H
#define L4_RECORD_SEEK_H

#include <stdint.h>

/* When the last interval of a file ended, or if that cannot be seen when it was last written; begin if it is unknown.
 */
double record_seek_last(const char *path, double begin);

/* Where to begin to read (a byte), not to miss what ended after that time; 0 if it cannot be seen. */
uint64_t record_seek_after(const char *path, double moment);

#endif
