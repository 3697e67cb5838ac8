#!/usr/bin/env bash
# TCP sockets by state: on a quiet host exactly what ss says in the same moment, TIME_WAIT and half-open ones included,
# by port and by process, also of sockets that no process held when l4dstat started.
. "$(dirname "$0")/../lib.sh"

network
"${clients[@]}" sysctl -qw net.ipv4.tcp_syn_retries=6
start server "$traffic" tcp-serve --port 7000 --ports 20 --mode sink --name l4-states
start closer "$traffic" tcp-serve --port 7100 --mode close
ready server closer
start older "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7000 --count 7 --hold --bytes 5
ready older
watch joined 0.3 --top 0 --by netns,port,process,role
watch subnets 0.3 --top 0 --by netns,subnet,port
start younger "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1+5" --port 7001 --count 30 --hold --bytes 5
start ended "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.2.1+20" --port 7100 --count 300
start waiting "${clients[@]}" "$traffic" tcp-connect --to "$net4.200.1" --from "$net4.3.1" --port 7002 --count 1 --fails --time 30
# SYN-ACKs that never arrive leave connections half open.
drop "ip daddr $net4.4.1 tcp sport 7003"
start half "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.4.1" --port 7003 --count 1 --fails --time 30
ready younger
finish ended

half_open() {
	[ "$(ss -tnH state syn-recv | wc -l)" = 1 ] && [ "$("${clients[@]}" ss -tnH state syn-sent | wc -l)" = 2 ]
}
# Fewer than there were: a connection from the same port as one in TIME_WAIT takes its place. And none on its way there:
# the last FIN may be under way when its process has ended.
all_ended() {
	{ ss -tanH && "${clients[@]}" ss -tanH; } | awk '
		{ n[$1]++ }
		END { exit n["TIME-WAIT"] < 250 || n["FIN-WAIT-1"] + n["FIN-WAIT-2"] + n["LAST-ACK"] + n["CLOSING"] }'
}
within 10 "a half-open connection and two that are opening" half_open
within 10 "what ended is in TIME_WAIT" all_ended

# Nothing changes from here on, but for TIME_WAIT, which ends after a minute.
for view in server clients; do
	declare -n inside=$view
	"${inside[@]}" ss -tanH | awk '{ print $1 }' | sort | uniq -c | awk '{ print $2, $1 }' >"$work/ss.$view"
	cat "$work/ss.$view"
done
next_line joined
next_line joined
next_line subnets
unwatch joined subnets

in_state() { # NAMESPACE STATE
	awk -v state="$2" '$1 == state { n = $2 } END { print n + 0 }' "$work/ss.$1"
}

last() { # METRIC FILTER: of the last whole interval
	jq -s ".[-2].rows | map(select($2) | .$1 // 0) | add // 0" "$work/joined.out"
}

at_least "TIME_WAIT" "$(($(in_state server TIME-WAIT) + $(in_state clients TIME-WAIT)))" 250
for view in server clients; do
	here=".netns == \"$(netns_of $view)\""
	for pair in listen:LISTEN syn_sent:SYN-SENT syn_recv:SYN-RECV established:ESTAB fin_wait1:FIN-WAIT-1 \
		fin_wait2:FIN-WAIT-2 time_wait:TIME-WAIT close_wait:CLOSE-WAIT last_ack:LAST-ACK closing:CLOSING; do
		equal "$view, ${pair#*:}" "$(last "tcp_${pair%:*}" "$here")" "$(in_state $view "${pair#*:}")"
	done
done
stated=".netns == \"$(netns_of server)\" and .process == \"l4-states\""
equal "listeners by process" "$(last tcp_listen "$stated")" 20
equal "established by port and process, older" "$(last tcp_established "$stated and .port == 7000 and .role == \"server\"")" 7
equal "the same of another namespace" "$(last tcp_established \
	".netns == \"$(netns_of clients)\" and .process == \"traffic\" and .pid == ${job_pid[older]} and .port == 7000")" 7
equal "established by port and process, younger" "$(last tcp_established "$stated and .port == 7001")" 30
equal "half open, of the listener" "$(last tcp_syn_recv "$stated and .port == 7003")" 1
equal "half open, by remote prefix" "$(jq -sc '.[-2].rows | map(select(.tcp_syn_recv) | [.netns, .subnet, .port, .tcp_syn_recv])' \
	"$work/subnets.out")" "[[\"$(netns_of server)\",\"$net4.4.0/24\",7003,1]]"
equal "TIME_WAIT by port" "$(last tcp_time_wait ".port == 7100 and .process == \"kernel\"")" \
	"$(($(in_state server TIME-WAIT) + $(in_state clients TIME-WAIT)))"
equal "sockets is the sum of the rows" "$(jq -s '.[-2] | .sockets as $s | [.sockets | keys[]] |
	map(. as $k | ($s[$k] == ($rows[0] | map(.[$k] // 0) | add))) | all' --argjson rows \
	"[$(jq -sc '.[-2].rows' "$work/joined.out")]" "$work/joined.out")" true
