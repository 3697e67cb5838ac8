/* SPDX-License-Identifier: GPL-2.0 */
/* Rules: what is written is understood, and of what is wrong the word is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alert_parse.h"

static struct alert_rule understood(const char *text)
{
	struct alert_rules rules = {};
	char *complaint;

	if (alert_parse(&rules, text, &complaint))
		fail_msg("'%s': %s", text, complaint);
	assert_int_equal(rules.count, 1);
	return rules.rules[0];
}

static void assert_measure(const struct alert_condition *condition, const char *name)
{
	assert_string_equal(alert_measure(condition->measure).name, name);
}

/* Thresholds are of decimal fractions. */
static void assert_threshold(const struct alert_condition *condition, double threshold)
{
	assert_float_equal(condition->threshold, threshold, threshold * 1e-12);
}

static void understands_the_parts_of_a_rule(void **state)
{
	const struct alert_rule rule = understood(
		"web: retrans_ratio by subnet,port > 5% and tcp_tx_data_segs>=1k/s and tcp_opens_in < 3 for 12");

	(void)state;
	assert_string_equal(rule.name, "web");
	assert_string_equal(rule.text, "retrans_ratio by subnet,port > 5% and tcp_tx_data_segs >= 1k/s and "
				       "tcp_opens_in < 3 for 12");
	assert_int_equal(rule.by.count, 2);
	assert_int_equal(rule.by.dims[0], DIM_SUBNET);
	assert_int_equal(rule.by.dims[1], DIM_PORT);
	assert_int_equal(rule.intervals, 12);
	assert_int_equal(rule.condition_count, 3);
	assert_measure(&rule.conditions[0], "tcp_retrans_ratio");
	assert_int_equal(rule.conditions[0].operator, ALERT_ABOVE);
	assert_threshold(&rule.conditions[0], 0.05);
	assert_false(rule.conditions[0].per_second);
	assert_measure(&rule.conditions[1], "tcp_tx_data_segs");
	assert_int_equal(rule.conditions[1].operator, ALERT_AT_LEAST);
	assert_threshold(&rule.conditions[1], 1000);
	assert_true(rule.conditions[1].per_second);
	assert_int_equal(rule.conditions[2].operator, ALERT_BELOW);
}

static void does_without_what_may_be_left_out(void **state)
{
	const struct alert_rule rule = understood("  udp_no_socket<=7 ");

	(void)state;
	assert_string_equal(rule.name, "");
	assert_string_equal(alert_rule_name(&rule), "udp_no_socket <= 7");
	assert_int_equal(rule.by.count, 0);
	assert_int_equal(rule.intervals, 1);
	assert_int_equal(rule.conditions[0].operator, ALERT_AT_MOST);
	assert_false(rule.of_listeners);
}

