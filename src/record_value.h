/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Single values of a recording's line, each of which is looked at before it is taken. All of these return 0, or -EINVAL
 * and in *complaint what is wrong, to be freed. Not here: what they mean (record_read.c).
 */
#ifndef L4_RECORD_VALUE_H
#define L4_RECORD_VALUE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "l4_types.h"

/* Sets the complaint; returns -EINVAL. */
int record_complain(char **complaint, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A member of an object. The list is borrowed. */
int record_get_list(char **complaint, const json_t *object, const char *key, json_t **list);
int record_get_real(char **complaint, const json_t *object, const char *key, double min, double max, double *real);
int record_get_unsigned(char **complaint, const json_t *object, const char *key, uint64_t max, uint64_t *number);

/* A whole number; `what` it is. */
int record_take_unsigned(char **complaint, const json_t *value, const char *what, uint64_t max, uint64_t *number);

/* The same, of an element of a list. */
int record_take_32(char **complaint, const json_t *list, size_t i, const char *what, uint32_t *number);

int record_take_port(char **complaint, const json_t *value, uint16_t *port);

/* The place of a word in a list of them. */
int record_take_word(char **complaint, const json_t *value, const char *what, const char *const *words, size_t count,
		     uint8_t *place);

/* text: NULL is no address. IPv4 in its mapped form. */
int record_take_address(char **complaint, const char *text, uint8_t address[static L4_PREFIX_LEN]);

/* Text, or a list of bytes; what is longer than the kernel's names is none. */
int record_take_comm(char **complaint, const json_t *value, uint8_t comm[static L4_COMM_LEN]);

#endif
