/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the dimensions of a row are called and how they stand in machine output: keys of JSON, columns of CSV. One
 * dimension can be several fields: a process is a pid, a name and a cgroup. Not here: metrics, which are called what
 * metrics.def calls them.
 */
#ifndef L4_FIELDS_H
#define L4_FIELDS_H

#include <stdint.h>

#include "dimension.h"

enum field_kind { FIELD_NONE, FIELD_TEXT, FIELD_NUMBER };

struct field_value {
	enum field_kind kind; /* FIELD_NONE: this row has none */
	int64_t number;
	char text[DIMENSION_TEXT]; /* printable */
};

struct field {
	const char *name;
	void (*get)(struct field_value *value, const struct dimension_key *key,
		    const struct dimension_context *context);
};

enum { FIELDS_PER_DIMENSION = 3, FIELDS_MAX = DIM_COUNT * FIELDS_PER_DIMENSION };

/* An ordered set. */
struct field_list {
	struct field fields[FIELDS_MAX];
	enum dimension of[FIELDS_MAX]; /* the dimension each stands for */
	size_t count;
};

/* The fields of these dimensions, each name once. */
struct field_list fields_of(const struct dimension_list *dims);

/* The value of list's field i in a row; in the row `other` each dimension's own field is "other", the rest is none. */
void field_get(struct field_value *value, const struct field_list *list, size_t i, const struct dimension_key *key,
	       const struct dimension_context *context);

/* The fields of a listening socket. */
extern const size_t listener_field_count;
const char *listener_field_name(size_t i);
void listener_field_get(struct field_value *value, size_t i, const struct snapshot_listener *listener,
			const struct dimension_context *context);

#endif
