/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --listeners: every listening TCP socket with its owner, how full its accept queue is and what it has dropped; the
 * fullest first. On a terminal it is redrawn in place, elsewhere one list follows the other.
 */
#include <stdlib.h>
#include <string.h>

#include "alert_mark.h"
#include "format.h"
#include "memory.h"
#include "output.h"
#include "terminal.h"

enum { LINES_AROUND = 3 }; /* status, header, and the line the cursor waits on */

struct listeners_state {
	const struct output_settings *settings;
	const struct terminal_theme *theme;
	bool redraw;
};

/* A full queue refuses: the kernel accepts one more than the limit (sk_acceptq_is_full()). */
static double fill(const struct l4_listener *listener)
{
	return listener->backlog / (listener->backlog_max + 1.0);
}

static double drops_per_second(const struct snapshot_listener *found, double interval)
{
	return interval > 0 ? found->drops / interval : 0;
}

static double queue(const struct snapshot_listener *found, double interval)
{
	(void)interval;
	return found->listener.backlog;
}

static double limit(const struct snapshot_listener *found, double interval)
{
	(void)interval;
	return found->listener.backlog_max;
}

static double percent(const struct snapshot_listener *found, double interval)
{
	(void)interval;
	return fill(&found->listener);
}

static double half_open(const struct snapshot_listener *found, double interval)
{
	(void)interval;
	return found->listener.half_open;
}

static double drops_total(const struct snapshot_listener *found, double interval)
{
	(void)interval;
	return found->listener.drops;
}

/* The number columns from left to right. */
static const struct listener_column {
	const char *title;
	unsigned int width;
	enum metric_unit unit;
	double (*value)(const struct snapshot_listener *found, double interval);
	double alarm_from; /* bad news from here on; 0: never */
} columns[] = {
	{"queue", 6, UNIT_COUNT, queue, 0},
	{"limit", 6, UNIT_COUNT, limit, 0},
	{"full%", 6, UNIT_RATIO, percent, 0.8},
	{"half-open", 10, UNIT_COUNT, half_open, 0},
	{"drops/s", 8, UNIT_COUNT, drops_per_second, 1e-9},
	{"dropped", 8, UNIT_COUNT, drops_total, 0},
};

enum { COLUMNS = sizeof(columns) / sizeof(*columns), ADDRESS_WIDTH = 26, PROCESS_WIDTH = 22 };

static int compare(const void *a, const void *b)
{
	const struct snapshot_listener *left = *(const struct snapshot_listener *const *)a;
	const struct snapshot_listener *right = *(const struct snapshot_listener *const *)b;
	const double by_fill = fill(&right->listener) - fill(&left->listener);

	if (by_fill)
		return by_fill > 0 ? 1 : -1;
	if (left->drops != right->drops)
		return left->drops < right->drops ? 1 : -1;
	if (left->listener.netns != right->listener.netns)
		return left->listener.netns < right->listener.netns ? -1 : 1;
	return (int)left->listener.port - (int)right->listener.port;
}

static void end_line(const struct listeners_state *state)
{
	fprintf(state->settings->file, "%s%s\n", state->theme->normal, state->redraw ? "\033[K" : "");
}

static void draw_head(const struct listeners_state *state, const struct snapshot *snapshot)
{
	FILE *file = state->settings->file;
	char cell[FORMAT_CELL];

	format_time(cell, snapshot->timestamp);
	fprintf(file, "%s%s  %.2f s  %zu listeners", state->theme->text, cell, snapshot->interval,
		snapshot->listener_count);
	end_line(state);
	format_text(cell, ADDRESS_WIDTH, "address:port");
	fprintf(file, "%s%s ", state->theme->subtitle, cell);
	format_text(cell, PROCESS_WIDTH, "process");
	fputs(cell, file);
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(file, "%*s", (int)columns[i].width, columns[i].title);
	fprintf(file, "  %s", "netns");
	end_line(state);
}

static void draw_listener(const struct listeners_state *state, const struct snapshot_listener *found, double interval)
{
	const struct l4_listener *listener = &found->listener;
	struct dimension_key key = {
		.cell = {.process = listener->process, .owner = listener->owner, .netns = listener->netns}};
	FILE *file = state->settings->file;
	char text[DIMENSION_TEXT], port[8], cell[FORMAT_CELL];

	dimension_print_address(text, listener->address);
	snprintf(port, sizeof(port), ":%u", listener->port);
	format_text_pair(cell, ADDRESS_WIDTH, text, port);
	fprintf(file, "%s%s ", state->theme->text, cell);
	memcpy(key.comm, listener->comm, sizeof(key.comm));
	dimensions[DIM_PROCESS].print(text, &key, &state->settings->dimension);
	format_text(cell, PROCESS_WIDTH, text);
	fputs(cell, file);
	for (size_t i = 0; i < COLUMNS; i++) {
		const double value = columns[i].value(found, interval);

		terminal_number(file, state->theme, columns[i].width, columns[i].unit, value,
				columns[i].alarm_from && value >= columns[i].alarm_from);
	}
	dimensions[DIM_NETNS].print(text, &key, &state->settings->dimension);
	fprintf(file, "%s  %s", state->theme->text, text);
	if (alert_marks_listener(state->settings->alerts, listener))
		fprintf(file, "%s%s", state->theme->alarm, ALERT_MARK);
	end_line(state);
}

static void *listeners_begin(const struct output_settings *settings)
{
	struct listeners_state *state = memory_new(1, sizeof(*state));

	state->settings = settings;
	state->theme = terminal_theme(settings->colour);
	state->redraw = settings->terminal && !terminal_is_dumb();
	return state;
}

/* How many fit: all, or on a terminal as many as it has lines. */
static size_t listeners_to_show(const struct listeners_state *state, size_t count)
{
	const size_t wanted = state->settings->top && state->settings->top < count ? state->settings->top : count;
	const unsigned int lines = state->redraw ? terminal_size(state->settings->file).rows : 0;
	const size_t fitting = lines > LINES_AROUND ? lines - LINES_AROUND : 1;

	return state->redraw && fitting < wanted ? fitting : wanted;
}

static int listeners_interval(void *opaque, const struct snapshot *snapshot)
{
	const struct listeners_state *state = opaque;
	const struct snapshot_listener **order = memory_new(snapshot->listener_count, sizeof(*order));
	const size_t shown = listeners_to_show(state, snapshot->listener_count);

	for (size_t i = 0; i < snapshot->listener_count; i++)
		order[i] = &snapshot->listeners[i];
	qsort(order, snapshot->listener_count, sizeof(*order), compare);

	fputs(state->redraw ? "\033[H" : "", state->settings->file);
	draw_head(state, snapshot);
	for (size_t i = 0; i < shown; i++)
		draw_listener(state, order[i], snapshot->interval);
	fputs(state->redraw ? "\033[J" : "\n", state->settings->file);
	free(order);
	return terminal_flush(state->settings->file);
}

const struct output output_listeners = {
	.name = "listeners",
	.wants_states = true,
	.redraws = true,
	.begin = listeners_begin,
	.interval = listeners_interval,
	.end = free,
};
