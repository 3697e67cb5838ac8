#!/usr/bin/env bash
# Two processes of one name, the second with the pid of the first: two rows, also in one interval.
. "$(dirname "$0")/../lib.sh"

readonly last_pid=/proc/sys/kernel/ns_last_pid

[ -w $last_pid ] || skip "this kernel cannot be asked for a pid (it has no $last_pid)"

send() { # COUNT: a process that waits for a line before it sends
	"$traffic" udp-send --to "$net4.1.1" --port 9000 --count "$1" --name l4-same --hold <&"$hold" >"$work/same.out" &
	sender=$!
}

# Others may fork in between and get the pid: then once more.
send_as() { # PID COUNT
	echo $(($1 - 1)) >$last_pid
	send "$2"
	[ $sender = "$1" ] || { kill -KILL $sender && wait $sender 2>/dev/null; }
}

let_it_send() {
	echo >&"$hold"
	wait $sender || fail "the sender: exit $?"
}

network
mkfifo "$work/hold"
exec {hold}<>"$work/hold"
start receiver "${clients[@]}" "$traffic" udp-recv --port 9000 --count 30
ready receiver
watch joined 2 --top 0 --by netns,process

next_line joined # then there is time for both in one interval
send 10
first=$sender
let_it_send
within 20 "the same pid once more" send_as $first 20
let_it_send
finish receiver
unwatch joined

rows=$(jq -sc "[.[].rows[] | select(.netns == \"$(netns_of server)\" and .process == \"l4-same\")] | map([.pid, .udp_tx_dgrams]) | sort" \
	"$work/joined.out")
equal "rows of that name" "$rows" "[[$first,10],[$first,20]]"
