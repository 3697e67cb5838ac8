/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recordings as files: cut off at every byte, damaged, rotated, out of order, of another time: what is whole is
 * replayed, the rest is told, once.
 */
#include <dirent.h>
#include <ftw.h>
#include <sys/stat.h>
#include <utime.h>

#include "cells.h"
#include "moment.h"
#include "record.h"
#include "record_set.h"
#include "recorder.h"
#include "replay.h"

static char directory[64];

static const char *path_of(const char *name)
{
	static char paths[4][512];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(*paths), "%s/%s", directory, name);
	return path;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

static int begin_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/l4replay.XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int end_directory(void **state)
{
	(void)state;
	return nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* What is told on stderr goes there, until heard(). */
static int stderr_before;

static void listen_to(void)
{
	const int file = open(path_of("stderr"), O_RDWR | O_CREAT | O_TRUNC, 0600);

	fflush(stderr);
	stderr_before = dup(STDERR_FILENO);
	dup2(file, STDERR_FILENO);
	close(file);
}

/* Lines that were told; the first of them. */
static size_t heard(char first[static 1024])
{
	FILE *file;
	size_t lines = 0;
	char line[1024];

	fflush(stderr);
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
	*first = 0;
	file = fopen(path_of("stderr"), "r");
	for (; fgets(line, sizeof(line), file); lines++) {
		assert_harmless(line);
		if (!lines)
			strcpy(first, line);
	}
	fclose(file);
	return lines;
}

static struct snapshot interval_at(double timestamp)
{
	struct snapshot snapshot = busy_snapshot();

	snapshot.timestamp = timestamp;
	snapshot.has_states = true;
	return snapshot;
}

/* So many intervals, one second each; sizes (NULL-able): of the file behind each. */
static void record(const char *name, double begin, int count, uint64_t max, off_t *sizes)
{
	const struct recorder_settings settings = {
		.path = path_of(name), .max = max, .host = "web1", .dimension = {.prefix4 = 24, .prefix6 = 64}};
	struct recorder *recorder;

	assert_int_equal(recorder_open(&recorder, &settings), 0);
	for (int i = 0; i < count; i++) {
		struct snapshot snapshot = interval_at(begin + i);
		struct stat is;

		assert_int_equal(recorder_write(recorder, &snapshot), 0);
		snapshot_free(&snapshot);
		if (sizes && !stat(path_of(name), &is))
			sizes[i] = is.st_size;
	}
	assert_int_equal(recorder_close(recorder), 0);
}

struct replayed {
	int intervals, err;
	double first, last;
	size_t told;
	char words[1024];
};

static struct replayed replay_with(struct replay_settings settings, const char *name)
{
	const char *const paths[] = {path_of(name), NULL};
	struct replayed replayed = {};
	struct snapshot snapshot = {};
	struct replay_facts facts;
	struct source *source;

	settings.paths = paths;
	listen_to();
	replayed.err = replay_open(&source, &settings, &facts);
	if (!replayed.err) {
		assert_string_equal(facts.host, "web1");
		while (!(replayed.err = source_replay.read(source, 0, &snapshot))) {
			replayed.last = snapshot.timestamp;
			if (!replayed.intervals++)
				replayed.first = snapshot.timestamp;
			assert_true(snapshot.count >= 5);
		}
		source_replay.close(source);
	}
	replayed.told = heard(replayed.words);
	snapshot_free(&snapshot);
	return replayed;
}

static struct replayed replay(const char *name)
{
	return replay_with((struct replay_settings){.prefix4 = -1, .prefix6 = -1}, name);
}

static char *contents(const char *name, size_t *length)
{
	FILE *file = fopen(path_of(name), "r");
	char *text;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	*length = ftell(file);
	rewind(file);
	text = malloc(*length);
	assert_int_equal(fread(text, 1, *length, file), *length);
	fclose(file);
	return text;
}

static void put(const char *name, const char *text, size_t length)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

enum { INTERVALS = 3 };

/* All that was whole before the cut is there; a cut between two intervals is no damage. */
static void cut_everywhere(const char *name)
{
	off_t sizes[INTERVALS];
	size_t length;
	char *text;

	record(name, 1795415492, INTERVALS, 0, sizes);
	text = contents(name, &length);
	assert_int_equal(length, sizes[INTERVALS - 1]);
	for (size_t cut = 0; cut <= length; cut++) {
		struct replayed replayed;
		int whole = 0;
		bool between = false;

		for (int i = 0; i < INTERVALS; i++) {
			whole += (size_t)sizes[i] <= cut;
			between |= (size_t)sizes[i] == cut;
		}
		put("cut.jsonl.gz", text, cut);
		replayed = replay("cut.jsonl.gz");
		if (replayed.intervals < whole || replayed.intervals > whole + 1)
			fail_msg("%s, cut at %zu of %zu: %d intervals", name, cut, length, replayed.intervals);
		assert_int_equal(replayed.told, !between);
		assert_int_equal(replayed.err, between		     ? SOURCE_END
					       : !cut		     ? -ENODATA
					       : !replayed.intervals ? -EINVAL
								     : -EIO);
		if (replayed.intervals && !between)
			assert_non_null(strstr(replayed.words, "it was read up to "));
	}
	free(text);
}

static void is_cut_anywhere(void **state)
{
	(void)state;
	cut_everywhere("plain.jsonl");
	cut_everywhere("zipped.jsonl.gz");
}

/* A byte that is not what it was: what comes before it is replayed as it was recorded, and nothing is made up. */
static void is_damaged_anywhere(void **state)
{
	off_t sizes[INTERVALS];
	size_t length;
	char *text;

	(void)state;
	record("good.jsonl.gz", 1795415492, INTERVALS, 0, sizes);
	text = contents("good.jsonl.gz", &length);
	for (size_t at = 0; at < length; at += 3) {
		struct replayed replayed;
		int whole = 0;

		for (int i = 0; i < INTERVALS; i++)
			whole += (size_t)sizes[i] <= at;
		text[at] ^= 0x40;
		put("bad.jsonl.gz", text, length);
		text[at] ^= 0x40;
		replayed = replay("bad.jsonl.gz");
		assert_true(replayed.intervals >= whole);
		assert_true(replayed.intervals == INTERVALS || replayed.told == 1);
		if (replayed.intervals)
			assert_true(replayed.last == 1795415492 + replayed.intervals - 1);
	}
	free(text);
}

static void tells_which_line_is_wrong(void **state)
{
	static const char newer[] = RECORD_BEGINS "1795415493,\"host\":3}\n";
	struct replayed replayed;
	FILE *file;

	(void)state;
	record("wrong.jsonl", 1795415492, 1, 0, NULL);
	file = fopen(path_of("wrong.jsonl"), "a");
	assert_non_null(file);
	fputs(newer, file);
	assert_int_equal(fclose(file), 0);
	replayed = replay("wrong.jsonl");
	assert_int_equal(replayed.intervals, 1);
	assert_int_equal(replayed.err, -EIO);
	assert_int_equal(replayed.told, 1);
	assert_non_null(strstr(replayed.words, "line 2"));
	assert_non_null(strstr(replayed.words, "'host'"));
}

static void refuses_what_is_no_recording(void **state)
{
	static const char *const others[] = {"",	 "\n",		"{}\n", "{\"v\":1,\"host\":\"x\"}\n",
					     "\x1f\x8b", "\x1f\x8b\x08"};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct replayed replayed;

		put("other.jsonl", others[i], strlen(others[i]));
		replayed = replay("other.jsonl");
		assert_int_equal(replayed.told, 1);
		assert_true(replayed.err < 0);
	}
	assert_int_equal(replay("absent.jsonl").err, -ENOENT);
	assert_int_equal(mkdir(path_of("empty"), 0700), 0);
	assert_int_equal(replay("empty").err, -ENODATA);
}

