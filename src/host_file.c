/* SPDX-License-Identifier: GPL-2.0 */
/* Whole files: their size is not known before, and a second reading could be of another moment. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "host_file.h"
#include "memory.h"

enum { FIRST_SIZE = 16 * 1024 };

const char *host_file_read(struct host_file *file, int directory, const char *path)
{
	const int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got;
	int err;

	if (fd < 0)
		return NULL;
	do {
		if (file->capacity - length < 2) {
			file->capacity = file->capacity ? file->capacity * 2 : FIRST_SIZE;
			file->text = memory_resize(file->text, file->capacity, 1);
		}
		got = read(fd, file->text + length, file->capacity - length - 1);
		if (got > 0)
			length += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	err = errno;
	close(fd);
	errno = err;
	file->text[length] = 0;
	return got < 0 ? NULL : file->text;
}

void host_file_free(struct host_file *file)
{
	free(file->text);
	*file = (struct host_file){};
}