static void knows_units(void **state)
{
	static const struct {
		const char *text;
		double threshold;
	} rules[] = {
		{"tcp_rtt_us > 50", 50},	  {"tcp_rtt_us > 50us", 50},	    {"rtt_us > 1.5ms", 1500},
		{"connect_max_us > 2s", 2e6},	  {"udp_drop_ratio > 0.5%", 0.005}, {"udp_drop_ratio > 0.5", 0.5},
		{"rx_dgrams > 50k/s", 50000},	  {"rx_dgrams > 1.5M", 1.5e6},	    {"tcp_rx_bytes > 2k", 2048},
		{"tcp_rx_bytes > 1G/s", 1 << 30}, {"close_wait > 2k", 2000},	    {"accept_queue_ratio >= 100%", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const struct alert_rule rule = understood(rules[i].text);

		assert_threshold(&rule.conditions[0], rules[i].threshold);
	}
}

static void knows_what_is_not_how_much(void **state)
{
	struct alert_rule rule = understood("distinct port of udp_no_socket by subnet >= 20");

	(void)state;
	assert_true(rule.conditions[0].is_distinct);
	assert_int_equal(rule.conditions[0].distinct, DIM_PORT);
	rule = understood("remotes_in by process > 1k");
	assert_true(rule.conditions[0].is_distinct);
	assert_int_equal(rule.conditions[0].distinct, DIM_SUBNET);
	rule = understood("close_wait by process rises > 10 for 5");
	assert_true(rule.conditions[0].rises);
	assert_int_equal(rule.intervals, 5);
	rule = understood("accept_queue > 5 and accept_queue_ratio > 50%");
	assert_true(rule.of_listeners);
}

static void has_its_own(void **state)
{
	struct alert_rules rules = {};
	char *complaint;

	(void)state;
	assert_int_equal(alert_parse(&rules, "default", &complaint), 0);
	assert_int_equal(rules.count, alert_default_count);
	for (size_t i = 0; i < rules.count; i++) {
		assert_string_equal(rules.rules[i].name, alert_defaults[i].name);
		assert_string_equal(rules.rules[i].text, alert_defaults[i].text); /* written as it is understood */
	}
	assert_int_equal(alert_parse(&rules, "udp-flood-out", &complaint), 0);
	assert_int_equal(rules.count, alert_default_count + 1);
	assert_string_equal(rules.rules[alert_default_count].name, "udp-flood-out");
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *names; /* what the sentence names */
	} wrong[] = {
		{"", "the end"},
		{"retrans_rato > 5%", "'retrans_rato' is no metric (did you mean retrans_ratio?)"},
		{"rx_bytes > 5", "tcp_rx_bytes or udp_rx_bytes"},
		{"opens_in", "the end"},
		{"opens_in ~ 5", "'~'"},
		{"opens_in > 5 \r\r\r\r\r\v\f\r\r\r\r\rfor", "the end"},
		{"opens_in == 5", "'=='"},
		{"opens_in >", "the end"},
		{"opens_in > many", "'many'"},
		{"opens_in > -5", "'-5'"},
		{"opens_in > 5.5.5", "'5.5.5'"},
		{"opens_in > .", "'.'"},
		{"opens_in > 5q", "'q'"},
		{"opens_in > 5%", "'%'"},
		{"opens_in > 5ms", "'ms'"},
		{"opens_in > 99999999999999999999999999", "number"},
		{"rtt_us > 5k", "'k'"},
		{"rtt_us > 5ms/s", "'5ms/s'"},
		{"close_wait > 5/s", "'5/s'"},
		{"retrans_ratio > 5", "5%"},
		{"retrans_ratio > 5k", "'k'"},
		{"opens_in by > 5", "'>'"},
		{"opens_in by subnett > 5", "did you mean subnet?"},
		{"opens_in by subnet,subnet > 5", "'subnet'"},
		{"opens_in by subnet, > 5", "'subnet,'"},
		{"opens_in > 5 for", "the end"},
		{"opens_in > 5 for 0", "'0'"},
		{"opens_in > 5 for 10001", "'10001'"},
		{"opens_in > 5 for -1", "'-1'"},
		{"opens_in > 5 for 3x", "'3x'"},
		{"opens_in > 5 or opens_out > 5", "'or'"},
		{"opens_in > 5 and", "the end"},
		{"opens_in > 1 and opens_in > 2 and opens_in > 3 and opens_in > 4 and opens_in > 5", "conditions"},
		{"a/b: opens_in > 5", "'a/b:'"},
		{"a b: opens_in > 5", "'a'"},
		{"close_wait by subnet > 5", "tcp_close_wait"},
		{"accept_queue by port > 5", "'by'"},
		{"accept_queue > 5 and opens_in > 5", "accept_queue"},
		{"opens_in > 5 and accept_queue > 5", "accept_queue"},
		{"distinct port of accept_queue > 5", "'distinct'"},
		{"distinct port of udp_no_socket by port > 5", "port"},
		{"distinct port of remotes_in > 5", "'distinct'"},
		{"remotes_out by subnet > 5", "subnet"},
		{"ports > 5/s", "'5/s'"},
		{"distinct port,subnet of udp_no_socket > 5", "'distinct'"},
		{"distinct port udp_no_socket > 5", "'of'"},
		{"distinct subnet of close_wait > 5", "tcp_close_wait"},
		{"distinct port of retrans_ratio > 5", "ratio"},
		{"defualt", "did you mean default?"},
		{"udp-flod-in", "did you mean udp-flood-in?"},
		{"opens_in > 5 \001", "'\001'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct alert_rules rules = {};
		char *complaint = NULL;

		if (!alert_parse(&rules, wrong[i].text, &complaint))
			fail_msg("'%s' is understood", wrong[i].text);
		if (!strstr(complaint, wrong[i].names))
			fail_msg("'%s': '%s' does not name %s", wrong[i].text, complaint, wrong[i].names);
		assert_int_equal(rules.count, 0);
		free(complaint);
	}
}

static void refuses_what_is_too_much(void **state)
{
	struct alert_rules rules = {};
	char text[4096], *complaint;

	(void)state;
	memset(text, '>', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	assert_int_equal(alert_parse(&rules, text, &complaint), -22);
	free(complaint);
	for (size_t i = 0; i + 2 < 200; i += 2)
		memcpy(text + i, "a>", 3);
	assert_int_equal(alert_parse(&rules, text, &complaint), -22);
	free(complaint);
	for (int i = 0; i < ALERT_RULES; i++)
		assert_int_equal(alert_parse(&rules, "opens_in > 5", &complaint), 0);
	assert_int_equal(alert_parse(&rules, "opens_in > 5", &complaint), -22);
	free(complaint);
	assert_int_equal(alert_parse(&rules, "default", &complaint), -22);
	free(complaint);
	assert_int_equal(rules.count, ALERT_RULES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_the_parts_of_a_rule),
		cmocka_unit_test(does_without_what_may_be_left_out),
		cmocka_unit_test(knows_units),
		cmocka_unit_test(knows_what_is_not_how_much),
		cmocka_unit_test(has_its_own),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_what_is_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
