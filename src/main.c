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

#include "alert_teller.h"
#include "confine.h"
#include "feature.h"
#include "format.h"
#include "help.h"
#include "host_choice.h"
#include "host_reader.h"
#include "memory.h"
#include "notify.h"
#include "options.h"
#include "outputs.h"
#include "precedence.h"
#include "privileges.h"
#include "record_host.h"
#include "recorder.h"
#include "replay.h"
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
	struct host_reader *host_reader; /* NULL: nothing of it is shown */
	char **instances[HOST_SCOPES];	 /* of the host that are shown */
	struct outputs *outputs;
	struct alert_teller *alerts; /* NULL: no rules */
	struct replay_settings replay;
	struct replay_facts recorded; /* of a replay */
	struct recorder_settings recording;
	struct recorder *recorder; /* NULL: nothing is recorded */
	struct snapshot snapshot;
	struct wait wait;
	struct dimension_context dimension;
	char hostname[256]; /* printable */
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

/* Fills in the snapshot and begins the next interval, or only has a look at this one. */
static int read_all(struct run *run, bool ends, double end)
{
	struct snapshot *snapshot = &run->snapshot;
	const int err = ends ? run->kind->read(run->source, end, snapshot) : run->kind->peek(run->source, snapshot);

	if (err)
		return err;
	snapshot->goes_on = !ends;
	if (run->host_reader)
		host_reader_read(run->host_reader, &snapshot->host, ends);
	if (run->kind == &source_clock)
		snapshot->interval = snapshot->host.interval;
	snapshot->quality.unattributed = report_unattributed(snapshot);
	return 0;
}

/* The host it is about. */
static const char *host_of(const struct run *run)
{
	return run->options->replay[0] ? run->recorded.host : run->hostname;
}

/* What was read is recorded whole, and what the filter lets through of it is shown. */
static int show(struct run *run)
{
	struct snapshot *snapshot = &run->snapshot;
	int err = run->recorder && !snapshot->goes_on ? recorder_write(run->recorder, snapshot) : 0;

	filter_apply(&run->options->filter, snapshot);
	if (snapshot->goes_on)
		return err ?: outputs_interval(run->outputs, snapshot, false);
	alert_teller_judge(run->alerts, snapshot, snapshot->partial);
	err = err ?: outputs_interval(run->outputs, snapshot, snapshot->partial);
	alert_teller_tell(run->alerts, snapshot, &run->dimension, host_of(run), outputs_own_screen(run->outputs));
	return err;
}

/* It ends now, or at `end` if that is yet to come. */
static int one_interval(struct run *run, double planned, double end, bool partial)
{
	int err = read_all(run, true, end);

	if (err)
		return err;
	run->snapshot.partial = partial;
	run->snapshot.quality.late_ms = fmax(run->snapshot.ended - planned, 0) * 1000;
	return show(run);
}

/* Deadlines are multiples of the delay from the start, so they do not drift; one that was missed is left out, and what
 * is told at the one after it is late since then. */
static double next_deadline(double last, double delay)
{
	const double now = wait_now();

	return now < last + delay ? last + delay : last + delay * (floor((now - last) / delay) + 1);
}

/* Until the deadline shows each second what the interval has so far. *stopped: a signal came first. */
static int wait_showing(struct run *run, double begin, double deadline, bool *stopped)
{
	double next = begin + 1;
	int err = 0;

	*stopped = false;
	for (; !err && !*stopped && next < deadline; next += 1) {
		if (next < wait_now())
			continue;
		*stopped = stopped_before(run, next);
		if (!*stopped)
			err = read_all(run, false, 0) ?: show(run);
	}
	return err;
}

/* Intervals follow one another as they did, so much faster; where nothing was recorded nobody waits. */
static int replay_loop(struct run *run)
{
	const double asked = run->options->speed;
	const double speed = asked != OPTIONS_SPEED_AS_FITS ? asked : outputs_redraw(run->outputs) ? 1 : 0;
	double deadline = wait_now();
	int err = 0;

	while (!err) {
		err = read_all(run, true, 0);
		if (err)
			break;
		deadline = speed > 0 ? deadline + run->snapshot.interval / speed : wait_now();
		if (stopped_before(run, deadline))
			break;
		err = show(run);
	}
	return err;
}

