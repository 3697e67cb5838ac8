/* SPDX-License-Identifier: GPL-2.0 */
/* What is made from the option table at build time: the manual page and the completions of three shells. */
#ifndef L4_DOCS_H
#define L4_DOCS_H

#include <stdio.h>

/* Copies a template in which a line @options@, @columns@, @dimensions@, @metrics@ or @examples@ stands for those. */
int docs_man(FILE *out, const char *template);

void docs_bash(FILE *out);
void docs_zsh(FILE *out);
void docs_fish(FILE *out);

#endif
