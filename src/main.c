/* SPDX-License-Identifier: GPL-2.0 */
/* From the command line to the last interval: opens the source, waits, reads, hands to the outputs. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "help.h"
#include "options.h"
#include "outputs.h"
#include "source.h"
#include "text.h"
#include "wait.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,
	EXIT_UNABLE = 3, /* this kernel or these privileges */
};

struct run {
	const struct options *options;
	const struct source_kind *kind;
	struct source *source;
	struct outputs *outputs;
	struct snapshot snapshot;
	struct wait wait;
};

/* Waits until the deadline, while outputs get their keys; returns whether a signal or a key to stop came first. */
static bool stopped_before(struct run *run, double deadline)
{
	for (;;) {
		switch (wait_until(&run->wait, deadline)) {
		case WAIT_DEADLINE:
			return false;
		case WAIT_STOP:
			return true;
		case WAIT_RESIZED:
			outputs_resized(run->outputs);
			break;
		case WAIT_INPUT:
			if (outputs_keys(run->outputs))
				return true;
			break;
		}
	}
}

/* The reader of a closed pipe has seen enough; what else was wrong has been said. */
static enum exit_code code_of(int err)
{
	return !err || err == -EPIPE || err == SOURCE_END ? EXIT_DONE : EXIT_RUNTIME;
}

static int one_interval(struct run *run, double planned, bool partial)
{
	int err = run->kind->read(run->source, &run->snapshot);

	if (err)
		return err;
	run->snapshot.quality.late_ms = fmax(run->snapshot.ended - planned, 0) * 1000;
	run->snapshot.quality.unattributed = report_unattributed(&run->snapshot);
	filter_apply(&run->options->filter, &run->snapshot);
	return outputs_interval(run->outputs, &run->snapshot, partial);
}

/* Deadlines are multiples of the delay from the start, so they do not drift; one that was missed is left out. */
static double next_deadline(double last, double delay)
{
	const double now = wait_now();

	return now < last + delay ? last + delay : last + delay * (floor((now - last) / delay) + 1);
}

static int loop(struct run *run)
{
	double deadline = wait_now();
	int err = 0;

	for (unsigned long done = 0; !err && (!run->options->count || done < run->options->count); done++) {
		deadline = next_deadline(deadline, run->options->delay);
		if (stopped_before(run, deadline))
			return one_interval(run, wait_now(), true);
		err = one_interval(run, deadline, false);
	}
	return err;
}

static void set_host(char host[static 256])
{
	char name[256] = "";

	gethostname(name, sizeof(name) - 1);
	text_printable(host, 256, (const uint8_t *)name, strlen(name));
}

/* Inode number of the network namespace we are in; 0 if /proc does not say. */
static uint32_t own_netns(void)
{
	struct stat self;

	return stat("/proc/self/ns/net", &self) ? 0 : self.st_ino;
}

static enum exit_code open_live(struct run *run)
{
	const struct options *options = run->options;
	const struct source_settings settings = {
		.prefix4 = options->prefix4,
		.prefix6 = options->prefix6,
		.cells = options->cells,
		.states = options_want_states(options) || outputs_want_states(run->outputs),
		.netns = options->netns == OPTIONS_NETNS_SELF ? own_netns() : 0,
		.verbose = options->verbose,
	};
	int err;

	if (options->netns == OPTIONS_NETNS_SELF && !settings.netns) {
		fputs("l4dstat: cannot tell which network namespace this is, /proc is not mounted; leave out --netns "
		      "self\n",
		      stderr);
		return EXIT_RUNTIME;
	}
	run->kind = &source_live;
	err = source_open(&run->source, &settings);
	return !err ? EXIT_DONE : err == -EPERM || err == -EOPNOTSUPP ? EXIT_UNABLE : EXIT_RUNTIME;
}

static enum exit_code run_outputs(struct run *run)
{
	const struct dimension_context dimension = {
		.prefix4 = run->options->prefix4,
		.prefix6 = run->options->prefix6,
		.cgroup_path = run->kind->cgroup_path,
		.netns_name = run->kind->netns_name,
	};
	char host[256];
	int err, closed;

	set_host(host);
	err = outputs_open(run->outputs, &dimension, host);
	run->wait.input = outputs_keys_fd(run->outputs);
	if (!err)
		err = loop(run);
	closed = outputs_close(run->outputs);
	return code_of(err) ?: code_of(closed);
}

static enum exit_code run_all(const struct options *options)
{
	struct run run = {.options = options, .outputs = outputs_new(options)};
	enum exit_code code;

	code = wait_open(&run.wait) ? EXIT_RUNTIME : open_live(&run);
	if (code == EXIT_DONE) {
		code = run_outputs(&run);
		run.kind->close(run.source);
	} else {
		outputs_close(run.outputs);
	}
	snapshot_free(&run.snapshot);
	wait_close(&run.wait);
	return code;
}

/* What was printed may still be in the buffer of a full disk. */
static enum exit_code printed(void)
{
	if (!fflush(stdout) || errno == EPIPE)
		return EXIT_DONE;
	fprintf(stderr, "l4dstat: cannot write to standard output: %s\n", strerror(errno));
	return EXIT_RUNTIME;
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
	return run_all(&options);
}
