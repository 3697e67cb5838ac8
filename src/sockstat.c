/* SPDX-License-Identifier: GPL-2.0 */
/* "TCP: inuse 4 orphan 0 tw 2 alloc 9 mem 1" and "TCP6: inuse 3": pairs of a name and a number. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockstat.h"

enum { LINE = 256 };

static void parse_line(struct sockstat *sum, const char *line)
{
	unsigned long long number;
	char name[16];
	int length;

	if (strncmp(line, "TCP:", 4) && strncmp(line, "TCP6:", 5))
		return;
	line = strchr(line, ':') + 1;
	while (sscanf(line, " %15s %llu%n", name, &number, &length) == 2) {
		if (!strcmp(name, "inuse"))
			sum->tcp_in_use += number;
		else if (!strcmp(name, "tw"))
			sum->tcp_time_wait += number;
		line += length;
	}
}

void sockstat_parse(struct sockstat *sum, const char *text, size_t length)
{
	const char *const end = text + length, *line_end;
	char line[LINE];

	for (; text < end && (line_end = memchr(text, '\n', end - text)); text = line_end + 1) {
		snprintf(line, sizeof(line), "%.*s", (int)(line_end - text), text);
		parse_line(sum, line);
	}
}

static int read_file(struct sockstat *sum, int directory, const char *name)
{
	const int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read(fd, text, sizeof(text)); /* a few hundred bytes, which the kernel gives at once */
	close(fd);
	if (length < 0)
		return -errno;
	sockstat_parse(sum, text, length);
	return 0;
}

int sockstat_read(struct sockstat *sockstat, const char *directory, uint64_t files)
{
	const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct sockstat sum = {};
	struct stat status;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (files && (fstatat(fd, "snmp", &status, 0) || status.st_ino != files))
		err = -ESTALE;
	err = err ?: read_file(&sum, fd, "sockstat");
	if (!err && read_file(&sum, fd, "sockstat6") == -ESRCH) /* without IPv6 there is none */
		err = -ESRCH;
	close(fd);
	if (!err)
		*sockstat = sum;
	return err;
}
