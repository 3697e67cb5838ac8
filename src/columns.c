/* SPDX-License-Identifier: GPL-2.0 */
/* The columns. */
#include <stdio.h>
#include <string.h>

#include "columns.h"

/*
 * Their order is that of the default line. Of 40 columns retrans and top-retrans take 38; of 80 the tops and drops 76;
 * of 120 all but time and tcp-io take 120, so nothing here can become wider without pushing one of them out.
 */
const struct column_group column_groups[] = {
	{
		.name = "time",
		.letter = 't',
		.title = "system",
		.help = "date and time at the end of the interval (format: L4DSTAT_TIMEFMT)",
		.kind = COLUMNS_CLOCK,
		.rank = 8,
		.text = {.title = "time"}, /* as wide as L4DSTAT_TIMEFMT makes it */
	},
	{
		.name = "tcp-io",
		.title = "tcp/segs",
		.help = "TCP segments received and sent",
		.kind = COLUMNS_TOTAL,
		.rank = 9,
		.numbers = {{"recv", 5, {METRIC_tcp_rx_segs, METRIC_NONE}, ALARM_NEVER, 0},
			    {"send", 5, {METRIC_tcp_tx_segs, METRIC_NONE}, ALARM_NEVER, 0}},
	},
	{
		.name = "retrans",
		.title = "retransmits",
		.help = "TCP segments retransmitted, their share of the data segments sent, SYN-ACKs retransmitted",
		.kind = COLUMNS_TOTAL,
		.rank = 4,
		.numbers = {{"seg", 5, {METRIC_tcp_retrans_segs, METRIC_NONE}, ALARM_NEVER, 0},
			    {"%", 4, {METRIC_tcp_retrans_ratio, METRIC_NONE}, ALARM_ABOVE_ONE_PERCENT, 0},
			    {"s-ack", 5, {METRIC_tcp_retrans_synack, METRIC_NONE}, ALARM_NEVER, 0}},
	},
	{
		.name = "conn",
		.title = "connections",
		.help = "TCP connections accepted, opened by this host, and attempts that failed",
		.kind = COLUMNS_TOTAL,
		.rank = 5,
		.numbers = {{"in", 4, {METRIC_tcp_opens_in, METRIC_NONE}, ALARM_NEVER, 0},
			    {"out", 4, {METRIC_tcp_opens_out, METRIC_NONE}, ALARM_NEVER, 0},
			    {"fail", 4, {METRIC_tcp_opens_failed, METRIC_NONE}, ALARM_NEVER, 0}},
	},
	{
		.name = "resets",
		.title = "resets",
		.help = "TCP resets received for a socket, and sent",
		.kind = COLUMNS_TOTAL,
		.numbers = {{"in", 4, {METRIC_tcp_resets_in, METRIC_NONE}, ALARM_NEVER, 0},
			    {"out", 4, {METRIC_tcp_resets_out, METRIC_NONE}, ALARM_NEVER, 0}},
	},
	{
		.name = "rtt",
		.title = "round-trip",
		.help = "TCP round trip times of the sockets in use, mean and largest: u, m, s for micro-, "
			"milliseconds, seconds",
		.kind = COLUMNS_TOTAL,
		.numbers = {{"mean", 5, {METRIC_tcp_rtt_us, METRIC_NONE}, ALARM_NEVER, 0},
			    {"max", 5, {METRIC_tcp_rtt_max_us, METRIC_NONE}, ALARM_NEVER, 0}},
	},
	{
		.name = "states",
		.title = "tcp sockets by state",
		.help = "TCP sockets in each state",
		.kind = COLUMNS_TOTAL,
		.numbers = {{"list", 4, {METRIC_tcp_listen, METRIC_NONE}, ALARM_NEVER, 0},
			    {"syns", 4, {METRIC_tcp_syn_sent, METRIC_NONE}, ALARM_NEVER, 0},
			    {"synr", 4, {METRIC_tcp_syn_recv, METRIC_NONE}, ALARM_NEVER, 0},
			    {"estab", 5, {METRIC_tcp_established, METRIC_NONE}, ALARM_NEVER, 0},
			    {"fin1", 4, {METRIC_tcp_fin_wait1, METRIC_NONE}, ALARM_NEVER, 0},
			    {"fin2", 4, {METRIC_tcp_fin_wait2, METRIC_NONE}, ALARM_NEVER, 0},
			    {"timew", 5, {METRIC_tcp_time_wait, METRIC_NONE}, ALARM_NEVER, 0},
			    {"clow", 4, {METRIC_tcp_close_wait, METRIC_NONE}, ALARM_NEVER, 0},
			    {"lack", 4, {METRIC_tcp_last_ack, METRIC_NONE}, ALARM_NEVER, 0},
			    {"clos", 4, {METRIC_tcp_closing, METRIC_NONE}, ALARM_NEVER, 0}},
	},
	{
		.name = "udp-io",
		.title = "udp/dgrams",
		.help = "UDP datagrams received and sent",
		.kind = COLUMNS_TOTAL,
		.rank = 6,
		.numbers = {{"recv", 5, {METRIC_udp_rx_dgrams, METRIC_NONE}, ALARM_NEVER, 0},
			    {"send", 5, {METRIC_udp_tx_dgrams, METRIC_NONE}, ALARM_NEVER, 0}},
	},
	{
		.name = "rbuf",
		.title = "drops",
		.help = "UDP datagrams lost because a receive buffer was full",
		.kind = COLUMNS_TOTAL,
		.rank = 7,
		.numbers = {{"rbuf", 4, {METRIC_udp_rx_drops, METRIC_NONE}, ALARM_ANY, 0}},
	},
	{
		.name = "drops",
		.title = "drops",
		.help = "UDP datagrams lost because a receive buffer was full, for a port nobody listens on, and "
			"otherwise; "
			"packets of either protocol that the firewall dropped",
		.kind = COLUMNS_TOTAL,
		.numbers = {{"rbuf", 4, {METRIC_udp_rx_drops, METRIC_NONE}, ALARM_ANY, 0},
			    {"nosk", 4, {METRIC_udp_no_socket, METRIC_NONE}, ALARM_NEVER, 0},
			    {"othr",
			     4,
			     {METRIC_udp_mem_drops, METRIC_udp_csum_errors, METRIC_udp_rx_errors,
			      METRIC_udp_other_drops, METRIC_NONE},
			     ALARM_NEVER,
			     0},
			    {"fire", 4, {METRIC_tcp_filtered, METRIC_udp_filtered, METRIC_NONE}, ALARM_NEVER, 0}},
	},
	{
		.name = "top-retrans",
		.title = "top-retransmits",
		.help = "the remote subnet with the most retransmits (SYN-ACKs included), and how many",
		.kind = COLUMNS_TOP,
		.rank = 1,
		.text = {"subnet", 16, 23},
		.numbers =
			{{"seg", 4, {METRIC_tcp_retrans_segs, METRIC_tcp_retrans_synack, METRIC_NONE}, ALARM_NEVER, 0}},
		.dims = {{DIM_SUBNET}, 1},
		.shown = {{DIM_SUBNET}, 1},
		.sort = {{METRIC_tcp_retrans_segs, METRIC_tcp_retrans_synack, METRIC_NONE}},
	},
	{
		.name = "top-udp",
		.title = "top-udp",
		.help = "the process with the most UDP datagrams received and sent, and how many",
		.kind = COLUMNS_TOP,
		.rank = 2,
		.text = {"process", 11, 15},
		.numbers = {{"recv", 5, {METRIC_udp_rx_dgrams, METRIC_NONE}, ALARM_NEVER, 0},
			    {"send", 5, {METRIC_udp_tx_dgrams, METRIC_NONE}, ALARM_NEVER, 0}},
		.dims = {{DIM_PROCESS}, 1},
		.shown = {{DIM_NAME}, 1},
		.sort = {{METRIC_udp_rx_dgrams, METRIC_udp_tx_dgrams, METRIC_NONE}},
	},
	{
		.name = "top-conn",
		.title = "top-connections",
		.help = "the remote subnet and service port with the most new connections, and how many",
		.kind = COLUMNS_TOP,
		.rank = 3,
		.text = {"subnet:port", 20, 29},
		.numbers = {{"new", 4, {METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_NONE}, ALARM_NEVER, 0}},
		.dims = {{DIM_SUBNET, DIM_PORT}, 2},
		.shown = {{DIM_SUBNET, DIM_PORT}, 2},
		.sort = {{METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_NONE}},
	},
};

