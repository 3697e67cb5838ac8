/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is made from the program's tables at build time: the manual page, the completions of three shells, JSON Schema.
 */
#ifndef L4_DOCS_H
#define L4_DOCS_H

#include <stdio.h>

/* Copies a template in which a line @options@, @columns@, @dimensions@, @metrics@ or @examples@ stands for those. */
int docs_man(FILE *out, const char *template);

/* Copies a JSON Schema in which a member "$metrics" stands for those it names: all, total, gauges,
 * names (of cells), system, links, disks, processes (of the host), rows (all of both). */
int docs_schema(FILE *out, const char *template);

void docs_bash(FILE *out);
void docs_zsh(FILE *out);
void docs_fish(FILE *out);

#endif
