/* SPDX-License-Identifier: GPL-2.0 */
/* The terminal by way of ncursesw. There is one, so it is one state. */
#include <curses.h>
#include <term.h>
/* term.h has macros for all capabilities, these are names of ours too. */
#undef columns
#undef lines

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include "live_keys.h"
#include "screen.h"
#include "terminal.h"

enum { ESCAPE_DELAY = 25 }; /* ms that a lone Esc is waited for to become another key */

static struct {
	SCREEN *curses; /* NULL: not open */
	FILE *input;
	int stderr_before, stderr_now; /* -1: stderr is no terminal and left alone */
} screen = {.stderr_before = -1, .stderr_now = -1};

static bool can_place_cursor(void)
{
	const char *cup;
	int err;

	if (setupterm(NULL, STDOUT_FILENO, &err) != OK)
		return false;
	cup = tigetstr("cup");
	del_curterm(cur_term);
	return cup && cup != (const char *)-1;
}

/* Keys are the user's, also where standard input is not. */
static FILE *open_input(void)
{
	return isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "re");
}

static void close_input(FILE *input)
{
	if (input && input != stdin)
		fclose(input);
}

bool screen_possible(void)
{
	FILE *input;

	if (!isatty(STDOUT_FILENO) || terminal_is_dumb() || !can_place_cursor())
		return false;
	input = open_input();
	close_input(input);
	return input;
}

/* What others say would be drawn over, and lost with the alternate screen. */
static void hold_stderr(void)
{
	if (!isatty(STDERR_FILENO))
		return;
	screen.stderr_now = memfd_create("stderr", MFD_CLOEXEC);
	screen.stderr_before = screen.stderr_now < 0 ? -1 : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (screen.stderr_before >= 0)
		dup2(screen.stderr_now, STDERR_FILENO);
}

static void release_stderr(void)
{
	char buffer[4096];
	ssize_t length;

	if (screen.stderr_before >= 0) {
		dup2(screen.stderr_before, STDERR_FILENO);
		close(screen.stderr_before);
		lseek(screen.stderr_now, 0, SEEK_SET);
		while ((length = read(screen.stderr_now, buffer, sizeof(buffer))) > 0) {
			if (write(STDERR_FILENO, buffer, length) != length)
				break;
		}
	}
	if (screen.stderr_now >= 0)
		close(screen.stderr_now);
	screen.stderr_before = screen.stderr_now = -1;
}

int screen_open(void)
{
	static bool at_exit;

	screen.input = open_input();
	screen.curses = screen.input ? newterm(NULL, stdout, screen.input) : NULL;
	if (!screen.curses) {
		close_input(screen.input);
		return -ENOTTY;
	}
	if (!at_exit)
		atexit(screen_close);
	at_exit = true;
	hold_stderr();
	set_term(screen.curses);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_DELAY);
	curs_set(0);
	if (start_color() == OK)
		use_default_colors();
	return 0;
}

void screen_close(void)
{
	if (!screen.curses)
		return;
	curs_set(1);
	endwin();
	delscreen(screen.curses);
	screen.curses = NULL;
	close_input(screen.input);
	release_stderr();
}

int screen_input(void)
{
	return screen.curses ? fileno(screen.input) : -1;
}

bool screen_is_gone(void)
{
	struct pollfd ends[] = {{.fd = screen_input()}, {.fd = STDOUT_FILENO}};

	return poll(ends, 2, 0) > 0 && ((ends[0].revents | ends[1].revents) & (POLLHUP | POLLERR | POLLNVAL));
}

void screen_resize(void)
{
	const struct terminal_size size = terminal_size(stdout);

	resize_term(size.rows, size.columns);
	clearok(curscr, TRUE); /* what the terminal did to what was there is its own affair */
}

unsigned int screen_columns(void)
{
	return COLS;
}

unsigned int screen_rows(void)
{
	return LINES;
}

/* Painting */

struct style {
	attr_t attributes;
	int foreground, background; /* -1: the terminal's own */
};

