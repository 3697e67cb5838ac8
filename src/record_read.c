/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A line of a recording as a snapshot. It may come from anywhere: whatever stands in it is looked at before it is
 * used.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"
#include "memory.h"
#include "record.h"
#include "record_host.h"
#include "record_value.h"
#include "text.h"

enum { SHOWN = 64 }; /* of what is wrong */

/* So that sums over a line stay what they are; the busiest host does not get near. */
static const int64_t counts_max = 1ll << 60;

static const char no_owner[] = "there is an owner that is not in the list";

struct reading {
	struct record *record;
	char **complaint;
	struct l4_owner *owner_list; /* owner_count of them, and where they live */
	uint32_t *owner_netns;
	size_t owner_count;
	size_t tables;	 /* rows of so many have been looked at */
	int64_t counted; /* the sum of all counts without their signs */
};

/* Owners */

static int take_owner(struct reading *reading, const json_t *value, size_t i)
{
	struct l4_owner *owner = &reading->owner_list[i];
	uint64_t cgroup;
	int err;

	if (!json_is_array(value) || json_array_size(value) < 6)
		return record_complain(reading->complaint, "there is an owner that is no list of six");
	err = record_take_word(reading->complaint, json_array_get(value, 0), "kind of owner", record_owner_kinds, L4_OWNER_OTHER + 1,
			&owner->kind)
		      ?: record_take_32(reading->complaint, value, 1, "netns", &reading->owner_netns[i])
		      ?: record_take_comm(reading->complaint, json_array_get(value, 2), owner->comm)
		      ?: record_take_32(reading->complaint, value, 3, "pid", &owner->process.tgid)
		      ?: record_take_32(reading->complaint, value, 4, "generation", &owner->process.generation)
		      ?: record_take_unsigned(reading->complaint, json_array_get(value, 5), "cgroup", INT64_MAX, &cgroup);
	if (!err)
		owner->cgroup = cgroup;
	return err;
}

static int take_owners(struct reading *reading, const json_t *line)
{
	const json_t *value;
	json_t *list;
	size_t i;
	int err = record_get_list(reading->complaint, line, "owners", &list);

	if (err)
		return err;
	reading->owner_count = json_array_size(list);
	reading->owner_list = memory_new(reading->owner_count, sizeof(*reading->owner_list));
	reading->owner_netns = memory_new(reading->owner_count, sizeof(*reading->owner_netns));
	json_array_foreach(list, i, value)
	{
		err = err ?: take_owner(reading, value, i);
	}
	return err;
}

static int take_owner_number(const struct reading *reading, const json_t *list, uint32_t *number)
{
	const int err = record_take_32(reading->complaint, list, 0, "owner", number);

	return err ?: *number < reading->owner_count ? 0 : record_complain(reading->complaint, no_owner);
}

/* Cells */

struct columns {
	int slots[L4_SLOTS]; /* count of them; -1: of a metric that is not known */
	size_t count;
};

struct table {
	uint8_t kind, proto, role;
	struct columns columns;
};

static int compare_metrics(const void *a, const void *b)
{
	return strcmp(metrics[*(const enum metric *)a].name, metrics[*(const enum metric *)b].name);
}

static int compare_with_metric(const void *name, const void *metric)
{
	return strcmp(name, metrics[*(const enum metric *)metric].name);
}

/* As metric_by_name(), for the many there are in a recording. */
static int find_metric(const char *name, enum metric *metric)
{
	static enum metric by_name[METRIC_COUNT];
	const enum metric *found;

	if (by_name[0] == by_name[1]) {
		for (int m = 0; m < METRIC_COUNT; m++)
			by_name[m] = m;
		qsort(by_name, METRIC_COUNT, sizeof(*by_name), compare_metrics);
	}
	found = bsearch(name, by_name, METRIC_COUNT, sizeof(*by_name), compare_with_metric);
	if (!found)
		return -ENOENT;
	*metric = *found;
	return 0;
}

static int take_column(const struct reading *reading, const json_t *value, struct table *table)
{
	const char *name = json_string_value(value);
	enum metric metric;

	if (!name || table->columns.count == L4_SLOTS)
		return record_complain(reading->complaint,
				       "there is a table whose metrics are no names, or are too many");
	if (find_metric(name, &metric)) {
		reading->record->unknown = name;
		table->columns.slots[table->columns.count++] = -1;
		return 0;
	}
	if (metrics[metric].proto != table->proto || metrics[metric].cells != table->kind)
		return record_complain(reading->complaint, "%s is not a metric of the table where it is", name);
	table->columns.slots[table->columns.count++] = metrics[metric].slot;
	return 0;
}

