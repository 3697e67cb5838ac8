/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A library to be preloaded: the call number FAULT_MEMORY of malloc() and its relatives finds no memory. Without that
 * variable it only counts; the count, or 0 if the call to fail did not come, is written to the file FAULT_TOLD.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* glibc's own, under the names it keeps for this. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static atomic_ulong calls;
static unsigned long fails; /* 0: none */

static void tell(unsigned long number)
{
	const char *path = getenv("FAULT_TOLD");
	const int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%lu\n", number);
	close(fd);
}

__attribute__((constructor)) static void begin(void)
{
	const char *number = getenv("FAULT_MEMORY");

	fails = number ? strtoul(number, NULL, 10) : 0;
	calls = 0;
}

__attribute__((destructor)) static void end(void)
{
	if (!fails)
		tell(calls);
}

static bool is_there(void)
{
	const unsigned long call = ++calls;

	if (!fails || call != fails)
		return true;
	tell(call);
	errno = ENOMEM;
	return false;
}

void *malloc(size_t size)
{
	return is_there() ? __libc_malloc(size) : NULL;
}

void *calloc(size_t count, size_t size)
{
	return is_there() ? __libc_calloc(count, size) : NULL;
}

void *realloc(void *old, size_t size)
{
	return is_there() ? __libc_realloc(old, size) : NULL;
}

/* glibc's calls its realloc() by its inner name. */
void *reallocarray(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, count * size);
}
