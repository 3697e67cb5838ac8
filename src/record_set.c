/* SPDX-License-Identifier: GPL-2.0 */
/* The files of a recording. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "record_set.h"

enum { SAME_SECOND = 1000 }; /* names that are tried */

static const char time_format[] = "%Y%m%dT%H%M%SZ", time_digits[] = "00000000T000000Z"; /* 0: any digit */

static size_t length_without(const char *name, size_t length, const char *end)
{
	const size_t less = strlen(end);

	return length > less && !strncasecmp(name + length - less, end, less) ? length - less : length;
}

bool record_set_gzip(const char *path)
{
	return length_without(path, strlen(path), ".gz") != strlen(path);
}

/* How much of a name stands before the time. */
static size_t stem_length(const char *name)
{
	const size_t length = length_without(name, strlen(name), ".gz");
	const size_t shorter = length_without(name, length, ".jsonl");

	return shorter != length ? shorter : length_without(name, length, ".json");
}

/* Length of a time as time_format makes it, 0 if there is none. */
static size_t time_length(const char *text)
{
	for (size_t i = 0; time_digits[i]; i++) {
		if (time_digits[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != time_digits[i])
			return 0;
	}
	return sizeof(time_digits) - 1;
}

bool record_set_has(const char *of, const char *name)
{
	const size_t stem = stem_length(of);
	size_t time;

	if (strncmp(of, name, stem) || name[stem] != '.')
		return false;
	name += stem + 1;
	time = time_length(name);
	if (!time)
		return false;
	name += time;
	if (*name == '-')
		name += 1 + strspn(name + 1, "0123456789");
	return !strcmp(name, of + stem);
}

static char *directory_of(const char *path)
{
	char *copy = memory_format("%s", path), *directory = memory_format("%s", dirname(copy));

	free(copy);
	return directory;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* That a name has changed lasts when the directory is on the disk. */
static void sync_directory(const char *path)
{
	char *directory = directory_of(path);
	const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(directory);
}

/* Several may have ended in one second; in lists they stand in the order they came. */
static int move_to_free_name(const char *path, time_t written)
{
	const int stem = stem_length(path);
	char time[32];
	struct tm tm;
	int err = -EEXIST;

	strftime(time, sizeof(time), time_format, gmtime_r(&written, &tm));
	for (int again = 0; err == -EEXIST && again < SAME_SECOND; again++) {
		char number[16] = "", *to;

		if (again)
			snprintf(number, sizeof(number), "-%03d", again);
		to = memory_format("%.*s.%s%s%s", stem, path, time, number, path + stem);
		err = renameat2(AT_FDCWD, path, AT_FDCWD, to, RENAME_NOREPLACE) ? -errno : 0;
		free(to);
	}
	return err;
}

int record_set_move(const char *path)
{
	struct stat is;
	const int err = stat(path, &is) ? -errno : move_to_free_name(path, is.st_mtime);

	if (err)
		fprintf(stderr, "l4dstat: cannot rename %s to begin the next file of the recording: %s\n", path,
			strerror(-err));
	else
		sync_directory(path);
	return err;
}

static int compare_files(const void *a, const void *b)
{
	const struct record_set_file *left = a, *right = b;

	const struct timespec *a_time = &left->written, *b_time = &right->written;

	if (a_time->tv_sec != b_time->tv_sec)
		return a_time->tv_sec < b_time->tv_sec ? -1 : 1;
	return (a_time->tv_nsec > b_time->tv_nsec) - (a_time->tv_nsec < b_time->tv_nsec)
		       ?: strcmp(left->path, right->path);
}

static void add_file(struct record_set *set, char *path)
{
	struct stat is;

	if (stat(path, &is) || !S_ISREG(is.st_mode)) {
		free(path);
		return;
	}
	set->files = memory_resize(set->files, set->count + 1, sizeof(*set->files));
	set->files[set->count++] = (struct record_set_file){.path = path, .size = is.st_size, .written = is.st_mtim};
}

int record_set_list(struct record_set *set, const char *path)
{
	char *directory = directory_of(path);
	DIR *entries = opendir(directory);
	const int err = entries ? 0 : -errno;
	struct dirent *entry;

	*set = (struct record_set){};
	while (entries && (entry = readdir(entries))) {
		if (record_set_has(name_of(path), entry->d_name))
			add_file(set, memory_format("%.*s%s", (int)(name_of(path) - path), path, entry->d_name));
	}
	if (entries)
		closedir(entries);
	free(directory);
	if (set->count)
		qsort(set->files, set->count, sizeof(*set->files), compare_files);
	return err;
}

void record_set_thin(const char *path, uint64_t max, time_t oldest)
{
	struct record_set set;
	uint64_t all = 0;

	record_set_list(&set, path);
	for (size_t i = 0; i < set.count; i++)
		all += set.files[i].size;
	for (size_t i = 0; i < set.count; i++) {
		if (set.files[i].written.tv_sec >= oldest && all <= max)
			break;
		if (unlink(set.files[i].path))
			fprintf(stderr,
				"l4dstat: cannot delete %s, which is too old or too much for the recording: %s\n",
				set.files[i].path, strerror(errno));
		all -= set.files[i].size;
	}
	record_set_free(&set);
}

void record_set_free(struct record_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->files[i].path);
	free(set->files);
	*set = (struct record_set){};
}
