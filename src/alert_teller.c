/* SPDX-License-Identifier: GPL-2.0 */
/* Sentences and commands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "alert_runner.h"
#include "alert_teller.h"
#include "alert_text.h"
#include "format.h"
#include "memory.h"

struct alert_teller {
	struct alerts *alerts;
	struct alert_runner *runner; /* NULL: no command */
	bool failed;		     /* it cannot be reached, and that was told */
};

int alert_teller_open(struct alert_teller **teller, const struct options *options)
{
	struct alert_runner *runner = NULL;
	int err = 0;

	*teller = NULL;
	if (!options->alerts.count)
		return 0;
	if (options->on_alert)
		err = alert_runner_start(&runner, options->on_alert);
	if (err)
		return err;
	*teller = memory_new(1, sizeof(**teller));
	(*teller)->runner = runner;
	(*teller)->alerts = alerts_new(&options->alerts, options->alert_hold);
	return 0;
}

const struct alerts *alert_teller_alerts(const struct alert_teller *teller)
{
	return teller ? teller->alerts : NULL;
}

void alert_teller_judge(struct alert_teller *teller, const struct snapshot *snapshot, bool partial)
{
	if (!teller)
		return;
	if (partial)
		alerts_skip(teller->alerts);
	else
		alerts_interval(teller->alerts, snapshot);
}

void alert_teller_close(struct alert_teller *teller)
{
	if (!teller)
		return;
	alert_runner_stop(teller->runner);
	alerts_free(teller->alerts);
	free(teller);
}

/* The rule is repeated where its name does not say it. */
static void say(const struct alert *alert, double timestamp, const struct dimension_context *context)
{
	const struct alert_rule *rule = alert->rule;
	const bool named = *rule->name;
	char *sentence = alert_sentence(alert, context);
	char time[FORMAT_CELL];

	format_time(time, timestamp);
	if (alert->event == ALERT_OVER)
		fprintf(stderr, "l4dstat: %s over: %s (%s)\n", time, sentence, alert_rule_name(rule));
	else
		fprintf(stderr, "l4dstat: %s alert: %s (%s%s%s)\n", time, sentence, rule->name, named ? ": " : "",
			rule->text);
	free(sentence);
}

static void say_all(const struct alerts *alerts, double timestamp, const struct dimension_context *context)
{
	const struct alert_rule *rule = NULL;
	size_t said = 0, left_out = alerts_forgotten(alerts);

	for (size_t i = 0; i < alerts_count(alerts); i++) {
		const struct alert *alert = alerts_at(alerts, i);

		said = rule && alert->rule == rule ? said : 0;
		rule = alert->rule;
		if (alert->event == ALERT_HELD)
			continue;
		if (said++ < ALERT_SENTENCES)
			say(alert, timestamp, context);
		else
			left_out++;
	}
	if (left_out)
		fprintf(stderr, "l4dstat: and %zu more offenders\n", left_out);
}

static void set_text(json_t *object, const char *key, const char *text)
{
	if (json_object_set_new(object, key, json_string(text)))
		memory_exhausted();
}

static int hand(struct alert_runner *runner, const struct alert *alert, double timestamp,
		const struct dimension_context *context, const char *host)
{
	json_t *facts = alert_object(alert, context);
	char time[FORMAT_TIMESTAMP];
	int err;

	format_timestamp(time, timestamp);
	set_text(facts, "timestamp", time);
	set_text(facts, "host", host);
	err = alert_runner_hand(runner, facts);
	json_decref(facts);
	return err;
}

static void hand_all(struct alert_teller *teller, double timestamp, const struct dimension_context *context,
		     const char *host)
{
	const struct alerts *alerts = teller->alerts;
	size_t left_out = 0;
	int err = 0;

	for (size_t i = 0; i < alerts_count(alerts) && (!err || err == -EAGAIN); i++) {
		if (alerts_at(alerts, i)->event != ALERT_FIRES)
			continue;
		err = hand(teller->runner, alerts_at(alerts, i), timestamp, context, host);
		left_out += err != 0;
	}
	if (err && err != -EAGAIN && !teller->failed)
		fputs("l4dstat: the process that runs --on-alert's command has gone; alerts are only shown from now "
		      "on\n",
		      stderr);
	else if (left_out && !teller->failed)
		fprintf(stderr,
			"l4dstat: %zu alerts were not handed to --on-alert's command, as too many wait for it "
			"already\n",
			left_out);
	teller->failed |= err && err != -EAGAIN;
}

void alert_teller_tell(struct alert_teller *teller, const struct snapshot *snapshot,
		       const struct dimension_context *context, const char *host, bool silent)
{
	if (teller && !silent)
		say_all(teller->alerts, snapshot->timestamp, context);
	if (teller && teller->runner)
		hand_all(teller, snapshot->timestamp, context, host);
}
