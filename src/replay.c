/* SPDX-License-Identifier: GPL-2.0 */
/* The source that reads recordings, one file after the other. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "format.h"
#include "memory.h"
#include "progress.h"
#include "record.h"
#include "record_file.h"
#include "record_seek.h"
#include "replay.h"
#include "replay_files.h"
#include "text.h"

enum { WORD_SHOWN = 64 };

struct source {
	const struct replay_settings *settings;
	struct replay_files files;
	size_t next;		  /* file to be opened */
	struct record_file *file; /* NULL: none is open */
	const char *path;	  /* its name */
	bool from_middle;	  /* its lines are not counted from its beginning */
	double from, to;
	double last;	      /* when the last interval that was read ended; 0: there was none */
	struct record record; /* read, and handed out by the next read() if it waits */
	bool waits;
	bool damaged; /* something could not be read, and that was told */
	bool noticed; /* that there are metrics nobody knows */
	char host[RECORD_HOST];
	unsigned int prefix4, prefix6;
	struct progress progress;
	uint64_t done, all; /* bytes of files before this one, and of all */
};

/* What ids are called in the interval that was handed out. There is one recording. */
static const struct record *current;

static const char *replay_cgroup_path(uint64_t id)
{
	return current ? record_name(&current->cgroups, id) : NULL;
}

static const char *replay_netns_name(uint32_t inode)
{
	static char number[16];
	const char *name = current ? record_name(&current->netns, inode) : NULL;

	if (name)
		return name;
	snprintf(number, sizeof(number), "%u", inode);
	return number;
}

/* Says what became of a file; what comes behind it is read. */
static void tell_damage(struct source *source, const char *what)
{
	char moment[FORMAT_CELL], line[32] = "";

	progress_clear(&source->progress);
	if (!source->from_middle)
		snprintf(line, sizeof(line), " in line %lu", record_file_line(source->file));
	if (source->last)
		format_time(moment, source->last);
	fprintf(stderr, "l4dstat: %s%s %s; %s%s%s\n", source->path, line, what,
		source->last ? "it was read up to " : "nothing of it was read", source->last ? moment : "", "");
	source->damaged = true;
}

static void close_file(struct source *source)
{
	if (source->file)
		source->done += record_file_size(source->file);
	record_file_close(source->file);
	source->file = NULL;
}

/* Files that end before the time that is wanted need not be read, nor the beginning of one. Returns 0 or SOURCE_END. */
static int open_next(struct source *source)
{
	while (source->next < source->files.count) {
		const struct replay_file *file = &source->files.files[source->next++];
		uint64_t byte;
		int err;

		if (file->end <= source->from || file->begin > source->to)
			continue;
		err = record_file_open(&source->file, file->path);
		source->path = file->path;
		if (err) {
			fprintf(stderr, "l4dstat: cannot read %s: %s\n", file->path, strerror(-err));
			source->damaged = true;
			continue;
		}
		byte = file->begin <= source->from ? record_seek_after(file->path, source->from) : 0;
		source->from_middle = byte;
		record_file_start_at(source->file, byte);
		return 0;
	}
	return SOURCE_END;
}

static void tell_unknown(struct source *source)
{
	char name[WORD_SHOWN];

	if (!source->record.unknown || source->noticed)
		return;
	progress_clear(&source->progress);
	text_printable(name, sizeof(name), (const uint8_t *)source->record.unknown, strlen(source->record.unknown));
	fprintf(stderr,
		"l4dstat: notice: %s has metrics that this version does not know, such as %s; they are left out\n",
		source->path, name);
	source->noticed = true;
}

/* Whether a line is an interval that is wanted. One of which no time can be seen is read, to say what is wrong. */
static bool is_wanted(const struct source *source, const char *line, size_t length)
{
	double moment;

	return !record_moment(line, length, &moment) || (moment > source->from && moment <= source->to);
}

/* Cuts addresses to what is shown, which must be no finer than what was recorded. */
static int fit_prefixes(struct source *source)
{
	struct record *record = &source->record;

	if (source->prefix4 > record->prefix4 || source->prefix6 > record->prefix6) {
		progress_clear(&source->progress);
		fprintf(stderr,
			"l4dstat: %s was recorded with --prefix4 %u --prefix6 %u, and finer subnets cannot be made of "
			"that; "
			"say --prefix4 %u --prefix6 %u\n",
			source->path, record->prefix4, record->prefix6,
			source->prefix4 < record->prefix4 ? source->prefix4 : record->prefix4,
			source->prefix6 < record->prefix6 ? source->prefix6 : record->prefix6);
		return -ERANGE;
	}
	record_shorten(record, source->prefix4, source->prefix6);
	return 0;
}

/* Takes in a line. Returns whether there is an interval now; if not, this file is done with. */
static bool take_line(struct source *source, const char *line, size_t length)
{
	char *complaint, *what;

	if (!record_read(&source->record, line, length, &complaint)) {
		tell_unknown(source);
		source->last = source->record.snapshot.timestamp;
		return true;
	}
	what = memory_format("is damaged: %s", complaint);
	tell_damage(source, what);
	free(what);
	free(complaint);
	return false;
}

