/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What files of /proc say, from their text: pure functions that can be tested with any text. Counters are as the files
 * have them, since boot. What is not in the text keeps its value. Not here: opening files (host_reader.c,
 * host_processes.c).
 */
#ifndef L4_HOST_PARSE_H
#define L4_HOST_PARSE_H

#include "host.h"

/* What /proc says of the time of the CPUs, in ticks. */
enum { HOST_CPU_KINDS = HOST_cpu_stolen - HOST_cpu_user + 1 };

/* /proc/stat. The shares of the CPU become ticks here: host_cpu_shares() makes shares of their difference. */
void host_parse_stat(struct host_values *values, const char *text);

/* Ticks since boot, before and now, to shares. Without ticks between them all are 0. */
void host_cpu_shares(struct host_values *now, const struct host_values *before);

/* /proc/vmstat */
void host_parse_vmstat(struct host_values *values, const char *text, unsigned int page_size);

/* /proc/net/sockstat */
void host_parse_sockstat(struct host_values *values, const char *text);

/* /proc/net/raw */
void host_parse_raw(struct host_values *values, const char *text);

/* /proc/net/unix */
void host_parse_unix(struct host_values *values, const char *text);

/* /proc/diskstats: a row for each disk and partition that has ever done something. */
void host_parse_disks(struct host_rows *disks, const char *text);

/* Sockets by the kernel's number of their state. */
enum { HOST_SOCKET_STATES = 16 };

/* Adds what is in the text of /proc/net/{tcp,tcp6,udp,udp6}. */
void host_parse_sockets(unsigned int states[static HOST_SOCKET_STATES], const char *text);

/*
 * Connections that are ESTABLISHED or in CLOSE_WAIT, as the text of /proc/net/snmp has them (CurrEstab,
 * tcp_set_state()); -1 if it has not.
 */
long host_parse_connected(const char *text);

struct host_process {
	pid_t pid;
	char name[HOST_NAME]; /* of the process, as it is: may be hostile */
	uint64_t start;	      /* ticks since boot: another process of that pid has another one */
	uint64_t ticks;	      /* of CPU time */
	uint64_t pages;	      /* resident */
	uint64_t read, written;
	bool has_io;
};

/* /proc/PID/stat; the name may hold anything, blanks and brackets too. Returns false if it is cut short. */
bool host_parse_process(struct host_process *process, const char *text);

/* /proc/PID/io */
void host_parse_process_io(struct host_process *process, const char *text);

#endif
