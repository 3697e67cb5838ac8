/* SPDX-License-Identifier: GPL-2.0 */
/* Reads /proc/PID/net/{snmp,snmp6,netstat} of one process per network namespace. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "netns.h"
#include "snmp.h"

enum {
	ACTIVE = 200,	       /* namespaces with counters of ours that are read at once; more of them take turns */
	IDLE = 32,	       /* others that are read per interval */
	FILE_SIZE = 64 * 1024, /* more than any of the files has */
};

/* Where each counter stands. */
static const struct {
	const char *group, *column, *line6;
} sources[SNMP_COUNT] = {
#define SNMP_SOURCE(name, group, column, line6) [SNMP_##name] = {group, column, line6},
	SNMP_COUNTERS(SNMP_SOURCE)
#undef SNMP_SOURCE
};

/* A namespace we have read, or tried to. */
struct track {
	uint64_t id;		    /* struct netns */
	bool born;		    /* came after snmp_begin() */
	bool based;		    /* has been read: last is valid */
	bool visited;		    /* in this interval */
	bool was_visited;	    /* in the one that snmp_delta() has ended */
	bool noticed;		    /* has counters of ours */
	bool its_turn;		    /* is to be read now */
	bool unreadable;	    /* at the last attempt */
	bool listed;		    /* is still in view */
	struct snmp_values last;    /* as last read */
	struct snmp_counters risen; /* since the last snmp_delta() */
};

static struct track *tracks; /* by id, ascending: ids grow, so new ones come last */
static size_t track_count, track_capacity;
static bool begun;
static uint32_t only;			/* inode number of the only namespace to read; 0: all */
static uint64_t active_turn, idle_turn; /* the ids that were the last ones to be read */

struct word {
	const char *text;
	size_t length;
};

/* The next word before end; *position moves behind it. Its length is 0 when there is none. */
static struct word next_word(const char **position, const char *end)
{
	struct word word = {.text = *position};

	while (word.text < end && (*word.text == ' ' || *word.text == '\t'))
		word.text++;
	while (word.text + word.length < end && word.text[word.length] != ' ' && word.text[word.length] != '\t')
		word.length++;
	*position = word.text + word.length;
	return word;
}

static bool is(struct word word, const char *text)
{
	return text && !strncmp(word.text, text, word.length) && !text[word.length];
}

static bool read_number(struct word word, uint64_t *number)
{
	uint64_t value = 0;

	for (size_t i = 0; i < word.length; i++) {
		if (word.text[i] < '0' || word.text[i] > '9')
			return false;
		value = value * 10 + (word.text[i] - '0');
	}
	if (word.length)
		*number = value;
	return word.length;
}

/* "Udp6InDatagrams    12" */
static void parse_line6(struct snmp_values *values, struct word name, struct word number)
{
	for (int i = 0; i < SNMP_COUNT; i++) {
		if (is(name, sources[i].line6))
			read_number(number, &values->count[1][i]);
	}
}

/* "Tcp: InSegs OutSegs" and "Tcp: 1 2"; head and body point behind the group. */
static void parse_pair(struct snmp_values *values, struct word group, const char *head, const char *head_end,
		       const char *body, const char *body_end)
{
	int wanted[SNMP_COUNT], count = 0;

	group.length--; /* the colon */
	for (int i = 0; i < SNMP_COUNT; i++) {
		if (is(group, sources[i].group))
			wanted[count++] = i;
	}
	while (count) {
		const struct word column = next_word(&head, head_end), number = next_word(&body, body_end);

		if (!column.length || !number.length)
			return;
		for (int i = 0; i < count; i++) {
			if (is(column, sources[wanted[i]].column))
				read_number(number, &values->count[0][wanted[i]]);
		}
	}
}

void snmp_parse(struct snmp_values *values, const char *text, size_t length)
{
	const char *const end = text + length, *line_end, *head = NULL, *head_end = NULL;
	struct word group = {};

	for (const char *line = text; line < end && (line_end = memchr(line, '\n', end - line)); line = line_end + 1) {
		const char *rest = line;
		const struct word first = next_word(&rest, line_end);

		if (!first.length || first.text[first.length - 1] != ':') {
			parse_line6(values, first, next_word(&rest, line_end));
			head = NULL;
		} else if (head && first.length == group.length && !memcmp(first.text, group.text, group.length)) {
			parse_pair(values, group, head, head_end, rest, line_end);
			head = NULL;
		} else {
			group = first;
			head = rest;
			head_end = line_end;
		}
	}
}

