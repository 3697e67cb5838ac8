/* SPDX-License-Identifier: GPL-2.0 */
/* jansson, whose every call may fail, made one that does not. */
#include <math.h>

#include "json_build.h"
#include "memory.h"

json_t *json_made(json_t *value)
{
	if (!value)
		memory_exhausted();
	return value;
}

void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, json_made(value)))
		memory_exhausted();
}

void json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, json_made(value)))
		memory_exhausted();
}

void json_put_real(json_t *object, const char *key, double value)
{
	if (isfinite(value))
		json_put(object, key, json_real(value == floor(value) ? value : round(value * 1e6) / 1e6));
}

void json_put_field(json_t *object, const char *name, const struct field_value *value)
{
	if (value->kind != FIELD_NONE)
		json_put(object, name,
			 value->kind == FIELD_TEXT ? json_string(value->text) : json_integer(value->number));
}

void json_put_fields(json_t *object, const struct field_list *fields, const struct dimension_key *key,
		     const struct dimension_context *context)
{
	struct field_value value;

	for (size_t i = 0; i < fields->count; i++) {
		field_get(&value, fields, i, key, context);
		json_put_field(object, fields->fields[i].name, &value);
	}
}
