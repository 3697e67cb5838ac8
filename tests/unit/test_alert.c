/* SPDX-License-Identifier: GPL-2.0 */
/* Rules held against hand-made intervals: who fires, when it is told, what is remembered, which rows are marked. */
#include "cells.h"

#include "alert.h"
#include "alert_mark.h"
#include "alert_parse.h"
#include "alert_text.h"

static const struct dimension_context context = {.prefix4 = 24, .prefix6 = 64};

static struct alert_rules rules;

/* Alerts of one rule; text and all are good until the next call. */
static struct alerts *alerts_of(const char *text, double hold)
{
	char *complaint;

	rules = (struct alert_rules){};
	if (alert_parse(&rules, text, &complaint))
		fail_msg("'%s': %s", text, complaint);
	return alerts_new(&rules, hold);
}

/* Counts at one remote subnet, 10.0.N.0. */
static struct snapshot_cell *subnet_cell(struct snapshot *snapshot, unsigned int number)
{
	char prefix[64];

	snprintf(prefix, sizeof(prefix), "::ffff:10.%u.%u.0", number / 256, number % 256);
	return add_cell(snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, prefix, 443, 7, "nginx");
}

/* An interval with so many connections from each of these subnets, 0: none. */
static void interval_of_opens(struct alerts *alerts, const int64_t *opens, size_t count)
{
	struct snapshot snapshot = empty_snapshot();

	for (size_t i = 0; i < count; i++) {
		if (opens[i])
			subnet_cell(&snapshot, i)->count[L4_tcp_opens_in] = opens[i];
	}
	alerts_interval(alerts, &snapshot);
	snapshot_free(&snapshot);
}

/* What fires or is over, as words: "+10.0.1.0/24=12" to be told, "=" held, "-" over. */
static const char *shown(const struct alerts *alerts)
{
	static char text[1024];

	*text = 0;
	for (size_t i = 0; i < alerts_count(alerts); i++) {
		const struct alert *alert = alerts_at(alerts, i);
		char subnet[DIMENSION_TEXT] = "";

		if (alert->rule->by.count)
			dimensions[alert->rule->by.dims[0]].print(subnet, &alert->key, &context);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%c%s=%g", i ? " " : "",
			 "=+-"[alert->event], subnet, alert -> value);
	}
	return text;
}

static void assert_opens(struct alerts *alerts, int64_t first, int64_t second, const char *expected)
{
	const int64_t opens[] = {first, second};

	interval_of_opens(alerts, opens, 2);
	assert_string_equal(shown(alerts), expected);
}

static void fires_after_intervals_in_a_row(void **state)
{
	struct alerts *alerts = alerts_of("opens_in by subnet > 5 for 3", 60);

	(void)state;
	assert_opens(alerts, 6, 0, "");
	assert_opens(alerts, 6, 6, "");
	assert_opens(alerts, 7, 5, "+10.0.0.0/24=7");
	assert_opens(alerts, 8, 6, "=10.0.0.0/24=8");
	assert_opens(alerts, 5, 6, "-10.0.0.0/24=8");
	assert_opens(alerts, 6, 9, "+10.0.1.0/24=9");
	assert_opens(alerts, 6, 0, "-10.0.1.0/24=9");
	assert_int_equal(alerts_forgotten(alerts), 0);
	alerts_free(alerts);
}

static void tells_once_in_the_hold_time(void **state)
{
	struct alerts *alerts = alerts_of("opens_in by subnet > 5", 3);

	(void)state;
	assert_opens(alerts, 6, 0, "+10.0.0.0/24=6");
	assert_opens(alerts, 0, 0, "-10.0.0.0/24=6");
	assert_opens(alerts, 6, 0, "=10.0.0.0/24=6"); /* again, and told of already */
	assert_opens(alerts, 6, 0, "+10.0.0.0/24=6"); /* three seconds later */
	assert_opens(alerts, 6, 0, "=10.0.0.0/24=6");
	assert_opens(alerts, 6, 0, "=10.0.0.0/24=6");
	assert_opens(alerts, 6, 0, "+10.0.0.0/24=6"); /* it goes on */
	assert_opens(alerts, 0, 0, "-10.0.0.0/24=6");
	assert_opens(alerts, 6, 0, "=10.0.0.0/24=6");
	assert_opens(alerts, 0, 0, ""); /* what was not told is not told to be over */
	alerts_free(alerts);

	alerts = alerts_of("opens_in by subnet > 5", 0);
	assert_opens(alerts, 6, 0, "+10.0.0.0/24=6");
	assert_opens(alerts, 6, 0, "+10.0.0.0/24=6");
	alerts_free(alerts);
}