static int take_table_head(const struct reading *reading, const json_t *value, struct table *table)
{
	static const char *const kinds[] = {[CELL_COUNTS] = "counts", [CELL_STATES] = "states"};
	static const char *const protos[] = {"tcp", "udp"};
	const json_t *column;
	json_t *list;
	size_t i;
	int err = record_take_word(reading->complaint, json_object_get(value, "kind"), "kind", kinds, 2, &table->kind)
			  ?: record_take_word(reading->complaint, json_object_get(value, "proto"), "proto", protos, 2, &table->proto)
			  ?: record_take_word(reading->complaint, json_object_get(value, "role"), "role", record_roles,
				       L4_ROLE_SERVER + 1, &table->role)
			  ?: record_get_list(reading->complaint, value, "metrics", &list);

	if (err)
		return err;
	table->proto = table->proto ? L4_PROTO_UDP : L4_PROTO_TCP;
	json_array_foreach(list, i, column)
	{
		err = err ?: take_column(reading, column, table);
	}
	return err;
}

static int take_count(struct reading *reading, int64_t count)
{
	const int64_t magnitude = count < 0 ? -(count + 1) : count;

	if (magnitude > counts_max - reading->counted)
		return record_complain(reading->complaint, "its counts are larger than any can be");
	reading->counted += magnitude;
	return 0;
}

static int take_row(struct reading *reading, const struct record_row *row, const struct table *table)
{
	const int64_t *counts = reading->record->rows.numbers + row->first;
	const struct l4_owner *owner;
	struct l4_cell_key key = {.proto = table->proto, .role = table->role};
	__s64 all[L4_SLOTS] = {};
	struct snapshot_cell *cell;
	int err = 0;

	if (row->count > table->columns.count || row->port < 0 || row->port > UINT16_MAX)
		return record_complain(reading->complaint, "there is a row that does not fit its table");
	if (row->owner < 0 || (uint64_t)row->owner >= reading->owner_count)
		return record_complain(reading->complaint, no_owner);
	owner = &reading->owner_list[row->owner];
	key.process = owner->process;
	key.owner = owner->kind;
	key.netns = reading->owner_netns[row->owner];
	key.port = row->port;
	for (size_t i = 0; !err && i < row->count; i++) {
		err = take_count(reading, counts[i]);
		if (table->columns.slots[i] >= 0)
			all[table->columns.slots[i]] = counts[i];
	}
	err = err ?: record_take_address(reading->complaint, row->address, key.prefix);
	if (err)
		return err;
	cell = snapshot_put(&reading->record->snapshot, &key, all, L4_SLOTS);
	cell->kind = table->kind;
	cell->cgroup = owner->cgroup;
	memcpy(cell->comm, owner->comm, sizeof(cell->comm));
	return 0;
}

/* Each is there once, in the order in which they were taken out of the line. */
static const struct record_rows_table *rows_of(struct reading *reading, const json_t *table)
{
	const json_t *number = json_object_get(table, "rows");
	const struct record_rows *rows = &reading->record->rows;

	if (!json_is_integer(number) || json_integer_value(number) < (json_int_t)reading->tables ||
	    json_integer_value(number) >= (json_int_t)rows->table_count)
		return NULL;
	reading->tables = json_integer_value(number) + 1;
	return &rows->tables[reading->tables - 1];
}

static int take_table(struct reading *reading, const json_t *value)
{
	const struct record_rows_table *rows = rows_of(reading, value);
	struct table table = {};
	int err = take_table_head(reading, value, &table);

	if (!err && !rows)
		err = record_complain(reading->complaint,
				      "the rows of a table are not lists of owner, port, address and whole numbers");
	for (size_t i = 0; !err && i < rows->count; i++)
		err = take_row(reading, &reading->record->rows.rows[rows->first + i], &table);
	return err;
}

static int take_cells(struct reading *reading, const json_t *line)
{
	const json_t *table;
	json_t *list;
	size_t i;
	int err = record_get_list(reading->complaint, line, "cells", &list);

	if (err)
		return err;
	json_array_foreach(list, i, table)
	{
		err = err ?: take_table(reading, table);
	}
	return err;
}

/* Listeners */

