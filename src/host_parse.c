/* SPDX-License-Identifier: GPL-2.0 */
/* The text of files in /proc. Most are lines of a word and numbers: which number is what is a table of each file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_parse.h"
#include "text.h"

/* The field of the line that begins with word, counted from 0 as dstat does, is added to a metric. */
struct field {
	const char *word;
	unsigned int field;
	enum host_metric metric;
};

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

/* Field number n of a line: where it begins; NULL if there are not so many. */
static const char *find_field(const char *line, unsigned int n)
{
	for (;; n--) {
		line += strspn(line, " \t");
		if (!*line || *line == '\n')
			return NULL;
		if (!n)
			return line;
		line += strcspn(line, " \t\n");
	}
}

static bool is_word(const char *line, const char *word)
{
	const size_t length = strlen(word);

	return !strncmp(line, word, length) && (line[length] == ' ' || line[length] == '\t');
}

/* Zeroes the metrics of those fields that are in the text, then adds them all. */
static void take_fields(struct host_values *values, const char *text, const struct field *fields, size_t count)
{
	bool seen[HOST_METRIC_COUNT] = {};

	for (const char *line = text; *line; line = next_line(line)) {
		for (size_t i = 0; i < count; i++) {
			const char *number = is_word(line, fields[i].word) ? find_field(line, fields[i].field) : NULL;
			double *value = &values->value[fields[i].metric];

			if (!number)
				continue;
			*value = (seen[fields[i].metric] ? *value : 0) + strtoull(number, NULL, 10);
			seen[fields[i].metric] = true;
		}
	}
}

void host_parse_stat(struct host_values *values, const char *text)
{
	static const struct field fields[] = {
		{"cpu", 1, HOST_cpu_user},
		{"cpu", 2, HOST_cpu_user}, /* nice */
		{"cpu", 6, HOST_cpu_user}, /* hard interrupts */
		{"cpu", 7, HOST_cpu_user}, /* soft interrupts */
		{"cpu", 3, HOST_cpu_system},
		{"cpu", 4, HOST_cpu_idle},
		{"cpu", 5, HOST_cpu_wait},
		{"cpu", 8, HOST_cpu_stolen},
		{"intr", 1, HOST_interrupts},
		{"ctxt", 1, HOST_context_switches},
		{"processes", 1, HOST_procs_new},
		{"procs_running", 1, HOST_procs_running},
		{"procs_blocked", 1, HOST_procs_blocked},
	};

	take_fields(values, text, fields, sizeof(fields) / sizeof(*fields));
	if (values->value[HOST_procs_running] >= 1)
		values->value[HOST_procs_running]--; /* the one is us */
}

void host_cpu_shares(struct host_values *now, const struct host_values *before)
{
	double *ticks = &now->value[HOST_cpu_user], sum = 0;

	for (int i = 0; i < HOST_CPU_KINDS; i++) {
		ticks[i] -= before->value[HOST_cpu_user + i];
		if (ticks[i] < 0)
			ticks[i] = 0; /* idle and waiting go back at times: proc(5) */
		sum += ticks[i];
	}
	for (int i = 0; i < HOST_CPU_KINDS; i++)
		ticks[i] = sum > 0 ? ticks[i] / sum : 0;
}

void host_parse_vmstat(struct host_values *values, const char *text, unsigned int page_size)
{
	static const struct field fields[] = {{"pswpin", 1, HOST_paged_in}, {"pswpout", 1, HOST_paged_out}};

	take_fields(values, text, fields, sizeof(fields) / sizeof(*fields));
	values->value[HOST_paged_in] *= page_size;
	values->value[HOST_paged_out] *= page_size;
}

void host_parse_sockstat(struct host_values *values, const char *text)
{
	static const struct field fields[] = {
		{"sockets:", 2, HOST_sockets}, {"TCP:", 2, HOST_sockets_tcp},	     {"UDP:", 2, HOST_sockets_udp},
		{"RAW:", 2, HOST_sockets_raw}, {"FRAG:", 2, HOST_sockets_fragments},
	};

	take_fields(values, text, fields, sizeof(fields) / sizeof(*fields));
}

void host_parse_raw(struct host_values *values, const char *text)
{
	double lines = 0;

	for (const char *line = text; *line; line = next_line(line))
		lines++;
	values->value[HOST_raw] = lines ? lines - 1 : 0; /* the first one says what the others are */
}

long host_parse_connected(const char *text)
{
	enum { FIELD = 9 }; /* of the names and of the values */
	bool named = false;

	for (const char *line = text; *line; line = next_line(line)) {
		const char *field = is_word(line, "Tcp:") ? find_field(line, FIELD) : NULL;

		if (field && named)
			return strtol(field, NULL, 10);
		named |= field && is_word(field, "CurrEstab");
	}
	return -1;
}

