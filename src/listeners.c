/* SPDX-License-Identifier: GPL-2.0 */
/* The order of listeners, the layout and the text of their lines. */
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "listeners.h"
#include "memory.h"

/* A full queue refuses: the kernel accepts one more than the limit (sk_acceptq_is_full()). */
static double fill(const struct snapshot_listener *found, double interval)
{
	(void)interval;
	return found->listener.backlog / (found->listener.backlog_max + 1.0);
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

static double half_open(const struct snapshot_listener *found, double interval)
{
	(void)interval;
	return found->listener.half_open;
}

static double drops_per_second(const struct snapshot_listener *found, double interval)
{
	return interval > 0 ? found->drops / interval : 0;
}

static double drops_total(const struct snapshot_listener *found, double interval)
{
	(void)interval;
	return found->listener.drops;
}

const char *const listener_titles[] = {"queue", "limit", "full%", "half-open", "drops/s", "dropped"};
const size_t listener_title_count = sizeof(listener_titles) / sizeof(*listener_titles);

/* The number columns, in the order of their titles. */
static const struct listener_column {
	unsigned int width;
	enum metric_unit unit;
	double (*value)(const struct snapshot_listener *found, double interval);
	double alarm_from; /* bad news from here on; 0: never */
	unsigned int rank; /* the higher, the wider the screen must be */
} columns[] = {
	{7, UNIT_COUNT, queue, 0, 1},
	{7, UNIT_COUNT, limit, 0, 2},
	{7, UNIT_RATIO, fill, 0.8, 0},
	{11, UNIT_COUNT, half_open, 0, 4},
	{9, UNIT_COUNT, drops_per_second, 1e-9, 0},
	{9, UNIT_COUNT, drops_total, 0, 3},
};

enum { COLUMNS = sizeof(columns) / sizeof(*columns), RANKS = 5 };
_Static_assert(COLUMNS == sizeof(listener_titles) / sizeof(*listener_titles), "each has a title");

static struct dimension_key owner_of(const struct l4_listener *listener)
{
	struct dimension_key key = {
		.cell = {.process = listener->process, .owner = listener->owner, .netns = listener->netns},
		.cgroup = listener->cgroup,
	};

	memcpy(key.comm, listener->comm, sizeof(key.comm));
	return key;
}

/* head and tail: where both do not fit it is the head that is cut. */
static void text_address(char *head, char *tail, const struct l4_listener *listener,
			 const struct dimension_context *context)
{
	(void)context;
	dimension_print_address(head, listener->address);
	snprintf(tail, TABLE_TAIL, ":%u", listener->port);
}

static void text_process(char *head, char *tail, const struct l4_listener *listener,
			 const struct dimension_context *context)
{
	const struct dimension_key key = owner_of(listener);

	(void)context;
	dimension_owner_name(head, &key);
	if (listener->owner == L4_OWNER_PROCESS)
		snprintf(tail, TABLE_TAIL, "[%u]", listener->process.tgid);
	else
		*tail = 0;
}

static void text_netns(char *head, char *tail, const struct l4_listener *listener,
		       const struct dimension_context *context)
{
	const struct dimension_key key = owner_of(listener);

	*tail = 0;
	dimensions[DIM_NETNS].print(head, &key, context);
}

/* The text columns; the last one stands behind the numbers. */
static const struct {
	const char *title;
	unsigned int least;
	void (*text)(char *head, char *tail, const struct l4_listener *listener,
		     const struct dimension_context *context);
} texts[LISTENERS_TEXTS] = {
	{"address:port", 21, text_address}, /* 255.255.255.255:65535 */
	{"process", 16, text_process},
	{"netns", 5, text_netns},
};

enum { NETNS = LISTENERS_TEXTS - 1, NETNS_GAP = 2 };

void listeners_take(struct listeners *listeners, const struct snapshot *snapshot)
{
	listeners->moment = table_moment_of(snapshot);
	listeners->count = snapshot->listener_count;
	if (listeners->capacity < listeners->count) {
		listeners->capacity = listeners->count;
		listeners->all = memory_resize(listeners->all, listeners->capacity, sizeof(*listeners->all));
		listeners->rows = memory_resize(listeners->rows, listeners->capacity, sizeof(*listeners->rows));
	}
	if (listeners->count)
		memcpy(listeners->all, snapshot->listeners, listeners->count * sizeof(*listeners->all));
	listeners->row_count = 0;
}

/* Equals by fill and drops, then always in the same order. */
static int compare(const void *a, const void *b, void *context)
{
	const struct snapshot_listener *left = a, *right = b;
	const struct listeners *listeners = context;
	const size_t by[] = {listeners->sort, LISTENERS_BY_FILL, COLUMNS - 2};
	int order;

	for (size_t i = 0; i < sizeof(by) / sizeof(*by); i++) {
		const double first = columns[by[i]].value(left, 1), second = columns[by[i]].value(right, 1);

		if (first != second)
			return first > second ? -1 : 1;
	}
	if (left->listener.netns != right->listener.netns)
		return left->listener.netns < right->listener.netns ? -1 : 1;
	order = (int)left->listener.port - (int)right->listener.port;
	order = order ?: memcmp(left->listener.address, right->listener.address, sizeof(left->listener.address));
	return order
		       ?: (left->listener.socket > right->listener.socket) -
				  (left->listener.socket < right->listener.socket);
}

static bool has_text(const struct snapshot_listener *found, const char *filter, const struct dimension_context *context)
{
	char text[DIMENSION_TEXT + TABLE_TAIL], tail[TABLE_TAIL];

	for (size_t i = 0; i < LISTENERS_TEXTS; i++) {
		texts[i].text(text, tail, &found->listener, context);
		strcat(text, tail);
		if (strcasestr(text, filter))
			return true;
	}
	return false;
}

static void measure(struct listeners *listeners, const struct snapshot_listener *found,
		    const struct dimension_context *context)
{
	char head[DIMENSION_TEXT], tail[TABLE_TAIL];

	for (size_t i = 0; i < LISTENERS_TEXTS; i++) {
		unsigned int width;

		texts[i].text(head, tail, &found->listener, context);
		width = format_text_width(head) + strlen(tail);
		if (width > listeners->longest[i])
			listeners->longest[i] = width < FORMAT_WIDTH_MAX ? width : FORMAT_WIDTH_MAX;
	}
}

void listeners_arrange(struct listeners *listeners, const char *filter, const struct dimension_context *context)
{
	if (listeners->count)
		qsort_r(listeners->all, listeners->count, sizeof(*listeners->all), compare, listeners);
	listeners->row_count = 0;
	for (size_t i = 0; i < listeners->count; i++) {
		measure(listeners, &listeners->all[i], context);
		if (!*filter || has_text(&listeners->all[i], filter, context))
			listeners->rows[listeners->row_count++] = &listeners->all[i];
	}
}

/* Gives a text what it wants of the room that is left. */
static void widen(struct listeners *listeners, size_t i, unsigned int *left)
{
	const unsigned int longest = listeners->longest[i], width = listeners->width[i];
	const unsigned int wanted = longest > width ? longest - width : 0;
	const unsigned int more = wanted < *left ? wanted : *left;

	listeners->width[i] += more;
	*left -= more;
}

/* Address and process share what there is; names of namespaces are shown only if they fit. */
void listeners_lay_out(struct listeners *listeners, unsigned int width, bool marks)
{
	unsigned int used = 1 + (marks ? strlen(ALERT_MARK) : 0), left;

	listeners->visible = 1u << listeners->sort;
	used += columns[listeners->sort].width;
	for (size_t i = 0; i < NETNS; i++) {
		listeners->width[i] = texts[i].least;
		used += texts[i].least;
	}
	for (unsigned int rank = 0; rank < RANKS; rank++) {
		for (size_t i = 0; i < COLUMNS; i++) {
			if (columns[i].rank != rank || i == listeners->sort || used + columns[i].width > width)
				continue;
			listeners->visible |= 1u << i;
			used += columns[i].width;
		}
	}
	for (; used > width && listeners->width[0] > 1; used--) /* the narrowest screens */
		listeners->width[listeners->width[1] > listeners->width[0]]--;
	left = used < width ? width - used : 0;
	widen(listeners, 0, &left);
	widen(listeners, 1, &left);
	listeners->width[NETNS] = 0;
	if (left >= NETNS_GAP + texts[NETNS].least) {
		listeners->width[NETNS] = texts[NETNS].least;
		left -= NETNS_GAP + texts[NETNS].least;
		widen(listeners, NETNS, &left);
	}
}

void listeners_free(struct listeners *listeners)
{
	free(listeners->all);
	free(listeners->rows);
	*listeners = (struct listeners){};
}

static void draw_heading(const struct table_pen *pen, const char *gap, unsigned int width, const char *title)
{
	char cell[FORMAT_CELL];

	format_text(cell, width, title);
	fprintf(pen->file, "%s%s%s%s", gap, pen->theme->subtitle, cell, pen->theme->normal);
}

void listeners_draw_header(const struct listeners *listeners, const struct table_pen *pen)
{
	draw_heading(pen, "", listeners->width[0], texts[0].title);
	draw_heading(pen, " ", listeners->width[1], texts[1].title);
	for (size_t i = 0; i < COLUMNS; i++) {
		const bool sorted = i == listeners->sort;
		const int blanks = columns[i].width - strlen(listener_titles[i]) - sorted;

		if (listeners->visible & 1u << i)
			fprintf(pen->file, "%*s%s%s%s%s", blanks, "", pen->theme->subtitle, sorted ? "*" : "",
				listener_titles[i], pen->theme->normal);
	}
	if (listeners->width[NETNS])
		draw_heading(pen, "  ", strlen(texts[NETNS].title), texts[NETNS].title);
}

static void draw_text(const struct listeners *listeners, const struct table_pen *pen,
		      const struct snapshot_listener *row, size_t i)
{
	char head[DIMENSION_TEXT], tail[TABLE_TAIL], cell[FORMAT_CELL];
	const unsigned int room = listeners->width[i];
	unsigned int width;

	texts[i].text(head, tail, &row->listener, pen->dimension);
	width = format_text_width(head) + strlen(tail);
	format_text_pair(cell, i == NETNS && width < room ? width : room, head, tail);
	fprintf(pen->file, "%s%s", pen->theme->text, cell);
}

void listeners_draw_row(const struct listeners *listeners, const struct table_pen *pen,
			const struct snapshot_listener *row)
{
	draw_text(listeners, pen, row, 0);
	fputc(' ', pen->file);
	draw_text(listeners, pen, row, 1);
	for (size_t i = 0; i < COLUMNS; i++) {
		const double value = columns[i].value(row, pen->interval);

		if (listeners->visible & 1u << i)
			terminal_number(pen->file, pen->theme, columns[i].width, columns[i].unit, value,
					columns[i].alarm_from && value >= columns[i].alarm_from);
	}
	if (listeners->width[NETNS]) {
		fprintf(pen->file, "%*s", NETNS_GAP, "");
		draw_text(listeners, pen, row, NETNS);
	}
	if (alert_marks_listener(pen->alerts, &row->listener))
		fprintf(pen->file, "%s%s", pen->theme->alarm, ALERT_MARK);
	fputs(pen->theme->normal, pen->file);
}

void listeners_draw_whole(const struct table_pen *pen, const struct snapshot_listener *row)
{
	const struct dimension_key key = owner_of(&row->listener);
	char text[DIMENSION_TEXT + TABLE_TAIL], tail[TABLE_TAIL];

	for (size_t i = 0; i < LISTENERS_TEXTS; i++) {
		texts[i].text(text, tail, &row->listener, pen->dimension);
		strcat(text, tail);
		table_draw_whole(pen, text);
		fputs("  ", pen->file);
	}
	dimensions[DIM_CGROUP].print(text, &key, pen->dimension);
	table_draw_whole(pen, text);
}