static void names_what_was_moved_away(void **state)
{
	static const struct {
		const char *of, *name;
		bool has;
	} cases[] = {
		{"l4.jsonl.gz", "l4.20261124T020000Z.jsonl.gz", true},
		{"l4.jsonl.gz", "l4.20261124T020000Z-001.jsonl.gz", true},
		{"l4.json", "l4.20261124T020000Z.json", true},
		{"l4", "l4.20261124T020000Z", true},
		{"l4.gz", "l4.20261124T020000Z.gz", true},
		{"l4.jsonl.gz", "l4.jsonl.gz", false},
		{"l4.jsonl.gz", "l4.20261124T020000Z.jsonl", false},
		{"l4.jsonl.gz", "l4.20261124T0200Z.jsonl.gz", false},
		{"l4.jsonl.gz", "l4x.20261124T020000Z.jsonl.gz", false},
		{"l4.jsonl.gz", "l4.20261124T020000Z.bak.jsonl.gz", false},
		{"l4.jsonl.gz", "l4.", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (record_set_has(cases[i].of, cases[i].name) != cases[i].has)
			fail_msg("%s, %s", cases[i].of, cases[i].name);
	}
	assert_true(record_set_gzip("a.jsonl.GZ"));
	assert_false(record_set_gzip(".gz"));
}

static uint64_t size_of_set(const char *name, size_t *count)
{
	struct record_set set;
	uint64_t size = 0;
	struct stat is;

	assert_int_equal(record_set_list(&set, path_of(name)), 0);
	*count = set.count;
	for (size_t i = 0; i < set.count; i++)
		size += set.files[i].size;
	record_set_free(&set);
	return size + (stat(path_of(name), &is) ? 0 : is.st_size);
}

/* All files together are no larger than asked for, and as a whole they are one recording without a gap. */
static void rotates(void **state)
{
	enum { MAX = 200000, MANY = 400 };
	struct replayed replayed;
	uint64_t size;
	size_t count;

	(void)state;
	record("set.jsonl", 1795415492, MANY, MAX, NULL);
	size = size_of_set("set.jsonl", &count);
	assert_true(size <= MAX && size > MAX / 2);
	assert_true(count >= 8 && count <= 10);
	replayed = replay("set.jsonl");
	assert_int_equal(replayed.err, SOURCE_END);
	assert_true(replayed.last == 1795415492 + MANY - 1);
	assert_true(replayed.intervals == (int)(replayed.last - replayed.first) + 1);
	assert_true(replayed.intervals > 20 && replayed.intervals < MANY);
	assert_int_equal(replay("").intervals, replayed.intervals); /* the directory */
}

/* Another run begins a new file; the old one stays, and belongs to it. What is no recording is left alone. */
static void begins_anew(void **state)
{
	const struct recorder_settings settings = {.path = path_of("text.jsonl"), .host = ""};
	struct recorder *recorder;
	struct replayed replayed;
	char words[1024];
	size_t count;

	(void)state;
	record("run.jsonl.gz", 1795415492, 2, 0, NULL);
	record("run.jsonl.gz", 1795415592, 3, 0, NULL);
	size_of_set("run.jsonl.gz", &count);
	assert_int_equal(count, 1);
	replayed = replay("run.jsonl.gz");
	assert_int_equal(replayed.intervals, 5);
	assert_true(replayed.first == 1795415492 && replayed.last == 1795415594);

	put("text.jsonl", "{\"a\":1}\n", 8);
	listen_to();
	assert_int_equal(recorder_open(&recorder, &settings), -EEXIST);
	assert_int_equal(heard(words), 1);
	assert_non_null(strstr(words, "no recording"));
	put("text.jsonl", "", 0); /* nothing is lost */
	assert_int_equal(recorder_open(&recorder, &settings), 0);
	assert_int_equal(recorder_close(recorder), 0);
}

static void deletes_what_is_too_old(void **state)
{
	struct utimbuf old = {.actime = time(NULL) - 100, .modtime = time(NULL) - 100};
	size_t count;

	(void)state;
	put("age.20261124T020000Z.jsonl", "x", 1);
	put("age.20261124T020001Z.jsonl", "x", 1);
	put("age.jsonl", "x", 1);
	put("agent.20261124T020000Z.jsonl", "x", 1);
	assert_int_equal(utime(path_of("age.20261124T020001Z.jsonl"), &old), 0);
	assert_int_equal(utime(path_of("agent.20261124T020000Z.jsonl"), &old), 0);
	record_set_thin(path_of("age.jsonl"), UINT64_MAX, time(NULL) - 50);
	size_of_set("age.jsonl", &count);
	assert_int_equal(count, 1);
	assert_int_equal(access(path_of("age.20261124T020000Z.jsonl"), F_OK), 0);
	assert_int_equal(access(path_of("agent.20261124T020000Z.jsonl"), F_OK), 0);
}

static struct moment moment(const char *text)
{
	struct moment moment;

	assert_int_equal(moment_parse(text, &moment), 0);
	return moment;
}

static void knows_moments(void **state)
{
	static const char *const wrong[] = {"",	     "2",      "24:00",	      "02:60",	    "2:0x",	"2026",
					    "-1",    "now",    "2026-11-23T", "2026-13-01", "99999999", "1e12",
					    "1.5.2", " 02:00", "02:00 ",      "1795415492x"};
	const struct moment two = moment("02:00"), late = moment("23:59:59");
	const double day = 1795392000; /* 2026-11-23T00:00Z */

	(void)state;
	assert_true(moment("1795415492.25").seconds == 1795415492.25);
	assert_true(moment("2026-11-23").seconds == day);
	assert_true(moment("2026-11-23T02:00").seconds == day + 7200);
	assert_true(moment("2026-11-23 02:00:30").seconds == day + 7230);
	assert_true(moment("2026-11-23T02:00:30.250Z").seconds == day + 7230);
	assert_true(moment_before(&two, day + 7200) == day + 7200);
	assert_true(moment_before(&two, day + 7199) == day + 7200 - 86400);
	assert_true(moment_before(&late, day + 3) == day - 1);
	assert_true(moment_after(&two, day + 7200) == day + 7200 + 86400);
	assert_true(moment_after(&two, day) == day + 7200);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct moment none;

		if (!moment_parse(wrong[i], &none))
			fail_msg("'%s' was accepted", wrong[i]);
	}

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_true(moment("2026-11-23T02:00").seconds == day + 3600);
	assert_true(moment("2026-11-23T02:00Z").seconds == day + 7200);
	assert_true(moment("2026-07-01T02:00").seconds == 1782864000);
	setenv("TZ", "UTC0", 1);
	tzset();
}