const size_t column_group_count = sizeof(column_groups) / sizeof(*column_groups);

const struct column table_columns[] = {
	{"conn/s", 7, {METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_NONE}, ALARM_NEVER, 0},
	{"fail", 5, {METRIC_tcp_opens_failed, METRIC_NONE}, ALARM_NEVER, 6},
	{"retr", 5, {METRIC_tcp_retrans_segs, METRIC_tcp_retrans_synack, METRIC_NONE}, ALARM_NEVER, 1},
	{"retr%", 6, {METRIC_tcp_retrans_ratio, METRIC_NONE}, ALARM_ABOVE_ONE_PERCENT, 1},
	{"recv", 5, {METRIC_tcp_rx_bytes, METRIC_udp_rx_bytes, METRIC_NONE}, ALARM_NEVER, 3},
	{"send", 5, {METRIC_tcp_tx_bytes, METRIC_udp_tx_bytes, METRIC_NONE}, ALARM_NEVER, 3},
	{"dg-in", 6, {METRIC_udp_rx_dgrams, METRIC_NONE}, ALARM_NEVER, 4},
	{"dg-out", 7, {METRIC_udp_tx_dgrams, METRIC_NONE}, ALARM_NEVER, 4},
	{"drops", 6, {METRIC_udp_rx_drops, METRIC_NONE}, ALARM_ANY, 5},
	{"rst", 5, {METRIC_tcp_resets_in, METRIC_tcp_resets_out, METRIC_NONE}, ALARM_NEVER, 7},
	{"rtt", 5, {METRIC_tcp_rtt_us, METRIC_NONE}, ALARM_NEVER, 8},
};