static int loop(struct run *run)
{
	const bool updates = outputs_want_updates(run->outputs) && run->kind->peek;
	const double delay = run->options->delay;
	double deadline = wait_now();
	bool stopped = false;
	int err = 0;

	for (unsigned long done = 0; !err && (!run->options->count || done < run->options->count); done++) {
		const double planned = deadline + delay;
		const double lead = run->kind->lead ? fmin(run->kind->lead(run->source), delay / 2) : 0;

		deadline = next_deadline(deadline, delay);
		if (updates)
			err = wait_showing(run, deadline - delay, deadline - lead, &stopped);
		if (!err && (stopped || stopped_before(run, deadline - lead)))
			return one_interval(run, wait_now(), 0, true);
		err = err ?: one_interval(run, planned, deadline, false);
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

static enum exit_code refuse(char *complaint)
{
	fprintf(stderr, "l4dstat: %s\n", complaint);
	free(complaint);
	return EXIT_USAGE;
}

/* Which interfaces and disks are shown has to be known before anything is. */
static enum exit_code choose_instances(struct run *run, const struct host_reading *there)
{
	static const char *const what[] = {[HOST_LINKS] = "interface", [HOST_DISKS] = "disk"};
	const struct options *options = run->options;

	for (enum host_scope scope = HOST_LINKS; scope <= HOST_DISKS; scope++) {
		char *complaint;

		if (host_choose(&run->instances[scope], what[scope], host_rows_of(there, scope),
				options->instances[scope], options->full, &complaint))
			return refuse(complaint);
	}
	return EXIT_DONE;
}

static enum exit_code open_host(struct run *run)
{
	const struct options *options = run->options;

	run->host_reader = host_reader_open(options_host_parts(options) | (options->record ? RECORD_HOST_ALWAYS : 0));
	return choose_instances(run, host_reader_before(run->host_reader));
}

static bool wants_states(const struct run *run)
{
	return options_want_states(run->options) || outputs_want_states(run->outputs);
}

static enum exit_code open_programs(struct run *run)
{
	const struct options *options = run->options;
	const struct source_settings settings = {
		.prefix4 = options->prefix4,
		.prefix6 = options->prefix6,
		.cells = options->cells,
		.states = wants_states(run),
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

static enum exit_code open_replay(struct run *run)
{
	const struct options *options = run->options;
	enum exit_code code;
	char *complaint;
	int err;

	run->replay = (struct replay_settings){
		.paths = options->replay,
		.from = options->from,
		.to = options->to,
		.prefix4 = options->prefix4_given ? (int)options->prefix4 : REPLAY_PREFIX_RECORDED,
		.prefix6 = options->prefix6_given ? (int)options->prefix6 : REPLAY_PREFIX_RECORDED,
	};
	run->kind = &source_replay;
	err = replay_open(&run->source, &run->replay, &run->recorded);
	if (err)
		return err == -ERANGE ? EXIT_USAGE : EXIT_RUNTIME;
	if (options_check_prefixes(options, run->recorded.prefix4, run->recorded.prefix6, &complaint) ||
	    options_check_recorded(options, run->recorded.first->parts, &complaint))
		code = refuse(complaint);
	else
		code = choose_instances(run, run->recorded.first);
	if (code != EXIT_DONE)
		run->kind->close(run->source);
	return code;
}

static enum exit_code open_source(struct run *run)
{
	enum exit_code code;

	if (run->options->replay[0])
		return open_replay(run);
	code = open_host(run);
	if (code != EXIT_DONE)
		return code;
	if (!run->options->listen.length)
		precedence_take(); /* what others ask over HTTP goes before nobody */
	if (options_want_programs(run->options) || outputs_want_programs(run->outputs))
		return open_programs(run);
	run->kind = &source_clock;
	return EXIT_DONE;
}

static int open_recorder(struct run *run)
{
	const struct options *options = run->options;

	if (!options->record)
		return 0;
	run->recording = (struct recorder_settings){
		.path = options->record,
		.max = options->record_max,
		.keep = options->record_keep,
		.host = host_of(run),
		.dimension = run->dimension,
	};
	return recorder_open(&run->recorder, &run->recording);
}

/* Everything is open: whatever goes wrong from here on, there is little it can do. */
static int drop(const struct run *run)
{
	const struct options *options = run->options;
	const struct privileges_need need = {
		.programs = run->kind == &source_live,
		.namespaces = run->kind == &source_live && options->netns == OPTIONS_NETNS_ALL &&
			      (wants_states(run) || dimension_listed(&options->by, DIM_NETNS) ||
			       source_enters_namespaces(run->source)),
		.files = options->textfile || options->record || options->replay[0],
		.creates = options->textfile || options->record,
		.processes = options_host_parts(options) & HOST_READ_PROCESS_IO,
		.serves = options->listen.length,
	};

	return privileges_drop(&need) ?: confine(&need);
}

static enum exit_code run_outputs(struct run *run)
{
	const bool replays = run->options->replay[0];
	int err, closed, recorded;

	run->dimension = (struct dimension_context){
		.prefix4 = replays ? run->recorded.prefix4 : run->options->prefix4,
		.prefix6 = replays ? run->recorded.prefix6 : run->options->prefix6,
		.cgroup_path = run->kind->cgroup_path,
		.netns_name = run->kind->netns_name,
	};
	set_host(run->hostname);
	outputs_set_alerts(run->outputs, alert_teller_alerts(run->alerts));
	err = outputs_open(run->outputs, &run->dimension, run->instances, host_of(run)) ?: open_recorder(run);
	if (!err)
		notify_ready(); /* now, as there are no sockets later */
	err = err ?: drop(run);
	run->wait.input = outputs_keys_fd(run->outputs);
	if (!err && replays) {
		err = replay_loop(run);
	} else if (!err) {
		host_reader_read(run->host_reader, &run->snapshot.host, true);
		err = loop(run);
	}
	closed = outputs_close(run->outputs);
	recorded = recorder_close(run->recorder);
	return code_of(err) ?: code_of(closed) ?: code_of(recorded);
}

static enum exit_code run_all(const struct options *options)
{
	struct run run = {.options = options, .outputs = outputs_new(options)};
	enum exit_code code;

	code = alert_teller_open(&run.alerts, options) || wait_open(&run.wait) ? EXIT_RUNTIME : EXIT_DONE;
	privileges_freeze(); /* but for the commands of alerts, whose process has begun */
	code = code ?: open_source(&run);
	if (code == EXIT_DONE) {
		code = run_outputs(&run);
		run.kind->close(run.source);
	} else {
		outputs_close(run.outputs);
	}
	for (int scope = 0; scope < HOST_SCOPES; scope++)
		host_choice_free(run.instances[scope]);
	host_reader_close(run.host_reader);
	snapshot_free(&run.snapshot);
	alert_teller_close(run.alerts);
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

/* The table, and if nothing in it stands against it, whether everything can be loaded and attached. */
static enum exit_code check(const struct options *options)
{
	const struct source_settings settings = {
		.prefix4 = options->prefix4,
		.prefix6 = options->prefix6,
		.cells = options->cells,
		.states = true,
		.verbose = options->verbose,
	};
	const bool enough = feature_print(stdout);
	struct source *source = NULL;
	const int err = enough ? source_open(&source, &settings) : feature_check(NULL);

	source_live.close(source);
	printf("%-4s %-6s %-35s %s\n", err ? "no" : "yes", "yes", "programs attached", "all but dstat's own columns");
	return printed() ?: err ? EXIT_UNABLE : EXIT_DONE;
}

static enum exit_code run_task(const struct options *options)
{
	switch ((enum options_task)options->task) {
	case TASK_HELP:
		help_print(stdout);
		return printed();
	case TASK_VERSION:
		puts("l4dstat " L4DSTAT_VERSION);
		return printed();
	case TASK_LIST:
		help_print_list(stdout, isatty(STDOUT_FILENO) ? terminal_size(stdout).columns : 0);
		return printed();
	case TASK_CHECK:
		return check(options);
	case TASK_RUN:
		break;
	}
	format_choose(options->floats	  ? DECIMALS_ALWAYS
		      : options->integers ? DECIMALS_NEVER
					  : DECIMALS_AS_DSTAT,
		      options->bits);
	return run_all(options);
}

int main(int argc, char **argv)
{
	char **arguments = options_with_environment(&argc, argv);
	struct options options;
	enum exit_code code = EXIT_USAGE;
	char *complaint;

	if (privileges_are_borrowed())
		return EXIT_UNABLE;
	memory_give_back();
	setlocale(LC_CTYPE, "");
	setlocale(LC_TIME, "");
	if (options_parse(&options, argc, arguments, &complaint))
		fprintf(stderr, "l4dstat: %s%s\n", complaint, getenv("L4DSTAT_OPTS") ? " (L4DSTAT_OPTS is set)" : "");
	else
		code = run_task(&options);
	free(complaint);
	free(arguments);
	return code;
}
