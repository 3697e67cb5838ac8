/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The form of recordings: what is written is read again to the bit, whatever bytes are in it; what is cut, hostile or
 * newer is told or passed over.
 */
#include "cells.h"
#include "record.h"

static const char *cgroup_path(uint64_t id)
{
	return id == 77 ? "/system.slice/nginx.service" : id == 78 ? "/odd\xff" : NULL;
}

static const char *netns_name(uint32_t inode)
{
	return inode == 4026531840 ? "host" : "clients";
}

static const struct dimension_context dimension = {
	.prefix4 = 24,
	.prefix6 = 64,
	.cgroup_path = cgroup_path,
	.netns_name = netns_name,
};

/* Something of everything. */
static struct snapshot full_snapshot(void)
{
	static char *names[L4_TALLY] = {[3] = "NO_SOCKET", [200] = "TCP_ABORT_ON_CLOSE"};
	struct snapshot snapshot = busy_snapshot();
	struct snapshot_listener *listener = snapshot_add_listener(&snapshot);
	struct snapshot_cell *cell;

	listener->drops = 4;
	listener->listener = (struct l4_listener){
		.process = {811, 7},
		.owner = L4_OWNER_PROCESS,
		.cgroup = 77,
		.comm = "nginx",
		.netns = 4026531840,
		.port = 443,
		.backlog = 3,
		.backlog_max = 511,
		.half_open = 1,
		.drops = UINT32_MAX,
	};
	memset(listener->listener.address + 10, 0xff, 2);
	for (size_t i = 0; i < sizeof(hostile_names) / sizeof(*hostile_names); i++) {
		cell = add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_NONE, "2001:db8::", i, 5000 + i, hostile_names[i]);
		cell->count[L4_udp_rx_bytes] = INT64_C(1) << 52;
		cell->cgroup = 77 + i;
		cell->key.netns = i % 2 ? 4026531840 : 4026532000;
		cell->key.process.generation = UINT32_MAX - i;
	}
	add_other(&snapshot, L4_PROTO_TCP)->count[L4_tcp_retrans_segs] = -3;
	cell = add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::", 443, 811, "nginx");
	cell->count[L4_tcp_established] = 12;
	cell->kind = CELL_STATES;
	cell = add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_CLIENT, "::1", 443, 0, "");
	cell->count[L4_tcp_syn_recv] = 2;
	cell->kind = CELL_STATES;

	snapshot_add_listener_drops(&snapshot);

	snapshot.timestamp = 1795415492.2500341;
	snapshot.interval = 1.0000123456789;
	snapshot.has_states = true;
	snapshot.quality = (struct snapshot_quality){
		.has_cover = true,
		.cover = {1, 0.98, 1.0 / 3, 1, 1, 1, 1, 1},
		.unproven = 3,
		.cells_used = 8,
		.cells_max = 65536,
		.unattributed = 0.1,
		.cell_overflow = 2,
		.evictions = 7,
		.missed = 1,
		.late_ms = 0.123456789,
	};
	snapshot.tallies[TALLY_UDP_DROPS] = (struct snapshot_tally){.names = names};
	snapshot.tallies[TALLY_UDP_DROPS].count[3] = 17;
	snapshot.tallies[TALLY_UDP_DROPS].count[200] = 1;
	snapshot.tallies[TALLY_UDP_DROPS].count[4] = 5; /* without a name */
	snapshot.tallies[TALLY_RESETS_OUT] = (struct snapshot_tally){.names = names};
	return snapshot;
}

/* As a line without its end; to be freed. */
static char *line_of(const struct snapshot *snapshot)
{
	char *text = NULL, *copy;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	record_write(file, snapshot, "web1", &dimension);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(text[size - 1], '\n');
	assert_ptr_equal(strchr(text, '\n'), text + size - 1);
	copy = strndup(text, size - 1);
	free(text);
	return copy;
}

