/* SPDX-License-Identifier: GPL-2.0 */
/* From the command line to the last interval: opens the source, waits, reads, hands to the output. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "help.h"
#include "memory.h"
#include "netns.h"
#include "options.h"
#include "output.h"
#include "source.h"
#include "text.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,
	EXIT_UNABLE = 3, /* this kernel or these privileges */
};

struct run {
	const struct options *options;
	const struct output *output;
	struct output_settings settings;
	void *output_state;
	struct source *source;
	struct snapshot snapshot;
	sigset_t stop_signals;
	char host[256];
};

static double monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Waits until the deadline; returns whether a signal to stop came first. */
static bool wait_until(const struct run *run, double deadline)
{
	for (;;) {
		const double left = fmax(deadline - monotonic(), 0);
		const struct timespec timeout = {.tv_sec = left, .tv_nsec = (left - floor(left)) * 1e9};

		if (sigtimedwait(&run->stop_signals, NULL, &timeout) > 0)
			return true;
		if (errno == EAGAIN)
			return false;
	}
}

/* A closed pipe is a reader that has seen enough; anything else is worth a word. */
static enum exit_code write_failed(int err)
{
	if (err == -EPIPE)
		return EXIT_DONE;
	fprintf(stderr, "l4dstat: cannot write to standard output: %s\n", strerror(-err));
	return EXIT_RUNTIME;
}

static int one_interval(struct run *run, double planned, enum exit_code *code)
{
	int err = source_read(run->source, &run->snapshot);

	if (err) {
		*code = EXIT_RUNTIME;
		return err;
	}
	run->snapshot.quality.late_ms = fmax(run->snapshot.ended - planned, 0) * 1000;
	err = run->output->interval(run->output_state, &run->snapshot);
	if (err)
		*code = write_failed(err);
	return err;
}

/* Deadlines are multiples of the delay from the start, so they do not drift; one that was missed is left out. */
static double next_deadline(double last, double delay)
{
	const double now = monotonic();

	return now < last + delay ? last + delay : last + delay * (floor((now - last) / delay) + 1);
}

static enum exit_code loop(struct run *run)
{
	enum exit_code code = EXIT_DONE;
	double deadline = monotonic();

	for (unsigned long done = 0; !run->options->count || done < run->options->count; done++) {
		deadline = next_deadline(deadline, run->options->delay);
		if (wait_until(run, deadline)) {
			if (run->output->wants_partial)
				one_interval(run, monotonic(), &code);
			return code;
		}
		if (one_interval(run, deadline, &code))
			return code;
	}
	return code;
}

static const struct output *choose_output(const struct options *options)
{
	if (options->json)
		return &output_json;
	if (options->listeners)
		return &output_listeners;
	return options->by.count ? &output_table : &output_dstat;
}

static void set_up_output(struct run *run)
{
	const struct options *options = run->options;

	gethostname(run->host, sizeof(run->host) - 1);
	text_printable(run->host, sizeof(run->host),
		       (const uint8_t *)memcpy((char[256]){}, run->host, sizeof(run->host)), strlen(run->host));
	run->settings = (struct output_settings){
		.file = stdout,
		.terminal = isatty(STDOUT_FILENO),
		.colour = terminal_wants_colour(stdout, options->colour),
		.headers = !options->noheaders,
		.by = options->by,
		.sort = options->sort,
		.top = options->top,
		.dimension = {.prefix4 = options->prefix4,
			      .prefix6 = options->prefix6,
			      .cgroup_path = cgroup_path,
			      .netns_name = netns_name},
		.columns = options->columns[0] ? (const struct column_group **)options->columns : NULL,
		.host = run->host,
		.delay = options->delay,
	};
	run->output = choose_output(options);
	run->output_state = run->output->begin(&run->settings);
}

/* Inode number of the network namespace we are in; 0 if /proc does not say. */
static uint32_t own_netns(void)
{
	struct stat self;

	return stat("/proc/self/ns/net", &self) ? 0 : self.st_ino;
}

static enum exit_code run_live(const struct options *options)
{
	const struct source_settings settings = {
		.prefix4 = options->prefix4,
		.prefix6 = options->prefix6,
		.cells = options->cells,
		.states = options_want_states(options),
		.netns = options->netns == OPTIONS_NETNS_SELF ? own_netns() : 0,
		.verbose = options->verbose,
	};
	struct run run = {.options = options};
	enum exit_code code;
	int err;

	if (options->netns == OPTIONS_NETNS_SELF && !settings.netns) {
		fputs("l4dstat: cannot tell which network namespace this is, /proc is not mounted; leave out --netns "
		      "self\n",
		      stderr);
		return EXIT_RUNTIME;
	}
	sigemptyset(&run.stop_signals);
	sigaddset(&run.stop_signals, SIGINT);
	sigaddset(&run.stop_signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &run.stop_signals, NULL);

	err = source_open(&run.source, &settings);
	if (err)
		return err == -EPERM || err == -EOPNOTSUPP ? EXIT_UNABLE : EXIT_RUNTIME;
	set_up_output(&run);
	code = loop(&run);
	run.output->end(run.output_state);
	source_close(run.source);
	snapshot_free(&run.snapshot);
	cgroup_free();
	return code;
}

/* What was printed may still be in the buffer of a full disk. */
static enum exit_code printed(void)
{
	return fflush(stdout) ? write_failed(-errno) : EXIT_DONE;
}

int main(int argc, char **argv)
{
	struct options options;
	char *complaint = NULL;

	setlocale(LC_CTYPE, "");
	setlocale(LC_TIME, "");
	if (options_parse(&options, argc, argv, &complaint)) {
		fprintf(stderr, "l4dstat: %s\n", complaint);
		free(complaint);
		return EXIT_USAGE;
	}
	switch ((enum options_task)options.task) {
	case TASK_HELP:
		help_print(stdout);
		return printed();
	case TASK_VERSION:
		puts("l4dstat " L4DSTAT_VERSION);
		return printed();
	case TASK_LIST:
		help_print_list(stdout);
		return printed();
	case TASK_RUN:
		break;
	}
	return run_live(&options);
}
