/* SPDX-License-Identifier: GPL-2.0 */
/* A line of a recording, from anywhere: refused in words, or it is a snapshot that can be shown and written again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "record.h"
#include "report.h"

static struct record record; /* used again, as replay does */

static const char *cgroup_path(uint64_t id)
{
	return record_name(&record.cgroups, id);
}

static const char *netns_name(uint32_t inode)
{
	return record_name(&record.netns, inode) ?: "?";
}

/* To be freed. */
static char *write_line(size_t *length)
{
	const struct dimension_context dimension = {
		.prefix4 = record.prefix4,
		.prefix6 = record.prefix6,
		.cgroup_path = cgroup_path,
		.netns_name = netns_name,
	};
	char *text = NULL;
	FILE *file = open_memstream(&text, length);

	EXPECT(file);
	record_write(file, &record.snapshot, record.host, &dimension);
	EXPECT(!ferror(file) && !fclose(file));
	EXPECT(*length && memchr(text, '\n', *length) == text + *length - 1);
	--*length;
	return text;
}

/* What is written is read again, and then it is the same to the byte. */
static void check_again(void)
{
	size_t length, again_length;
	char *text = write_line(&length), *again, *complaint = NULL;

	EXPECT(!record_read(&record, text, length, &complaint));
	again = write_line(&again_length);
	EXPECT(length == again_length && !memcmp(text, again, length));
	free(again);
	free(text);
}

static void check_report(enum dimension dim)
{
	const struct report_query query = {
		.dims = {.dims = {dim}, .count = 1},
		.sort = {.by = {METRIC_NONE}},
		.top = 3,
		.with_processes = true,
		.with_distinct = true,
	};
	struct report report = {};

	report_make(&report, &record.snapshot, &query);
	EXPECT(report.count <= 4);
	report_free(&report);
}

static void check_taken(const char *line, size_t length)
{
	double moment;

	EXPECT(isfinite(record.snapshot.timestamp) && isfinite(record.snapshot.interval));
	EXPECT(!*record.host || fuzz_is_sentence(record.host));
	EXPECT(record.prefix4 <= 32 && record.prefix6 <= 128);
	if (record_moment(line, length, &moment))
		EXPECT(moment == record.snapshot.timestamp);
	check_again();
	for (enum dimension dim = 0; dim < DIM_COUNT; dim++)
		check_report(dim);
	record_shorten(&record, 0, 0);
	check_again();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_text(data, size), *complaint = NULL;

	if (record_read(&record, line, size, &complaint))
		EXPECT(complaint && fuzz_is_sentence(complaint));
	else
		check_taken(line, size);
	free(complaint);
	free(line);
	return 0;
}