static bool has_fallen(const struct snmp_values *before, const struct snmp_values *now)
{
	for (int i = 0; i < SNMP_COUNT; i++) {
		if (now->count[0][i] < before->count[0][i] || now->count[1][i] < before->count[1][i])
			return true;
	}
	return false;
}

void snmp_add_risen(struct snmp_counters *sum, const struct snmp_values *before, const struct snmp_values *now)
{
	static const struct snmp_values nothing;

	if (has_fallen(before, now))
		before = &nothing;
	for (int i = 0; i < SNMP_COUNT; i++) {
		sum->count[i] += now->count[0][i] - before->count[0][i];
		sum->count[i] += now->count[1][i] - before->count[1][i];
	}
}

double snmp_cover(int64_t ours, uint64_t kernels)
{
	return kernels ? (double)ours / kernels : ours + 1.0;
}

/*
 * Parses a file of a directory like /proc/PID/net. It is closed again each time, though reading an open one would be
 * a quarter cheaper: it would keep the namespace alive. files: the inode number it must have, 0 for any.
 */
static int parse_file(struct snmp_values *values, const char *directory, const char *name, uint64_t files)
{
	static char text[FILE_SIZE]; /* a thread aside has it for itself: we wait for it */
	char path[64];
	struct stat status;
	size_t length = 0;
	ssize_t n = 0;
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (files && (fstat(fd, &status) || status.st_ino != files)) {
		close(fd);
		return -ESTALE;
	}
	while (length < sizeof(text) && (n = read(fd, text + length, sizeof(text) - length)) > 0)
		length += n;
	err = n < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	snmp_parse(values, text, length);
	return 0;
}

/*
 * The dearest of the three. What we want of it rises when a segment comes in or is retransmitted (and, ListenDrops,
 * when ICMP ends a half-open connection, tcp_req_err(): that shows together with the next segment).
 */
static bool needs_netstat(const struct snmp_values *before, const struct snmp_values *now)
{
	return now->count[0][SNMP_tcp_in_segs] != before->count[0][SNMP_tcp_in_segs] ||
	       now->count[0][SNMP_tcp_retrans_segs] != before->count[0][SNMP_tcp_retrans_segs];
}

static int read_directory(struct track *track, const char *directory, uint64_t files)
{
	const struct snmp_values nothing = {};
	struct snmp_values now = track->last;
	int err = parse_file(&now, directory, "snmp", files);

	if (!err && (!track->based || needs_netstat(&track->last, &now)))
		err = parse_file(&now, directory, "netstat", 0);
	err = err ?: parse_file(&now, directory, "snmp6", 0);
	if (err && err != -ENOENT) /* without IPv6 that file is not there */
		return err;
	if (track->based)
		snmp_add_risen(&track->risen, &track->last, &now);
	else if (track->born)
		snmp_add_risen(&track->risen, &nothing, &now);
	track->last = now;
	track->based = true;
	return 0;
}

/* In a thread aside if the namespace has no process. */
static void read_namespace(struct track *track, const struct netns *netns)
{
	char directory[32] = "/proc/thread-self/net";
	int err = 0;

	if (netns->pid)
		snprintf(directory, sizeof(directory), "/proc/%d/net", netns->pid);
	else
		err = netns_enter(netns);
	err = err ?: read_directory(track, directory, netns->files);
	track->unreadable = err && err != -ESTALE && err != -ENOENT && err != -ESRCH;
	track->visited = !err; /* else once more when the list is up to date */
}

