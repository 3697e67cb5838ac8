/* SPDX-License-Identifier: GPL-2.0 */
/* Reads the host's numbers once per interval, only the parts that somebody wants. Needs no rights but for process I/O.
 */
#ifndef L4_HOST_READER_H
#define L4_HOST_READER_H

#include "host.h"

struct host_reader;

/* Counting begins. parts: of enum host_part. What cannot be read is NAN in every reading. */
struct host_reader *host_reader_open(unsigned int parts);

/*
 * What happened since the interval began. *reading must be zero or from an earlier call. If `ends` the next interval
 * begins here; else this one goes on.
 */
void host_reader_read(struct host_reader *reader, struct host_reading *reading, bool ends);

/* What there is, as of the beginning of the interval; counters are since boot. */
const struct host_reading *host_reader_before(const struct host_reader *reader);

/* NULL is fine. */
void host_reader_close(struct host_reader *reader);

#endif