static void shows_the_worst_first(void **state)
{
	struct alerts *alerts = alerts_of("opens_in by subnet > 5", 60);

	(void)state;
	assert_opens(alerts, 6, 8, "+10.0.1.0/24=8 +10.0.0.0/24=6");
	assert_opens(alerts, 9, 0, "=10.0.0.0/24=9 -10.0.1.0/24=8");
	alerts_free(alerts);
	alerts = alerts_of("opens_in by subnet < 9", 60);
	assert_opens(alerts, 6, 8, "+10.0.0.0/24=6 +10.0.1.0/24=8");
	alerts_free(alerts);
}

static void compares(void **state)
{
	static const struct {
		const char *rule;
		const char *expected; /* of 6 connections in 1 s */
	} cases[] = {
		{"opens_in > 6", ""},
		{"opens_in >= 6", "+=6"},
		{"opens_in < 6", ""},
		{"opens_in <= 6", "+=6"},
		{"opens_in = 6", "+=6"},
		{"opens_in = 7", ""},
		{"opens_out < 1", "+=0"},
		{"opens_in > 5 and opens_in < 7", "+=6"},
		{"opens_in > 5 and opens_in > 7", ""},
		{"opens_in by subnet < 1", ""}, /* who has nothing is nobody */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct alerts *alerts = alerts_of(cases[i].rule, 60);

		assert_opens(alerts, 6, 0, cases[i].expected);
		alerts_free(alerts);
	}
}

static void knows_rates(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	struct alerts *alerts = alerts_of("opens_in > 10/s", 60);

	(void)state;
	snapshot.interval = 0.5;
	subnet_cell(&snapshot, 0)->count[L4_tcp_opens_in] = 6;
	alerts_interval(alerts, &snapshot);
	assert_string_equal(shown(alerts), "+=12");
	alerts_free(alerts);
	snapshot_free(&snapshot);
}

static void assert_ratio(const char *rule, int64_t retransmitted, int64_t sent, const char *expected)
{
	struct snapshot snapshot = empty_snapshot();
	struct alerts *alerts = alerts_of(rule, 60);
	struct snapshot_cell *cell = subnet_cell(&snapshot, 0);

	cell->count[L4_tcp_retrans_segs] = retransmitted;
	cell->count[L4_tcp_tx_data_segs] = sent;
	alerts_interval(alerts, &snapshot);
	assert_string_equal(shown(alerts), expected);
	alerts_free(alerts);
	snapshot_free(&snapshot);
}

/* One segment of one is 100 %, and says nothing. */
static void takes_no_share_of_next_to_nothing(void **state)
{
	(void)state;
	assert_ratio("retrans_ratio by subnet > 5%", 1, 1, "");
	assert_ratio("retrans_ratio by subnet > 5%", 10, 19, "");
	assert_ratio("retrans_ratio by subnet > 5%", 10, 20, "+10.0.0.0/24=0.5");
	assert_ratio("retrans_ratio by subnet > 5% and tcp_tx_data_segs > 0", 1, 1, "+10.0.0.0/24=1");
	assert_ratio("retrans_ratio by subnet > 5% and retrans_segs >= 20", 19, 100, "");
	assert_ratio("retrans_ratio by subnet > 5% and retrans_segs >= 20", 20, 100, "+10.0.0.0/24=0.2");
}

static void sums_by_dimension(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	struct alerts *alerts = alerts_of("rx_dgrams by process > 10", 60);

	(void)state;
	for (int i = 0; i < 4; i++)
		add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:10.0.0.0", 1000 + i, 9, "dns")
			->count[L4_udp_rx_dgrams] = 3;
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:10.0.0.0", 53, 8, "dns")->count[L4_udp_rx_dgrams] = 9;
	add_other(&snapshot, L4_PROTO_UDP)->count[L4_udp_rx_dgrams] = 100; /* nobody's */
	alerts_interval(alerts, &snapshot);
	assert_string_equal(shown(alerts), "+dns[9]=12");
	alerts_free(alerts);
	alerts = alerts_of("rx_dgrams > 120", 60); /* but some of all */
	alerts_interval(alerts, &snapshot);
	assert_string_equal(shown(alerts), "+=121");
	alerts_free(alerts);
	snapshot_free(&snapshot);
}

