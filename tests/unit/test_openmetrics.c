/* SPDX-License-Identifier: GPL-2.0 */
/* The text for Prometheus: which form is chosen, how hostile names are written, what families there are. */
#include <ctype.h>
#include <math.h>

#include "accumulate.h"
#include "cells.h"
#include "exposition.h"
#include "listen.h"
#include "openmetrics.h"

static void the_form_liked_best(void **state)
{
	static const struct {
		const char *accept;
		enum exposition_format format;
	} cases[] = {
		{NULL, EXPOSITION_TEXT},
		{"", EXPOSITION_TEXT},
		{"*/*", EXPOSITION_TEXT},
		{"text/html,application/xml;q=0.9,*/*;q=0.8", EXPOSITION_TEXT},
		{"application/openmetrics-text", EXPOSITION_OPENMETRICS},
		{"Application/OpenMetrics-Text; Version=\"1.0.0\"; charset=utf-8", EXPOSITION_OPENMETRICS},
		{"application/openmetrics-text;version=0.0.1", EXPOSITION_TEXT},
		{"application/openmetrics-text;version=2.0.0,text/plain", EXPOSITION_TEXT},
		{"application/openmetrics-text;q=0", EXPOSITION_TEXT},
		{"application/openmetrics-text;q=0.3,text/plain;q=0.4", EXPOSITION_TEXT},
		/* Prometheus 2.42 and 3.0. */
		{"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
		 "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		 EXPOSITION_OPENMETRICS},
		{"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
		 "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
		 "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
		 EXPOSITION_OPENMETRICS},
		{"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
		 "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
		 EXPOSITION_TEXT},
		{",;,;q=,=;;application/openmetrics-textual", EXPOSITION_TEXT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(exposition_choose(cases[i].accept), cases[i].format);
}

/* What is served of a snapshot; to be freed. */
static char *text_of(enum exposition_format format, const struct snapshot *snapshot, size_t top)
{
	const struct dimension_context context = {.prefix4 = 24, .prefix6 = 64};
	const struct openmetrics_self self = {.scrapes = 1};
	struct accumulate *accumulate = accumulate_new(top);
	char *text = NULL, *copy;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	accumulate_add(accumulate, snapshot, false, INFINITY);
	openmetrics_write(file, format, accumulate, &context, &self);
	fclose(file);
	free(accumulate);
	copy = strdup(text);
	free(text);
	return copy;
}

static void assert_line(const char *text, const char *line)
{
	const char *found = strstr(text, line);

	assert_non_null(found);
	assert_true(found == text || found[-1] == '\n');
	assert_int_equal(found[strlen(line)], '\n');
}

static void names_units_and_types(void **state)
{
	struct snapshot snapshot = busy_snapshot();
	char *text = text_of(EXPOSITION_TEXT, &snapshot, 10);
	char *open = text_of(EXPOSITION_OPENMETRICS, &snapshot, 10);

	(void)state;
	assert_line(text, "# TYPE l4dstat_tcp_received_bytes_total counter");
	assert_line(open, "# TYPE l4dstat_tcp_received_bytes counter");
	assert_line(open, "# UNIT l4dstat_tcp_received_bytes bytes");
	assert_line(open, "# UNIT l4dstat_tcp_lifetime_seconds seconds");
	assert_line(open, "# TYPE l4dstat_build info");
	assert_line(text, "# TYPE l4dstat_build_info gauge");
	assert_null(strstr(text, "# UNIT"));
	assert_line(text, "l4dstat_tcp_connections_accepted_total 3024");
	assert_line(text,
		    "l4dstat_port_tcp_connections_accepted_total{proto=\"tcp\",role=\"server\",port=\"443\"} 3024");
	assert_line(text, "l4dstat_subnet_tcp_retransmitted_segments_total{subnet=\"203.0.113.0/24\"} 31");
	assert_line(text, "l4dstat_subnet_tcp_retransmitted_segments_total{subnet=\"other\"} 0");
	assert_line(text, "l4dstat_process_udp_received_datagrams_total{process=\"iperf3\"} 88000");
	assert_line(text, "l4dstat_process_udp_received_datagrams_total{process=\"unknown\"} 249");
	/* A port is one of a protocol. */
	assert_null(strstr(text, "l4dstat_port_udp_received_bytes_total{proto=\"tcp\""));
	assert_null(strstr(text, "tcp_connections{"));
	assert_string_equal(open + strlen(open) - 7, "\n# EOF\n");
	assert_null(strstr(text, "EOF"));
	free(text);
	free(open);
	snapshot_free(&snapshot);
}

static void totals_alone(void **state)
{
	struct snapshot snapshot = busy_snapshot();
	char *text = text_of(EXPOSITION_TEXT, &snapshot, 0);

	(void)state;
	assert_line(text, "l4dstat_tcp_connections_accepted_total 3024");
	assert_null(strstr(text, "l4dstat_port_"));
	assert_null(strstr(text, "other\""));
	free(text);
	snapshot_free(&snapshot);
}

/* Labels: between the quotation marks nothing ends the string or the line. */
static void hostile_names_stay_in_their_quotes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile_names) / sizeof(*hostile_names); i++) {
		struct snapshot snapshot = hostile_snapshot(hostile_names[i]);
		char *text = text_of(EXPOSITION_OPENMETRICS, &snapshot, 10);
		char *rest, *line = strtok_r(text, "\n", &rest);

		for (; line; line = strtok_r(NULL, "\n", &rest)) {
			const char *quote = strchr(line, '"'), *end = quote;

			assert_true(*line == '#' || !strncmp(line, "l4dstat_", 8));
			if (*line == '#' || !quote || !strstr(line, "{process="))
				continue;
			while (*++end != '"')
				end += *end == '\\';
			assert_true(end[1] == '}');
			assert_int_equal(end[2], ' ');
			assert_true(isdigit((unsigned char)end[3]));
		}
		free(text);
		snapshot_free(&snapshot);
	}
}

