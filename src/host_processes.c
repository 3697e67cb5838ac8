/* SPDX-License-Identifier: GPL-2.0 */
/* Processes: a walk through /proc, and a comparison of two of them. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host_processes.h"
#include "memory.h"
#include "text.h"

static struct host_process *add(struct host_processes *processes)
{
	if (processes->count == processes->capacity) {
		processes->capacity = processes->capacity ? processes->capacity * 2 : 256;
		processes->list = memory_resize(processes->list, processes->capacity, sizeof(*processes->list));
	}
	memset(&processes->list[processes->count], 0, sizeof(*processes->list));
	return &processes->list[processes->count++];
}

/* One that has ended meanwhile is left out. */
static void read_process(struct host_processes *processes, int proc, const char *pid, bool with_io,
			 struct host_file *file)
{
	char path[32];
	const char *text;
	struct host_process process = {};

	snprintf(path, sizeof(path), "%.20s/stat", pid);
	text = host_file_read(file, proc, path);
	if (!text || !host_parse_process(&process, text))
		return;
	if (with_io) {
		snprintf(path, sizeof(path), "%.20s/io", pid);
		text = host_file_read(file, proc, path);
		if (text)
			host_parse_process_io(&process, text);
	}
	*add(processes) = process;
}

int host_processes_read(struct host_processes *processes, bool with_io, struct host_file *file)
{
	DIR *directory = opendir("/proc");
	const pid_t own = getpid();

	if (!directory)
		return -errno;
	processes->count = 0;
	for (const struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
		if (isdigit((unsigned char)*entry->d_name) && strtol(entry->d_name, NULL, 10) != own)
			read_process(processes, dirfd(directory), entry->d_name, with_io, file);
	}
	closedir(directory);
	return 0;
}

static void set_row(struct host_row *row, const struct host_process *process, const struct host_values *values)
{
	row->pid = process->pid;
	row->values = *values;
	text_printable(row->name, sizeof(row->name), (const uint8_t *)process->name, strlen(process->name));
	if (!*row->name)
		strcpy(row->name, "?"); /* a process can have an empty name, a winner cannot */
}

static struct host_values compare(const struct host_process *now, const struct host_process *before, double seconds,
				  double ticks, unsigned int page_size)
{
	const struct host_process newborn = {};
	struct host_values values = {};

	if (!before || before->start != now->start || before->ticks > now->ticks)
		before = &newborn;
	values.value[HOST_process_cpu] = seconds > 0 ? (now->ticks - before->ticks) / (seconds * ticks) : 0;
	values.value[HOST_process_memory] = (double)now->pages * page_size;
	values.value[HOST_process_read] = now->has_io ? now->read - before->read : NAN;
	values.value[HOST_process_written] = now->has_io ? now->written - before->written : NAN;
	return values;
}

static double io_of(const struct host_row *row)
{
	return row->values.value[HOST_process_read] + row->values.value[HOST_process_written];
}

static void consider(struct host_row top[static HOST_TOPS], const struct host_row *row)
{
	const double cpu = row->values.value[HOST_process_cpu], memory = row->values.value[HOST_process_memory];

	if (cpu > 0 && cpu >= top[HOST_TOP_CPU].values.value[HOST_process_cpu])
		top[HOST_TOP_CPU] = *row;
	if (io_of(row) > io_of(&top[HOST_TOP_IO])) /* never of NAN */
		top[HOST_TOP_IO] = *row;
	if (memory > top[HOST_TOP_MEMORY].values.value[HOST_process_memory])
		top[HOST_TOP_MEMORY] = *row;
}

void host_processes_rank(struct host_row top[static HOST_TOPS], const struct host_processes *now,
			 const struct host_processes *before, double interval, double ticks, unsigned int page_size)
{
	size_t old = 0;

	memset(top, 0, HOST_TOPS * sizeof(*top));
	for (size_t i = 0; i < now->count; i++) {
		const struct host_process *process = &now->list[i];
		struct host_values values;
		struct host_row row = {};

		while (old < before->count && before->list[old].pid < process->pid)
			old++;
		values = compare(process,
				 old < before->count && before->list[old].pid == process->pid ? &before->list[old]
											      : NULL,
				 interval, ticks, page_size);
		set_row(&row, process, &values);
		consider(top, &row);
	}
}

void host_processes_free(struct host_processes *processes)
{
	free(processes->list);
	*processes = (struct host_processes){};
}
