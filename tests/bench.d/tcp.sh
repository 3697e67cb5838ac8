#!/usr/bin/env bash
# TCP throughput, and what programs do meanwhile: row 4.
. "$(dirname "$0")/turns.sh"

sides="off l4dstat empty"

iperf() { # SECONDS
	iperf3 --client 127.0.0.1 --time "$1" --json | jq .end.sum_received.bits_per_second
}

listens() { # PORT
	[ -n "$(ss -tlnH "sport = :$1")" ]
}

# Prints runs of all programs of the process, and the nanoseconds they took.
program_stats() { # PID
	local ids

	ids=$(cat "/proc/$1"/fdinfo/* 2>/dev/null | awk '/^prog_id:/ { print $2 }' | sort -u | jq -s .)
	bpftool --json prog show |
		jq -r --argjson ids "$ids" '[.[] | select(.id | IN($ids[]))] |
			"\([.[].run_cnt // 0] | add) \([.[].run_time_ns // 0] | add)"'
}

# Runs and nanoseconds per gigabyte.
stats_per_gb() {
	local pid=${job_pid[turn-$turn]} runs_before ns_before runs ns bytes

	read -r runs_before ns_before < <(program_stats "$pid")
	bytes=$(iperf3 --client 127.0.0.1 --time 1 --json | jq .end.sum_received.bytes)
	read -r runs ns < <(program_stats "$pid")
	awk -v bytes="$bytes" -v runs=$((runs - runs_before)) -v ns=$((ns - ns_before)) \
		'BEGIN { print runs / bytes * 1e9, ns / bytes * 1e9 }'
}

start iperf-server "${alone[@]}" iperf3 --server
within 10 "iperf3 listens" listens 5201
take_turns "$(few 25 5)" tcp "$sides" iperf 1
of_rounds tcp "$sides" "l4dstat1 / off1" | tell 4 "TCP throughput over loopback (iperf3), with to without" ">= 0.99"
of_rounds tcp "$sides" "empty1 / off1" | tell 4 "the same with empty programs on the same hooks" ""

start stats "$tools/hooks" --stats
ready stats
take_turns "$(few 9 3)" stats "l4dstat empty" stats_per_gb
stop stats
remark "runs of programs per GB: $(median "$work/stats.l4dstat" '$1'); ns each, as the kernel takes them:" \
	"$(median "$work/stats.l4dstat" '$2 / $1'), empty ones $(median "$work/stats.empty" '$2 / $1')"
of_rounds stats "l4dstat empty" "(l4dstat2 - l4dstat1 * empty2 / empty1) * 1.25 / 1e9 * 100" |
	tell 4 "all programs' time less that of empty ones, at 10 Gbit/s: % of a CPU" "<= 0.5"