void host_parse_unix(struct host_values *values, const char *text)
{
	static const char datagram[] = "0002", stream[] = "0001", unconnected[] = "01", connected[] = "03";
	double *value = values->value;

	value[HOST_unix_dgm] = value[HOST_unix_str] = value[HOST_unix_lis] = value[HOST_unix_act] = 0;
	for (const char *line = text; *line; line = next_line(line)) {
		const char *type = find_field(line, 4), *state = find_field(line, 5);

		if (!type || !state)
			continue;
		value[HOST_unix_dgm] += is_word(type, datagram);
		if (!is_word(type, stream))
			continue;
		value[HOST_unix_str]++;
		value[HOST_unix_lis] += is_word(state, unconnected);
		value[HOST_unix_act] += is_word(state, connected);
	}
}

static bool all_digits(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/*
 * What dstat does not sum up, as it passes a whole disk too: partitions (sda1), and what stands on other disks (dm-0,
 * md0). nvme0n1p1 and mmcblk0p1 are not among them in dstat, which counts them twice.
 */
static bool stands_on_another(const char *name)
{
	const size_t letters = strcspn(name, "0123456789");

	if (!strncmp(name, "dm-", 3))
		return all_digits(name + 3);
	if (!strncmp(name, "md", 2))
		return all_digits(name + 2) || strchr(name, 'p');
	if (!strncmp(name, "loop", 4))
		return strchr(name, 'p');
	if (!strncmp(name, "nvme", 4) || !strncmp(name, "mmcblk", 6))
		return strchr(name + letters, 'p');
	return letters > 2 && strchr("hsv", name[0]) && name[1] == 'd' && all_digits(name + letters);
}

enum { SECTOR = 512, DISK_NUMBERS = 7 };

void host_parse_disks(struct host_rows *disks, const char *text)
{
	for (const char *line = text; *line; line = next_line(line)) {
		uint64_t number[DISK_NUMBERS] = {}; /* reads, merged, sectors, ms; writes, merged, sectors */
		struct host_row *row;
		char name[HOST_NAME];

		if (sscanf(line,
			   "%*u %*u %63s %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
			   " %" SCNu64,
			   name, &number[0], &number[1], &number[2], &number[3], &number[4], &number[5],
			   &number[6]) < 8)
			continue;
		if (!number[2] && !number[6])
			continue;
		row = host_add(disks);
		text_printable(row->name, sizeof(row->name), (const uint8_t *)name, strlen(name));
		row->seen_elsewhere = row->idle = stands_on_another(name); /* -f leaves them out */
		row->values.value[HOST_disk_read] = (double)number[2] * SECTOR;
		row->values.value[HOST_disk_written] = (double)number[6] * SECTOR;
	}
}

void host_parse_sockets(unsigned int states[static HOST_SOCKET_STATES], const char *text)
{
	for (const char *line = next_line(text); *line; line = next_line(line)) {
		const char *field = find_field(line, 3);
		const unsigned long state = field ? strtoul(field, NULL, 16) : HOST_SOCKET_STATES;

		if (state < HOST_SOCKET_STATES)
			states[state]++;
	}
}

bool host_parse_process(struct host_process *process, const char *text)
{
	/* Fields are counted from the state, the first one behind the name. */
	enum { USER = 11, SYSTEM = 12, START = 19, RESIDENT = 21 };
	const char *begin = strchr(text, '('), *end = strrchr(text, ')');
	const char *field[RESIDENT + 1], *at;
	size_t length;

	if (!begin || !end || end < begin)
		return false;
	length = end - begin - 1 < HOST_NAME ? end - begin - 1 : HOST_NAME - 1;
	at = find_field(end + 1, 0);
	for (int i = 0; i <= RESIDENT; i++, at = find_field(at, 1)) {
		if (!at)
			return false;
		field[i] = at;
	}
	process->pid = strtol(text, NULL, 10);
	memcpy(process->name, begin + 1, length);
	process->name[length] = 0;
	process->ticks = strtoull(field[USER], NULL, 10) + strtoull(field[SYSTEM], NULL, 10);
	process->start = strtoull(field[START], NULL, 10);
	process->pages = strtoull(field[RESIDENT], NULL, 10);
	return true;
}

void host_parse_process_io(struct host_process *process, const char *text)
{
	for (const char *line = text; *line; line = next_line(line)) {
		const char *number = find_field(line, 1);

		if (!number)
			continue;
		if (is_word(line, "rchar:"))
			process->read = strtoull(number, NULL, 10);
		if (is_word(line, "wchar:"))
			process->written = strtoull(number, NULL, 10);
		process->has_io = true;
	}
}