static int take_listener(struct reading *reading, const json_t *value, size_t i)
{
	struct snapshot_listener *found = snapshot_add_listener(&reading->record->snapshot);
	struct l4_listener *listener = &found->listener;
	const struct l4_owner *owner;
	uint32_t number;
	int err;

	if (!json_is_array(value) || json_array_size(value) < 8)
		return record_complain(reading->complaint, "there is a listener that is no list of eight");
	err = take_owner_number(reading, value, &number)
		      ?: record_take_port(reading->complaint, json_array_get(value, 1), &listener->port)
		      ?: record_take_address(reading->complaint, json_string_value(json_array_get(value, 2)), listener->address)
		      ?: record_take_32(reading->complaint, value, 3, "backlog", &listener->backlog)
		      ?: record_take_32(reading->complaint, value, 4, "backlog_max", &listener->backlog_max)
		      ?: record_take_32(reading->complaint, value, 5, "half_open", &listener->half_open)
		      ?: record_take_32(reading->complaint, value, 6, "drops", &found->drops)
		      ?: record_take_32(reading->complaint, value, 7, "drops_total", &listener->drops);
	if (err)
		return err;
	owner = &reading->owner_list[number];
	listener->socket = i;
	listener->process = owner->process;
	listener->owner = owner->kind;
	listener->cgroup = owner->cgroup;
	listener->netns = reading->owner_netns[number];
	memcpy(listener->comm, owner->comm, sizeof(listener->comm));
	return 0;
}

static int take_listeners(struct reading *reading, const json_t *line)
{
	const json_t *value;
	json_t *list;
	size_t i;
	int err = record_get_list(reading->complaint, line, "listeners", &list);

	if (err)
		return err;
	json_array_foreach(list, i, value)
	{
		err = err ?: take_listener(reading, value, i);
	}
	if (!err)
		snapshot_add_listener_drops(&reading->record->snapshot);
	return err;
}

/* Names of ids: pairs. A name that is a list of bytes is of a cgroup, and none that anybody can read. */

static int take_name(const struct reading *reading, struct record_names *names, const json_t *value)
{
	const char *text = json_string_value(json_array_get(value, 1));
	uint64_t id;
	int err;

	if (!json_is_array(value) || json_array_size(value) < 2)
		return record_complain(reading->complaint, "there is a name that is no list of two");
	err = record_take_unsigned(reading->complaint, json_array_get(value, 0), "id", INT64_MAX, &id);
	if (err || !text)
		return err;
	if (names->count == names->capacity) {
		names->capacity = names->capacity ? names->capacity * 2 : 32;
		names->list = memory_resize(names->list, names->capacity, sizeof(*names->list));
	}
	names->list[names->count++] = (struct record_name){id, text};
	return 0;
}

static int take_names(const struct reading *reading, struct record_names *names, const json_t *line, const char *key)
{
	const json_t *value;
	json_t *list;
	size_t i;
	int err = record_get_list(reading->complaint, line, key, &list);

	names->count = 0;
	if (err)
		return err;
	json_array_foreach(list, i, value)
	{
		err = err ?: take_name(reading, names, value);
	}
	if (names->count)
		qsort(names->list, names->count, sizeof(*names->list), record_compare_names);
	return err;
}

/* Tallies */

static int take_reason(const struct reading *reading, const json_t *value, enum tally_kind kind)
{
	const json_t *name = json_array_get(value, 1);
	uint64_t number, count;
	int err;

	if (!json_is_array(value) || json_array_size(value) < 3 || (!json_is_string(name) && !json_is_null(name)))
		return record_complain(reading->complaint,
				       "there is a reason in '%s' that is no list of number, name and count",
				       record_tallies[kind]);
	err = record_take_unsigned(reading->complaint, json_array_get(value, 0), "reason", L4_TALLY - 1, &number)
		      ?: record_take_unsigned(reading->complaint, json_array_get(value, 2), "count", INT64_MAX, &count);
	if (err)
		return err;
	free(reading->record->tally_names[kind][number]);
	reading->record->tally_names[kind][number] =
		json_is_string(name) ? memory_format("%s", json_string_value(name)) : NULL;
	reading->record->snapshot.tallies[kind].count[number] = count;
	return 0;
}

static int take_tallies(const struct reading *reading, const json_t *line)
{
	int err = 0;

	record_forget_reasons(reading->record);
	for (int t = 0; t < TALLY_COUNT; t++) {
		struct snapshot_tally *tally = &reading->record->snapshot.tallies[t];
		const json_t *list = json_object_get(line, record_tallies[t]), *value;
		size_t i;

		*tally = (struct snapshot_tally){.names = list ? reading->record->tally_names[t] : NULL};
		json_array_foreach(list, i, value)
		{
			err = err ?: take_reason(reading, value, t);
		}
	}
	return err;
}

/* The rest */

