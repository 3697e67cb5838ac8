/* SPDX-License-Identifier: GPL-2.0 */
/* Which file is which part, and what changed between two readings. What is in the files is host_parse.c's. */
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host_file.h"
#include "host_links.h"
#include "host_processes.h"
#include "host_reader.h"
#include "host_sockets.h"
#include "memory.h"

struct host_reader {
	unsigned int parts;
	struct host_reading before; /* as of the beginning of the interval, since boot */
	struct host_processes processes, processes_before;
	double began; /* CLOCK_MONOTONIC, seconds */
	struct host_file file;
	struct netlink route, diag;
	unsigned int page_size;
	double ticks; /* of all CPUs together, per second */
};

static double monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Each leaves what it cannot read as it is. */

static void read_stat(struct host_reader *reader, struct host_reading *now)
{
	const char *text = host_file_read(&reader->file, AT_FDCWD, "/proc/stat");

	if (text)
		host_parse_stat(&now->system, text);
}

static void read_vmstat(struct host_reader *reader, struct host_reading *now)
{
	const char *text = host_file_read(&reader->file, AT_FDCWD, "/proc/vmstat");

	if (text)
		host_parse_vmstat(&now->system, text, reader->page_size);
}

static void read_sockstat(struct host_reader *reader, struct host_reading *now)
{
	const char *text = host_file_read(&reader->file, AT_FDCWD, "/proc/net/sockstat");

	if (!text)
		return;
	host_parse_sockstat(&now->system, text);
	now->system.value[HOST_sockets] -= reader->route.open + reader->diag.open; /* those are ours */
}

static void read_raw(struct host_reader *reader, struct host_reading *now)
{
	const char *text = host_file_read(&reader->file, AT_FDCWD, "/proc/net/raw");

	if (text)
		host_parse_raw(&now->system, text);
}

static void read_unix(struct host_reader *reader, struct host_reading *now)
{
	const char *text = host_file_read(&reader->file, AT_FDCWD, "/proc/net/unix");

	if (text)
		host_parse_unix(&now->system, text);
}

/* Where there is no sock_diag. Returns whether there is anything. */
static bool count_in_files(struct host_reader *reader, unsigned int *states, const char *const files[2])
{
	bool any = false;

	memset(states, 0, HOST_SOCKET_STATES * sizeof(*states));
	for (int i = 0; i < 2; i++) {
		const char *text = host_file_read(&reader->file, AT_FDCWD, files[i]);

		if (text)
			host_parse_sockets(states, text);
		any |= text != NULL;
	}
	return any;
}

/* What is established, which is most, is not listed: the kernel has a count of it, together with what is in CLOSE_WAIT.
 */
static int count_tcp(struct host_reader *reader, unsigned int *states)
{
	const char *text = host_file_read(&reader->file, AT_FDCWD, "/proc/net/snmp");
	const long connected = text ? host_parse_connected(text) : -1;
	const int err =
		host_sockets_count(states, IPPROTO_TCP, connected < 0 ? 0 : 1 << TCP_ESTABLISHED, &reader->diag);

	if (connected > (long)states[TCP_CLOSE_WAIT])
		states[TCP_ESTABLISHED] = connected - states[TCP_CLOSE_WAIT];
	return err;
}

static void read_tcp(struct host_reader *reader, struct host_reading *now)
{
	static const char *const files[] = {"/proc/net/tcp", "/proc/net/tcp6"};
	unsigned int states[HOST_SOCKET_STATES];

	if (!count_tcp(reader, states) || count_in_files(reader, states, files))
		host_sockets_tcp(&now->system, states);
}

static void read_udp(struct host_reader *reader, struct host_reading *now)
{
	static const char *const files[] = {"/proc/net/udp", "/proc/net/udp6"};
	unsigned int states[HOST_SOCKET_STATES];

	if (!host_sockets_count(states, IPPROTO_UDP, 0, &reader->diag) || count_in_files(reader, states, files))
		host_sockets_udp(&now->system, states);
}

static void read_links(struct host_reader *reader, struct host_reading *now)
{
	if (host_links_read(&now->links, &reader->route))
		now->links.count = 0;
}

static void read_disks(struct host_reader *reader, struct host_reading *now)
{
	const char *text = host_file_read(&reader->file, AT_FDCWD, "/proc/diskstats");

	now->disks.count = 0;
	if (!text)
		return;
	strcpy(host_add(&now->disks)->name, "total");
	host_parse_disks(&now->disks, text);
}

static void read_processes(struct host_reader *reader, struct host_reading *now)
{
	(void)now;
	if (host_processes_read(&reader->processes, reader->parts & HOST_READ_PROCESS_IO, &reader->file))
		reader->processes.count = 0;
}

static const struct {
	enum host_part part;
	void (*read)(struct host_reader *reader, struct host_reading *now);
} readers[] = {
	{HOST_STAT, read_stat},		{HOST_VMSTAT, read_vmstat},
	{HOST_SOCKSTAT, read_sockstat}, {HOST_TCP, read_tcp},
	{HOST_UDP, read_udp},		{HOST_RAW, read_raw},
	{HOST_UNIX, read_unix},		{HOST_READ_LINKS, read_links},
	{HOST_READ_DISKS, read_disks},	{HOST_READ_PROCESSES, read_processes},
};

/* Since boot. */
static void read_parts(struct host_reader *reader, struct host_reading *now)
{
	now->parts = reader->parts;
	for (int m = 0; m < HOST_METRIC_COUNT; m++)
		now->system.value[m] = NAN;
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++) {
		if (reader->parts & readers[i].part)
			readers[i].read(reader, now);
	}
}

/* What was read becomes what the next interval is compared with. */
static void begin_interval(struct host_reader *reader, const struct host_reading *now, double at)
{
	const struct host_processes old = reader->processes_before;

	host_copy(&reader->before, now);
	reader->processes_before = reader->processes;
	reader->processes = old;
	reader->began = at;
}

struct host_reader *host_reader_open(unsigned int parts)
{
	struct host_reader *reader = memory_new(1, sizeof(*reader));
	struct host_reading now = {};

	reader->parts = parts;
	reader->page_size = sysconf(_SC_PAGESIZE);
	reader->ticks = (double)sysconf(_SC_CLK_TCK) * sysconf(_SC_NPROCESSORS_ONLN);
	read_parts(reader, &now);
	begin_interval(reader, &now, monotonic());
	host_free(&now);
	return reader;
}

void host_reader_read(struct host_reader *reader, struct host_reading *reading, bool ends)
{
	const double at = monotonic();
	struct host_reading since_boot = {};

	read_parts(reader, &since_boot);
	host_copy(reading, &since_boot);
	reading->interval = at - reader->began;
	host_subtract(reading, &reader->before);
	host_cpu_shares(&reading->system, &reader->before.system);
	host_processes_rank(reading->top, &reader->processes, &reader->processes_before, reading->interval,
			    reader->ticks, reader->page_size);
	if (ends)
		begin_interval(reader, &since_boot, at);
	host_free(&since_boot);
}

const struct host_reading *host_reader_before(const struct host_reader *reader)
{
	return &reader->before;
}

void host_reader_close(struct host_reader *reader)
{
	if (!reader)
		return;
	host_free(&reader->before);
	host_processes_free(&reader->processes);
	host_processes_free(&reader->processes_before);
	host_file_free(&reader->file);
	netlink_close(&reader->route);
	netlink_close(&reader->diag);
	free(reader);
}
