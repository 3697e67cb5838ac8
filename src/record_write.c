/* SPDX-License-Identifier: GPL-2.0 */
/* A snapshot as a line of a recording. */
#include <jansson.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"
#include "format.h"
#include "memory.h"
#include "record.h"
#include "record_host.h"

/* Foreign bytes: a string, or where they are no UTF-8 the list of them. */
static void write_bytes(FILE *file, const char *bytes, size_t length)
{
	json_t *text = json_stringn(bytes, length);

	if (text) {
		json_dumpf(text, file, JSON_ENCODE_ANY | JSON_ENSURE_ASCII); /* no C1 control for who looks at it */
		json_decref(text);
		return;
	}
	fputc('[', file);
	for (size_t i = 0; i < length; i++)
		fprintf(file, "%s%u", i ? "," : "", (unsigned char)bytes[i]);
	fputc(']', file);
}

void record_write_text(FILE *file, const char *text)
{
	write_bytes(file, text, strlen(text));
}

/* Whose cells and listeners are: each owner once, numbered as they come. */
struct owner {
	struct l4_owner owner;
	uint32_t netns;
	uint32_t number;
};

struct owners {
	void *tree; /* tsearch(3), of struct owner */
	struct owner **list;
	uint32_t count, capacity;
};

static int compare_owners(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct owner, number));
}

static uint32_t number_of(struct owners *owners, const struct owner *wanted)
{
	struct owner *const *found = tfind(wanted, &owners->tree, compare_owners);
	struct owner *owner;

	if (found)
		return (*found)->number;
	owner = memory_new(1, sizeof(*owner));
	memcpy(owner, wanted, sizeof(*owner)); /* with its holes */
	owner->number = owners->count;
	if (owners->count == owners->capacity) {
		owners->capacity = owners->capacity ? owners->capacity * 2 : 64;
		owners->list = memory_resize(owners->list, owners->capacity, sizeof(*owners->list));
	}
	owners->list[owners->count++] = owner;
	if (!tsearch(owner, &owners->tree, compare_owners))
		memory_exhausted();
	return owner->number;
}

static uint32_t owner_of_cell(struct owners *owners, const struct snapshot_cell *cell)
{
	struct owner owner;

	memset(&owner, 0, sizeof(owner));
	owner.owner.process = cell->key.process;
	owner.owner.cgroup = cell->cgroup;
	owner.owner.kind = cell->key.owner;
	memcpy(owner.owner.comm, cell->comm, sizeof(owner.owner.comm));
	owner.netns = cell->key.netns;
	return number_of(owners, &owner);
}

static uint32_t owner_of_listener(struct owners *owners, const struct l4_listener *listener)
{
	struct owner owner;

	memset(&owner, 0, sizeof(owner));
	owner.owner.process = listener->process;
	owner.owner.cgroup = listener->cgroup;
	owner.owner.kind = listener->owner;
	memcpy(owner.owner.comm, listener->comm, sizeof(owner.owner.comm));
	owner.netns = listener->netns;
	return number_of(owners, &owner);
}

static void free_owners(struct owners *owners)
{
	tdestroy(owners->tree, free);
	free(owners->list);
}

/* Cells that have the same metrics. */
struct table_kind {
	uint8_t proto, role;
	enum cell_kind kind;
};

struct table_columns {
	enum metric metrics[METRIC_COUNT]; /* count of them, the most common first */
	unsigned int used[METRIC_COUNT];   /* in how many cells each is not 0 */
	size_t count, cells;
};

static bool is_of(const struct snapshot_cell *cell, const struct table_kind *table)
{
	return cell->key.proto == table->proto && cell->key.role == table->role && cell->kind == table->kind;
}

static bool is_metric_of(enum metric metric, const struct table_kind *table)
{
	const struct metric_info *info = &metrics[metric];

	return info->proto == table->proto && info->cells == table->kind;
}

static int compare_columns(const void *a, const void *b, void *used)
{
	const enum metric left = *(const enum metric *)a, right = *(const enum metric *)b;
	const unsigned int *counts = used;

	return counts[left] != counts[right] ? (counts[left] < counts[right]) - (counts[left] > counts[right])
					     : (int)left - (int)right;
}

static struct table_columns columns_of(const struct snapshot *snapshot, const struct table_kind *table)
{
	struct table_columns columns = {};
	enum metric all[METRIC_COUNT];
	size_t count = 0;

