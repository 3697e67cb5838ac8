/* SPDX-License-Identifier: GPL-2.0 */
/* What somebody meant who mistyped a name. */
#ifndef L4_NEAREST_H
#define L4_NEAREST_H

#include <stddef.h>

/*
 * The name most like the word, if any is like it at all: at most a third of its letters wrong, missing, too many or
 * swapped with their neighbour. name(i) gives the names from i = 0 on, NULL behind the last. NULL: none.
 */
const char *nearest_name(const char *word, const char *(*name)(size_t i));

#endif