static void change_style(struct style *style, unsigned long code)
{
	if (!code)
		*style = (struct style){A_NORMAL, -1, -1};
	else if (code == 1)
		style->attributes |= A_BOLD;
	else if (code == 4)
		style->attributes |= A_UNDERLINE;
	else if (code == 7)
		style->attributes |= A_REVERSE;
	else if (code >= 30 && code <= 37)
		style->foreground = code - 30;
	else if (code >= 40 && code <= 47)
		style->background = code - 40;
}

/* What is reversed already stands out of a reversed line by not being so. */
static void use_style(const struct style *style, attr_t reversed)
{
	const bool plain = !has_colors() || (style->foreground < 0 && style->background < 0);
	const int pair = plain ? 0 : alloc_pair(style->foreground, style->background);

	attr_set(style->attributes ^ reversed, pair < 0 ? 0 : pair, NULL);
}

/* Takes `ESC [ 1;34 m` off the text. */
static void take_sequence(const char **text, struct style *style)
{
	char *end = (char *)*text + strspn(*text, "\033[");

	for (;;) {
		change_style(style, strtoul(end, &end, 10));
		if (*end != ';')
			break;
		end++;
	}
	*text = end + (*end == 'm');
}

/* One character, unless the line is full. */
static void take_character(const char **text, unsigned int *used)
{
	mbstate_t state = {};
	wchar_t character;
	const size_t length = mbrtowc(&character, *text, strlen(*text), &state);
	const bool good = length != (size_t)-1 && length != (size_t)-2;
	const int width = good ? wcwidth(character) : -1;

	if (width < 0 || *used + width > (unsigned int)COLS)
		*used = COLS;
	else
		addnstr(*text, length);
	*used += width > 0 && *used < (unsigned int)COLS ? width : 0;
	*text += good ? length : 1;
}

static const char *paint_line(const char *text, attr_t reversed)
{
	struct style style = {A_NORMAL, -1, -1};
	unsigned int used = 0;

	use_style(&style, reversed);
	while (*text && *text != '\n') {
		if (*text == '\033') {
			take_sequence(&text, &style);
			use_style(&style, reversed);
		} else {
			take_character(&text, &used);
		}
	}
	style = (struct style){A_NORMAL, -1, -1};
	use_style(&style, reversed);
	for (; reversed && used < (unsigned int)COLS; used++)
		addch(' ');
	return text;
}

void screen_paint(const char *text, int selected, int cursor)
{
	int at = 0;

	erase();
	for (int line = 0; *text && line < LINES; line++) {
		move(line, 0);
		text = paint_line(text, line == selected ? A_REVERSE : 0);
		if (line == cursor)
			at = getcurx(stdscr);
		text += *text == '\n';
	}
	curs_set(cursor != SCREEN_NO_LINE);
	if (cursor != SCREEN_NO_LINE)
		move(cursor, at);
	refresh();
}

static unsigned int code_of(wint_t key)
{
	static const struct {
		wint_t key;
		unsigned int code;
	} codes[] = {
		{KEY_UP, LIVE_CODE_UP},		  {KEY_DOWN, LIVE_CODE_DOWN},		{KEY_PPAGE, LIVE_CODE_PAGE_UP},
		{KEY_NPAGE, LIVE_CODE_PAGE_DOWN}, {KEY_HOME, LIVE_CODE_HOME},		{KEY_END, LIVE_CODE_END},
		{KEY_ENTER, LIVE_CODE_ENTER},	  {KEY_BACKSPACE, LIVE_CODE_BACKSPACE},
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		if (codes[i].key == key)
			return codes[i].code;
	}
	return LIVE_CODE_OTHER;
}

unsigned int screen_key(void)
{
	wint_t key = 0;
	const int kind = get_wch(&key);

	if (kind == ERR)
		return 0;
	if (kind == KEY_CODE_YES)
		return code_of(key);
	if (key == '\r' || key == '\n')
		return LIVE_CODE_ENTER;
	if (key == '\b' || key == 0x7f)
		return LIVE_CODE_BACKSPACE;
	return key ?: LIVE_CODE_OTHER;
}
