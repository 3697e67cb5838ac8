/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting with ppoll(2); signals are read from a descriptor. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "wait.h"

double wait_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* A blocked signal arrives even if it is ignored (kernel/signal.c, sig_ignored()), so such a one is not blocked. */
static bool ignored(int number)
{
	struct sigaction action = {};

	return !sigaction(number, NULL, &action) && action.sa_handler == SIG_IGN;
}

int wait_open(struct wait *wait)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGQUIT); /* Ctrl-\ in a terminal that has to be given back */
	sigaddset(&signals, SIGWINCH);
	if (!ignored(SIGHUP))
		sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	*wait = (struct wait){.signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK), .input = -1};
	if (wait->signals >= 0)
		return 0;
	fprintf(stderr, "l4dstat: cannot wait for signals: %s\n", strerror(errno));
	return -errno;
}

void wait_close(struct wait *wait)
{
	if (wait->signals >= 0)
		close(wait->signals);
}

/* The signal that has come; 0: none. */
static uint32_t take_signal(const struct wait *wait)
{
	struct signalfd_siginfo info;

	return read(wait->signals, &info, sizeof(info)) == sizeof(info) ? info.ssi_signo : 0;
}

static struct timespec time_until(double deadline)
{
	const double left = fmax(deadline - wait_now(), 0);

	return (struct timespec){.tv_sec = left, .tv_nsec = (left - floor(left)) * 1e9};
}

void wait_out(double deadline)
{
	while (wait_now() < deadline) {
		const struct timespec timeout = time_until(deadline);

		ppoll(NULL, 0, &timeout, NULL);
	}
}

enum wait_event wait_until(const struct wait *wait, double deadline)
{
	struct pollfd ends[] = {
		{.fd = wait->signals, .events = POLLIN},
		{.fd = wait->input, .events = POLLIN}, /* a negative one is left out */
	};

	for (;;) {
		const struct timespec timeout = time_until(deadline);
		const int ready = ppoll(ends, 2, &timeout, NULL);
		const uint32_t signal = ready > 0 && ends[0].revents ? take_signal(wait) : 0;

		if (signal)
			return signal == SIGWINCH ? WAIT_RESIZED : WAIT_STOP;
		if (!ready || wait_now() >= deadline)
			return WAIT_DEADLINE;
		if (ready > 0 && ends[1].revents)
			return WAIT_INPUT;
	}
}
