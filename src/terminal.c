/* SPDX-License-Identifier: GPL-2.0 */
/* A terminal's size and colours. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "format.h"
#include "terminal.h"

bool terminal_is_dumb(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || !strcmp(term, "dumb");
}

bool terminal_wants_colour(FILE *file, enum colour_choice choice)
{
	const char *no_colour = getenv("NO_COLOR");

	if (choice != COLOUR_AUTO)
		return choice == COLOUR_ALWAYS;
	return !(no_colour && *no_colour) && isatty(fileno(file)) && !terminal_is_dumb();
}

static unsigned int size_from_environment(const char *name, unsigned int otherwise)
{
	const char *value = getenv(name);
	const unsigned long size = value ? strtoul(value, NULL, 10) : 0;

	return size && size <= 10000 ? size : otherwise;
}

struct terminal_size terminal_size(FILE *file)
{
	struct winsize window = {};

	if (ioctl(fileno(file), TIOCGWINSZ, &window))
		window = (struct winsize){};
	return (struct terminal_size){
		.columns = window.ws_col ?: size_from_environment("COLUMNS", 80),
		.rows = window.ws_row ?: size_from_environment("LINES", 25),
	};
}

const struct terminal_theme *terminal_theme(enum terminal_colours colours)
{
	/* dstat's themes; the alarm, bold reverse red, is ours. */
	static const struct terminal_theme on_black_dim = {
		.normal = "\033[0;0m",
		.title = "\033[0;34m",
		.subtitle = "\033[1;34m\033[4m",
		.frame = "\033[0;34m",
		.text = "\033[1;30m",
		.faint = "\033[1;30m",
		.alarm = "\033[0;31m\033[7m",
		.negative = "\033[1;37m\033[41m",
		.magnitude = {"\033[0;31m", "\033[0;33m", "\033[0;32m", "\033[0;34m", "\033[0;36m", "\033[0;37m",
			      "\033[1;31m", "\033[1;32m"},
		.dim = &on_black_dim,
	};
	static const struct terminal_theme on_black = {
		.normal = "\033[0;0m",
		.title = "\033[0;34m",
		.subtitle = "\033[1;34m\033[4m",
		.frame = "\033[0;34m",
		.text = "\033[0;37m",
		.faint = "\033[1;30m",
		.alarm = "\033[1;31m\033[7m",
		.negative = "\033[1;37m\033[41m",
		.magnitude = {"\033[1;31m", "\033[1;33m", "\033[1;32m", "\033[1;34m", "\033[1;36m", "\033[1;37m",
			      "\033[0;31m", "\033[0;32m"},
		.dim = &on_black_dim,
	};
	static const struct terminal_theme on_white_dim = {
		.normal = "\033[0;0m",
		.title = "\033[0;34m",
		.subtitle = "\033[0;36m\033[4m",
		.frame = "\033[0;34m",
		.text = "\033[1;30m",
		.faint = "\033[1;30m",
		.alarm = "\033[1;31m\033[7m",
		.negative = "\033[1;37m\033[41m",
		.magnitude = {"\033[1;31m", "\033[1;35m", "\033[1;32m", "\033[1;34m", "\033[1;36m", "\033[1;30m",
			      "\033[0;31m", "\033[0;32m"},
		.dim = &on_white_dim,
	};
	static const struct terminal_theme on_white = {
		.normal = "\033[0;0m",
		.title = "\033[0;34m",
		.subtitle = "\033[0;36m\033[4m",
		.frame = "\033[0;34m",
		.text = "\033[0;30m",
		.faint = "\033[0;30m",
		.alarm = "\033[0;31m\033[7m",
		.negative = "\033[1;37m\033[41m",
		.magnitude = {"\033[0;31m", "\033[0;35m", "\033[0;32m", "\033[0;34m", "\033[0;36m", "\033[0;30m",
			      "\033[1;31m", "\033[1;32m"},
		.dim = &on_white_dim,
	};
	static const struct terminal_theme none = {
		.normal = "",
		.title = "",
		.subtitle = "",
		.frame = "",
		.text = "",
		.faint = "",
		.alarm = "",
		.negative = "",
		.magnitude = {"", "", "", "", "", "", "", ""},
		.dim = &none,
	};
	static const struct terminal_theme *const themes[] = {&none, &on_black, &on_white};

	return themes[colours];
}

void terminal_number(FILE *file, const struct terminal_theme *theme, unsigned int width, enum metric_unit unit,
		     double value, bool alarm)
{
	char cell[FORMAT_CELL];
	const int magnitude = format_number(cell, width, unit, value);
	const int digits = width - format_has_letter(unit, width);

	if (alarm || magnitude == FORMAT_NEGATIVE)
		fprintf(file, "%s%s%s", alarm ? theme->alarm : theme->negative, cell, theme->normal);
	else if (magnitude == FORMAT_ZERO)
		fprintf(file, "%s%s", theme->faint, cell);
	else
		fprintf(file, "%s%.*s%s%s", theme->magnitude[magnitude % TERMINAL_MAGNITUDES], digits, cell,
			format_has_letter(unit, width) ? theme->faint : "", cell + digits);
}

int terminal_flush(FILE *file)
{
	errno = 0;
	return fflush(file) || ferror(file) ? -(errno ?: EIO) : 0;
}
