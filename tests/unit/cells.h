/* SPDX-License-Identifier: GPL-2.0 */
/* Hand-made snapshots, and what an output makes of them. Shared by the tests of outputs for people. */
#ifndef TEST_CELLS_H
#define TEST_CELLS_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "output.h"

/* A cell; pid 0 makes its owner unknown. */
static inline struct snapshot_cell *add_cell(struct snapshot *snapshot, uint8_t proto, uint8_t role, const char *prefix,
					     uint16_t port, uint32_t pid, const char *name)
{
	struct snapshot_cell *cell = snapshot_add(snapshot);
	const size_t length = strlen(name);

	cell->key.proto = proto;
	cell->key.role = role;
	cell->key.port = port;
	cell->key.owner = pid ? L4_OWNER_PROCESS : L4_OWNER_UNKNOWN;
	cell->key.process.tgid = pid;
	assert_int_equal(inet_pton(AF_INET6, prefix, cell->key.prefix), 1);
	memcpy(cell->comm, name, length < L4_COMM_LEN ? length : L4_COMM_LEN);
	return cell;
}

/* The cell for what found no cell. */
static inline struct snapshot_cell *add_other(struct snapshot *snapshot, uint8_t proto)
{
	struct snapshot_cell *cell = snapshot_add(snapshot);

	cell->key.proto = proto;
	cell->key.owner = L4_OWNER_OTHER;
	return cell;
}

/* The cell that was added so manieth, from 0 on. */
static inline struct snapshot_cell *cell_at(const struct snapshot *snapshot, size_t i)
{
	struct snapshot_cell *cell = snapshot_first(snapshot);

	assert_true(i < snapshot->count);
	while (i--)
		cell = snapshot_next(snapshot, cell);
	return cell;
}

static inline struct snapshot empty_snapshot(void)
{
	return (struct snapshot){.timestamp = 1795415492.25, .interval = 1.0, .quality.cells_max = 65536};
}

/* A web server: a crowd of clients, a bad line, a name server, a flood that is too fast for its reader. */
static inline struct snapshot busy_snapshot(void)
{
	struct snapshot snapshot = empty_snapshot();
	struct snapshot_cell *cell;

	cell = add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:198.51.100.0", 443, 811, "nginx");
	cell->count[L4_tcp_opens_in] = 3012;
	cell->count[L4_tcp_rx_segs] = 12048;
	cell->count[L4_tcp_tx_segs] = 9036;
	cell->count[L4_tcp_rx_bytes] = 1258291;
	cell->count[L4_tcp_tx_bytes] = 3984588;
	cell->count[L4_tcp_tx_data_segs] = 3012;

	cell = add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:203.0.113.0", 443, 812, "nginx");
	cell->count[L4_tcp_opens_in] = 12;
	cell->count[L4_tcp_rx_segs] = 400;
	cell->count[L4_tcp_tx_segs] = 787;
	cell->count[L4_tcp_rx_bytes] = 901120;
	cell->count[L4_tcp_tx_bytes] = 12582912;
	cell->count[L4_tcp_tx_data_segs] = 757;
	cell->count[L4_tcp_retrans_segs] = 31;
	cell->count[L4_tcp_retrans_synack] = 2;

	cell = add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::ffff:203.0.113.0", 443, 811, "nginx");
	cell->count[L4_tcp_rx_segs] = 1;

	cell = add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_CLIENT, "2001:db8:1234:5678::", 443, 900, "curl");
	cell->count[L4_tcp_opens_out] = 2;
	cell->count[L4_tcp_opens_failed] = 1;
	cell->count[L4_tcp_tx_segs] = 6;

	cell = add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 5201, 1000, "iperf3");
	cell->count[L4_udp_rx_dgrams] = 88000;
	cell->count[L4_udp_rx_bytes] = 127600000;
	cell->count[L4_udp_rx_drops] = 4;

	cell = add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_CLIENT, "::ffff:9.9.9.0", 53, 0, "");
	cell->count[L4_udp_tx_dgrams] = 250;
	cell->count[L4_udp_rx_dgrams] = 249;
	cell->count[L4_udp_tx_bytes] = 8000;
	cell->count[L4_udp_rx_bytes] = 16000;
	return snapshot;
}

