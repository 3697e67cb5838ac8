/* SPDX-License-Identifier: GPL-2.0 */
/* Replacing a file: written beside it, then renamed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "textfile.h"

/* In the same directory, or it could not be renamed; its name does not end in .prom, so nobody takes it for one. */
static char *name_beside(const char *path)
{
	return memory_format("%s.%d", path, (int)getpid());
}

/* What is there of that name is of a run that was killed. */
static int open_anew(const char *path)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	return fd < 0 ? -errno : fd;
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length) {
		const ssize_t wrote = write(fd, text, length);

		if (wrote < 0 && errno != EINTR)
			return -errno;
		text += wrote > 0 ? wrote : 0;
		length -= wrote > 0 ? wrote : 0;
	}
	return 0;
}

int textfile_write(const char *path, const char *text, size_t length)
{
	char *beside = name_beside(path);
	const int fd = open_anew(beside);
	int err = fd < 0 ? fd : write_all(fd, text, length);

	if (!err && fchmod(fd, 0644)) /* who collects it is another user, whatever our umask */
		err = -errno;
	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	if (!err && rename(beside, path))
		err = -errno;
	if (err && fd >= 0)
		unlink(beside);
	free(beside);
	return err;
}

int textfile_try(const char *path)
{
	char *beside = name_beside(path);
	struct stat is;
	const int fd = open_anew(beside);
	const int err = fd < 0 ? fd : !stat(path, &is) && S_ISDIR(is.st_mode) ? -EISDIR : 0;

	if (fd >= 0) {
		close(fd);
		unlink(beside);
	}
	free(beside);
	return err;
}
