/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting for whatever comes first: the end of the interval, a signal to stop, a key, another size of the terminal.
 * Not here: what is done about it.
 */
#ifndef L4_WAIT_H
#define L4_WAIT_H

enum wait_event { WAIT_DEADLINE, WAIT_STOP, WAIT_RESIZED, WAIT_INPUT };

struct wait {
	int signals; /* signalfd(2) */
	int input;   /* descriptor that keys come from, -1: none; may be set at any time */
};

/*
 * From now on SIGINT, SIGTERM, SIGQUIT, SIGHUP (unless it is ignored, as under nohup) and SIGWINCH only end a wait, and
 * writing to a closed pipe is an error like others. Returns 0, or -errno, having said why.
 */
int wait_open(struct wait *wait);

void wait_close(struct wait *wait);

/* CLOCK_MONOTONIC, seconds. */
double wait_now(void);

/*
 * Waits until wait_now() is the deadline at the latest. Of several events a signal comes first and input last, so that
 * a key that is held down delays nothing. A hang-up is input too.
 */
enum wait_event wait_until(const struct wait *wait, double deadline);

/* The same where nothing else may come first: for the rest of a moment. */
void wait_out(double deadline);

#endif
