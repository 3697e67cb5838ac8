/* SPDX-License-Identifier: GPL-2.0 */
/* Files that outputs write to. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "memory.h"
#include "outfile.h"

/* For fopencookie(): 0 is an error. */
static ssize_t write_gzip(void *gzip, const char *bytes, size_t length)
{
	return gzwrite(gzip, bytes, length);
}

/* Makes the stream for a descriptor, which it owns from then on, also on failure. */
static int open_stream(struct outfile *out, int fd, bool gzip)
{
	const cookie_io_functions_t through_gzip = {.write = write_gzip};

	out->fd = fd;
	if (!gzip) {
		out->file = fdopen(fd, "a");
	} else {
		out->gzip = gzdopen(fd, "ab");
		if (!out->gzip)
			memory_exhausted();
		out->file = fopencookie(out->gzip, "a", through_gzip);
	}
	if (!out->file)
		memory_exhausted();
	return 0;
}

int outfile_standard(struct outfile *out, bool gzip)
{
	int fd;

	*out = (struct outfile){.name = memory_format("standard output"), .fd = STDOUT_FILENO};
	if (!gzip) {
		out->file = stdout;
		return 0;
	}
	fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : open_stream(out, fd, gzip);
}

/* What is wrong with a file that is to be continued. */
enum fault { FAULT_NONE, FAULT_READING, FAULT_OTHER, FAULT_DAMAGED, FAULT_CUT };

/* Whether what gzread() gives, to its end, is gzip'ed as it should be, and whole lines. */
static enum fault read_to_end(gzFile file, bool gzip, char last)
{
	char buffer[65536];
	int n, err;

	if (gzip && gzdirect(file))
		return FAULT_OTHER;
	while ((n = gzread(file, buffer, sizeof(buffer))) > 0)
		last = buffer[n - 1];
	gzerror(file, &err);
	if (n < 0 || err != Z_OK)
		return FAULT_DAMAGED;
	return last == '\n' ? FAULT_NONE : FAULT_CUT;
}

/* The first bytes are those of our kind; the rest of what is not compressed need not be read to see its end. */
static enum fault look_at(gzFile file, int fd, bool gzip, const char *begins)
{
	const size_t length = begins ? strlen(begins) : 0;
	char *found = memory_new(length + 1, 1);
	const int got = length ? gzread(file, found, length) : 0;
	const bool same = got == (int)length && (!length || !memcmp(found, begins, length));
	char last = length ? found[length - 1] : '\n';

	free(found);
	if (!gzip && !gzdirect(file))
		return FAULT_OTHER;
	if (!same)
		return got < 0 ? FAULT_DAMAGED : FAULT_OTHER;
	if (gzip)
		return read_to_end(file, gzip, last);
	if (lseek(fd, -1, SEEK_END) < 0 || read(fd, &last, 1) != 1)
		return FAULT_READING;
	return last == '\n' ? FAULT_NONE : FAULT_CUT;
}

static enum fault find_fault(const char *path, bool gzip, const char *begins)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const int other = fd < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	gzFile file = other < 0 ? NULL : gzdopen(other, "rb");
	enum fault fault = file ? look_at(file, fd, gzip, begins) : FAULT_READING;

	if (file)
		gzclose(file);
	if (fd >= 0)
		close(fd);
	return fault;
}

static int refuse(const char *path, enum fault fault)
{
	static const char *const words[] = {
		[FAULT_READING] = "cannot be read to see whether it can be continued",
		[FAULT_OTHER] = "is there already and begins otherwise than what would be added to it",
		[FAULT_DAMAGED] = "is there already and its gzip'ed data is damaged or ends too early",
		[FAULT_CUT] = "is there already and ends in the middle of a line",
	};

	fprintf(stderr, "l4dstat: %s %s; name another file, or move that one away\n", path, words[fault]);
	return -EEXIST;
}

static int open_failed(const char *path)
{
	const int err = -errno;

	fprintf(stderr, "l4dstat: cannot open %s: %s\n", path, strerror(-err));
	return err;
}

int outfile_append(struct outfile *out, const char *path, bool gzip, const char *begins, bool *fresh)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	enum fault fault = FAULT_NONE;
	struct stat is;

	if (fd < 0)
		return open_failed(path);
	*fresh = fstat(fd, &is) || !S_ISREG(is.st_mode) || !is.st_size;
	if (!*fresh)
		fault = find_fault(path, gzip, begins);
	if (fault != FAULT_NONE) {
		close(fd);
		return refuse(path, fault);
	}
	*out = (struct outfile){.name = memory_format("%s", path)};
	return open_stream(out, fd, gzip);
}

int outfile_create(struct outfile *out, const char *path, bool gzip)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0)
		return open_failed(path);
	*out = (struct outfile){.name = memory_format("%s", path)};
	return open_stream(out, fd, gzip);
}

static int flush(struct outfile *out, int how)
{
	errno = 0;
	if (fflush(out->file) || ferror(out->file))
		return -(errno ?: EIO);
	if (out->gzip && gzflush(out->gzip, how) != Z_OK)
		return -(errno ?: EIO);
	return 0;
}

/* A full flush forgets what was before: what follows can be read even if that is damaged. */
int outfile_flush(struct outfile *out)
{
	return flush(out, Z_FULL_FLUSH);
}

int outfile_end_part(struct outfile *out)
{
	return flush(out, Z_FINISH);
}

long outfile_size(const struct outfile *out)
{
	return out->gzip ? gzoffset(out->gzip) : out->file != stdout ? ftell(out->file) : 0;
}

int outfile_sync(struct outfile *out)
{
	return fdatasync(out->fd) && errno != EINVAL && errno != EROFS ? -errno : 0;
}

int outfile_complain(const struct outfile *out, int err)
{
	fprintf(stderr, "l4dstat: cannot write to %s: %s\n", out->name, strerror(-err));
	return err;
}

int outfile_close(struct outfile *out)
{
	int err = 0;

	errno = 0;
	if (out->file)
		err = (out->file == stdout ? fflush(out->file) : fclose(out->file)) ? -(errno ?: EIO) : 0;
	if (out->gzip && gzclose(out->gzip) != Z_OK && !err)
		err = -(errno ?: EIO);
	out->file = NULL;
	out->gzip = NULL;
	return err;
}
