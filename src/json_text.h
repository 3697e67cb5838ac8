/* SPDX-License-Identifier: GPL-2.0 */
/* JSON as text. */
#ifndef L4_JSON_TEXT_H
#define L4_JSON_TEXT_H

#include <jansson.h>

/* The object on one line, without an end of line; the caller's to free(). */
char *json_text(const json_t *object);

#endif
