/* SPDX-License-Identifier: GPL-2.0 */
/* Finding recordings. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "memory.h"
#include "record.h"
#include "record_file.h"
#include "record_seek.h"
#include "record_set.h"
#include "replay_files.h"

/* The first line that a recording can begin with tells what it is. Empty files are recordings without intervals. */
enum kind { KIND_RECORDING, KIND_EMPTY, KIND_OTHER };

static enum kind kind_of(struct record_file *file, double *begin)
{
	const char *line;
	size_t length;

	if (record_file_next(file, &line, &length) == RECORD_FILE_LINE)
		return record_moment(line, length, begin) ? KIND_RECORDING : KIND_OTHER;
	return record_file_size(file) ? KIND_OTHER : KIND_EMPTY;
}

static void add(struct replay_files *files, const char *path, uint64_t size, double begin)
{
	files->files = memory_resize(files->files, files->count + 1, sizeof(*files->files));
	files->files[files->count++] = (struct replay_file){

		.path = memory_format("%s", path), .size = size, .begin = begin, .end = record_seek_last(path, begin)};
}

static int cannot_read(const char *path, int err)
{
	fprintf(stderr, "l4dstat: cannot read %s: %s\n", path, strerror(-err));
	return err;
}

/* strict: it was named, so it has to be one. */
static int try_file(struct replay_files *files, const char *path, bool strict)
{
	struct record_file *file;
	enum kind kind;
	double begin;
	struct stat is;
	int err = stat(path, &is) ? -errno : 0;

	if (!err && !S_ISREG(is.st_mode) && !strict)
		return 0;
	err = err ?: record_file_open(&file, path);
	if (err)
		return strict ? cannot_read(path, err) : 0;
	kind = kind_of(file, &begin);
	record_file_close(file);
	if (kind == KIND_RECORDING) {
		add(files, path, is.st_size, begin);
	} else if (strict && kind == KIND_OTHER) {
		fprintf(stderr,
			"l4dstat: %s is no recording, or is damaged from its first line on; --record makes some\n",
			path);
		err = -EINVAL;
	}
	return err;
}

static int try_directory(struct replay_files *files, const char *path)
{
	DIR *entries = opendir(path);
	struct dirent *entry;

	if (!entries)
		return cannot_read(path, -errno);
	while ((entry = readdir(entries))) {
		char *name = memory_format("%s/%s", path, entry->d_name);

		try_file(files, name, false);
		free(name);
	}
	closedir(entries);
	return 0;
}

static int try_set(struct replay_files *files, const char *path)
{
	struct record_set set;
	struct stat is;
	int err;

	record_set_list(&set, path);
	for (size_t i = 0; i < set.count; i++)
		try_file(files, set.files[i].path, false);
	err = set.count && stat(path, &is) && errno == ENOENT ? 0 : try_file(files, path, true);
	record_set_free(&set);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct replay_file *left = a, *right = b;

	return (left->begin > right->begin) - (left->begin < right->begin) ?: strcmp(left->path, right->path);
}

/* One that was named twice, or with its directory, is there once. */
static void sort(struct replay_files *files)
{
	size_t kept = 0;

	if (!files->count)
		return;
	qsort(files->files, files->count, sizeof(*files->files), compare);
	for (size_t i = 0; i < files->count; i++) {
		if (kept && !compare(&files->files[kept - 1], &files->files[i]))
			free(files->files[i].path);
		else
			files->files[kept++] = files->files[i];
	}
	files->count = kept;
}

int replay_files_find(struct replay_files *files, const char *const *paths)
{
	int err = 0;

	*files = (struct replay_files){};
	for (const char *const *path = paths; *path && !err; path++) {
		struct stat is;

		err = !stat(*path, &is) && S_ISDIR(is.st_mode) ? try_directory(files, *path) : try_set(files, *path);
	}
	if (!err && !files->count) {
		fprintf(stderr, "l4dstat: there is no recorded interval in %s%s\n", paths[0],
			paths[1] ? " and the other files" : "");
		err = -ENODATA;
	}
	sort(files);
	if (err)
		replay_files_free(files);
	return err;
}

void replay_files_free(struct replay_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->files[i].path);
	free(files->files);
	*files = (struct replay_files){};
}
