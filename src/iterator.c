/* SPDX-License-Identifier: GPL-2.0 */
/* A read returns 0 at the end, or after many objects that wrote nothing -EAGAIN. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "iterator.h"

enum { RECORDS_BUFFER = 4096 };

int iterator_run(const struct bpf_link *link, size_t size, void (*take)(void *context, const void *record),
		 void *context)
{
	const int fd = bpf_iter_create(bpf_link__fd(link));
	uint64_t buffer[RECORDS_BUFFER / sizeof(uint64_t)];
	size_t filled = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, (char *)buffer + filled, sizeof(buffer) - filled);
		if (n > 0) {
			size_t at = 0;

			for (filled += n; take && filled - at >= size; at += size)
				take(context, (char *)buffer + at);
			filled -= at;
			memmove(buffer, (char *)buffer + at, filled);
		}
	} while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

int iterator_finish(const struct bpf_link *link)
{
	return iterator_run(link, 1, NULL, NULL);
}

int iterator_run_once(struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	int err;

	if (!link)
		return -errno;
	err = iterator_finish(link);
	bpf_link__destroy(link);
	return err;
}
