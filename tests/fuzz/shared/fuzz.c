/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzz targets share. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fuzz.h"
#include "memory.h"

void fuzz_expect(bool holds, const char *condition, const char *file, int line)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
	abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = memory_new(size + 1, 1);

	memcpy(text, data, size);
	return text;
}

char **fuzz_arguments(char *text, int *argc)
{
	static char name[] = "l4dstat";
	char **arguments = memory_new(strlen(text) + 3, sizeof(*arguments));

	arguments[0] = name;
	*argc = 1;
	for (char *line = text, *end; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = 0;
		arguments[(*argc)++] = line;
	}
	return arguments;
}

bool fuzz_is_sentence(const char *text)
{
	for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++) {
		if (*byte < 0x20 || *byte == 0x7f || (*byte == 0xc2 && byte[1] < 0xa0))
			return false;
	}
	return *text;
}
