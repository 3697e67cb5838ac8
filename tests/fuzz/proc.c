/* SPDX-License-Identifier: GPL-2.0 */
/* Files of /proc, which have in them what processes call themselves: the first byte says which one follows. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "host_parse.h"
#include "snmp.h"
#include "sockstat.h"
#include "text.h"

static void read_process(const char *text)
{
	struct host_process process = {};
	char shown[64];

	if (!host_parse_process(&process, text))
		return;
	EXPECT(memchr(process.name, 0, sizeof(process.name)));
	text_printable(shown, sizeof(shown), (const uint8_t *)process.name, strlen(process.name));
	EXPECT(!*shown || fuzz_is_sentence(shown));
}

static void read_io(const char *text)
{
	struct host_process process = {};

	host_parse_process_io(&process, text);
}

static void read_stat(const char *text)
{
	struct host_values now = {}, before = {};

	host_parse_stat(&now, text);
	host_cpu_shares(&now, &before);
	for (int i = 0; i < HOST_CPU_KINDS; i++)
		EXPECT(now.value[HOST_cpu_user + i] >= 0 && now.value[HOST_cpu_user + i] <= 1);
}

static void read_disks(const char *text)
{
	struct host_rows disks = {};

	strcpy(host_add(&disks)->name, "total");
	host_parse_disks(&disks, text);
	for (size_t i = 0; i < disks.count; i++)
		EXPECT(memchr(disks.rows[i].name, 0, sizeof(disks.rows[i].name)));
	free(disks.rows);
}

static void read_vmstat(const char *text)
{
	struct host_values values = {};

	host_parse_vmstat(&values, text, 4096);
}

static void read_sockstat(const char *text)
{
	struct host_values values = {};
	struct sockstat sum = {};

	host_parse_sockstat(&values, text);
	sockstat_parse(&sum, text, strlen(text));
}

static void read_unix(const char *text)
{
	struct host_values values = {};

	host_parse_unix(&values, text);
	EXPECT(values.value[HOST_unix_lis] + values.value[HOST_unix_act] <= values.value[HOST_unix_str]);
}

static void read_sockets(const char *text)
{
	struct host_values values = {};
	unsigned int states[HOST_SOCKET_STATES] = {};

	host_parse_raw(&values, text);
	host_parse_sockets(states, text);
}

static void read_snmp(const char *text)
{
	const struct snmp_values nothing = {};
	struct snmp_counters sum = {};
	struct snmp_values values = {};

	snmp_parse(&values, text, strlen(text));
	snmp_add_risen(&sum, &nothing, &values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const char *text) = {
		read_process,  read_io,	  read_stat,	read_disks, read_vmstat,
		read_sockstat, read_unix, read_sockets, read_snmp,
	};
	char *text;

	if (!size)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	readers[data[0] % (sizeof(readers) / sizeof(*readers))](text);
	free(text);
	return 0;
}
