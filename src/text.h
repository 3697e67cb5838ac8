/* SPDX-License-Identifier: GPL-2.0 */
/* Making foreign bytes (process names, paths) fit to be shown: valid UTF-8 without control characters. */
#ifndef L4_TEXT_H
#define L4_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Copies length bytes to text (size bytes, always NUL-terminated; what does not fit is left out).
 * Control characters (C0, DEL, C1) and bytes that are no valid UTF-8 become '?'.
 */
void text_printable(char *text, size_t size, const uint8_t *bytes, size_t length);

#endif
