/* SPDX-License-Identifier: GPL-2.0 */
/* Bisecting files. */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "record.h"
#include "record_seek.h"

enum {
	WINDOW = 1 << 18,    /* bytes that are looked through at once */
	LOOK_BACK = 1 << 26, /* bytes from the end of a file that the last interval is looked for in */
	HEAD = 4096,	     /* of a part, to see what it is */
	ANY_WINDOW = 15,
	GZIP_ALONE = 16, /* for inflateInit2() */
};

static const char gzip_begins[] = {0x1f, (char)0x8b, 8};

struct seeker {
	int fd;
	uint64_t size;
	bool gzip;
};

/* An interval and where it begins. */
struct place {
	uint64_t at;
	double moment;
};

static bool seeker_open(struct seeker *seeker, const char *path)
{
	char begins[sizeof(gzip_begins)];
	struct stat is;

	seeker->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (seeker->fd < 0)
		return false;
	seeker->size = fstat(seeker->fd, &is) ? 0 : is.st_size;
	seeker->gzip = pread(seeker->fd, begins, sizeof(begins), 0) == sizeof(begins) &&
		       !memcmp(begins, gzip_begins, sizeof(begins));
	return true;
}

/* The first bytes of what is gzip'ed; returns how many. */
static size_t unzip_head(const char *in, size_t length, void *out, size_t size)
{
	z_stream stream = {.next_in = (Bytef *)in, .avail_in = length, .next_out = out, .avail_out = size};

	if (inflateInit2(&stream, ANY_WINDOW + GZIP_ALONE) != Z_OK)
		return 0;
	inflate(&stream, Z_SYNC_FLUSH);
	inflateEnd(&stream);
	return size - stream.avail_out;
}

static bool is_interval(const struct seeker *seeker, uint64_t at, double *moment)
{
	char head[HEAD], text[128];
	const ssize_t got = pread(seeker->fd, head, sizeof(head), at);
	size_t length;

	if (got <= 0)
		return false;
	if (!seeker->gzip)
		return record_moment(head, got, moment);
	length = unzip_head(head, got, text, sizeof(text));
	return record_moment(text, length, moment);
}

/* Where an interval may begin in there, from `from` on; length if nowhere. */
static size_t candidate(const struct seeker *seeker, const char *window, size_t length, size_t from)
{
	const char *found = from >= length ? NULL
			    : seeker->gzip ? memmem(window + from, length - from, gzip_begins, sizeof(gzip_begins))
					   : memchr(window + from, '\n', length - from);

	return found ? (size_t)(found - window) : length;
}

/* The first interval that begins at or behind that byte, and before `end`. */
static bool find_first(const struct seeker *seeker, uint64_t from, uint64_t end, struct place *place)
{
	static char window[WINDOW];

	while (from < end) {
		const ssize_t got = pread(seeker->fd, window, sizeof(window), from);
		size_t at = 0;

		if (got <= 0)
			return false;
		for (; (at = candidate(seeker, window, got, at)) < (size_t)got; at++) {
			place->at = from + at + !seeker->gzip; /* a line begins behind the end of another one */
			if (place->at < end && is_interval(seeker, place->at, &place->moment))
				return true;
		}
		if ((size_t)got <= sizeof(gzip_begins))
			return false;
		from += got - sizeof(gzip_begins) + 1; /* one may lie across */
	}
	return false;
}

static bool find_last(const struct seeker *seeker, uint64_t from, struct place *place)
{
	struct place next;
	bool found = false;

	while (find_first(seeker, found ? place->at + 1 : from, seeker->size, &next)) {
		*place = next;
		found = true;
	}
	return found;
}

/* The times of all that is gzip'ed in one piece are one, so that is only believed of the last of several pieces. */
double record_seek_last(const char *path, double begin)
{
	struct place place = {};
	struct seeker seeker;
	double last = begin;
	struct stat is;

	if (!seeker_open(&seeker, path))
		return begin;
	for (uint64_t back = WINDOW; !place.at && back <= LOOK_BACK; back *= 16)
		find_last(&seeker, back < seeker.size ? seeker.size - back : 0, &place);
	if (place.at)
		last = place.moment;
	else if (seeker.gzip && !fstat(seeker.fd, &is))
		last = is.st_mtime;
	close(seeker.fd);
	return last > begin ? last : begin;
}

uint64_t record_seek_after(const char *path, double moment)
{
	struct seeker seeker;
	uint64_t low = 0, high;

	if (!seeker_open(&seeker, path))
		return 0;
	high = seeker.size;
	while (high - low > WINDOW) {
		const uint64_t middle = low + (high - low) / 2;
		struct place place;

		if (find_first(&seeker, middle, high, &place) && place.moment <= moment)
			low = place.at;
		else
			high = middle;
	}
	close(seeker.fd);
	return low;
}
