/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How objects of JSON are put together, whatever is in them. Not here: what their members are called.
 *
 * jansson fails only when there is no memory, as what it is given is valid UTF-8 and every number finite: that ends the
 * program. Values are taken over (new references).
 */
#ifndef L4_JSON_BUILD_H
#define L4_JSON_BUILD_H

#include <jansson.h>

#include "fields.h"

/* The value, which is not NULL then. */
json_t *json_made(json_t *value);

void json_put(json_t *object, const char *key, json_t *value);
void json_append(json_t *array, json_t *value);

/*
 * A real number, also where it is a whole one: who indexes by the type of the first refuses others. With as many
 * decimals as mean something; what is not finite is left out.
 */
void json_put_real(json_t *object, const char *key, double value);

/* A field that is none is left out. */
void json_put_field(json_t *object, const char *name, const struct field_value *value);
void json_put_fields(json_t *object, const struct field_list *fields, const struct dimension_key *key,
		     const struct dimension_context *context);

#endif
