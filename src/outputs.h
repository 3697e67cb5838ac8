/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All outputs of a run: which there are, by the options and by what standard output is called, the files they write
 * to, and each interval handed to each. Not here: what they write.
 */
#ifndef L4_OUTPUTS_H
#define L4_OUTPUTS_H

#include <stdbool.h>

#include "options.h"
#include "output.h"
#include "snapshot.h"

struct outputs;

/* Decides which outputs there will be; options must outlive them. Nothing is opened. Never NULL. */
struct outputs *outputs_new(const struct options *options);

/* Does any of them show sockets by state, or listeners? */
bool outputs_want_states(const struct outputs *outputs);

/* Does any of them show more than the host, whatever the columns are? */
bool outputs_want_programs(const struct outputs *outputs);

/* Does any of them show intervals that go on? */
bool outputs_want_updates(const struct outputs *outputs);

/* Alerts that the outputs are to show, NULL: there are no rules. Before they are opened. */
void outputs_set_alerts(struct outputs *outputs, const struct alerts *alerts);

/* Whether what is written to stderr would spoil the screen. */
bool outputs_own_screen(const struct outputs *outputs);

/*
 * Opens the files. instances (of each scope, NULL: the total), dimension and host (which must outlive the outputs) are
 * the source's to say. Returns 0 or -errno, having said what is wrong.
 */
int outputs_open(struct outputs *outputs, const struct dimension_context *dimension, char **const *instances,
		 const char *host);

/*
 * Hands an interval to all of them, or to those that want one that a signal cut short, or one that goes on. Returns 0,
 * -EPIPE if the reader has gone, or another -errno, having said what could not be written.
 */
int outputs_interval(struct outputs *outputs, const struct snapshot *snapshot, bool partial);

/* Does one of them redraw the screen in place, so that each interval has to stay for a while to be seen? */
bool outputs_redraw(const struct outputs *outputs);

/* Where the user's keys come from, for outputs that take some; -1: none does. */
int outputs_keys_fd(const struct outputs *outputs);

/* There are keys; returns whether the program is to end. */
bool outputs_keys(struct outputs *outputs);

/* The terminal has another size. */
void outputs_resized(struct outputs *outputs);

/* Ends them and closes the files. Returns as outputs_interval() does. */
int outputs_close(struct outputs *outputs);

#endif
