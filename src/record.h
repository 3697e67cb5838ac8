/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording: JSON Lines, an interval each, with everything a snapshot has (tools/schema/recording.json describes it).
 * Cells stand in tables, one for each protocol, role and kind, whose columns are named by metrics, the most common ones
 * first; of a row that ends early the rest is 0. Whose they are stands once per line, in `owners`.
 * Pure functions over a line. Not here: files (recorder.c, record_file.c), and what is made of it (replay.c).
 */
#ifndef L4_RECORD_H
#define L4_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "dimension.h"
#include "record_rows.h"
#include "snapshot.h"

struct json_t;

enum { RECORD_VERSION = 1, RECORD_HOST = 256 };

/* Every line begins so; the time its interval ended follows. */
#define RECORD_BEGINS "{\"recording\":1,\"ts\":"

/* What an id was called. */
struct record_name {
	uint64_t id;
	const char *text;
};

struct record_names {
	struct record_name *list; /* count of them, by id */
	size_t count, capacity;
};

/* An interval as it was recorded. Zero, or from an earlier call: its memory is used again. */
struct record {
	struct snapshot snapshot; /* complete but for .ended; of .host what was recorded */
	char host[RECORD_HOST];	  /* printable */
	unsigned int prefix4, prefix6;
	struct record_names cgroups, netns; /* of netns the texts are printable */
	const char *unknown;		    /* name of a metric that this version does not know; NULL: none */
	char *tally_names[TALLY_COUNT][L4_TALLY];
	struct record_rows rows;
	struct json_t *json; /* where the texts are */
};

/*
 * Writes an interval as a line. host: printable; dimension: what ids are called, and the lengths of prefixes. Whether
 * that succeeded the file knows: ferror().
 */
void record_write(FILE *file, const struct snapshot *snapshot, const char *host,
		  const struct dimension_context *dimension);

/*
 * Takes a line (without its end) in. Returns 0, or -EINVAL with *complaint what is wrong with it, to be freed: words
 * that go on from "line 7: ". Then *record is as good for the next call as before, but not to be looked at. What a
 * newer version has added is passed over.
 */
int record_read(struct record *record, const char *line, size_t length, char **complaint);

/* When the interval of a line ended, without reading all of it; false if it does not begin as lines of ours do. */
bool record_moment(const char *line, size_t length, double *timestamp);

/* NULL if there is none. */
const char *record_name(const struct record_names *names, uint64_t id);

/* Cuts the addresses to prefixes as short as these, which must not be longer than the record's. */
void record_shorten(struct record *record, unsigned int prefix4, unsigned int prefix6);

void record_free(struct record *record);

/* For record_read.c. */
int record_compare_names(const void *a, const void *b);
void record_forget_reasons(struct record *record);

/* For record_write.c and record_host.c: foreign text. */
void record_write_text(FILE *file, const char *text);

/* What both sides call things, by their enums. */
extern const char *const record_owner_kinds[L4_OWNER_OTHER + 1];
extern const char *const record_roles[L4_ROLE_SERVER + 1];
extern const char *const record_tallies[TALLY_COUNT];

#endif