	for (int m = 0; m < METRIC_COUNT; m++) {
		if (is_metric_of(m, table))
			all[count++] = m;
	}
	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell)) {
		if (!is_of(cell, table))
			continue;
		columns.cells++;
		for (size_t c = 0; c < count; c++)
			columns.used[all[c]] += snapshot_count(cell, metrics[all[c]].slot) != 0;
	}
	for (size_t c = 0; c < count; c++) {
		if (columns.used[all[c]])
			columns.metrics[columns.count++] = all[c];
	}
	qsort_r(columns.metrics, columns.count, sizeof(*columns.metrics), compare_columns, columns.used);
	return columns;
}

static void write_row(FILE *file, const struct snapshot_cell *cell, const struct table_columns *columns,
		      struct owners *owners)
{
	char address[DIMENSION_ADDRESS];
	size_t count = columns->count;

	while (count && !snapshot_count(cell, metrics[columns->metrics[count - 1]].slot))
		count--;
	dimension_print_address(address, cell->key.prefix);
	fprintf(file, "[%u,%u,\"%s\"", owner_of_cell(owners, cell), cell->key.port, address);
	for (size_t c = 0; c < count; c++)
		fprintf(file, ",%lld", (long long)snapshot_count(cell, metrics[columns->metrics[c]].slot));
	fputc(']', file);
}

static bool write_table(FILE *file, const struct snapshot *snapshot, const struct table_kind *table, bool first,
			struct owners *owners)
{
	const struct table_columns columns = columns_of(snapshot, table);
	const char *separator = "";

	if (!columns.cells)
		return false;
	fprintf(file, "%s{\"kind\":\"%s\",\"proto\":\"%s\",\"role\":\"%s\",\"metrics\":[", first ? "" : ",",
		table->kind == CELL_STATES ? "states" : "counts", table->proto == L4_PROTO_TCP ? "tcp" : "udp",
		record_roles[table->role]);
	for (size_t c = 0; c < columns.count; c++)
		fprintf(file, "%s\"%s\"", c ? "," : "", metrics[columns.metrics[c]].name);
	fputs("],\"rows\":[", file);
	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell)) {
		if (!is_of(cell, table))
			continue;
		fputs(separator, file);
		write_row(file, cell, &columns, owners);
		separator = ",";
	}
	fputs("]}", file);
	return true;
}

static void write_cells(FILE *file, const struct snapshot *snapshot, struct owners *owners)
{
	static const uint8_t protos[] = {L4_PROTO_TCP, L4_PROTO_UDP};
	bool first = true;

	fputs(",\"cells\":[", file);
	for (enum cell_kind kind = CELL_COUNTS; kind <= CELL_STATES; kind++) {
		for (size_t p = 0; p < sizeof(protos); p++) {
			for (int role = L4_ROLE_NONE; role <= L4_ROLE_SERVER; role++) {
				const struct table_kind table = {protos[p], role, kind};

				first &= !write_table(file, snapshot, &table, first, owners);
			}
		}
	}
	fputc(']', file);
}

/* In the order of the snapshot. */
static void write_listeners(FILE *file, const struct snapshot *snapshot, struct owners *owners)
{
	char address[DIMENSION_ADDRESS];

	fputs(",\"listeners\":[", file);
	for (size_t i = 0; i < snapshot->listener_count; i++) {
		const struct l4_listener *listener = &snapshot->listeners[i].listener;

		dimension_print_address(address, listener->address);
		fprintf(file, "%s[%u,%u,\"%s\",%u,%u,%u,%u,%u]", i ? "," : "", owner_of_listener(owners, listener),
			listener->port, address, listener->backlog, listener->backlog_max, listener->half_open,
			snapshot->listeners[i].drops, listener->drops);
	}
	fputc(']', file);
}

static void write_owners(FILE *file, const struct owners *owners)
{
	fputs(",\"owners\":[", file);
	for (uint32_t i = 0; i < owners->count; i++) {
		const struct l4_owner *owner = &owners->list[i]->owner;

		fprintf(file, "%s[\"%s\",%u,", i ? "," : "", record_owner_kinds[owner->kind], owners->list[i]->netns);
		write_bytes(file, (const char *)owner->comm, strnlen((const char *)owner->comm, L4_COMM_LEN));
		fprintf(file, ",%u,%u,%llu]", owner->process.tgid, owner->process.generation,
			(unsigned long long)owner->cgroup);
	}
	fputc(']', file);
}

