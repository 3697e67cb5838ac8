/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzz targets share. Each target is a file NAME.c beside this one, its seeds are in seeds/NAME/. It gives the
 * bytes to code that reads what others write, and expects more of it than not to crash.
 */
#ifndef L4_FUZZ_H
#define L4_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer calls it; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the run, with what is wrong and where. */
#define EXPECT(condition) fuzz_expect(condition, #condition, __FILE__, __LINE__)
void fuzz_expect(bool holds, const char *condition, const char *file, int line);

/* The bytes, NUL-terminated; to be freed. */
char *fuzz_text(const uint8_t *data, size_t size);

/* Lines of text, which is cut at their ends, as arguments of l4dstat; to be freed. */
char **fuzz_arguments(char *text, int *argc);

/* Whether it is one line without control characters. */
bool fuzz_is_sentence(const char *text);

#endif
