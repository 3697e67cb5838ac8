/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --on-alert: a process of its own that runs a command for each alert it is handed. It is begun before anything else,
 * so that the command has the privileges l4dstat was started with, whatever l4dstat itself gives up later.
 * What is found out about an alert reaches the command in its environment and on its standard input, nowhere else.
 */
#ifndef L4_ALERT_RUNNER_H
#define L4_ALERT_RUNNER_H

#include <jansson.h>

enum {
	ALERT_COMMANDS = 4,	    /* run at once; the others wait */
	ALERT_COMMAND_SECONDS = 30, /* then it is ended */
	ALERT_COMMAND_AT_END = 5,   /* seconds that commands have left when l4dstat ends */
};

struct alert_runner;

/* Returns 0, or -errno, having said why. command, for sh -c, has to outlive it. */
int alert_runner_start(struct alert_runner **runner, const char *command);

/*
 * Hands on an object of texts and numbers: the environment gets L4DSTAT_KEY for each key. Never waits. Returns 0,
 * -EAGAIN if so many are waiting that this one is left out, or another -errno: the process is gone.
 */
int alert_runner_hand(struct alert_runner *runner, const json_t *facts);

/* Waits until the commands that run have ended, or are ended. NULL is fine. */
void alert_runner_stop(struct alert_runner *runner);

#endif