static void read_well(struct record *record, const char *line)
{
	char *complaint = NULL;

	if (record_read(record, line, strlen(line), &complaint))
		fail_msg("%s", complaint);
}

static const struct snapshot_cell *find_cell(const struct snapshot *snapshot, const struct snapshot_cell *wanted)
{
	const struct snapshot_cell *cell = snapshot_first(snapshot);

	while (cell && (memcmp(&cell->key, &wanted->key, sizeof(wanted->key)) || cell->kind != wanted->kind))
		cell = snapshot_next(snapshot, cell);
	return cell;
}

static void assert_same(const struct snapshot *read, const struct snapshot *written)
{
	assert_true(read->timestamp == written->timestamp);
	assert_true(read->interval == written->interval);
	assert_int_equal(read->has_states, written->has_states);
	assert_int_equal(read->partial, written->partial);
	assert_memory_equal(&read->quality, &written->quality, sizeof(read->quality));
	assert_int_equal(read->count, written->count);
	for (const struct snapshot_cell *cell = snapshot_first(written); cell; cell = snapshot_next(written, cell)) {
		const struct snapshot_cell *found = find_cell(read, cell);

		assert_non_null(found);
		assert_memory_equal(found->comm, cell->comm, sizeof(found->comm));
		assert_int_equal(found->cgroup, cell->cgroup);
		for (int slot = 0; slot < L4_SLOTS; slot++)
			assert_int_equal(snapshot_count(found, slot), snapshot_count(cell, slot));
	}
	assert_int_equal(read->listener_count, written->listener_count);
	for (size_t i = 0; i < written->listener_count; i++)
		assert_memory_equal(&read->listeners[i], &written->listeners[i], sizeof(*read->listeners));
	for (int t = 0; t < TALLY_COUNT; t++) {
		assert_int_equal(!read->tallies[t].names, !written->tallies[t].names);
		assert_memory_equal(read->tallies[t].count, written->tallies[t].count, sizeof(read->tallies[t].count));
	}
}

static void reads_what_was_written(void **state)
{
	struct snapshot snapshot = full_snapshot();
	struct record record = {};
	char *line = line_of(&snapshot), *again;

	(void)state;
	for (int times = 0; times < 2; times++) {
		read_well(&record, line);
		assert_same(&record.snapshot, &snapshot);
		assert_string_equal(record.host, "web1");
		assert_int_equal(record.prefix4, 24);
		assert_int_equal(record.prefix6, 64);
		assert_null(record.unknown);
		assert_string_equal(record_name(&record.cgroups, 77), "/system.slice/nginx.service");
		assert_null(record_name(&record.cgroups, 78)); /* nobody can read it */
		assert_null(record_name(&record.cgroups, 79));
		assert_string_equal(record_name(&record.netns, 4026531840), "host");
		assert_string_equal(record.snapshot.tallies[TALLY_UDP_DROPS].names[3], "NO_SOCKET");
		assert_null(record.snapshot.tallies[TALLY_UDP_DROPS].names[4]);
		assert_string_equal(record.snapshot.tallies[TALLY_UDP_DROPS].names[200], "TCP_ABORT_ON_CLOSE");
	}
	record.snapshot.partial = true;
	again = line_of(&record.snapshot);
	read_well(&record, again);
	assert_true(record.snapshot.partial);
	free(again);
	free(line);
	record_free(&record);
	snapshot_free(&snapshot);
}

static void tells_the_moment(void **state)
{
	struct snapshot snapshot = full_snapshot();
	char *line = line_of(&snapshot);
	double moment = 0;

	(void)state;
	assert_true(record_moment(line, strlen(line), &moment));
	assert_true(moment == snapshot.timestamp);
	assert_false(record_moment(line, 20, &moment));
	assert_false(record_moment(line, 0, &moment));
	assert_false(record_moment(RECORD_BEGINS "x,", strlen(RECORD_BEGINS "x,"), &moment));
	free(line);
	snapshot_free(&snapshot);
}