/* By the byte in the middle of large files as well. */
static void finds_times(const char *name)
{
	enum { MANY = 900 };
	const double begin = 1795392000 + 3600; /* 01:00 */
	const struct {
		const char *from, *to;
		int intervals;
		double first;
	} cases[] = {
		{"01:05", "01:10", 300, begin + 301},
		{"01:05", NULL, 599, begin + 301},
		{NULL, "01:10", 601, begin},
		{"2026-11-23T01:14:59", NULL, 0, 0},
		{"2026-11-23T01:14:58", NULL, 1, begin + 899},
		{"1795395600", "1795395601", 1, begin + 1},
		{"01:20", NULL, 900, begin}, /* yesterday's */
	};

	record(name, begin, MANY, 0, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct replay_settings settings = {.prefix4 = -1, .prefix6 = -1};
		struct replayed replayed;

		if (cases[i].from)
			settings.from = moment(cases[i].from);
		if (cases[i].to)
			settings.to = moment(cases[i].to);
		replayed = replay_with(settings, name);
		if (replayed.intervals != cases[i].intervals ||
		    (replayed.intervals && replayed.first != cases[i].first))
			fail_msg("%s, case %zu: %d intervals from %f", name, i, replayed.intervals, replayed.first);
		assert_int_equal(replayed.told, !cases[i].intervals);
	}
}

