/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For Prometheus: what has been counted since l4dstat began, to be scraped over HTTP (--listen) or written to a file
 * for node_exporter's textfile collector (--textfile). The main thread adds intervals, the server's makes texts of
 * them.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "http.h"
#include "memory.h"
#include "openmetrics.h"
#include "output.h"
#include "textfile.h"
#include "wait.h"

/* Nobody tells who reads the file. Most scrape once in a minute, or more often. */
enum { FILE_READ_AFTER = 60 };

struct openmetrics_state {
	const struct output_settings *settings;
	struct http *http; /* NULL: not asked for */
	double started;

	pthread_mutex_t lock; /* on what follows, held for no longer than a text is made or an interval added */
	struct accumulate *accumulate;
	double scrapes, scrape_seconds;
};

static double realtime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void *openmetrics_begin(const struct output_settings *settings)
{
	struct openmetrics_state *state = memory_new(1, sizeof(*state));

	state->settings = settings;
	state->started = realtime();
	state->accumulate = accumulate_new(settings->metrics_top);
	pthread_mutex_init(&state->lock, NULL);
	return state;
}

static double cpu_used(void)
{
	struct rusage usage = {};

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Bytes; 0 if /proc does not tell. */
static double resident(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return (double)pages * sysconf(_SC_PAGESIZE);
}

static struct openmetrics_self self_of(const struct openmetrics_state *state)
{
	return (struct openmetrics_self){
		.started = state->started,
		.cpu = cpu_used(),
		.resident = resident(),
		.scrapes = state->http ? state->scrapes : -1,
		.scrape_seconds = state->scrape_seconds,
	};
}

static char *make_text(const struct openmetrics_state *state, enum exposition_format format, size_t *length)
{
	const struct openmetrics_self self = self_of(state);
	char *text = NULL;
	FILE *file = open_memstream(&text, length);

	if (!file)
		memory_exhausted();
	openmetrics_write(file, format, state->accumulate, &state->settings->dimension, &self);
	if (fclose(file))
		memory_exhausted();
	return text;
}

/* In the server's thread. A text says what the one before it cost. */
static char *text_for_http(void *opaque, enum exposition_format format, size_t *length)
{
	struct openmetrics_state *state = opaque;
	const double began = wait_now();
	char *text;

	pthread_mutex_lock(&state->lock);
	state->scrapes++;
	text = make_text(state, format, length);
	state->scrape_seconds = wait_now() - began;
	pthread_mutex_unlock(&state->lock);
	return text;
}

static int openmetrics_open(void *opaque)
{
	struct openmetrics_state *state = opaque;
	const struct output_settings *settings = state->settings;
	const struct http_source source = {text_for_http, state};
	const int err = settings->textfile ? textfile_try(settings->textfile) : 0;

	if (err) {
		fprintf(stderr, "l4dstat: cannot write %s: %s; name a file in a directory you may write to\n",
			settings->textfile, strerror(-err));
		return err;
	}
	return settings->listen->length ? http_open(&state->http, settings->listen, &source) : 0;
}

static int write_textfile(struct openmetrics_state *state)
{
	size_t length;
	char *text = make_text(state, EXPOSITION_TEXT, &length);
	const int err = textfile_write(state->settings->textfile, text, length);

	free(text);
	return err;
}

static int openmetrics_interval(void *opaque, const struct snapshot *snapshot)
{
	struct openmetrics_state *state = opaque;
	const bool read = state->http && http_read(state->http);

	pthread_mutex_lock(&state->lock);
	accumulate_add(state->accumulate, snapshot, read, state->http ? INFINITY : FILE_READ_AFTER);
	pthread_mutex_unlock(&state->lock);
	if (state->http)
		http_renew(state->http);
	return state->settings->textfile ? write_textfile(state) : 0;
}

static void openmetrics_end(void *opaque)
{
	struct openmetrics_state *state = opaque;

	http_close(state->http);
	pthread_mutex_destroy(&state->lock);
	free(state->accumulate);
	free(state);
}

const struct output output_openmetrics = {
	.name = "openmetrics",
	.wants_partial = true,
	.wants_states = true,
	.begin = openmetrics_begin,
	.open = openmetrics_open,
	.interval = openmetrics_interval,
	.end = openmetrics_end,
};