/* Whatever is missing of a line is told in words that can be shown. */
static void refuse(struct record *record, const char *line, size_t length)
{
	char *complaint = NULL;

	if (!record_read(record, line, length, &complaint))
		fail_msg("accepted: %.*s", (int)(length < 300 ? length : 300), line);
	assert_non_null(complaint);
	assert_harmless(complaint);
	assert_null(strchr(complaint, '\n'));
	free(complaint);
}

static void refuses_what_was_cut(void **state)
{
	struct snapshot snapshot = full_snapshot();
	struct record record = {};
	char *line = line_of(&snapshot);

	(void)state;
	for (size_t length = 0; length < strlen(line); length++)
		refuse(&record, line, length);
	read_well(&record, line);
	free(line);
	record_free(&record);
	snapshot_free(&snapshot);
}

/* One byte that is another one: an error, or another valid line, but nothing worse. Two others for each; a fuzzer has
 * all. */
static void survives_any_byte(void **state)
{
	static const char bytes[] = "\"[]{},:0-.e\\\xff\n";
	struct snapshot snapshot = full_snapshot();
	struct record record = {};
	char *line = line_of(&snapshot), *complaint;
	const size_t length = strlen(line);

	(void)state;
	for (size_t at = 0; at < length; at++) {
		const char was = line[at];

		for (size_t i = 0; i < 2; i++) {
			line[at] = bytes[(at + i * 8) % (sizeof(bytes) - 1)];
			complaint = NULL;
			record_read(&record, line, length, &complaint);
			free(complaint);
		}
		line[at] = was;
	}
	free(line);
	record_free(&record);
	snapshot_free(&snapshot);
}

/* A small line with one part of it replaced. */
static char *replaced(const char *what, const char *with)
{
	static const char small[] =
		"{\"recording\":1,\"ts\":1795415492,\"timestamp\":\"\",\"host\":\"h\",\"interval\":1,\"partial\":false,"
		"\"prefix4\":24,\"prefix6\":64,\"states\":true,\"quality\":{\"unattributed\":0,\"cells_used\":1,"
		"\"cells_max\":9,\"cell_overflow\":0,\"evictions\":0,\"missed\":0,\"late_ms\":0},\"udp_drops_by_"
		"reason\":[[3,\"X\",1]],"
		"\"cells\":[{\"kind\":\"counts\",\"proto\":\"udp\",\"role\":\"none\",\"metrics\":[\"udp_rx_dgrams\"],"
		"\"rows\":[[0,53,\"192.0.2.0\",12]]}],\"listeners\":[[0,80,\"0.0.0.0\",1,2,3,4,5]],"
		"\"owners\":[[\"process\",9,\"name\",811,1,77]],\"cgroups\":[[77,\"/c\"]],\"netns\":[[9,\"n\"]]}";
	const char *at = strstr(small, what);

	assert_non_null(at);
	assert_null(strstr(at + 1, what));
	char *line = malloc(strlen(small) + strlen(with) + 1);

	sprintf(line, "%.*s%s%s", (int)(at - small), small, with, at + strlen(what));
	return line;
}

