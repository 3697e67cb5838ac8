/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What people see, byte for byte, in a pseudo-terminal of each width, with colours and without, in a UTF-8 and in the C
 * locale: tests/unit/golden/. After a change that is meant, L4_GOLDEN_WRITE=1 writes these files anew; look at the
 * difference.
 */
#include "cells.h"
#include "columns.h"
#include "pseudo_terminal.h"

enum { ROWS = 40, TEXT_MAX = 65536 };

/* Beside the traffic: a name that is not ASCII, bad news of all kinds, a full accept queue. */
static struct snapshot troubled_snapshot(void)
{
	struct snapshot snapshot = busy_snapshot();
	struct snapshot_listener *listener = snapshot_add_listener(&snapshot);
	struct snapshot_cell *cell;

	cell = add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 514, 77, "m\u00fcller\033[2J");
	cell->count[L4_udp_rx_dgrams] = 50000;
	cell->count[L4_udp_rx_drops] = 40000;
	listener->listener = (struct l4_listener){
		.socket = 2,
		.process.tgid = 811,
		.comm = "nginx",
		.owner = L4_OWNER_PROCESS,
		.port = 443,
		.backlog = 512,
		.backlog_max = 511,
		.half_open = 3,
		.drops = 1000,
	};
	memset(listener->listener.address + 10, 0xff, 2);
	listener->drops = 40;
	*snapshot_add_listener(&snapshot) = (struct snapshot_listener){
		.listener = {.socket = 3, .address = {0x20, 1, 0xd, 0xb8, [15] = 1}, .port = 53, .backlog_max = 128}};
	snapshot_add_listener_drops(&snapshot);
	snapshot.has_states = true;
	return snapshot;
}

/* What arrives at the other end of a terminal that is so wide; to be freed. */
static char *on_terminal(const struct output *output, struct output_settings settings, unsigned short columns)
{
	const struct pty pty = pty_open(columns, ROWS);
	struct snapshot snapshot = troubled_snapshot();
	char *text = calloc(1, TEXT_MAX);
	size_t have = 0;
	ssize_t got;
	void *state;

	settings.file = pty.file;
	settings.terminal = true;
	settings.colour = terminal_wants_colour(settings.file, COLOUR_AUTO) ? COLOURS_ON_BLACK : COLOURS_NONE;
	state = output->begin(&settings);
	assert_int_equal(output->interval(state, &snapshot), 0);
	output->end(state);
	assert_int_equal(fputc('\004', settings.file), '\004'); /* the end, for us */
	assert_int_equal(fflush(settings.file), 0);
	while (!memchr(text, '\004', have) && (got = read(pty.master, text + have, TEXT_MAX - 1 - have)) > 0)
		have += got;
	assert_true(have > 1);
	text[have - 1] = 0;
	pty_close(&pty);
	snapshot_free(&snapshot);
	return text;
}

static char *read_file(const char *path)
{
	char *text = calloc(1, TEXT_MAX);
	FILE *file = fopen(path, "r");

	if (!file)
		fail_msg("there is no %s", path);
	assert_true(fread(text, 1, TEXT_MAX - 1, file) > 0);
	fclose(file);
	return text;
}

static void compare_with(const char *name, const char *text)
{
	char path[256], *golden;
	FILE *file;

	snprintf(path, sizeof(path), "tests/unit/golden/%s", name);
	if (getenv("L4_GOLDEN_WRITE")) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_true(fputs(text, file) >= 0);
		assert_int_equal(fclose(file), 0);
	}
	golden = read_file(path);
	if (strcmp(golden, text))
		fail_msg("not what %s has:\n%s", path, text);
	free(golden);
}

/* No line is wider than the terminal, colours aside. */
static void assert_fits(const char *text, size_t columns)
{
	size_t width = 0;

	for (; *text; text++) {
		if (*text == '\033')
			text += strcspn(text, "m");
		else if ((*text & 0xc0) != 0x80 && *text != '\r')
			width = *text == '\n' ? 0 : width + 1;
		assert_in_range(width, 0, columns);
	}
}

static const struct view {
	const char *name;
	const struct output *output;
	const char *by, *columns;
} views[] = {
	{"line", &output_dstat, NULL, NULL},
	{"chosen", &output_dstat, NULL, "conn drops top-drop"},
	{"table", &output_table, "process,subnet", NULL},
	{"listeners", &output_listeners, NULL, NULL},
};

static struct output_settings settings_of(const struct view *view, const struct column_group **columns)
{
	struct output_settings settings = pipe_settings();
	const char *bad;
	size_t length, count = 0;

	if (view->by)
		assert_int_equal(dimension_parse(view->by, &settings.by, &bad, &length), 0);
	if (view->columns) {
		char *list = strdup(view->columns), *rest;

		for (char *name = strtok_r(list, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
			columns[count++] = column_group_by_name(name);
		columns[count] = NULL;
		settings.columns = columns;
		free(list);
	}
	return settings;
}

static void assert_golden(const char *variant)
{
	static const unsigned short widths[] = {40, 80, 120, 200};

	for (size_t v = 0; v < sizeof(views) / sizeof(*views); v++) {
		for (size_t w = 0; w < sizeof(widths) / sizeof(*widths); w++) {
			const struct column_group *columns[8];
			char name[64], *text;

			snprintf(name, sizeof(name), "%s-%u%s", views[v].name, widths[w], variant);
			text = on_terminal(views[v].output, settings_of(&views[v], columns), widths[w]);
			assert_fits(text, widths[w]);
			compare_with(name, text);
			free(text);
		}
	}
}

static void with_colours(void **state)
{
	(void)state;
	assert_golden("-colour");
}

static void without_colours(void **state)
{
	(void)state;
	setenv("NO_COLOR", "1", 1);
	assert_golden("");
}

/* ü is no letter there. */
static void in_the_c_locale(void **state)
{
	(void)state;
	setenv("NO_COLOR", "1", 1);
	setlocale(LC_ALL, "C");
	assert_golden("-c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(with_colours, fixed_environment),
		cmocka_unit_test_setup(without_colours, fixed_environment),
		cmocka_unit_test_setup(in_the_c_locale, fixed_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