static inline struct output_settings pipe_settings(void)
{
	return (struct output_settings){
		.headers = true,
		.sort.by = {METRIC_NONE},
		.top = 10,
		.dimension = {.prefix4 = 24, .prefix6 = 64},
		.host = "test",
		.delay = 1,
	};
}

/* The terminal is a fiction: its size comes from COLUMNS and LINES. */
static inline struct output_settings terminal_settings(int columns, int lines)
{
	struct output_settings settings = pipe_settings();
	char text[16];

	settings.terminal = true;
	snprintf(text, sizeof(text), "%d", columns);
	setenv("COLUMNS", text, 1);
	snprintf(text, sizeof(text), "%d", lines);
	setenv("LINES", text, 1);
	return settings;
}

/* What the output writes for the same snapshot `times` times; to be freed. */
static inline char *written(const struct output *output, struct output_settings settings,
			    const struct snapshot *snapshot, int times)
{
	char *text = NULL, *copy;
	size_t size = 0;
	void *state;

	settings.file = open_memstream(&text, &size);
	assert_non_null(settings.file);
	state = output->begin(&settings);
	while (times--)
		assert_int_equal(output->interval(state, snapshot), 0);
	output->end(state);
	fclose(settings.file);
	copy = strdup(text); /* gcc 12 takes what open_memstream() made for a dangling pointer */
	free(text);
	return copy;
}

/* What cannot be written is said. */
static inline void assert_write_errors(const struct output *output, struct output_settings settings)
{
	struct snapshot snapshot = busy_snapshot();
	int pipes[2];
	void *state;

	settings.file = fopen("/dev/full", "w");
	assert_non_null(settings.file);
	state = output->begin(&settings);
	assert_int_equal(output->interval(state, &snapshot), -ENOSPC);
	output->end(state);
	fclose(settings.file);

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(pipes), 0);
	close(pipes[0]);
	settings.file = fdopen(pipes[1], "w");
	state = output->begin(&settings);
	assert_int_equal(output->interval(state, &snapshot), -EPIPE);
	output->end(state);
	fclose(settings.file);
	snapshot_free(&snapshot);
}

/* No byte but printable ASCII, UTF-8's upper half, and line ends. */
static inline void assert_harmless(const char *text)
{
	for (; *text; text++) {
		const unsigned char byte = *text;

		assert_true((byte >= ' ' && byte != 0x7f) || byte == '\n');
	}
}

/* Names that processes give themselves to spoil the screen of whoever looks at them. */
static const char *const hostile_names[] = {
	"\033[2J\033[1;1Hroot",
	"a\nb\r\tc",
	"\"';=cmd()|,",
	"\xff\xfe\xc0\x80\xed\xa0\x80",
	"\302\23331m", /* one character that is ESC [ */
	"\u202egnp.exe",
	"%s%n%d",
	"\x7f\x01\x02",
	"0123456789abcde\033",
	"",
};

static inline struct snapshot hostile_snapshot(const char *name)
{
	struct snapshot snapshot = empty_snapshot();

	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 53, 77, name)->count[L4_udp_rx_dgrams] =
		5;
	return snapshot;
}

/* A fixed environment, whatever that of the caller is. */
static inline int fixed_environment(void **state)
{
	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	setenv("TZ", "UTC0", 1);
	tzset();
	setenv("TERM", "xterm", 1);
	unsetenv("L4DSTAT_TIMEFMT");
	unsetenv("NO_COLOR");
	unsetenv("COLUMNS");
	unsetenv("LINES");
	return 0;
}

#endif