static void refuses_what_is_wrong(void **state)
{
	static const struct {
		const char *what, *with;
	} cases[] = {
		{"\"recording\":1", "\"recording\":2"},
		{"\"recording\":1", "\"recording\":\"1\""},
		{"1795415492", "NaN"},
		{"1795415492", "1e999"},
		{"1795415492", "-1"},
		{"1795415492", "1e300"},
		{"1795415492", "\"now\""},
		{"\"interval\":1", "\"interval\":0"},
		{"\"interval\":1", "\"interval\":-1"},
		{"\"host\":\"h\"", "\"host\":\"h\",\"ts\":1795415492"}, /* once more */
		{"\"kind\":", "\"rows\":[],\"kind\":"},
		{"\"host\":\"h\"", "\"host\":[]"},
		{"\"prefix4\":24", "\"prefix4\":33"},
		{"\"prefix6\":64", "\"prefix6\":1e2"},
		{"\"cells_used\":1", "\"cells_used\":-1"},
		{"\"quality\":{", "\"quality\":[],\"q\":{"},
		{"[3,\"X\",1]", "[256,\"X\",1]"},
		{"[3,\"X\",1]", "[3,3,1]"},
		{"[3,\"X\",1]", "3"},
		{"\"counts\"", "\"sums\""},
		{"\"counts\"", "\"states\""},
		{"\"udp\"", "\"tcp\""},
		{"\"none\"", "7"},
		{"[\"udp_rx_dgrams\"]", "{}"},
		{"[\"udp_rx_dgrams\"]", "[4]"},
		{"[\"udp_rx_dgrams\"]", "[\"udp_drop_ratio\"]"},
		{"[0,53,", "[1,53,"},
		{"[0,53,", "[-1,53,"},
		{"[0,53,", "[0,65536,"},
		{"[0,53,", "[0,[],"},
		{"[0,53,\"192.0.2.0\",12]", "[0,53]"},
		{"[0,53,\"192.0.2.0\",12]", "{}"},
		{"192.0.2.0", "192.0.2.256"},
		{"192.0.2.0", "::g"},
		{"192.0.2.0", "\\u0000"},
		{",12]", ",12,13]"},
		{",12]", ",012]"},
		{",12]", ",-]"},
		{",12]", ",12,]"},
		{",12]", ",12"},
		{",12]", ",\"12\"]"},
		{"\"rows\":[[0,53,\"192.0.2.0\",12]]", "\"rows\":0"},
		{"\"rows\":[[0,53,\"192.0.2.0\",12]]", "\"rows\":0,\"more\":{\"rows\":[]}"},
		{"\"rows\":[[0,53,\"192.0.2.0\",12]]", "\"rows\":[0]"},
		{"\"rows\":[[0,53,\"192.0.2.0\",12]]", "\"lines\":[]"},
		{",12]", ",1.5]"},
		{",12]", ",9223372036854775807]"},
		{",12]", ",-9223372036854775808]"},
		{",12]", ",99999999999999999999]"},
		{",4,5]", ",4]"},
		{",4,5]", ",4,4294967296]"},
		{"\"process\"", "\"thread\""},
		{"\"name\"", "\"a name of 17 byte\""},
		{"\"name\"", "[256]"},
		{"\"name\"", "null"},
		{",811,1,77", ",811,1"},
		{",811,1,77", ",811,1,-77"},
		{"[77,\"/c\"]", "[]"},
		{"[77,\"/c\"]", "[\"77\",\"/c\"]"},
		{"\"netns\":[[9,\"n\"]]", "\"netns\":9"},
	};
	struct record record = {};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *line = replaced(cases[i].what, cases[i].with);

		refuse(&record, line, strlen(line));
		free(line);
	}
	record_free(&record);
}

static char *repeated(const char *text, size_t times)
{
	char *all = malloc(strlen(text) * times + 1), *end = all;

	while (times--)
		end = stpcpy(end, text);
	return all;
}

static void survives_what_is_too_much(void **state)
{
	struct record record = {};
	char *deep = repeated("[", 1000000), *wide = repeated("x\\n", 1000000), *quoted, *line;

	(void)state;
	refuse(&record, deep, strlen(deep));
	assert_true(asprintf(&quoted, "\"%s\"", wide) > 0);
	line = replaced("\"name\"", quoted);
	refuse(&record, line, strlen(line));
	free(line);
	line = replaced("\"host\":\"h\"", "\"host\":\"\\u001b[2J\\u0085\"");
	read_well(&record, line);
	assert_string_equal(record.host, "?[2J?");
	free(line);
	line = replaced("\"/c\"", quoted);
	read_well(&record, line);
	free(line);
	refuse(&record, "", 0);
	refuse(&record, "\0\0\0", 3);
	refuse(&record, "null", 4);
	refuse(&record, "[]", 2);
	free(quoted);
	free(wide);
	free(deep);
	record_free(&record);
}

