#!/usr/bin/env bash
# 200 processes that live only for one datagram, half of them forked, half of them executed: each has a row with its
# name, none is unknown.
. "$(dirname "$0")/../lib.sh"

network
start receiver "${clients[@]}" "$traffic" udp-recv --port 9000 --rcvbuf 1000000 --count 200
ready receiver
watch joined 0.5 --top 0 --by netns,process
watch plain 0.5 --top 0
"$traffic" udp-spawn --to "$net4.1.1,$net6:1::1" --port 9000 --count 100 --child-name "f$$-"
for ((i = 1; i <= 100; i++)); do
	ln -s "$traffic" "$work/x$$-$i"
	"$work/x$$-$i" udp-send --to "$net4.1.1" --port 9000 >"$work/sent"
done
finish receiver
unwatch joined plain

here=".netns == \"$(netns_of server)\""
names() { # LIST VIEW JQ-CONDITION: how many names have exactly one datagram
	jq -s "[.[].$1[] | select($3) | select(.process | test(\"^[fx]$$-[0-9]+\$\"))] | group_by(.process) |
		map(select(length == 1 and .[0].udp_tx_dgrams == 1)) | length" "$work/$2.out"
}
equal "datagrams sent in the namespace" "$(sum joined rows udp_tx_dgrams "$here")" 200
equal "names with one datagram" "$(names rows joined "$here")" 200
equal "unknown" "$(sum joined rows udp_tx_dgrams "$here and .process == \"unknown\"")" 0
equal "names with one datagram in by_process" "$(names by_process plain "has(\"pid\") and has(\"cgroup\")")" 200
equal "receiver" "$(sum joined rows udp_rx_dgrams ".netns == \"$(netns_of clients)\" and .pid == ${job_pid[receiver]}")" 200
