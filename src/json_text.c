/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Into a buffer of our own. json_dumps() has one too, but where there is no memory for more of it jansson 2.14 may
 * leave out a key and go on as if nothing were (dump.c, do_dump() does not look at what dump_string() returns).
 */
#include <string.h>

#include "json_text.h"
#include "memory.h"

struct buffer {
	char *text;
	size_t length, capacity; /* there is room for a NUL besides */
};

static int append(const char *piece, size_t length, void *opaque)
{
	struct buffer *buffer = opaque;

	if (buffer->capacity - buffer->length < length) {
		buffer->capacity = 2 * buffer->capacity + length;
		buffer->text = memory_resize(buffer->text, buffer->capacity + 1, 1);
	}
	memcpy(buffer->text + buffer->length, piece, length);
	buffer->length += length;
	return 0;
}

char *json_text(const json_t *object)
{
	enum { FIRST = 4096 };
	struct buffer buffer = {.text = memory_new(FIRST + 1, 1), .capacity = FIRST};

	if (json_dump_callback(object, append, &buffer, JSON_COMPACT | JSON_REAL_PRECISION(15)))
		memory_exhausted();
	buffer.text[buffer.length] = '\0';
	return buffer.text;
}
