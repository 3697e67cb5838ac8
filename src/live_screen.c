/* SPDX-License-Identifier: GPL-2.0 */
/* The screen of any live table: its lines from the first to the last, and the keys. */
#include <errno.h>
#include <stdlib.h>

#include "live_screen.h"
#include "memory.h"
#include "screen.h"

enum {
	LINES_WITH_FOOT = 3, /* so many lines besides those around the rows leave one for hints */
	KEYS_AT_ONCE = 64,   /* before what they do is shown */
};

/* titles: room for those of the table. */
static struct live_offer offer_of(const struct live_screen *screen, const char *titles[static TABLE_COLUMNS_MAX])
{
	return (struct live_offer){
		.listeners = screen->kind->listeners,
		.titles = titles,
		.title_count = screen->kind->titles(screen, titles),
	};
}

static struct table_pen pen_for(const struct live_screen *screen, FILE *file)
{
	return (struct table_pen){
		.file = file,
		.theme = terminal_theme(screen->settings->colour),
		.dimension = &screen->settings->dimension,
		.alerts = screen->settings->alerts,
	};
}

static bool has_foot(const struct live_screen *screen, unsigned int lines)
{
	return screen->prompt.typing || lines >= screen->kind->around + LINES_WITH_FOOT;
}

/* Lines for rows; all others are spoken for. */
static size_t room_for_rows(const struct live_screen *screen, unsigned int lines)
{
	const size_t around = screen->kind->around + has_foot(screen, lines);

	return lines > around ? lines - around : 1;
}

/* Drawing */

static void draw_foot(const struct live_screen *screen, const struct table_pen *pen)
{
	const char *titles[TABLE_COLUMNS_MAX];
	const struct live_offer offer = offer_of(screen, titles);

	fputs(pen->theme->text, pen->file);
	if (screen->prompt.typing)
		fprintf(pen->file, "/%s", screen->prompt.typed);
	else if (!screen->kind->draw_selected(screen, pen))
		live_draw_hints(&offer, pen);
	fputs(pen->theme->normal, pen->file);
}

/* Returns how many lines it was. */
static size_t draw_nothing_yet(const struct live_screen *screen, const struct table_pen *pen)
{
	fprintf(pen->file, "%sfirst numbers after %g s%s\n", pen->theme->text, screen->settings->delay,
		pen->theme->normal);
	return 1;
}

static void draw_all(struct live_screen *screen, struct table_pen *pen)
{
	const unsigned int lines = screen_rows();
	size_t line;

	screen->kind->arrange(screen, screen_columns(), room_for_rows(screen, lines));
	line = screen->intervals ? screen->kind->draw(screen, pen) : draw_nothing_yet(screen, pen);
	for (; line + 1 < lines; line++)
		fputc('\n', pen->file);
	if (has_foot(screen, lines))
		draw_foot(screen, pen);
}

static void draw_help(const struct live_screen *screen, const struct table_pen *pen)
{
	const char *titles[TABLE_COLUMNS_MAX];
	const struct live_offer offer = offer_of(screen, titles);

	live_prompt_draw_help(&screen->prompt, &offer, pen);
}

static void draw(struct live_screen *screen)
{
	const bool help = screen->prompt.helping;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	struct table_pen pen = pen_for(screen, file);

	if (!file)
		memory_exhausted();
	if (help)
		draw_help(screen, &pen);
	else
		draw_all(screen, &pen);
	if (fclose(file))
		memory_exhausted();
	screen_paint(text, help ? SCREEN_NO_LINE : screen->kind->selected_line(screen),
		     screen->prompt.typing ? (int)screen_rows() - 1 : SCREEN_NO_LINE);
	free(text);
}

/* Keys */

static void escape(struct live_screen *screen)
{
	if (*screen->prompt.typed) {
		*screen->prompt.typed = 0;
		screen->kind->filter(screen);
	} else {
		screen->kind->unselect(screen);
	}
}

/* Returns whether it is the end. */
static bool act(struct live_screen *screen, const struct live_key *key, unsigned int code)
{
	const struct live_screen_kind *kind = screen->kind;
	const long page = room_for_rows(screen, screen_rows());

	switch (key->action) {
	case LIVE_QUIT:
		return true;
	case LIVE_FILTER_BEGIN:
		screen->prompt.typing = true;
		break;
	case LIVE_HELP:
		live_prompt_help(&screen->prompt);
		break;
	case LIVE_UP:
		kind->select(screen, -1);
		break;
	case LIVE_DOWN:
		kind->select(screen, 1);
		break;
	case LIVE_PAGE_UP:
		kind->select(screen, -page);
		break;
	case LIVE_PAGE_DOWN:
		kind->select(screen, page);
		break;
	case LIVE_HOME:
		kind->unselect(screen);
		break;
	case LIVE_END:
		kind->select_end(screen);
		break;
	case LIVE_ESCAPE:
		escape(screen);
		break;
	default:
		kind->act(screen, key, code);
		break;
	}
	return false;
}

static bool press(struct live_screen *screen, unsigned int code)
{
	const struct live_key *key = live_key_for(code);
	const char *titles[TABLE_COLUMNS_MAX];
	const struct live_offer offer = offer_of(screen, titles);

	if (!live_prompt_press(&screen->prompt, &offer, code))
		return live_offered(&offer, key) && act(screen, key, code);
	screen->kind->filter(screen); /* the rows follow the text while it is typed */
	return false;
}

bool live_screen_keys(void *opaque)
{
	struct live_screen *screen = opaque;
	unsigned int code;
	bool end = screen_is_gone();

	for (int i = 0; !end && i < KEYS_AT_ONCE && (code = screen_key()); i++)
		end = press(screen, code);
	if (!end)
		draw(screen);
	return end;
}

int live_screen_keys_fd(void *opaque)
{
	(void)opaque;
	return screen_input();
}

/* From the beginning to the end */

void live_screen_begin(struct live_screen *screen, const struct live_screen_kind *kind,
		       const struct output_settings *settings)
{
	screen->kind = kind;
	screen->settings = settings;
	screen->failed = screen_open();
	if (!screen->failed)
		draw(screen);
}

int live_screen_check(const struct live_screen *screen)
{
	if (screen->failed)
		return -ENOTTY;
	return screen_is_gone() ? -EPIPE : 0;
}

void live_screen_interval(struct live_screen *screen)
{
	screen->intervals++;
	draw(screen);
}

void live_screen_resized(void *opaque)
{
	struct live_screen *screen = opaque;

	screen_resize();
	live_prompt_resized(&screen->prompt);
	draw(screen);
}

static void leave_last(struct live_screen *screen)
{
	const struct terminal_size size = terminal_size(screen->settings->file);
	struct table_pen pen = pen_for(screen, screen->settings->file);

	screen->kind->unselect(screen);
	screen->kind->arrange(screen, size.columns, room_for_rows(screen, size.rows));
	screen->kind->draw(screen, &pen);
}

void live_screen_end(struct live_screen *screen)
{
	screen_close();
	if (screen->settings->count && screen->intervals == screen->settings->count)
		leave_last(screen);
}
