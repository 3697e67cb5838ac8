/* SPDX-License-Identifier: GPL-2.0 */
/* The files of a recording as they are written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "memory.h"
#include "outfile.h"
#include "record.h"
#include "record_set.h"
#include "recorder.h"
#include "syncer.h"

enum { PARTS = 10 }; /* a file is at most one of so many parts of its limits */

struct recorder {
	const struct recorder_settings *settings;
	char *path; /* without symbolic links: what is renamed is the file */
	struct outfile out;
	struct syncer *syncer; /* NULL: there is no thread, so intervals wait for the disk */
	time_t began;	       /* this file */
	bool failed;	       /* that was told */
};

/* What stands there already, if anything does. */
enum found { FOUND_NOTHING, FOUND_EMPTY, FOUND_RECORDING, FOUND_OTHER };

/* One that was cut off in its very beginning is a recording too, and gzip'ed data that cannot be read may be. */
static enum found look_inside(gzFile file)
{
	const int length = strlen(RECORD_BEGINS);
	char begins[sizeof(RECORD_BEGINS)];
	const int got = gzread(file, begins, length);

	if (got < length && !gzdirect(file))
		return FOUND_RECORDING;
	return got >= 0 && !memcmp(begins, RECORD_BEGINS, got) ? FOUND_RECORDING : FOUND_OTHER;
}

static enum found look_at(const char *path)
{
	enum found found = FOUND_OTHER;
	struct stat is;
	gzFile file;

	if (stat(path, &is))
		return FOUND_NOTHING;
	if (!S_ISREG(is.st_mode))
		return FOUND_OTHER;
	if (!is.st_size)
		return FOUND_EMPTY;
	file = gzopen(path, "rb");
	if (file) {
		found = look_inside(file);
		gzclose(file);
	}
	return found;
}

static void thin(const struct recorder *recorder)
{
	const struct recorder_settings *settings = recorder->settings;

	record_set_thin(recorder->path, settings->max ? settings->max - settings->max / PARTS : UINT64_MAX,
			settings->keep ? time(NULL) - (time_t)settings->keep : 0);
}

static int begin_file(struct recorder *recorder)
{
	const int err = outfile_create(&recorder->out, recorder->path, record_set_gzip(recorder->path));

	recorder->began = time(NULL);
	recorder->failed = err;
	return err;
}

static int take_place(struct recorder *recorder)
{
	switch (look_at(recorder->path)) {
	case FOUND_OTHER:
		fprintf(stderr,
			"l4dstat: %s is there already and is no recording; name another file, or move that one away\n",
			recorder->path);
		return -EEXIST;
	case FOUND_RECORDING:
		return record_set_move(recorder->path);
	case FOUND_EMPTY:
		unlink(recorder->path); /* if that fails, so does what comes next, and says why */
		break;
	case FOUND_NOTHING:
		break;
	}
	return 0;
}

int recorder_open(struct recorder **opened, const struct recorder_settings *settings)
{
	struct recorder *recorder = memory_new(1, sizeof(*recorder));
	char *real = realpath(settings->path, NULL);
	int err;

	recorder->settings = settings;
	recorder->path = real ?: memory_format("%s", settings->path);
	err = take_place(recorder) ?: begin_file(recorder);
	if (err) {
		recorder->failed = true;
		recorder_close(recorder);
		return err;
	}
	thin(recorder);
	recorder->syncer = syncer_new();
	*opened = recorder;
	return 0;
}

/* What was wrong is told once. */
static int told(struct recorder *recorder, int err)
{
	if (err && !recorder->failed)
		outfile_complain(&recorder->out, err);
	recorder->failed |= err != 0;
	return err;
}

static bool is_full(const struct recorder *recorder)
{
	const struct recorder_settings *settings = recorder->settings;
	const uint64_t size = outfile_size(&recorder->out);

	return size && ((settings->max && size >= settings->max / PARTS) ||
			(settings->keep && time(NULL) - recorder->began >= (time_t)(settings->keep / PARTS)));
}

static int end_file(struct recorder *recorder)
{
	const int synced = recorder->out.file ? outfile_end_part(&recorder->out) ?: outfile_sync(&recorder->out) : 0;
	const int closed = recorder->out.file ? outfile_close(&recorder->out) : 0;

	return synced ?: closed;
}

static int begin_next(struct recorder *recorder)
{
	int err = told(recorder, end_file(recorder));

	free(recorder->out.name);
	recorder->out.name = NULL;
	err = err ?: record_set_move(recorder->path) ?: begin_file(recorder);
	recorder->failed |= err != 0;
	if (!err)
		thin(recorder);
	return err;
}

int recorder_write(struct recorder *recorder, const struct snapshot *snapshot)
{
	int err = is_full(recorder) ? begin_next(recorder) : 0;

	if (err)
		return err;
	record_write(recorder->out.file, snapshot, recorder->settings->host, &recorder->settings->dimension);
	err = outfile_end_part(&recorder->out)
		      ?: recorder->syncer ? syncer_ask(recorder->syncer, recorder->out.fd)
					  : outfile_sync(&recorder->out);
	return told(recorder, err);
}

int recorder_close(struct recorder *recorder)
{
	int ended, synced;

	if (!recorder)
		return 0;
	ended = told(recorder, end_file(recorder));
	synced = told(recorder, syncer_free(recorder->syncer));
	free(recorder->out.name);
	free(recorder->path);
	free(recorder);
	return ended ?: synced;
}
