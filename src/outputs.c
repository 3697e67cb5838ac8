/* SPDX-License-Identifier: GPL-2.0 */
/* Choosing outputs, opening their files, handing intervals to them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "extension.h"
#include "memory.h"
#include "outfile.h"
#include "outputs.h"
#include "screen.h"
#include "terminal.h"

/* An output and where it goes. */
struct sink {
	const struct output *output;
	struct output_settings settings;
	struct outfile out;
	const char *path; /* NULL: standard output */
	bool gzip;
	bool failed; /* a write has, and that was told */
	void *state; /* NULL: not begun */
};

struct outputs {
	const struct options *options;
	struct sink *sinks; /* count of them, at least one; standard output's, if any, is the first */
	size_t count;
	const struct alerts *alerts;
};

enum { SINKS_MAX = 1 + OPTIONS_FILES + 1 };

/* What reads as a file of that format shows the same as the lines or tables that were asked for. */
static const struct output *output_for(const struct options *options, enum file_format format)
{
	if (format == FILE_JSON_ROWS || (format == FILE_JSON && options->json == OPTIONS_JSON_ROWS))
		return &output_json_rows;
	if (format == FILE_JSON)
		return &output_json;
	if (options->listeners)
		return &output_csv_listeners;
	return options->by.count ? &output_csv_table : &output_csv;
}

static const struct output *output_for_people(const struct options *options)
{
	if (!options->by.count && !options->listeners)
		return &output_dstat;
	if (options->listeners)
		return screen_possible() ? &output_live_listeners : &output_listeners;
	return screen_possible() ? &output_live : &output_table;
}

/* What `> FILE` calls standard output; false if it is no file, or has none of our extensions. */
static bool standard_output_extension(struct extension *extension)
{
	char path[4096];
	struct stat is;
	const ssize_t length = readlink("/proc/self/fd/1", path, sizeof(path) - 1);

	if (length <= 0 || fstat(STDOUT_FILENO, &is) || !S_ISREG(is.st_mode))
		return false;
	path[length] = 0;
	return !extension_of(path, extension);
}

/* An option decides before the name does. */
static void choose_standard(struct sink *sink, const struct options *options)
{
	struct extension extension;

	if (options->json) {
		sink->output = output_for(options, FILE_JSON);
	} else if (options->csv) {
		sink->output = output_for(options, FILE_CSV);
	} else if (standard_output_extension(&extension)) {
		sink->output = output_for(options, extension.format);
		sink->gzip = extension.gzip;
	} else {
		sink->output = output_for_people(options);
	}
}

static void choose_file(struct sink *sink, const struct options *options, const char *path)
{
	struct extension extension;

	extension_of(path, &extension); /* options.c has seen to it that there is one */
	sink->output = output_for(options, extension.format);
	sink->gzip = extension.gzip;
	sink->path = path;
}

static bool is_exported(const struct options *options)
{
	return options->listen.length || options->textfile;
}

/* What only exports is a daemon and prints nothing, unless something else is asked for. */
static bool wants_standard(const struct options *options)
{
	struct extension extension;

	return !is_exported(options) || options->json || options->csv || options->listeners || options->by.count ||
	       options->columns[0] || standard_output_extension(&extension);
}

struct outputs *outputs_new(const struct options *options)
{
	struct outputs *outputs = memory_new(1, sizeof(*outputs));

	outputs->options = options;
	outputs->sinks = memory_new(SINKS_MAX, sizeof(*outputs->sinks));
	if (wants_standard(options))
		choose_standard(&outputs->sinks[outputs->count++], options);
	if (is_exported(options))
		outputs->sinks[outputs->count++] =
			(struct sink){.output = &output_openmetrics, .path = options->textfile ?: ""};
	for (const char *const *path = options->files; *path; path++)
		choose_file(&outputs->sinks[outputs->count++], options, *path);
	return outputs;
}

bool outputs_want_states(const struct outputs *outputs)
{
	bool wanted = false;

	for (size_t i = 0; i < outputs->count; i++)
		wanted |= outputs->sinks[i].output->wants_states;
	return wanted;
}

bool outputs_want_programs(const struct outputs *outputs)
{
	bool wanted = false;

	for (size_t i = 0; i < outputs->count; i++)
		wanted |= !outputs->sinks[i].output->shows_host;
	return wanted;
}

/* On a terminal that can draw over a line. */
static bool wants_updates(const struct sink *sink, const struct options *options)
{
	return sink->output->wants_updates && !sink->path && isatty(STDOUT_FILENO) && !terminal_is_dumb() &&
	       !options->noupdate;
}

bool outputs_want_updates(const struct outputs *outputs)
{
	bool wanted = false;

	for (size_t i = 0; i < outputs->count; i++)
		wanted |= wants_updates(&outputs->sinks[i], outputs->options);
	return wanted;
}

void outputs_set_alerts(struct outputs *outputs, const struct alerts *alerts)
{
	outputs->alerts = alerts;
}

bool outputs_own_screen(const struct outputs *outputs)
{
	return outputs->sinks[0].output->redraws && isatty(STDOUT_FILENO) && !terminal_is_dumb() &&
	       isatty(STDERR_FILENO);
}

static enum terminal_colours choose_colours(const struct options *options)
{
	if (!terminal_wants_colour(stdout, options->colour))
		return COLOURS_NONE;
	return options->on_white ? COLOURS_ON_WHITE : COLOURS_ON_BLACK;
}

static struct output_settings settings_for(const struct sink *sink, const struct options *options)
{
	const bool standard = !sink->path;