static void escapes(void **state)
{
	struct snapshot snapshot = hostile_snapshot("a\"b\\c\nd");
	char *text = text_of(EXPOSITION_TEXT, &snapshot, 10);

	(void)state;
	assert_line(text, "l4dstat_process_udp_received_datagrams_total{process=\"a\\\"b\\\\c?d\"} 5");
	free(text);
	snapshot_free(&snapshot);
}

/* No name twice: what l4dstat adds to metrics.def must not meet what is in there. */
static void every_family_is_there_once(void **state)
{
	struct snapshot snapshot = busy_snapshot();
	char *text, *rest, *line, *seen;

	(void)state;
	snapshot.has_states = true;
	snapshot.quality.has_cover = true;
	text = text_of(EXPOSITION_OPENMETRICS, &snapshot, 10);
	seen = strdup("\n");
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *longer;

		if (strncmp(line, "# TYPE ", 7))
			continue;
		assert_null(strstr(seen, line));
		assert_true(asprintf(&longer, "%s%s\n", seen, line) > 0);
		free(seen);
		seen = longer;
	}
	free(seen);
	free(text);
	snapshot_free(&snapshot);
}

static void addresses(void **state)
{
	static const char *const bad[] = {
		"",	      "9474",	    ":",	 ":0",		":65536",     ":x",
		"::1:9474",   "[::1]",	    "[::1:9474", "localhost:1", "1.2.3:1",    "1.2.3.4:-1",
		"1.2.3.4: 1", " 1.2.3.4:1", "[]:1",	 "[1::2::3]:1", "1.2.3.4:1 ", "300.1.1.1:5"};
	struct listen_address address = {};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(listen_parse(bad[i], &address), -EINVAL);
		assert_int_equal(address.length, 0);
	}
	assert_int_equal(listen_parse(":9474", &address), 0);
	assert_int_equal(address.address.ss_family, AF_INET);
	assert_int_equal(((struct sockaddr_in *)&address.address)->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	assert_int_equal(((struct sockaddr_in *)&address.address)->sin_port, htons(9474));
	assert_int_equal(listen_parse("[2001:db8::1]:80", &address), 0);
	assert_int_equal(address.address.ss_family, AF_INET6);
	assert_int_equal(listen_parse("0.0.0.0:65535", &address), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_form_liked_best),
		cmocka_unit_test(names_units_and_types),
		cmocka_unit_test(totals_alone),
		cmocka_unit_test(hostile_names_stay_in_their_quotes),
		cmocka_unit_test(escapes),
		cmocka_unit_test(every_family_is_there_once),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
