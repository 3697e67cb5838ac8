/* SPDX-License-Identifier: GPL-2.0 */
/* Reading lines. zlib's own files do not say how far what they read can be trusted, so this uses its streams. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "memory.h"
#include "record_file.h"

enum {
	INPUT = 1 << 16,
	PART_MAX = 1 << 22, /* of what is gzip'ed in one piece so much is held back until its checksum is seen */
	LINE_MAX_BYTES = 1 << 28,
	ANY_WINDOW = 15,
	GZIP_ALONE = 16, /* for inflateInit2() */
};

struct record_file {
	int fd;
	uint64_t size, position;
	bool gzip, in_part;
	z_stream stream;
	uint8_t input[INPUT];
	char *text; /* what has been read and not been handed out begins at `begin`, and is length - begin long */
	size_t begin, length, capacity;
	size_t searched;	    /* there is no end of a line before this */
	enum record_file_event end; /* what comes when there are no more lines; RECORD_FILE_LINE: nobody knows yet */
	unsigned long line;
};

static ssize_t read_input(struct record_file *file, void *to, size_t size)
{
	ssize_t got;

	do {
		got = read(file->fd, to, size);
	} while (got < 0 && errno == EINTR);
	if (got > 0)
		file->position += got;
	return got;
}

/* Where so many bytes more can be put. */
static char *make_room(struct record_file *file, size_t size)
{
	if (file->begin) {
		memmove(file->text, file->text + file->begin, file->length - file->begin);
		file->length -= file->begin;
		file->searched -= file->begin;
		file->begin = 0;
	}
	if (file->capacity - file->length < size) {
		file->capacity = file->length + size > 2 * file->capacity ? file->length + size : 2 * file->capacity;
		file->text = memory_resize(file->text, file->capacity, 1);
	}
	return file->text + file->length;
}

static void fill_plainly(struct record_file *file)
{
	const ssize_t got = read_input(file, make_room(file, INPUT), INPUT);

	if (got > 0)
		file->length += got;
	else
		file->end = got ? RECORD_FILE_FAILED : RECORD_FILE_END;
}

/* More to inflate. Returns whether there is some; if not, *end says why. */
static bool fill_input(struct record_file *file)
{
	const ssize_t got = read_input(file, file->input, INPUT);

	file->stream.next_in = file->input;
	file->stream.avail_in = got > 0 ? got : 0;
	if (got <= 0)
		file->end = got ? RECORD_FILE_FAILED : file->in_part ? RECORD_FILE_CUT : RECORD_FILE_END;
	return got > 0;
}

static void fill_from_gzip(struct record_file *file)
{
	const size_t trusted = file->length - file->begin; /* where it is when there is room */
	size_t got = 0;

	while (file->end == RECORD_FILE_LINE && got < PART_MAX) {
		int result;

		if (!file->stream.avail_in && !fill_input(file))
			return;
		file->in_part = true;
		file->stream.next_out = (Bytef *)make_room(file, INPUT);
		file->stream.avail_out = INPUT;
		result = inflate(&file->stream, Z_NO_FLUSH);
		got += INPUT - file->stream.avail_out;
		file->length += INPUT - file->stream.avail_out;
		if (result == Z_STREAM_END) {
			file->in_part = false;
			inflateReset(&file->stream);
			return;
		}
		if (result != Z_OK && result != Z_BUF_ERROR) {
			file->end = RECORD_FILE_DAMAGED;
			file->length = file->begin + trusted;
		}
	}
}

/* Two bytes tell. */
static bool is_gzip(int fd)
{
	uint8_t magic[2];

	return pread(fd, magic, sizeof(magic), 0) == sizeof(magic) && magic[0] == 0x1f && magic[1] == 0x8b;
}

int record_file_open(struct record_file **opened, const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct record_file *file;
	struct stat is;

	if (fd < 0)
		return -errno;
	file = memory_new(1, sizeof(*file));
	*file = (struct record_file){.fd = fd, .size = fstat(fd, &is) ? 0 : is.st_size, .gzip = is_gzip(fd)};
	if (file->gzip && inflateInit2(&file->stream, ANY_WINDOW + GZIP_ALONE) != Z_OK)
		memory_exhausted();
	*opened = file;
	return 0;
}

void record_file_start_at(struct record_file *file, uint64_t byte)
{
	if (lseek(file->fd, byte, SEEK_SET) >= 0)
		file->position = byte;
}

static bool find_line(struct record_file *file, const char **line, size_t *length)
{
	const char *end = file->length > file->searched
				  ? memchr(file->text + file->searched, '\n', file->length - file->searched)
				  : NULL;

	if (!end) {
		file->searched = file->length;
		return false;
	}
	*line = file->text + file->begin;
	*length = end - *line;
	file->begin = file->searched = end + 1 - file->text;
	file->line++;
	return true;
}

enum record_file_event record_file_next(struct record_file *file, const char **line, size_t *length)
{
	while (!find_line(file, line, length)) {
		if (file->length - file->begin > LINE_MAX_BYTES)
			file->end = RECORD_FILE_DAMAGED;
		if (file->end == RECORD_FILE_END && file->length > file->begin)
			file->end = RECORD_FILE_CUT;
		if (file->end != RECORD_FILE_LINE)
			return file->end;
		if (file->gzip)
			fill_from_gzip(file);
		else
			fill_plainly(file);
	}
	return RECORD_FILE_LINE;
}

unsigned long record_file_line(const struct record_file *file)
{
	return file->line;
}

uint64_t record_file_position(const struct record_file *file)
{
	return file->position;
}

uint64_t record_file_size(const struct record_file *file)
{
	return file->size;
}

void record_file_close(struct record_file *file)
{
	if (!file)
		return;
	if (file->gzip)
		inflateEnd(&file->stream);
	close(file->fd);
	free(file->text);
	free(file);
}