static int compare_ids(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static const char *cgroup_text(const struct dimension_context *dimension, uint64_t id)
{
	return dimension->cgroup_path ? dimension->cgroup_path(id) : NULL;
}

static const char *netns_text(const struct dimension_context *dimension, uint64_t id)
{
	return dimension->netns_name ? dimension->netns_name(id) : NULL;
}

/* What the ids are called, each once, by id; those without a name are left out. */
static void write_names(FILE *file, const char *key, uint64_t *ids, size_t count,
			const struct dimension_context *dimension,
			const char *(*text_of)(const struct dimension_context *dimension, uint64_t id))
{
	const char *separator = "";

	fprintf(file, ",\"%s\":[", key);
	if (count)
		qsort(ids, count, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < count; i++) {
		const char *text = i && ids[i] == ids[i - 1] ? NULL : text_of(dimension, ids[i]);

		if (!text)
			continue;
		fprintf(file, "%s[%llu,", separator, (unsigned long long)ids[i]);
		record_write_text(file, text);
		fputc(']', file);
		separator = ",";
	}
	fputc(']', file);
}

static void write_all_names(FILE *file, const struct owners *owners, const struct dimension_context *dimension)
{
	uint64_t *ids = memory_new(owners->count, sizeof(*ids));

	for (uint32_t i = 0; i < owners->count; i++)
		ids[i] = owners->list[i]->owner.cgroup;
	write_names(file, "cgroups", ids, owners->count, dimension, cgroup_text);
	for (uint32_t i = 0; i < owners->count; i++)
		ids[i] = owners->list[i]->netns;
	write_names(file, "netns", ids, owners->count, dimension, netns_text);
	free(ids);
}

/* Number and name of the kernel's, and the count; what the kernel does not tell is left out. */
static void write_tallies(FILE *file, const struct snapshot *snapshot)
{
	for (int t = 0; t < TALLY_COUNT; t++) {
		const struct snapshot_tally *tally = &snapshot->tallies[t];
		const char *separator = "";

		if (!tally->names)
			continue;
		fprintf(file, ",\"%s\":[", record_tallies[t]);
		for (int i = 0; i < L4_TALLY; i++) {
			if (!tally->count[i])
				continue;
			fprintf(file, "%s[%d,", separator, i);
			if (tally->names[i])
				record_write_text(file, tally->names[i]);
			else
				fputs("null", file);
			fprintf(file, ",%llu]", (unsigned long long)tally->count[i]);
			separator = ",";
		}
		fputc(']', file);
	}
}

static void write_quality(FILE *file, const struct snapshot_quality *quality)
{
	fputs(",\"quality\":{", file);
	for (int cover = 0; quality->has_cover && cover < COVER_COUNT; cover++)
		fprintf(file, "\"%s\":%.17g,", cover_names[cover], quality->cover[cover]);
	if (quality->has_cover)
		fprintf(file, "\"unproven\":%llu,", (unsigned long long)quality->unproven);
	fprintf(file,
		"\"unattributed\":%.17g,\"cells_used\":%u,\"cells_max\":%u,\"cell_overflow\":%llu,\"evictions\":%llu,"
		"\"missed\":%llu,\"late_ms\":%.17g}",
		quality->unattributed, quality->cells_used, quality->cells_max,
		(unsigned long long)quality->cell_overflow, (unsigned long long)quality->evictions,
		(unsigned long long)quality->missed, quality->late_ms);
}

/* Numbers that are no integers have all their digits: what is read again is the same to the bit. */
void record_write(FILE *file, const struct snapshot *snapshot, const char *host,
		  const struct dimension_context *dimension)
{
	char timestamp[FORMAT_TIMESTAMP];
	struct owners owners = {};

	format_timestamp(timestamp, snapshot->timestamp);
	fprintf(file, RECORD_BEGINS "%.17g,\"timestamp\":\"%s\",\"host\":", snapshot->timestamp, timestamp);
	record_write_text(file, host);
	fprintf(file, ",\"interval\":%.17g,\"partial\":%s,\"prefix4\":%u,\"prefix6\":%u,\"states\":%s",
		snapshot->interval, snapshot->partial ? "true" : "false", dimension->prefix4, dimension->prefix6,
		snapshot->has_states ? "true" : "false");
	write_quality(file, &snapshot->quality);
	write_tallies(file, snapshot);
	write_cells(file, snapshot, &owners);
	write_listeners(file, snapshot, &owners);
	write_owners(file, &owners);
	write_all_names(file, &owners, dimension);
	record_write_host(file, &snapshot->host);
	fputs("}\n", file);
	free_owners(&owners);
}
