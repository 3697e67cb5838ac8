/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that is there or the program ends. */
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory.h"

enum { LARGE = 128 << 10 }; /* bytes */

void memory_give_back(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE);
}

void memory_exhausted(void)
{
	fputs("l4dstat: out of memory; try a smaller --top or --cells, or give it more memory\n", stderr);
	exit(EXIT_FAILURE);
}

static void *checked(void *memory)
{
	if (!memory)
		memory_exhausted();
	return memory;
}

void *memory_new(size_t count, size_t size)
{
	return checked(calloc(count ?: 1, size));
}

void *memory_resize(void *old, size_t count, size_t size)
{
	return checked(reallocarray(old, count, size));
}

char *memory_format(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	return checked(length < 0 ? NULL : text);
}
