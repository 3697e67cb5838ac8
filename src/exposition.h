/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two text forms that Prometheus reads: its own, version 0.0.4, and OpenMetrics 1.0. How families and samples are
 * written; not here: which there are.
 */
#ifndef L4_EXPOSITION_H
#define L4_EXPOSITION_H

#include <stddef.h>
#include <stdio.h>

#include "dimension.h"

enum exposition_format { EXPOSITION_TEXT, EXPOSITION_OPENMETRICS, EXPOSITION_FORMATS };

extern const char *const exposition_content_types[EXPOSITION_FORMATS];

/* The form that whoever sends this Accept header (NULL: none) likes best; OpenMetrics only if it is named. */
enum exposition_format exposition_choose(const char *accept);

enum exposition_type { EXPOSITION_COUNTER, EXPOSITION_GAUGE, EXPOSITION_INFO };

enum { EXPOSITION_NAME = 128, EXPOSITION_LABELS = 5 };

struct exposition {
	FILE *file;
	enum exposition_format format;
	char sample[EXPOSITION_NAME]; /* what samples of the current family are called */
};

struct exposition_label {
	const char *name;
	char value[DIMENSION_TEXT]; /* any UTF-8 */
};

struct exposition_labels {
	struct exposition_label label[EXPOSITION_LABELS];
	size_t count;
};

/* Adds one; value is copied. */
void exposition_label(struct exposition_labels *labels, const char *name, const char *value);

/*
 * Begins a family: l4dstat_ and the parts of its name that are not empty, with _ between them; the last part, if it is
 * not empty, is the unit. What its type adds (_total) is not among them.
 */
void exposition_family(struct exposition *exposition, enum exposition_type type, const char *const parts[static 3],
		       const char *help);

/* A sample of the family begun last; labels may be NULL. */
void exposition_sample(struct exposition *exposition, const struct exposition_labels *labels, double value);

/* Nothing follows. */
void exposition_end(struct exposition *exposition);

#endif