static void counts_different_values(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	struct alerts *alerts = alerts_of("distinct port of udp_no_socket by subnet >= 3", 60);

	(void)state;
	for (int i = 0; i < 8; i++) {
		const char *subnet = i < 4 ? "::ffff:10.0.0.0" : "::ffff:10.0.1.0";
		const uint16_t port = i < 4 ? i / 2 : i; /* of the first only two */

		add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, subnet, port, 0, "")->count[L4_udp_no_socket] = 100;
	}
	add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:10.0.0.0", 99, 0, "")->count[L4_udp_rx_dgrams] = 1;
	alerts_interval(alerts, &snapshot);
	assert_string_equal(shown(alerts), "+10.0.1.0/24=4");
	alerts_free(alerts);
	snapshot_free(&snapshot);
}

static void interval_of_close_wait(struct alerts *alerts, int64_t sockets, const char *expected)
{
	struct snapshot snapshot = empty_snapshot();

	if (sockets) {
		add_cell(&snapshot, L4_PROTO_TCP, L4_ROLE_SERVER, "::", 443, 7, "leaky")->count[L4_tcp_close_wait] =
			sockets;
		cell_at(&snapshot, 0)->kind = CELL_STATES;
	}
	snapshot.has_states = true;
	alerts_interval(alerts, &snapshot);
	assert_string_equal(shown(alerts), expected);
	snapshot_free(&snapshot);
}

static void assert_close_wait(struct alerts *alerts, const int64_t *sockets, size_t count, const char *last)
{
	for (size_t i = 0; i < count; i++)
		interval_of_close_wait(alerts, sockets[i], i + 1 < count ? "" : last);
}

#define CLOSE_WAIT(alerts, last, ...)                               \
	assert_close_wait((alerts), (const int64_t[]){__VA_ARGS__}, \
			  sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), last)

static void rises(void **state)
{
	struct alerts *alerts = alerts_of("close_wait by process rises >= 10 for 3", 60);

	(void)state;
	CLOSE_WAIT(alerts, "", 100, 100, 100); /* were there before we looked */
	CLOSE_WAIT(alerts, "+leaky[7]=10", 110, 112, 115);
	CLOSE_WAIT(alerts, "=leaky[7]=10", 120);
	interval_of_close_wait(alerts, 125, "=leaky[7]=10");
	interval_of_close_wait(alerts, 130, "=leaky[7]=10");
	interval_of_close_wait(alerts, 130, "=leaky[7]=10");
	interval_of_close_wait(alerts, 130, "=leaky[7]=10");
	interval_of_close_wait(alerts, 129, "-leaky[7]=10"); /* 9 above 120: no more */
	alerts_free(alerts);
}

static void does_not_take_waves_for_a_rise(void **state)
{
	struct alerts *alerts = alerts_of("close_wait by process rises >= 10 for 3", 60);

	(void)state;
	CLOSE_WAIT(alerts, "", 0, 50, 0, 100, 0, 200, 0, 300, 400, 9, 500, 600, 0, 0, 0);
	CLOSE_WAIT(alerts, "", 20, 30, 0);		/* new, and gone at once */
	CLOSE_WAIT(alerts, "", 0, 20, 30);		/* the least of the three is still none */
	CLOSE_WAIT(alerts, "+leaky[7]=20", 20, 20, 20); /* now it has been there all the time */
	alerts_free(alerts);
}

static void judges_each_listener(void **state)
{
	struct snapshot snapshot = empty_snapshot();
	struct alerts *alerts = alerts_of("accept_queue_ratio >= 100%", 60);
	char *sentence;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct l4_listener *listener = &snapshot_add_listener(&snapshot)->listener;

		*listener = (struct l4_listener){.socket = i + 1, .port = 80 + i, .backlog_max = 4, .backlog = 3 + i};
		listener->owner = L4_OWNER_PROCESS;
		listener->process.tgid = 5;
		memcpy(listener->comm, "stuck", 6);
		assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", listener->address), 1);
	}
	alerts_interval(alerts, &snapshot);
	assert_string_equal(shown(alerts), "+=1"); /* five wait where four may: the kernel takes no more */
	sentence = alert_sentence(alerts_at(alerts, 0), &context);
	assert_string_equal(sentence, "listener [2001:db8::1]:82 of stuck[5]: accept_queue_ratio is 100%");
	free(sentence);
	assert_true(alert_marks_listener(alerts, &snapshot.listeners[2].listener));
	assert_false(alert_marks_listener(alerts, &snapshot.listeners[1].listener));
	alerts_free(alerts);
	snapshot_free(&snapshot);
}

