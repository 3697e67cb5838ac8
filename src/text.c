/* SPDX-License-Identifier: GPL-2.0 */
/* Making foreign bytes fit to be shown. */
#include <string.h>

#include "text.h"

/* Length of the UTF-8 character at bytes (RFC 3629), 0 if there is none. */
static size_t utf8_length(const uint8_t *bytes, size_t left)
{
	const uint8_t first = bytes[0];
	const size_t length = first < 0x80   ? 1
			      : first < 0xc2 ? 0
			      : first < 0xe0 ? 2
			      : first < 0xf0 ? 3
			      : first < 0xf5 ? 4
					     : 0;

	if (!length || length > left)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((first == 0xe0 && bytes[1] < 0xa0) || (first == 0xed && bytes[1] > 0x9f) || /* overlong, surrogates */
	    (first == 0xf0 && bytes[1] < 0x90) || (first == 0xf4 && bytes[1] > 0x8f))
		return 0;
	return length;
}

static int is_control(const uint8_t *bytes, size_t length)
{
	return (length == 1 && (bytes[0] < 0x20 || bytes[0] == 0x7f)) ||
	       (length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0);
}

void text_printable(char *text, size_t size, const uint8_t *bytes, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < length;) {
		const size_t n = utf8_length(bytes + i, length - i);

		if (used + (n ?: 1) >= size)
			break;
		if (!n || is_control(bytes + i, n)) {
			text[used++] = '?';
		} else {
			memcpy(text + used, bytes + i, n);
			used += n;
		}
		i += n ?: 1;
	}
	text[used] = 0;
}