const size_t table_column_count = sizeof(table_columns) / sizeof(*table_columns);

const struct column_group *column_group_by_name(const char *name)
{
	for (size_t i = 0; i < column_group_count; i++) {
		if (!strcmp(column_groups[i].name, name))
			return &column_groups[i];
	}
	return NULL;
}

enum metric_unit column_unit(const struct column *column)
{
	return metrics[column->sum[0]].unit;
}

double column_value(const struct column *column, const struct report_values *values, double interval)
{
	double sum = 0;

	for (const enum metric *metric = column->sum; *metric != METRIC_NONE; metric++)
		sum += report_value(values, *metric);
	return metrics[column->sum[0]].kind != METRIC_COUNTER || interval <= 0 ? sum : sum / interval;
}

bool column_alarming(const struct column *column, double value)
{
	static const double above[] = {[ALARM_ANY] = 0, [ALARM_ABOVE_ONE_PERCENT] = 0.01};

	return column->alarm != ALARM_NEVER && value > above[column->alarm];
}

static bool listed(const enum metric *list, enum metric metric)
{
	while (*list != METRIC_NONE && *list != metric)
		list++;
	return *list == metric;
}

bool column_sorted_by(const struct column *column, const struct report_sort *sort)
{
	for (const enum metric *metric = column->sum; *metric != METRIC_NONE; metric++) {
		if (!listed(sort->by, *metric))
			return false;
	}
	return true;
}

struct column column_for_metric(enum metric metric)
{
	return (struct column){
		.title = metrics[metric].name,
		.width = strlen(metrics[metric].name) + 1,
		.sum = {metric, METRIC_NONE},
	};
}

static void write_port(char text[static DIMENSION_TEXT], const struct dimension_key *key,
		       const struct dimension_context *context, const struct dimension_list *company)
{
	const bool tell_role = company && !dimension_listed(company, DIM_ROLE) && key->cell.role == L4_ROLE_CLIENT;
	char port[DIMENSION_TEXT];

	if (!company || dimension_listed(company, DIM_PROTO))
		snprintf(port, sizeof(port), "%u", key->cell.port);
	else
		dimensions[DIM_PORT].print(port, key, context);
	snprintf(text, DIMENSION_TEXT, "%s%.64s", tell_role ? ">" : "", port);
}

void column_dimension(char text[static DIMENSION_TEXT], enum dimension dim, const struct dimension_key *key,
		      const struct dimension_context *context, const struct dimension_list *company)
{
	if (dim == DIM_PORT)
		write_port(text, key, context, company);
	else
		dimensions[dim].print(text, key, context);
}
