/* SPDX-License-Identifier: GPL-2.0 */
/* The host's own numbers in a recording: members of a line that are there if they were read. */
#ifndef L4_RECORD_HOST_H
#define L4_RECORD_HOST_H

#include <stdio.h>

#include "host.h"

struct json_t;

/* What is cheap to read, and so recorded whether it is shown or not. Of enum host_part. */
enum { RECORD_HOST_ALWAYS = HOST_STAT | HOST_VMSTAT | HOST_SOCKSTAT | HOST_READ_LINKS | HOST_READ_DISKS };

/* Writes `system`, `links`, `disks`, `top_cpu` and so on, a comma before each; nothing if nothing was read. */
void record_write_host(FILE *file, const struct host_reading *host);

/*
 * Takes them from a line; *host must be zero or from an earlier call. Returns NULL, or what is wrong with them: words
 * like those of record_read().
 */
const char *record_take_host(struct host_reading *host, const struct json_t *line);

#endif