/* As many as a flood of addresses brings: the worst are known, memory is bounded. */
static void remembers_the_worst_of_many(void **state)
{
	enum { MANY = 3 * ALERT_OFFENDERS };
	struct alerts *alerts = alerts_of("opens_in by subnet > 5 for 2", 60);
	int64_t *opens = calloc(MANY, sizeof(*opens));

	(void)state;
	for (int i = 0; i < MANY; i++)
		opens[i] = 10 + i;
	interval_of_opens(alerts, opens, MANY);
	assert_int_equal(alerts_count(alerts), 0);
	assert_int_equal(alerts_forgotten(alerts), MANY - ALERT_OFFENDERS);
	for (int i = 0; i < MANY; i++)
		opens[i] = 10 + MANY - i; /* now others are worse; who was there has been for two intervals */
	interval_of_opens(alerts, opens, MANY);
	assert_int_equal(alerts_count(alerts), ALERT_OFFENDERS);
	assert_true(alerts_at(alerts, 0)->value == 10 + MANY - 2 * ALERT_OFFENDERS);
	interval_of_opens(alerts, opens, 0);
	assert_int_equal(alerts_count(alerts), ALERT_OFFENDERS); /* all over */
	assert_int_equal(alerts_at(alerts, 0)->event, ALERT_OVER);
	interval_of_opens(alerts, opens, 2); /* those who are only remembered give way */
	interval_of_opens(alerts, opens, 2);
	assert_int_equal(alerts_count(alerts), 2);
	assert_int_equal(alerts_forgotten(alerts), 0);
	alerts_free(alerts);
	free(opens);
}

static void a_cut_interval_is_not_judged(void **state)
{
	struct alerts *alerts = alerts_of("opens_in by subnet > 5", 60);

	(void)state;
	assert_opens(alerts, 6, 0, "+10.0.0.0/24=6");
	alerts_skip(alerts);
	assert_int_equal(alerts_count(alerts), 0);
	assert_false(alert_marks(alerts));
	alerts_free(alerts);
}

static bool marks(struct alerts *alerts, struct dimension_list dims, const struct snapshot_cell *cell)
{
	const struct dimension_key key = dimension_key_of(cell, &dims);

	return alert_marks_row(alerts, &dims, &key);
}

static void marks_rows(void **state)
{
	const struct dimension_list by_subnet = {{DIM_SUBNET}, 1}, by_both = {{DIM_PORT, DIM_SUBNET}, 2},
				    by_process = {{DIM_PROCESS}, 1}, by_proto = {{DIM_PROTO}, 1};
	struct snapshot snapshot = empty_snapshot();
	struct alerts *alerts = alerts_of("opens_in by subnet,port > 5", 60);

	(void)state;
	subnet_cell(&snapshot, 1)->count[L4_tcp_opens_in] = 6;
	subnet_cell(&snapshot, 2)->count[L4_tcp_opens_in] = 5;
	add_other(&snapshot, L4_PROTO_TCP);
	assert_false(alert_marks(alerts));
	alerts_interval(alerts, &snapshot);
	assert_true(alert_marks(alerts));
	assert_true(marks(alerts, by_both, cell_at(&snapshot, 0)));
	assert_false(marks(alerts, by_both, cell_at(&snapshot, 1)));
	assert_true(marks(alerts, by_subnet, cell_at(&snapshot, 0))); /* it is in there */
	assert_false(marks(alerts, by_subnet, cell_at(&snapshot, 1)));
	assert_true(marks(alerts, by_proto, cell_at(&snapshot, 1))); /* a port has a protocol */
	assert_false(marks(alerts, by_process, cell_at(&snapshot, 0)));
	assert_true(alert_marks_total(alerts, &by_process)); /* so it is seen somewhere */
	assert_false(alert_marks_total(alerts, &by_subnet));
	assert_false(alert_marks_row(alerts, &by_subnet, &(struct dimension_key){.cell.owner = L4_OWNER_OTHER}));
	assert_false(alert_marks(NULL));
	alerts_free(alerts);
	snapshot_free(&snapshot);
}

