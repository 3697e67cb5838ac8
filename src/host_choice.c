/* SPDX-License-Identifier: GPL-2.0 */
/* Choosing interfaces and disks by name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host_choice.h"
#include "memory.h"
#include "text.h"

static void append(char ***names, const char *name, size_t length)
{
	size_t count = 0;

	while (*names && (*names)[count])
		count++;
	*names = memory_resize(*names, count + 2, sizeof(**names));
	(*names)[count] = memory_format("%.*s", (int)length, name);
	(*names)[count + 1] = NULL;
}

/* "eth0, lo and total"; to be freed. */
static char *existing(const struct host_rows *rows)
{
	char *text = memory_format("%s", "");

	for (size_t i = 1; i < rows->count; i++) {
		char *longer = memory_format("%s%s, ", text, rows->rows[i].name);

		free(text);
		text = longer;
	}
	if (rows->count)
		return text;
	free(text);
	return memory_format("%s", "");
}

static int refuse(const char *what, const struct host_rows *rows, const char *name, size_t length, char **complaint)
{
	char *all = existing(rows), *given = memory_new(length + 1, 1);

	text_printable(given, length + 1, (const uint8_t *)name, length);
	*complaint = memory_format("there is no %s '%s'; there are %stotal", what, given, all);
	free(given);
	free(all);
	return -EINVAL;
}

static int choose_named(char ***names, const char *what, const struct host_rows *rows, const char *wanted,
			char **complaint)
{
	for (;;) {
		const size_t length = strcspn(wanted, ",");
		char *name = memory_format("%.*s", (int)length, wanted);
		const bool known = host_find(rows, name) || !strcmp(name, "total");

		free(name);
		if (!known)
			return refuse(what, rows, wanted, length, complaint);
		append(names, wanted, length);
		if (!wanted[length])
			return 0;
		wanted += length + 1;
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void choose_all(char ***names, const struct host_rows *rows)
{
	size_t count = 0;

	for (size_t i = 1; i < rows->count; i++) {
		if (!rows->rows[i].idle && strcmp(rows->rows[i].name, "lo")) {
			append(names, rows->rows[i].name, HOST_NAME);
			count++;
		}
	}
	if (count)
		qsort(*names, count, sizeof(**names), compare_names);
}

int host_choose(char ***names, const char *what, const struct host_rows *rows, const char *wanted, bool all,
		char **complaint)
{
	int err = 0;

	*names = NULL;
	if (wanted)
		err = choose_named(names, what, rows, wanted, complaint);
	else if (all)
		choose_all(names, rows);
	if (!err && !*names)
		append(names, "total", strlen("total"));
	return err;
}

void host_choice_free(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}