static int take_quality(const struct reading *reading, const json_t *line)
{
	struct snapshot_quality *quality = &reading->record->snapshot.quality;
	const json_t *object = json_object_get(line, "quality");
	uint64_t used, max;
	int err = json_is_object(object) ? 0 : record_complain(reading->complaint, "'quality' is no object");

	quality->has_cover = json_object_get(object, "unproven");
	for (int cover = 0; !err && quality->has_cover && cover < COVER_COUNT; cover++)
		err = record_get_real(reading->complaint, object, cover_names[cover], -HUGE_VAL, HUGE_VAL,
				      &quality->cover[cover]);
	if (!err && quality->has_cover)
		err = record_get_unsigned(reading->complaint, object, "unproven", INT64_MAX, &quality->unproven);
	err = err
		      ?: record_get_real(reading->complaint, object, "unattributed", 0, 1, &quality->unattributed)
		      ?: record_get_unsigned(reading->complaint, object, "cells_used", UINT32_MAX, &used)
		      ?: record_get_unsigned(reading->complaint, object, "cells_max", UINT32_MAX, &max)
		      ?: record_get_unsigned(reading->complaint, object, "cell_overflow", INT64_MAX, &quality->cell_overflow)
		      ?: record_get_unsigned(reading->complaint, object, "evictions", INT64_MAX, &quality->evictions)
		      ?: record_get_unsigned(reading->complaint, object, "missed", INT64_MAX, &quality->missed)
		      ?: record_get_real(reading->complaint, object, "late_ms", 0, 1e12, &quality->late_ms);
	if (!err) {
		quality->cells_used = used;
		quality->cells_max = max;
	}
	return err;
}

static int take_prefix(const struct reading *reading, const json_t *line, const char *key, unsigned int max,
		       unsigned int *length)
{
	uint64_t wide = 0;
	const int err = record_get_unsigned(reading->complaint, line, key, max, &wide);

	if (!err)
		*length = wide;
	return err;
}

static int take_envelope(const struct reading *reading, const json_t *line)
{
	const json_t *version = json_object_get(line, "recording"), *host = json_object_get(line, "host");
	struct record *record = reading->record;

	if (!json_is_integer(version))
		return record_complain(reading->complaint, "it is no line of a recording");
	if (json_integer_value(version) != RECORD_VERSION)
		return record_complain(reading->complaint,
				       "it is of version %lld, and this l4dstat knows version %d alone",
				       json_integer_value(version), RECORD_VERSION);
	if (!json_is_string(host))
		return record_complain(reading->complaint, "'host' is no text");
	text_printable(record->host, sizeof(record->host), (const uint8_t *)json_string_value(host),
		       json_string_length(host));
	record->snapshot.has_states = json_is_true(json_object_get(line, "states"));
	record->snapshot.partial = json_is_true(json_object_get(line, "partial"));
	return record_get_real(reading->complaint, line, "ts", 0, 253402300799, &record->snapshot.timestamp)
		       ?: record_get_real(reading->complaint, line, "interval", 1e-9, 1e9, &record->snapshot.interval)
		       ?: take_prefix(reading, line, "prefix4", 32, &record->prefix4)
		       ?: take_prefix(reading, line, "prefix6", 128, &record->prefix6);
}

static int take_host(const struct reading *reading, const json_t *line)
{
	const char *wrong = record_take_host(&reading->record->snapshot.host, line);

	return wrong ? record_complain(reading->complaint, "%s", wrong) : 0;
}

static int take_line(struct reading *reading, const json_t *line)
{
	struct record *record = reading->record;

	return take_envelope(reading, line)
		       ?: take_quality(reading, line)
		       ?: take_tallies(reading, line)
		       ?: take_owners(reading, line)
		       ?: take_cells(reading, line)
		       ?: take_listeners(reading, line)
		       ?: take_names(reading, &record->cgroups, line, "cgroups")
		       ?: take_names(reading, &record->netns, line, "netns")
		       ?: take_host(reading, line);
}

int record_read(struct record *record, const char *line, size_t length, char **complaint)
{
	struct reading reading = {.record = record, .complaint = complaint};
	json_error_t error;
	int err;

	snapshot_clear(&record->snapshot);
	record->unknown = NULL;
	json_decref(record->json);
	record_rows_take(&record->rows, line, length);
	/* of two values for one key record_moment() would take the first and jansson the last */
	record->json = json_loadb(record->rows.rest, record->rows.length, JSON_REJECT_DUPLICATES, &error);
	if (!record->json) {
		char text[SHOWN];

		text_printable(text, sizeof(text), (const uint8_t *)error.text, strlen(error.text));
		return record_complain(reading.complaint, "it is no JSON (%s)", text);
	}
	err = take_line(&reading, record->json);
	free(reading.owner_list);
	free(reading.owner_netns);
	return err;
}

bool record_moment(const char *line, size_t length, double *timestamp)
{
	const size_t begins = strlen(RECORD_BEGINS);
	char number[32] = "", *end;

	if (length <= begins || memcmp(line, RECORD_BEGINS, begins))
		return false;
	memcpy(number, line + begins, length - begins < sizeof(number) - 1 ? length - begins : sizeof(number) - 1);
	*timestamp = strtod(number, &end);
	return end > number && *end == ',';
}
