/* SPDX-License-Identifier: GPL-2.0 */
/* A real terminal whose other end the test holds. To be included after cmocka.h. */
#ifndef TEST_PSEUDO_TERMINAL_H
#define TEST_PSEUDO_TERMINAL_H

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct pty {
	FILE *file; /* the terminal; written to by what is tested */
	int master; /* where that is read */
};

/* Its size may be 0: as the kernel makes them, and it does not tell. */
static inline struct pty pty_open(unsigned short columns, unsigned short rows)
{
	const struct winsize size = {.ws_row = rows, .ws_col = columns};
	struct pty pty = {};
	int slave;

	if (openpty(&pty.master, &slave, NULL, NULL, &size))
		fail_msg("no terminal to test on (%s): is a devpts mounted on /dev/pts, and /dev/ptmx there?",
			 strerror(errno));
	pty.file = fdopen(slave, "w");
	assert_non_null(pty.file);
	return pty;
}

static inline void pty_resize(const struct pty *pty, unsigned short columns, unsigned short rows)
{
	const struct winsize size = {.ws_row = rows, .ws_col = columns};

	assert_int_equal(ioctl(pty->master, TIOCSWINSZ, &size), 0);
}

/* Reads until there are `length` bytes, and ends them with a 0; ten seconds must do. */
static inline void pty_read(const struct pty *pty, char *text, size_t length)
{
	struct pollfd ready = {.fd = pty->master, .events = POLLIN};
	size_t have = 0;

	while (have < length) {
		ssize_t got;

		assert_int_equal(poll(&ready, 1, 10000), 1);
		got = read(pty->master, text + have, length - have);
		assert_true(got > 0);
		have += got;
	}
	text[have] = 0;
}

static inline void pty_close(const struct pty *pty)
{
	fclose(pty->file);
	close(pty->master);
}

#endif