static void assert_sentence(const char *rule, const struct snapshot *snapshot, const char *expected)
{
	struct alerts *alerts = alerts_of(rule, 60);
	char *sentence;

	alerts_interval(alerts, snapshot);
	assert_true(alerts_count(alerts) > 0);
	sentence = alert_sentence(alerts_at(alerts, 0), &context);
	assert_string_equal(sentence, expected);
	free(sentence);
	alerts_free(alerts);
}

static void says_who_and_what(void **state)
{
	struct snapshot snapshot = busy_snapshot();

	(void)state;
	assert_sentence("retrans_ratio by subnet > 4%", &snapshot, "subnet 203.0.113.0/24: tcp_retrans_ratio is 4.1%");
	assert_sentence("opens_in by port,subnet > 1k/s", &snapshot,
			"port 443/tcp, subnet 198.51.100.0/24: tcp_opens_in is 3012/s");
	assert_sentence("opens_out by port > 0", &snapshot, "port >443/tcp: tcp_opens_out is 2");
	assert_sentence("rx_dgrams by process > 50k", &snapshot, "process iperf3[1000]: udp_rx_dgrams is 88000");
	assert_sentence("opens_in > 0", &snapshot, "total: tcp_opens_in is 3024");
	assert_sentence("distinct process of opens_in > 1", &snapshot, "total: distinct process of tcp_opens_in is 2");
	snapshot_free(&snapshot);
}

static void has_facts_for_machines(void **state)
{
	struct snapshot snapshot = busy_snapshot();
	struct alerts *alerts = alerts_of("burst: opens_in by subnet,process > 1k/s", 60);
	json_t *object;
	char *text;

	(void)state;
	alerts_interval(alerts, &snapshot);
	object = alert_object(alerts_at(alerts, 0), &context);
	text = json_dumps(object, JSON_COMPACT);
	assert_string_equal(text, "{\"alert\":\"burst\",\"rule\":\"opens_in by subnet,process > 1k/s\","
				  "\"metric\":\"tcp_opens_in\",\"value\":3012.0,\"threshold\":1000.0,\"intervals\":1,"
				  "\"subnet\":\"198.51.100.0/24\",\"pid\":811,\"process\":\"nginx\"}");
	free(text);
	json_decref(object);
	alerts_free(alerts);
	snapshot_free(&snapshot);
}

static void is_harmless_whatever_processes_are_called(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile_names) / sizeof(*hostile_names); i++) {
		struct snapshot snapshot = hostile_snapshot(hostile_names[i]);
		struct alerts *alerts = alerts_of("rx_dgrams by process,name > 0", 60);
		json_t *object;
		char *text;

		alerts_interval(alerts, &snapshot);
		assert_int_equal(alerts_count(alerts), 1);
		text = alert_sentence(alerts_at(alerts, 0), &context);
		assert_harmless(text);
		assert_null(strchr(text, '\n'));
		free(text);
		object = alert_object(alerts_at(alerts, 0), &context);
		assert_non_null(json_object_get(object, "process"));
		json_decref(object);
		alerts_free(alerts);
		snapshot_free(&snapshot);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fires_after_intervals_in_a_row),
		cmocka_unit_test(tells_once_in_the_hold_time),
		cmocka_unit_test(shows_the_worst_first),
		cmocka_unit_test(compares),
		cmocka_unit_test(knows_rates),
		cmocka_unit_test(takes_no_share_of_next_to_nothing),
		cmocka_unit_test(sums_by_dimension),
		cmocka_unit_test(counts_different_values),
		cmocka_unit_test(rises),
		cmocka_unit_test(does_not_take_waves_for_a_rise),
		cmocka_unit_test(judges_each_listener),
		cmocka_unit_test(remembers_the_worst_of_many),
		cmocka_unit_test(a_cut_interval_is_not_judged),
		cmocka_unit_test(marks_rows),
		cmocka_unit_test(says_who_and_what),
		cmocka_unit_test(has_facts_for_machines),
		cmocka_unit_test(is_harmless_whatever_processes_are_called),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
