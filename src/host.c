/* SPDX-License-Identifier: GPL-2.0 */
/* The host's numbers: their table, rows, sums and differences. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "memory.h"

enum {
	PART_STAT = HOST_STAT,
	PART_VMSTAT = HOST_VMSTAT,
	PART_SOCKSTAT = HOST_SOCKSTAT,
	PART_TCP = HOST_TCP,
	PART_UDP = HOST_UDP,
	PART_RAW = HOST_RAW,
	PART_UNIX = HOST_UNIX,
	PART_LINKS = HOST_READ_LINKS,
	PART_DISKS = HOST_READ_DISKS,
	PART_PROCESSES = HOST_READ_PROCESSES,
	PART_PROCESS_IO = HOST_READ_PROCESSES | HOST_READ_PROCESS_IO,
};

const struct host_metric_info host_metrics[HOST_METRIC_COUNT] = {
#define HOST(name, scope, part, kind, unit, help) \
	[HOST_##name] = {#name, help, HOST_##scope, PART_##part, METRIC_##kind, UNIT_##unit},
#include "host.def"
};

bool host_is_whole(const struct host_metric_info *metric)
{
	return metric->unit != UNIT_SHARE && metric->unit != UNIT_LOAD;
}

struct host_row *host_add(struct host_rows *rows)
{
	struct host_row *row;

	if (rows->count == rows->capacity) {
		rows->capacity = rows->capacity ? rows->capacity * 2 : 8;
		rows->rows = memory_resize(rows->rows, rows->capacity, sizeof(*row));
	}
	row = &rows->rows[rows->count++];
	memset(row, 0, sizeof(*row));
	return row;
}

const struct host_row *host_find(const struct host_rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->count; i++) {
		if (!strcmp(rows->rows[i].name, name))
			return &rows->rows[i];
	}
	return NULL;
}

const struct host_rows *host_rows_of(const struct host_reading *reading, enum host_scope scope)
{
	return scope == HOST_LINKS ? &reading->links : scope == HOST_DISKS ? &reading->disks : NULL;
}

static void add_values(struct host_values *sum, const struct host_values *values)
{
	for (int m = 0; m < HOST_METRIC_COUNT; m++)
		sum->value[m] += values->value[m];
}

void host_sum_up(struct host_rows *rows)
{
	rows->rows[0].values = (struct host_values){};
	for (size_t i = 1; i < rows->count; i++) {
		if (!rows->rows[i].seen_elsewhere)
			add_values(&rows->rows[0].values, &rows->rows[i].values);
	}
}

static bool has_fallen(const struct host_values *now, const struct host_values *before)
{
	for (int m = 0; m < HOST_METRIC_COUNT; m++) {
		if (host_metrics[m].kind == METRIC_COUNTER && now->value[m] < before->value[m])
			return true;
	}
	return false;
}

static void subtract_values(struct host_values *now, const struct host_values *before)
{
	if (has_fallen(now, before))
		return;
	for (int m = 1; m < HOST_METRIC_COUNT; m++) {
		if (host_metrics[m].kind == METRIC_COUNTER)
			now->value[m] -= before->value[m];
	}
}

/* Most often a row is where it was. */
static const struct host_row *find_again(const struct host_rows *rows, const char *name, size_t at)
{
	return at < rows->count && !strcmp(rows->rows[at].name, name) ? &rows->rows[at] : host_find(rows, name);
}

static void subtract_rows(struct host_rows *now, const struct host_rows *before)
{
	for (size_t i = 0; i < now->count; i++) {
		const struct host_row *old = find_again(before, now->rows[i].name, i);

		if (old)
			subtract_values(&now->rows[i].values, &old->values);
	}
	if (now->count)
		host_sum_up(now);
}

void host_subtract(struct host_reading *now, const struct host_reading *before)
{
	subtract_values(&now->system, &before->system);
	subtract_rows(&now->links, &before->links);
	subtract_rows(&now->disks, &before->disks);
}

static void copy_rows(struct host_rows *to, const struct host_rows *from)
{
	to->count = 0;
	for (size_t i = 0; i < from->count; i++)
		*host_add(to) = from->rows[i];
}

void host_copy(struct host_reading *to, const struct host_reading *from)
{
	struct host_rows links = to->links, disks = to->disks;

	copy_rows(&links, &from->links);
	copy_rows(&disks, &from->disks);
	*to = *from;
	to->links = links;
	to->disks = disks;
}

void host_free(struct host_reading *reading)
{
	free(reading->links.rows);
	free(reading->disks.rows);
	*reading = (struct host_reading){};
}
