/* SPDX-License-Identifier: GPL-2.0 */
/* The command line: the first line of the input is L4DSTAT_OPTS, each of the others an argument. */
#include <math.h>
#include <stdlib.h>

#include "fuzz.h"
#include "options.h"

static void check_refused(const char *complaint)
{
	EXPECT(complaint);
	EXPECT(fuzz_is_sentence(complaint));
}

static void check_taken(const struct options *options, const char *complaint)
{
	EXPECT(!complaint);
	if (options->task != TASK_RUN)
		return;
	EXPECT(isfinite(options->delay) && options->delay >= 0.01);
	EXPECT(options->prefix4 <= 32 && options->prefix6 <= 128);
	EXPECT(!(options->json && options->csv));
	EXPECT(options->by.count <= DIM_COUNT);
	EXPECT(options->filter.port_count <= FILTER_LIST_MAX && options->filter.subnet_count <= FILTER_LIST_MAX);
	options_want_programs(options);
	options_want_states(options);
	options_host_parts(options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *complaint;
	struct options options;
	int argc;
	char **lines = fuzz_arguments(text, &argc), **arguments;

	setenv("L4DSTAT_OPTS", lines[1], 1);
	lines[1] = lines[0];
	argc--;
	arguments = options_with_environment(&argc, lines + 1);
	if (options_parse(&options, argc, arguments, &complaint))
		check_refused(complaint);
	else
		check_taken(&options, complaint);
	free(complaint);
	free(arguments);
	free(lines);
	free(text);
	return 0;
}
