/* SPDX-License-Identifier: GPL-2.0 */
/* The columns. */
#include <stdio.h>
#include <string.h>

#include "columns.h"

/*
 * Their order is that of the default line. Of 40 columns retrans and top-retrans take 37; of 80 the tops and drops 72;
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
		.numbers = {{.title = "recv", .width = 5, .sum = {METRIC_tcp_rx_segs, METRIC_NONE}},
			    {.title = "send", .width = 5, .sum = {METRIC_tcp_tx_segs, METRIC_NONE}}},
	},
	{
		.name = "retrans",
		.title = "retransmits",
		.help = "TCP segments retransmitted, their share of the data segments sent, SYN-ACKs retransmitted",
		.kind = COLUMNS_TOTAL,
		.rank = 4,
		.numbers = {{.title = "seg", .width = 4, .sum = {METRIC_tcp_retrans_segs, METRIC_NONE}},
			    {.title = "%",
			     .width = 4,
			     .sum = {METRIC_tcp_retrans_ratio, METRIC_NONE},
			     .alarm = ALARM_ABOVE_ONE_PERCENT},
			    {.title = "s-ack", .width = 5, .sum = {METRIC_tcp_retrans_synack, METRIC_NONE}}},
	},
	{
		.name = "conn",
		.title = "connections",
		.help = "TCP connections: in accepted, out opened by this host, fail attempts that failed, rst resets "
			"received and sent",
		.kind = COLUMNS_TOTAL,
		.rank = 5,
		.numbers = {{.title = "in", .width = 4, .sum = {METRIC_tcp_opens_in, METRIC_NONE}},
			    {.title = "out", .width = 4, .sum = {METRIC_tcp_opens_out, METRIC_NONE}},
			    {.title = "fail", .width = 4, .sum = {METRIC_tcp_opens_failed, METRIC_NONE}},
			    {.title = "rst",
			     .width = 4,
			     .sum = {METRIC_tcp_resets_in, METRIC_tcp_resets_out, METRIC_NONE}}},
	},
	{
		.name = "resets",
		.title = "resets",
		.help = "TCP resets: in received for a socket, out sent",
		.kind = COLUMNS_TOTAL,
		.numbers = {{.title = "in", .width = 4, .sum = {METRIC_tcp_resets_in, METRIC_NONE}},
			    {.title = "out", .width = 4, .sum = {METRIC_tcp_resets_out, METRIC_NONE}}},
	},
	{
		.name = "rtt",
		.title = "round-trip",
		.help = "TCP round trip times of the sockets in use, mean and largest: u, m, s for micro-, "
			"milliseconds, seconds",
		.kind = COLUMNS_TOTAL,
		.numbers = {{.title = "mean", .width = 5, .sum = {METRIC_tcp_rtt_us, METRIC_NONE}},
			    {.title = "max", .width = 5, .sum = {METRIC_tcp_rtt_max_us, METRIC_NONE}}},
	},
	{
		.name = "states",
		.title = "tcp sockets by state",
		.help = "TCP sockets by state: list LISTEN, syns SYN_SENT, synr SYN_RECV, estab ESTABLISHED, fin1 "
			"FIN_WAIT1, fin2 FIN_WAIT2, timew TIME_WAIT, clow CLOSE_WAIT, lack LAST_ACK, clos CLOSING",
		.kind = COLUMNS_TOTAL,
		.numbers = {{.title = "list", .width = 4, .sum = {METRIC_tcp_listen, METRIC_NONE}},
			    {.title = "syns", .width = 4, .sum = {METRIC_tcp_syn_sent, METRIC_NONE}},
			    {.title = "synr", .width = 4, .sum = {METRIC_tcp_syn_recv, METRIC_NONE}},
			    {.title = "estab", .width = 5, .sum = {METRIC_tcp_established, METRIC_NONE}},
			    {.title = "fin1", .width = 4, .sum = {METRIC_tcp_fin_wait1, METRIC_NONE}},
			    {.title = "fin2", .width = 4, .sum = {METRIC_tcp_fin_wait2, METRIC_NONE}},
			    {.title = "timew", .width = 5, .sum = {METRIC_tcp_time_wait, METRIC_NONE}},
			    {.title = "clow", .width = 4, .sum = {METRIC_tcp_close_wait, METRIC_NONE}},
			    {.title = "lack", .width = 4, .sum = {METRIC_tcp_last_ack, METRIC_NONE}},
			    {.title = "clos", .width = 4, .sum = {METRIC_tcp_closing, METRIC_NONE}}},
	},
	{
		.name = "udp-io",
		.title = "udp/dgrams",
		.help = "UDP datagrams received and sent",
		.kind = COLUMNS_TOTAL,
		.rank = 7,
		.numbers = {{.title = "recv", .width = 5, .sum = {METRIC_udp_rx_dgrams, METRIC_NONE}},
			    {.title = "send", .width = 5, .sum = {METRIC_udp_tx_dgrams, METRIC_NONE}}},
	},
	{
		.name = "rbuf",
		.title = "drops",
		.help = "UDP datagrams lost because a receive buffer was full",
		.kind = COLUMNS_TOTAL,
		.rank = 6,
		.numbers =
			{{.title = "rbuf", .width = 4, .sum = {METRIC_udp_rx_drops, METRIC_NONE}, .alarm = ALARM_ANY}},
	},
	{
		.name = "drops",
		.title = "drops",
		.help = "what is lost: rbuf datagrams for a full receive buffer, nosk datagrams for a port nobody "
			"listens on, accq SYNs and connections that listening sockets dropped, most for a full accept "
			"queue, othr other datagrams, fire TCP and UDP packets that the firewall dropped",
		.kind = COLUMNS_TOTAL,
		.numbers =
			{{.title = "rbuf", .width = 4, .sum = {METRIC_udp_rx_drops, METRIC_NONE}, .alarm = ALARM_ANY},
			 {.title = "nosk", .width = 4, .sum = {METRIC_udp_no_socket, METRIC_NONE}},
			 {.title = "accq",
			  .width = 4,
			  .sum = {METRIC_tcp_listen_drops, METRIC_NONE},
			  .alarm = ALARM_ANY},
			 {.title = "othr",
			  .width = 4,
			  .sum = {METRIC_udp_mem_drops, METRIC_udp_csum_errors, METRIC_udp_rx_errors,
				  METRIC_udp_other_drops, METRIC_NONE}},
			 {.title = "fire", .width = 4, .sum = {METRIC_tcp_filtered, METRIC_udp_filtered, METRIC_NONE}}},
	},
	{
		.name = "top-retrans",
		.title = "top-retransmits",
		.help = "the remote subnet with the most retransmits (SYN-ACKs included), and how many",
		.kind = COLUMNS_TOP,
		.rank = 1,
		.text = {.title = "subnet", .width = 16, .wide = 23},
		.numbers = {{.title = "seg",
			     .width = 4,
			     .sum = {METRIC_tcp_retrans_segs, METRIC_tcp_retrans_synack, METRIC_NONE}}},
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
		.text = {.title = "process", .width = 10, .wide = 15},
		.numbers = {{.title = "recv", .width = 4, .sum = {METRIC_udp_rx_dgrams, METRIC_NONE}},
			    {.title = "send", .width = 4, .sum = {METRIC_udp_tx_dgrams, METRIC_NONE}}},
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
		.text = {.title = "subnet:port", .width = 19, .wide = 29},
		.numbers = {{.title = "new",
			     .width = 4,
			     .sum = {METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_NONE}}},
		.dims = {{DIM_SUBNET, DIM_PORT}, 2},
		.shown = {{DIM_SUBNET, DIM_PORT}, 2},
		.sort = {{METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_NONE}},
	},
	{
		.name = "top-net",
		.title = "top-net",
		.help = "the process with the most TCP and UDP payload received and sent, and how many bytes",
		.kind = COLUMNS_TOP,
		.text = {.title = "process", .width = 11, .wide = 15},
		.numbers =
			{{.title = "recv", .width = 5, .sum = {METRIC_tcp_rx_bytes, METRIC_udp_rx_bytes, METRIC_NONE}},
			 {.title = "send", .width = 5, .sum = {METRIC_tcp_tx_bytes, METRIC_udp_tx_bytes, METRIC_NONE}}},
		.dims = {{DIM_PROCESS}, 1},
		.shown = {{DIM_NAME}, 1},
		.sort = {{METRIC_tcp_rx_bytes, METRIC_udp_rx_bytes, METRIC_tcp_tx_bytes, METRIC_udp_tx_bytes,
			  METRIC_NONE}},
	},
	{
		.name = "top-drop",
		.title = "top-drops",
		.help = "the process that loses most, its port, and how much: rbuf datagrams for a full receive "
			"buffer, accq connections for a full accept queue",
		.kind = COLUMNS_TOP,
		.text = {.title = "process:port", .width = 17, .wide = 21},
		.numbers =
			{{.title = "rbuf", .width = 4, .sum = {METRIC_udp_rx_drops, METRIC_NONE}, .alarm = ALARM_ANY},
			 {.title = "accq",
			  .width = 4,
			  .sum = {METRIC_tcp_listen_drops, METRIC_NONE},
			  .alarm = ALARM_ANY}},
		.dims = {{DIM_PROCESS, DIM_PORT}, 2},
		.shown = {{DIM_NAME, DIM_PORT}, 2},
		.sort = {{METRIC_udp_rx_drops, METRIC_tcp_listen_drops, METRIC_NONE}},
	},
	/* dstat's own, with its titles and widths. */
	{
		.name = "epoch",
		.letter = 'T',
		.title = "epoch",
		.help = "seconds since 1970",
		.kind = COLUMNS_EPOCH,
		.text = {.title = "epoch", .width = 10},
	},
	{
		.name = "cpu",
		.letter = 'c',
		.title = "total cpu usage",
		.help = "share of all CPU time: processes, kernel, idle, waiting for disks, stolen by the hypervisor",
		.kind = COLUMNS_HOST,
		.numbers = {{.title = "usr", .width = 3, .host = HOST_cpu_user},
			    {.title = "sys", .width = 3, .host = HOST_cpu_system},
			    {.title = "idl", .width = 3, .host = HOST_cpu_idle},
			    {.title = "wai", .width = 3, .host = HOST_cpu_wait},
			    {.title = "stl", .width = 3, .host = HOST_cpu_stolen}},
	},
	{
		.name = "disk",
		.letter = 'd',
		.title = "dsk/",
		.help = "bytes read from and written to disks; partitions, device mapper and RAID are no part of the "
			"total",
		.kind = COLUMNS_HOST_EACH,
		.scope = HOST_DISKS,
		.numbers = {{.title = "read", .width = 5, .host = HOST_disk_read},
			    {.title = "writ", .width = 5, .host = HOST_disk_written}},
	},
	{
		.name = "net",
		.letter = 'n',
		.title = "net/",
		.help = "bytes received and sent by interfaces; loopback, VLANs, bonds, veths and ports of bridges are "
			"no "
			"part of the total (-N names any)",
		.kind = COLUMNS_HOST_EACH,
		.scope = HOST_LINKS,
		.numbers = {{.title = "recv", .width = 5, .host = HOST_link_rx_bytes},
			    {.title = "send", .width = 5, .host = HOST_link_tx_bytes}},
	},
	{
		.name = "net-packets",
		.title = "pkt/",
		.help = "packets received and sent by interfaces, as with --net",
		.kind = COLUMNS_HOST_EACH,
		.scope = HOST_LINKS,
		.numbers = {{.title = "#recv", .width = 5, .host = HOST_link_rx_packets},
			    {.title = "#send", .width = 5, .host = HOST_link_tx_packets}},
	},
	{
		.name = "page",
		.letter = 'g',
		.title = "paging",
		.help = "bytes swapped in and out",
		.kind = COLUMNS_HOST,
		.numbers = {{.title = "in", .width = 5, .host = HOST_paged_in},
			    {.title = "out", .width = 5, .host = HOST_paged_out}},
	},
	{
		.name = "proc",
		.letter = 'p',
		.title = "procs",
		.help = "tasks that run or want to, that are blocked by disks, new ones",
		.kind = COLUMNS_HOST,
		.numbers = {{.title = "run", .width = 3, .host = HOST_procs_running},
			    {.title = "blk", .width = 3, .host = HOST_procs_blocked},
			    {.title = "new", .width = 3, .host = HOST_procs_new}},
	},
	{
		.name = "sys",
		.letter = 'y',
		.title = "system",
		.help = "interrupts and context switches",
		.kind = COLUMNS_HOST,
		.numbers = {{.title = "int", .width = 5, .host = HOST_interrupts},
			    {.title = "csw", .width = 5, .host = HOST_context_switches}},
	},
	{
		.name = "tcp",
		.title = "tcp sockets",
		.help = "TCP sockets of this network namespace: lis LISTEN, act ESTABLISHED, syn SYN_SENT, SYN_RECV "
			"and "
			"LAST_ACK, tim TIME_WAIT, clo all others",
		.kind = COLUMNS_HOST,
		.numbers = {{.title = "lis", .width = 4, .host = HOST_tcp_lis},
			    {.title = "act", .width = 4, .host = HOST_tcp_act},
			    {.title = "syn", .width = 4, .host = HOST_tcp_syn},
			    {.title = "tim", .width = 4, .host = HOST_tcp_tim},
			    {.title = "clo", .width = 4, .host = HOST_tcp_clo}},
	},
	{
		.name = "udp",
		.title = "udp",
		.help = "UDP sockets of this network namespace: lis not connected, act connected",
		.kind = COLUMNS_HOST,
		.numbers = {{.title = "lis", .width = 4, .host = HOST_udp_lis},
			    {.title = "act", .width = 4, .host = HOST_udp_act}},
	},
	{
		.name = "socket",
		.title = "sockets",
		.help = "sockets in use, of all kinds and of IPv4: TCP, UDP, raw; datagrams being put together",
		.kind = COLUMNS_HOST,
		.numbers = {{.title = "tot", .width = 4, .host = HOST_sockets},
			    {.title = "tcp", .width = 4, .host = HOST_sockets_tcp},
			    {.title = "udp", .width = 4, .host = HOST_sockets_udp},
			    {.title = "raw", .width = 4, .host = HOST_sockets_raw},
			    {.title = "frg", .width = 4, .host = HOST_sockets_fragments}},
	},
	{
		.name = "raw",
		.title = "raw",
		.help = "IPv4 raw sockets",
		.kind = COLUMNS_HOST,
		.numbers = {{.title = "raw", .width = 4, .host = HOST_raw}},
	},
	{
		.name = "unix",
		.title = "unix sockets",
		.help = "Unix sockets: dgm datagram, str stream, of these lis not connected, act connected",
		.kind = COLUMNS_HOST,
		.numbers = {{.title = "dgm", .width = 4, .host = HOST_unix_dgm},
			    {.title = "str", .width = 4, .host = HOST_unix_str},
			    {.title = "lis", .width = 4, .host = HOST_unix_lis},
			    {.title = "act", .width = 4, .host = HOST_unix_act}},
	},
	{
		.name = "top-cpu",
		.title = "most expensive",
		.subtitle = "cpu process",
		.help = "the process with the most CPU time, and its share of all CPUs in percent",
		.kind = COLUMNS_HOST_TOP,
		.top = HOST_TOP_CPU,
		.text = {.title = "process", .width = 13},
		.numbers = {{.title = "cpu", .width = 3, .host = HOST_process_cpu, .before = ""}},
	},
	{
		.name = "top-cpu-adv",
		.title = "most expensive cpu process",
		.subtitle = "process              pid  cpu read write",
		.help = "the same with its pid and what it reads and writes",
		.kind = COLUMNS_HOST_TOP,
		.top = HOST_TOP_CPU,
		.text = {.title = "process", .width = 26, .with_pid = true},
		.numbers = {{.title = "cpu", .width = 3, .host = HOST_process_cpu, .before = "", .unit = "%"},
			    {.title = "read", .width = 5, .host = HOST_process_read, .before = ""},
			    {.title = "write", .width = 5, .host = HOST_process_written, .before = ""}},
	},
	{
		.name = "top-io",
		.title = "most expensive",
		.subtitle = "i/o process",
		.help = "the process that reads and writes most, files, pipes and sockets alike, and how much",
		.kind = COLUMNS_HOST_TOP,
		.top = HOST_TOP_IO,
		.text = {.title = "process", .width = 11},
		.numbers = {{.title = "read", .width = 5, .host = HOST_process_read, .before = ""},
			    {.title = "write", .width = 5, .host = HOST_process_written}},
	},
	{
		.name = "top-io-adv",
		.title = "most expensive i/o process",
		.subtitle = "process              pid  read write cpu",
		.help = "the same with its pid and CPU time",
		.kind = COLUMNS_HOST_TOP,
		.top = HOST_TOP_IO,
		.text = {.title = "process", .width = 26, .with_pid = true},
		.numbers = {{.title = "read", .width = 5, .host = HOST_process_read, .before = ""},
			    {.title = "write", .width = 5, .host = HOST_process_written, .before = ""},
			    {.title = "cpu", .width = 3, .host = HOST_process_cpu, .before = "", .unit = "%"}},
	},
	{
		.name = "top-mem",
		.title = "most expensive",
		.subtitle = "memory process",
		.help = "the process with the most resident memory",
		.kind = COLUMNS_HOST_TOP,
		.top = HOST_TOP_MEMORY,
		.text = {.title = "process", .width = 12},
		.numbers = {{.title = "mem", .width = 5, .host = HOST_process_memory, .before = ""}},
	},
};

