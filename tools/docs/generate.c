/* SPDX-License-Identifier: GPL-2.0 */
/* Writes one of the documents to standard output: generate man TEMPLATE, schema TEMPLATE, bash, zsh or fish. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "docs.h"

static int usage(void)
{
	fputs("usage: generate man TEMPLATE | schema TEMPLATE | bash | zsh | fish\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*write)(FILE *out);
	} shells[] = {{"bash", docs_bash}, {"zsh", docs_zsh}, {"fish", docs_fish}};

	if (argc == 3 && !strcmp(argv[1], "man"))
		return docs_man(stdout, argv[2]) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	if (argc == 3 && !strcmp(argv[1], "schema"))
		return docs_schema(stdout, argv[2]) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	for (size_t i = 0; argc == 2 && i < sizeof(shells) / sizeof(*shells); i++) {
		if (!strcmp(argv[1], shells[i].name)) {
			shells[i].write(stdout);
			return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
		}
	}
	return usage();
}
