#!/usr/bin/env bash
# What 60 000 TIME_WAIT sockets cost an interval: row 6. They last a minute, but not longer than their network
# namespace, and that is as old as its server.
. "$(dirname "$0")/turns.sh"

time_waits=$(few 60000 20000) intervals=10
delay=0.2

make_time_waits() {
	local client makers=(time-wait-{1..4})

	"${inside[@]}" sysctl -qw net.ipv4.tcp_tw_reuse=0 net.ipv4.tcp_max_tw_buckets=$((2 * time_waits))
	for client in "${makers[@]}"; do
		start "$client" taskset -c "0-$last_cpu" "${inside[@]}" "$traffic" tcp-connect --to 127.0.0.1 \
			--from "127.0.1.${client##*-}" --port 7001 --count $((time_waits / ${#makers[@]})) --bytes 1
	done
	finish "${makers[@]}"
}

cost_now() {
	interval_cost "turn-$turn" $intervals
}

ss_cost() {
	local TIMEFORMAT='%U %S' i

	for ((i = 0; i < intervals; i++)); do
		{ time "${inside[@]}" ss -tanH state time-wait >/dev/null; } 2>&1 | awk '{ print ($1 + $2) * 1000 }'
	done
}

start server unshare --net "$traffic" tcp-serve --bind 127.0.0.1 --port 7001 --time 300
ready server
inside=(nsenter "--net=/proc/${job_pid[server]}/ns/net" --)
"${inside[@]}" ip link set lo up
take_turns 1 without "line json" cost_now
make_time_waits
take_turns 1 with "line json" cost_now
ss_cost >"$work/with.ss"
left=$("${inside[@]}" awk '$6 == "tw" { print $7 }' /proc/thread-self/net/sockstat)
stop server
paste -d ' ' "$work"/{with,without}.line | awk '{ print $1 / $2 }' |
	tell 6 "CPU of an interval, lines, with $left TIME_WAIT to without" ""
of_rounds with "json ss" "json1 / ss1" | tell 6 "the same, \`--json\`, to \`ss -tan state time-wait\`" "<= 0.3"
