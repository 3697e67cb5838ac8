/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that is there or the program ends: out of memory is handled in this one place. */
#ifndef L4_MEMORY_H
#define L4_MEMORY_H

#include <stddef.h>

/*
 * From now on what is large goes back to the system when it is freed. Left to itself glibc keeps the like of what was
 * freed once: what a flood took for an interval would stay.
 */
void memory_give_back(void);

/* Says so and ends the program. */
void memory_exhausted(void) __attribute__((noreturn));

/* count objects of size bytes, zeroed; never NULL unless count is 0. Free with free(). */
void *memory_new(size_t count, size_t size);

/* The same memory with room for count objects; what is new is not initialised. */
void *memory_resize(void *old, size_t count, size_t size);

/* A printf()ed string. Free with free(). */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