/* Rows are read apart from the rest, wherever they stand in the line. */
static void takes_rows_of_any_form(void **state)
{
	static const char rows[] = "\"rows\":[[0,53,\"192.0.2.0\",12]]";
	static const struct {
		const char *what, *with;
		size_t count;
	} cases[] = {
		{rows, "\"rows\" : [ [ 0 ,\t53 , \"192.0.2.0\" , 12 ] ]", 1},
		{rows, "\"rows\":[[0,53,\"192.0.2.0\",12],[0,54,\"::\",-0],[0,0,\"::1\"]]", 3},
		{rows, "\"rows\":[]", 0},
		{"\"name\"", "\"rows\"", 1},
		{"\"name\"", "\"\\\"rows\\\":[[0\"", 1},
		{"\"/c\"", "\"\\\"rows\\\":[[0,53,\\\"192.0.2.0\\\",12]]\"", 1},
		{"\"host\":\"h\"", "\"host\":\"rows\",\"rows\":{\"rows\":7}", 1},
		{"\"cells\":[",
		 "\"cells\":[{\"kind\":\"counts\",\"proto\":\"tcp\",\"role\":\"none\",\"metrics\":[],"
		 "\"rows\":[[0,1,\"::2\"]]},",
		 2},
	};
	struct record record = {};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *line = replaced(cases[i].what, cases[i].with);

		read_well(&record, line);
		if (record.snapshot.count != cases[i].count + 1) /* one is of what a listener has dropped */
			fail_msg("%zu cells: %s", record.snapshot.count, cases[i].with);
		free(line);
	}
	record_free(&record);
}

static void passes_over_what_is_newer(void **state)
{
	struct record record = {};
	char *line = replaced("\"metrics\":[\"udp_rx_dgrams\"],\"rows\":[[0,53,\"192.0.2.0\",12]]",
			      "\"metrics\":[\"udp_warped\",\"udp_rx_dgrams\"],\"rows\":[[0,53,\"192.0.2.0\",7,12]]");

	(void)state;
	read_well(&record, line);
	assert_string_equal(record.unknown, "udp_warped");
	assert_int_equal(snapshot_count(snapshot_first(&record.snapshot), L4_udp_rx_dgrams), 12);
	free(line);
	line = replaced("\"host\":\"h\"", "\"host\":\"h\",\"moons\":[{}]");
	read_well(&record, line);
	assert_null(record.unknown);
	free(line);
	record_free(&record);
}

static void shortens_prefixes(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	struct record record = {};
	const struct {
		const char *was, *is;
	} cases[] = {
		{"::ffff:203.0.113.0", "::ffff:203.0.0.0"},
		{"2001:db8:1234:5678::", "2001:db8:1230::"},
		{"::1", "::1"},
		{"::", "::"},
	};
	char *line;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, cases[i].was, 443, 1, "x")->count[0] = 1;
	line = line_of(&snapshot);
	read_well(&record, line);
	record_shorten(&record, 16, 44);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t wanted[L4_PREFIX_LEN];

		assert_int_equal(inet_pton(AF_INET6, cases[i].is, wanted), 1);
		assert_memory_equal(cell_at(&record.snapshot, i)->key.prefix, wanted, sizeof(wanted));
	}
	assert_int_equal(record.prefix4, 16);
	assert_int_equal(record.prefix6, 44);
	free(line);
	record_free(&record);
	snapshot_free(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written), cmocka_unit_test(tells_the_moment),
		cmocka_unit_test(refuses_what_was_cut),	  cmocka_unit_test(survives_any_byte),
		cmocka_unit_test(refuses_what_is_wrong),  cmocka_unit_test(survives_what_is_too_much),
		cmocka_unit_test(takes_rows_of_any_form), cmocka_unit_test(passes_over_what_is_newer),
		cmocka_unit_test(shortens_prefixes),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
