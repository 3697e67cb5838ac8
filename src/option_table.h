/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options as data: parser, --help, manual page and completions all read these rows and nothing else. Adding an
 * option is a row in option_table.c; a column's option comes from columns.c.
 */
#ifndef L4_OPTION_TABLE_H
#define L4_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct column_group; /* columns.h */
struct options;	     /* options.h */

/* Under which heading an option is described. */
enum option_group {
	OPTION_GROUP_VIEW,
	OPTION_GROUP_COLUMNS, /* of the line: Layer 4's */
	OPTION_GROUP_DSTAT,   /* of the line: dstat's */
	OPTION_GROUP_FILTER,
	OPTION_GROUP_FORMAT,
	OPTION_GROUP_ALERTS,
	OPTION_GROUP_COUNTING,
	OPTION_GROUP_LOOKS,
	OPTION_GROUP_OTHER,
	OPTION_GROUP_COUNT,
};

/* What the value of an option is made of, so far as a shell can complete it. */
enum option_value {
	OPTION_VALUE_FREE, /* a number, an address: nothing to offer */
	OPTION_VALUE_WORD, /* one of row.words */
	OPTION_VALUE_DIMENSION,
	OPTION_VALUE_METRIC,
	OPTION_VALUE_ALERT, /* default, or the name of one of these rules; any other rule is free text */
	OPTION_VALUE_FILE,
	OPTION_VALUE_PID,
	OPTION_VALUE_PROCESS_NAME,
};

struct option_row {
	char letter; /* 0: none */
	const char *name;
	const char *argument; /* what --help calls it; NULL: takes none */
	bool optional;	      /* the argument may be left out; if not, it stands behind '=' */
	bool list;	      /* the argument is a list with commas */
	const char *help;     /* a phrase */
	enum option_group group;
	enum option_value value;

	/*
	 * Takes the value (NULL: none) over into options. Returns 0, or -EINVAL with *complaint one sentence, to be
	 * freed.
	 */
	int (*apply)(struct options *options, const struct option_row *row, const char *value, char **complaint);

	/* For an apply() that several rows share: where it writes to, an offset into struct options, and what. */
	size_t field;
	unsigned int chosen;	  /* what a mere mention means */
	const char *const *words; /* the words to choose from, NULL-terminated; min and their position is written */
	unsigned long min, max;	  /* of a number; min: what the first word stands for */
	const struct column_group *column; /* that it adds to the line */
};

/* All options in the order of --help, i from 0 to option_count() - 1. */
size_t option_count(void);
struct option_row option_row(size_t i);

/* The words the value can be or, if it is a list, can have, i from 0 on; NULL behind the last, or if there are none. */
const char *option_word(const struct option_row *row, size_t i);

/* row->help, and the dimensions it speaks of; to be freed. */
char *option_help(const struct option_row *row);

/* The heading of a group. */
extern const char *const option_group_titles[OPTION_GROUP_COUNT];

/* The commands to begin with, and what each shows; ends with a command NULL. */
struct option_example {
	const char *command, *shows;
};
extern const struct option_example option_examples[];

#endif
