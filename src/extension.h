/* SPDX-License-Identifier: GPL-2.0 */
/* What the name of a file says of the format that is wanted in it. No I/O. */
#ifndef L4_EXTENSION_H
#define L4_EXTENSION_H

#include <stdbool.h>

enum file_format { FILE_CSV, FILE_JSON, FILE_JSON_ROWS };

struct extension {
	enum file_format format;
	bool gzip;
};

/* Fills in *extension and returns 0, or -ENOENT if the name has none of ours. Case does not matter. */
int extension_of(const char *name, struct extension *extension);

/* All there are, with commas between them. */
extern const char extension_names[];

#endif