/* The next interval of the open file; false at its end. */
static bool read_from_file(struct source *source)
{
	const char *line;
	size_t length;

	for (;;) {
		switch (record_file_next(source->file, &line, &length)) {
		case RECORD_FILE_LINE:
			progress_tell(&source->progress, source->done + record_file_position(source->file), source->all,
				      source->last);
			if (is_wanted(source, line, length))
				return take_line(source, line, length);
			continue;
		case RECORD_FILE_END:
			return false;
		case RECORD_FILE_CUT:
			tell_damage(source, "is cut off behind that line");
			return false;
		case RECORD_FILE_DAMAGED:
			tell_damage(source, "is damaged behind that line");
			return false;
		case RECORD_FILE_FAILED:
			tell_damage(source, "cannot be read any further");
			return false;
		}
	}
}

/* Returns 0, SOURCE_END or -errno, having said why. */
static int read_record(struct source *source)
{
	for (;;) {
		const int err = source->file ? 0 : open_next(source);

		if (err)
			return err;
		if (read_from_file(source))
			return 0;
		close_file(source);
	}
}

/* The last such time of day in the recording is meant; what it ends at is not before it begins. */
static void resolve_times(struct source *source)
{
	const struct moment *from = &source->settings->from, *to = &source->settings->to;
	double end = 0;

	for (size_t i = 0; i < source->files.count; i++)
		end = fmax(end, source->files.files[i].end);
	source->from = from->kind == MOMENT_NONE ? -1 : moment_before(from, end);
	source->to = to->kind == MOMENT_NONE	 ? HUGE_VAL
		     : from->kind == MOMENT_NONE ? moment_before(to, end)
						 : moment_after(to, source->from);
}

static int nothing_there(const struct source *source)
{
	const struct replay_files *files = &source->files;
	char begin[FORMAT_CELL], end[FORMAT_CELL];
	double last = 0;

	if (source->damaged)
		return -ENODATA;
	for (size_t i = 0; i < files->count; i++)
		last = fmax(last, files->files[i].end);
	format_time(begin, files->files[0].begin);
	format_time(end, last);
	fprintf(stderr, "l4dstat: no interval of the recording ended between --from and --to; it goes from %s to %s\n",
		begin, end);
	return -ENODATA;
}

static void replay_close(struct source *source)
{
	if (!source)
		return;
	progress_clear(&source->progress);
	current = NULL;
	record_file_close(source->file);
	record_free(&source->record);
	replay_files_free(&source->files);
	free(source);
}

/* The first interval says how long prefixes are, unless shorter ones were asked for. */
static int begin(struct source *source)
{
	const struct replay_settings *settings = source->settings;
	const int err = read_record(source);

	if (err)
		return err == SOURCE_END ? nothing_there(source) : err;
	source->prefix4 = settings->prefix4 < 0 ? source->record.prefix4 : (unsigned int)settings->prefix4;
	source->prefix6 = settings->prefix6 < 0 ? source->record.prefix6 : (unsigned int)settings->prefix6;
	source->waits = true;
	return fit_prefixes(source);
}

static void count_bytes(struct source *source)
{
	for (size_t i = 0; i < source->files.count; i++)
		source->all += source->files.files[i].size;
}

int replay_open(struct source **opened, const struct replay_settings *settings, struct replay_facts *facts)
{
	struct source *source = memory_new(1, sizeof(*source));
	int err;

	source->settings = settings;
	progress_begin(&source->progress);
	err = replay_files_find(&source->files, settings->paths);
	if (!err) {
		count_bytes(source);
		resolve_times(source);
		err = begin(source);
	}
	if (err) {
		replay_close(source);
		return err;
	}
	strcpy(source->host, source->record.host);
	*facts = (struct replay_facts){.prefix4 = source->prefix4,
				       .prefix6 = source->prefix6,
				       .host = source->host,
				       .interval = source->record.snapshot.interval,
				       .first = &source->record.snapshot.host};
	*opened = source;
	return 0;
}

static void hand_out(struct source *source, struct snapshot *snapshot)
{
	const struct snapshot before = *snapshot;

	*snapshot = source->record.snapshot;
	source->record.snapshot = before;
	strcpy(source->host, source->record.host);
	current = &source->record;
}

static int replay_read(struct source *source, double end, struct snapshot *snapshot)
{
	int err = 0;

	(void)end;
	if (!source->waits) {
		err = read_record(source);
		if (err == SOURCE_END) {
			progress_clear(&source->progress);
			return source->damaged ? -EIO : SOURCE_END;
		}
		err = err ?: fit_prefixes(source);
	}
	source->waits = false;
	if (!err)
		hand_out(source, snapshot);
	return err;
}

const struct source_kind source_replay = {
	.read = replay_read,
	.close = replay_close,
	.cgroup_path = replay_cgroup_path,
	.netns_name = replay_netns_name,
};