	return (struct output_settings){
		.terminal = standard && isatty(STDOUT_FILENO),
		.colour = standard ? choose_colours(options) : COLOURS_NONE,
		.headers = !options->noheaders,
		.by = options->by,
		.sort = options->sort,
		.proto = filter_proto(&options->filter),
		.top = options->top,
		.rows = options->top_given ? options->top : 0,
		.count = options->count,
		.columns = options->columns[0] ? (const struct column_group **)options->columns : NULL,
		.delay = options->delay,
		.listen = &options->listen,
		.textfile = options->textfile,
		.metrics_top = options->metrics_top,
	};
}

/* `>>` continues what is there, as -o does, and whatever that is: the shell was told to. */
static bool standard_has(const char *heading)
{
	const size_t length = strlen(heading);
	char *found = memory_new(length, 1);
	FILE *file = fopen("/proc/self/fd/1", "re");
	struct stat is;
	const bool there = file && !fstat(STDOUT_FILENO, &is) && S_ISREG(is.st_mode) &&
			   fread(found, 1, length, file) == length && !memcmp(found, heading, length);

	if (file)
		fclose(file);
	free(found);
	return there;
}

/* A closed pipe is a reader that has seen enough; anything else is worth a word. */
static int told(struct sink *sink, int err)
{
	if (err && err != -EPIPE && !sink->failed)
		outfile_complain(&sink->out, err);
	sink->failed |= err != 0;
	return err;
}

static int open_sink(struct sink *sink)
{
	char *heading = sink->output->heading ? sink->output->heading(sink->state) : NULL;
	bool fresh = true;
	int err;

	if (sink->output->open) {
		sink->out.name = memory_format("%s", sink->path);
		return sink->output->open(sink->state);
	}
	if (sink->path) {
		err = outfile_append(&sink->out, sink->path, sink->gzip, heading ?: sink->output->begins, &fresh);
	} else {
		err = outfile_standard(&sink->out, sink->gzip);
		fresh = !err && heading && !standard_has(heading);
	}
	sink->settings.file = sink->out.file;
	if (!err && fresh && heading)
		err = told(sink, (fputs(heading, sink->out.file) == EOF ? -errno : 0) ?: outfile_flush(&sink->out));
	free(heading);
	return err;
}

/* Two that write to one file would spoil it. */
static int check_apart(const struct outputs *outputs, size_t last)
{
	struct stat is, other;

	if (!outputs->sinks[last].path || !outputs->sinks[last].out.file || fstat(outputs->sinks[last].out.fd, &is) ||
	    !S_ISREG(is.st_mode))
		return 0;
	for (size_t i = 0; i < last; i++) {
		if (!outputs->sinks[i].out.file || fstat(outputs->sinks[i].out.fd, &other) ||
		    is.st_dev != other.st_dev || is.st_ino != other.st_ino)
			continue;
		fprintf(stderr, "l4dstat: %s and %s are one file; write to two\n", outputs->sinks[i].out.name,
			outputs->sinks[last].out.name);
		return -EEXIST;
	}
	return 0;
}

int outputs_open(struct outputs *outputs, const struct dimension_context *dimension, char **const *instances,
		 const char *host)
{
	int err = 0;

	for (size_t i = 0; !err && i < outputs->count; i++) {
		struct sink *sink = &outputs->sinks[i];

		sink->settings = settings_for(sink, outputs->options);
		sink->settings.dimension = *dimension;
		sink->settings.host = host;
		sink->settings.alerts = outputs->alerts;
		for (int scope = 0; scope < HOST_SCOPES; scope++)
			sink->settings.instances[scope] = instances[scope];
		sink->state = sink->output->begin(&sink->settings);
		err = open_sink(sink) ?: check_apart(outputs, i);
	}
	return err;
}

static int flush_sink(struct sink *sink)
{
	return sink->out.file ? outfile_flush(&sink->out) : 0;
}

int outputs_interval(struct outputs *outputs, const struct snapshot *snapshot, bool partial)
{
	int err = 0;

	for (size_t i = 0; !err && i < outputs->count; i++) {
		struct sink *sink = &outputs->sinks[i];

		if (partial && !sink->output->wants_partial)
			continue;
		if (snapshot->goes_on && !wants_updates(sink, outputs->options))
			continue;
		err = told(sink, sink->output->interval(sink->state, snapshot) ?: flush_sink(sink));
	}
	return err;
}

bool outputs_redraw(const struct outputs *outputs)
{
	return outputs->sinks[0].output == &output_live;
}

/* Keys are for what is on the screen. */
int outputs_keys_fd(const struct outputs *outputs)
{
	const struct sink *standard = &outputs->sinks[0];

	return standard->output->keys_fd && standard->state ? standard->output->keys_fd(standard->state) : -1;
}

bool outputs_keys(struct outputs *outputs)
{
	return outputs->sinks[0].output->keys(outputs->sinks[0].state);
}

void outputs_resized(struct outputs *outputs)
{
	const struct sink *standard = &outputs->sinks[0];

	if (standard->output->resized && standard->state)
		standard->output->resized(standard->state);
}

static int close_sink(struct sink *sink)
{
	if (sink->state)
		sink->output->end(sink->state);
	return sink->out.file ? told(sink, outfile_close(&sink->out)) : 0;
}

int outputs_close(struct outputs *outputs)
{
	int err = 0;

	for (size_t i = 0; i < outputs->count; i++) {
		const int failed = close_sink(&outputs->sinks[i]);

		err = err ?: failed;
		free(outputs->sinks[i].out.name);
	}
	free(outputs->sinks);
	free(outputs);
	return err;
}