static int compare(const void *a, const void *b)
{
	const struct track *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

static struct track *find(uint64_t id)
{
	const struct track wanted = {.id = id};

	return track_count ? bsearch(&wanted, tracks, track_count, sizeof(*tracks), compare) : NULL;
}

static void add_track(const struct netns *netns)
{
	if (track_count == track_capacity) {
		track_capacity = track_capacity ? track_capacity * 2 : 16;
		tracks = memory_resize(tracks, track_capacity, sizeof(*tracks));
	}
	tracks[track_count++] = (struct track){.id = netns->id, .born = begun, .noticed = netns->noticed};
}

/* Each namespace of the list has a track, also one that was never read; those that are gone have none. */
static void follow_list(void)
{
	const struct netns *list;
	size_t count, known = track_count, kept = 0;

	netns_list(&list, &count);
	for (size_t i = 0; i < track_count; i++)
		tracks[i].listed = false;
	for (size_t i = 0; i < count; i++) {
		struct track *track = find(list[i].id);

		if (!track)
			continue;
		track->listed = true;
		track->noticed = list[i].noticed;
	}
	for (size_t i = 0; i < known; i++) {
		if (tracks[i].listed)
			tracks[kept++] = tracks[i];
	}
	track_count = known = kept;
	for (size_t i = 0; i < count; i++) {
		const struct track wanted = {.id = list[i].id};

		if (only && list[i].inode != only)
			continue;
		if (!known || !bsearch(&wanted, tracks, known, sizeof(*tracks), compare))
			add_track(&list[i]);
	}
	if (track_count > known)
		qsort(tracks, track_count, sizeof(*tracks), compare);
}

static bool is_any(const struct track *track)
{
	(void)track;
	return true;
}

static bool is_noticed(const struct track *track)
{
	return track->noticed;
}

static bool is_new(const struct track *track)
{
	return !track->based;
}

/* At most so many of those that have not been read, after *turn and from the beginning again after the last. */
static void choose(bool (*wants)(const struct track *track), size_t most, uint64_t *turn)
{
	size_t first = 0;

	while (first < track_count && tracks[first].id <= *turn)
		first++;
	for (size_t i = 0; i < track_count && most; i++) {
		struct track *track = &tracks[(first + i) % track_count];

		if (track->visited || track->its_turn || !wants(track))
			continue;
		track->its_turn = true;
		*turn = track->id;
		most--;
	}
}

/* One pass over the list: those that have a process, or, aside, those that have only a name. */
struct pass {
	bool aside;
	bool needs_aside; /* there are such */
};

static void run_pass(void *argument)
{
	struct pass *pass = argument;
	const struct netns *list;
	size_t count;

	netns_list(&list, &count);
	for (size_t i = 0; i < count; i++) {
		const bool aside = !list[i].pid;
		struct track *track = find(list[i].id);

		if (!track || !track->its_turn || (aside && !list[i].name[0]))
			continue;
		pass->needs_aside |= aside;
		if (aside == pass->aside)
			read_namespace(track, &list[i]);
	}
}

static void read_chosen(void)
{
	struct pass pass = {};

	run_pass(&pass);
	if (pass.needs_aside) {
		pass.aside = true;
		netns_aside(run_pass, &pass);
	}
	for (size_t i = 0; i < track_count; i++)
		tracks[i].its_turn = false;
}

void snmp_begin(uint32_t only_inode)
{
	uint64_t no_turn = 0;

	only = only_inode;
	begun = false;
	track_count = 0;
	follow_list();
	choose(is_any, SIZE_MAX, &no_turn);
	read_chosen();
	for (size_t i = 0; i < track_count; i++)
		tracks[i].visited = false;
	begun = true;
}

void snmp_read(void)
{
	for (size_t i = 0; i < track_count; i++)
		tracks[i].was_visited = false;
	choose(is_noticed, ACTIVE, &active_turn);
	read_chosen();
}

/* Moves what the tracks have gathered to sum. */
static void collect(struct snmp_counters *sum)
{
	for (size_t i = 0; i < track_count; i++) {
		for (int c = 0; c < SNMP_COUNT; c++)
			sum->count[c] += tracks[i].risen.count[c];
		tracks[i].risen = (struct snmp_counters){};
	}
}

void snmp_delta(struct snmp_counters *sum, unsigned int *unreadable)
{
	uint64_t no_turn = 0;
	unsigned int failed = 0;

	*sum = (struct snmp_counters){};
	collect(sum); /* also from those that leave the list now */
	follow_list();
	choose(is_new, SIZE_MAX, &no_turn);
	choose(is_noticed, ACTIVE, &active_turn);
	choose(is_any, IDLE, &idle_turn);
	read_chosen();
	collect(sum);
	for (size_t i = 0; i < track_count; i++) {
		tracks[i].was_visited = tracks[i].visited;
		tracks[i].visited = false;
		failed += tracks[i].unreadable;
	}
	if (unreadable)
		*unreadable = failed;
}

bool snmp_has_read(uint64_t id)
{
	const struct track *track = find(id);

	return track && (track->visited || track->was_visited);
}

void snmp_free(void)
{
	free(tracks);
	tracks = NULL;
	track_count = track_capacity = 0;
	begun = false;
	active_turn = idle_turn = 0;
}