const size_t column_group_count = sizeof(column_groups) / sizeof(*column_groups);

const struct column table_columns[] = {
	{.title = "conn/s", .width = 7, .sum = {METRIC_tcp_opens_in, METRIC_tcp_opens_out, METRIC_NONE}},
	{.title = "fail", .width = 5, .sum = {METRIC_tcp_opens_failed, METRIC_NONE}, .rank = 6},
	{.title = "retr",
	 .width = 5,
	 .sum = {METRIC_tcp_retrans_segs, METRIC_tcp_retrans_synack, METRIC_NONE},
	 .rank = 1},
	{.title = "retr%",
	 .width = 6,
	 .sum = {METRIC_tcp_retrans_ratio, METRIC_NONE},
	 .alarm = ALARM_ABOVE_ONE_PERCENT,
	 .rank = 1},
	{.title = "recv", .width = 5, .sum = {METRIC_tcp_rx_bytes, METRIC_udp_rx_bytes, METRIC_NONE}, .rank = 3},
	{.title = "send", .width = 5, .sum = {METRIC_tcp_tx_bytes, METRIC_udp_tx_bytes, METRIC_NONE}, .rank = 3},
	{.title = "dg-in", .width = 6, .sum = {METRIC_udp_rx_dgrams, METRIC_NONE}, .rank = 4},
	{.title = "dg-out", .width = 7, .sum = {METRIC_udp_tx_dgrams, METRIC_NONE}, .rank = 4},
	{.title = "drops", .width = 6, .sum = {METRIC_udp_rx_drops, METRIC_NONE}, .alarm = ALARM_ANY, .rank = 5},
	{.title = "drop%",
	 .width = 6,
	 .sum = {METRIC_udp_drop_ratio, METRIC_NONE},
	 .alarm = ALARM_ABOVE_ONE_PERCENT,
	 .rank = 8},
	{.title = "from", .width = 5, .sum = {METRIC_remotes_in, METRIC_NONE}, .rank = 7},
	{.title = "to", .width = 5, .sum = {METRIC_remotes_out, METRIC_NONE}, .rank = 7},
	{.title = "ports", .width = 6, .sum = {METRIC_ports, METRIC_NONE}, .rank = 9},
	{.title = "rst", .width = 5, .sum = {METRIC_tcp_resets_in, METRIC_tcp_resets_out, METRIC_NONE}, .rank = 10},
	{.title = "rtt", .width = 5, .sum = {METRIC_tcp_rtt_us, METRIC_NONE}, .rank = 11},
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

const struct column *column_group_end(const struct column_group *group)
{
	const struct column *column = group->numbers;

	while (column < group->numbers + COLUMN_NUMBERS_MAX && column->title)
		column++;
	return column;
}

bool column_group_is_host(const struct column_group *group)
{
	return group->kind == COLUMNS_CLOCK || group->kind >= COLUMNS_EPOCH;
}

unsigned int column_group_parts(const struct column_group *group)
{
	unsigned int parts = 0;

	for (const struct column *column = group->numbers; column < column_group_end(group); column++)
		parts |= host_metrics[column->host].part;
	return parts;
}

enum metric_unit column_unit(const struct column *column)
{
	return column->host ? host_metrics[column->host].unit : metrics[column->sum[0]].unit;
}

double column_value(const struct column *column, const struct report_values *values, double interval)
{
	double sum = 0;

	for (const enum metric *metric = column->sum; *metric != METRIC_NONE; metric++)
		sum += report_value(values, *metric);
	return metrics[column->sum[0]].kind != METRIC_COUNTER || interval <= 0 ? sum : sum / interval;
}

double column_host_value(const struct column *column, const struct host_values *values, double interval)
{
	const double value = values->value[column->host];

	return host_metrics[column->host].kind != METRIC_COUNTER || interval <= 0 ? value : value / interval;
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
