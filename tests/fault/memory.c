/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A library to be preloaded: the call number FAULT_MEMORY of malloc() and its relatives finds no memory. Without that
 * variable it only counts; the count, or 0 if the call to fail did not come, is written to the file FAULT_TOLD.
 *
 * Calls of libseccomp always find memory, and are not counted: 2.5 frees some of it twice when there is no more
 * (gen_bpf.c), which is nothing that l4dstat could mend.
 */
#include <dlfcn.h>
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
static int told = -1;

static void tell(unsigned long number)
{
	if (told >= 0)
		dprintf(told, "%lu\n", number);
}

/* Later no file can be made. */
__attribute__((constructor)) static void begin(void)
{
	const char *number = getenv("FAULT_MEMORY"), *path = getenv("FAULT_TOLD");

	told = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	fails = number ? strtoul(number, NULL, 10) : 0;
	calls = 0;
}

__attribute__((destructor)) static void end(void)
{
	if (!fails)
		tell(calls);
}

/* dladdr() needs no memory. */
static bool is_of_libseccomp(const void *caller)
{
	Dl_info library;

	return dladdr(caller, &library) && strstr(library.dli_fname, "libseccomp");
}

static bool is_there(const void *caller)
{
	unsigned long call;

	if (is_of_libseccomp(caller))
		return true;
	call = ++calls;
	if (!fails || call != fails)
		return true;
	tell(call);
	errno = ENOMEM;
	return false;
}

void *malloc(size_t size)
{
	return is_there(__builtin_return_address(0)) ? __libc_malloc(size) : NULL;
}

void *calloc(size_t count, size_t size)
{
	return is_there(__builtin_return_address(0)) ? __libc_calloc(count, size) : NULL;
}

void *realloc(void *old, size_t size)
{
	return is_there(__builtin_return_address(0)) ? __libc_realloc(old, size) : NULL;
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