static void plays_a_part(void **state)
{
	(void)state;
	finds_times("part.jsonl");
	finds_times("part.jsonl.gz");
}

static void refuses_finer_prefixes(void **state)
{
	struct replayed replayed;

	(void)state;
	record("prefix.jsonl", 1795415492, 2, 0, NULL);
	replayed = replay_with((struct replay_settings){.prefix4 = 25, .prefix6 = -1}, "prefix.jsonl");
	assert_int_equal(replayed.err, -ERANGE);
	assert_int_equal(replayed.told, 1);
	assert_non_null(strstr(replayed.words, "--prefix4 24 --prefix6 64"));
	assert_int_equal(replay_with((struct replay_settings){.prefix4 = 16, .prefix6 = 0}, "prefix.jsonl").intervals,
			 2);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, begin_directory, end_directory)
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(is_cut_anywhere),
		IN_DIRECTORY(is_damaged_anywhere),
		IN_DIRECTORY(tells_which_line_is_wrong),
		IN_DIRECTORY(refuses_what_is_no_recording),
		IN_DIRECTORY(names_what_was_moved_away),
		IN_DIRECTORY(rotates),
		IN_DIRECTORY(begins_anew),
		IN_DIRECTORY(deletes_what_is_too_old),
		IN_DIRECTORY(knows_moments),
		IN_DIRECTORY(plays_a_part),
		IN_DIRECTORY(refuses_finer_prefixes),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
