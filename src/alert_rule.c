/* SPDX-License-Identifier: GPL-2.0 */
/* Rules: those that come with the program, and what can be asked of any. */
#include "alert_rule.h"

const char *const alert_operators[ALERT_OPERATORS] = {
	[ALERT_ABOVE] = ">", [ALERT_AT_LEAST] = ">=", [ALERT_BELOW] = "<", [ALERT_AT_MOST] = "<=", [ALERT_EQUAL] = "=",
};

const struct alert_default alert_defaults[] = {
	{"retransmit-storm", "tcp_retrans_ratio by subnet > 5% and tcp_retrans_segs >= 20 for 3",
	 "one remote subnet gets much again of what was sent to it"},
	{"udp-flood-in", "udp_rx_dgrams by process > 50k/s for 3", "one process is hit by a flood of datagrams"},
	{"udp-flood-out", "udp_tx_dgrams by process > 50k/s for 3", "one process sends a flood of datagrams"},
	{"connection-burst", "tcp_opens_in by subnet,port > 500/s for 2",
	 "one remote subnet opens connection after connection to one port"},
	{"accept-queue-full", "accept_queue_ratio >= 100% for 2",
	 "a program does not accept its connections, and more are turned away"},
	{"close-wait-leak", "tcp_close_wait by process rises >= 10 for 10",
	 "one process does not close what its peers have closed"},
	{"udp-scan", "distinct port of udp_no_socket by subnet >= 20",
	 "one remote subnet tries many UDP ports that nobody listens on"},
	{"tcp-scan", "distinct port of tcp_resets_out by subnet >= 20",
	 "one remote subnet tries many TCP ports that nobody listens on"},
};

const size_t alert_default_count = sizeof(alert_defaults) / sizeof(*alert_defaults);

const char *alert_rule_name(const struct alert_rule *rule)
{
	return *rule->name ? rule->name : rule->text;
}

bool alert_condition_holds(const struct alert_condition *condition, double value)
{
	switch (condition->operator) {
	case ALERT_ABOVE:
		return value > condition->threshold;
	case ALERT_AT_LEAST:
		return value >= condition->threshold;
	case ALERT_BELOW:
		return value < condition->threshold;
	case ALERT_AT_MOST:
		return value <= condition->threshold;
	default:
		return value == condition->threshold;
	}
}

static bool needs_states(const struct alert_condition *condition)
{
	return condition->measure >= METRIC_COUNT || metric_needs_states(condition->measure);
}

bool alert_rules_want_states(const struct alert_rules *rules)
{
	bool wanted = false;

	for (size_t i = 0; i < rules->count; i++) {
		for (size_t c = 0; c < rules->rules[i].condition_count; c++)
			wanted |= needs_states(&rules->rules[i].conditions[c]);
	}
	return wanted;
}

const char *alert_rules_without_address(const struct alert_rules *rules, const char **rule)
{
	for (size_t i = 0; i < rules->count; i++) {
		for (size_t c = 0; c < rules->rules[i].condition_count; c++) {
			const unsigned int measure = rules->rules[i].conditions[c].measure;

			*rule = alert_rule_name(&rules->rules[i]);
			if (measure < METRIC_COUNT && !metric_has_address(measure))
				return alert_measure(measure).name;
		}
	}
	return NULL;
}

const char *alert_rules_of_listeners(const struct alert_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (rules->rules[i].of_listeners)
			return alert_rule_name(&rules->rules[i]);
	}
	return NULL;
}
