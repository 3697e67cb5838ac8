/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Alerts as a run has them: the rules that were asked for, held against each interval; a sentence on stderr when one
 * fires and when it is over, --on-alert's command when it fires. When that is due is alert.c's to know.
 */
#ifndef L4_ALERT_TELLER_H
#define L4_ALERT_TELLER_H

#include <stdbool.h>

#include "alert.h"
#include "options.h"

struct alert_teller; /* NULL is fine everywhere: there are no rules, so nothing is done */

/* Of one rule and interval so many sentences are written, one more says how many are left out. */
enum { ALERT_SENTENCES = 10 };

/*
 * Begins the process that runs commands, so it has to come before anything is given up. options must outlive it.
 * Returns 0 or -errno, having said why.
 */
int alert_teller_open(struct alert_teller **teller, const struct options *options);

/* For outputs, which mark what fires; NULL: there are no rules. */
const struct alerts *alert_teller_alerts(const struct alert_teller *teller);

/* Holds the rules against an interval; one that was cut short is not judged. */
void alert_teller_judge(struct alert_teller *teller, const struct snapshot *snapshot, bool partial);

/* Tells what is due. host: printable; silent: no sentences, as the screen shows what fires. */
void alert_teller_tell(struct alert_teller *teller, const struct snapshot *snapshot,
		       const struct dimension_context *context, const char *host, bool silent);

/* Waits for commands that still run, but not for long: see alert_runner.h. */
void alert_teller_close(struct alert_teller *teller);

#endif
