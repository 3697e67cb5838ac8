#!/usr/bin/env bash
# Filters on real traffic: each view shows what was asked for, with exact counts, and total is the sum of it.
. "$(dirname "$0")/../lib.sh"

counts() { # WATCH CONNECTIONS-IN DATAGRAMS-IN
	equal "$1: connections accepted" "$(total "$1" tcp_opens_in)" "$2"
	equal "$1: datagrams received" "$(total "$1" udp_rx_dgrams)" "$3"
}

# Both ends are ours and other hosts' traffic may run beside this test: a filter that does not name what is ours stands
# beside one that does.
network
start tcp-server "$traffic" tcp-serve --port "$port" --ports 3 --mode echo
start udp-server "$traffic" udp-recv --port $((port + 10))
ready tcp-server udp-server
tcp_pid=${job_pid[tcp-server]} udp_pid=${job_pid[udp-server]}
ours=--port=$port-$((port + 10))

watch everything 0.3 --top 0 "$ours"
watch one_port 0.3 --port $((port + 1))
watch two_ports 0.3 --port "$port",$((port + 2))
watch subnet4 0.3 --subnet "$net4.1.0/24" "$ours"
watch subnets 0.3 --subnet "$net4.2.0/23,$net6:5::/64" "$ours"
watch address 0.3 --subnet "$net4.1.7" --prefix4 32 "$ours"
watch tcp_pid 0.3 --pid "$tcp_pid"
watch udp_pid 0.3 --pid "$udp_pid,1"
watch name 0.3 --process traffic,nobody "$ours"
watch stranger 0.3 --process nobody "$ours"
watch tcp 0.3 --proto tcp "$ours"
watch udp 0.3 --proto udp "$ours"
watch four 0.3 -4 "$ours"
watch six 0.3 -6 "$ours"
watch far 0.3 --no-loopback "$ours"
watch near 0.3 --subnet 127.0.0.0/8,::1 "$ours"
watch table 0.3 --by subnet,port --top 0 -4 --proto tcp "$ours"

to4=$net4.128.1 to6=$net6:80::1
for i in 1 2 3; do # 3, 6, 9 connections
	"${clients[@]}" "$traffic" tcp-connect --to "$to4" --from "$net4.$i.7" --port $((port + i - 1)) --count $((3 * i)) --bytes 10
done
"${clients[@]}" "$traffic" tcp-connect --to "$to6" --from "$net6:5::1" --port "$port" --count 40 --bytes 10
"$traffic" tcp-connect --to 127.0.0.1 --port "$port" --count 100 --bytes 10
"$traffic" tcp-connect --to ::1 --port "$port" --count 200 --bytes 10
"${clients[@]}" "$traffic" udp-send --to "$to4" --port $((port + 10)) --from "$net4.1.7" --count 5
"${clients[@]}" "$traffic" udp-send --to "$to6" --port $((port + 10)) --from "$net6:5::1" --count 7
"$traffic" udp-send --to ::1 --port $((port + 10)) --count 11
settle
watches=(everything one_port two_ports subnet4 subnets address tcp_pid udp_pid name stranger tcp udp four six far near table)
unwatch "${watches[@]}"

counts everything 358 23
counts one_port 6 0
counts two_ports 352 0
counts subnet4 3 5
counts subnets 55 7
counts address 3 5
counts tcp_pid 358 0
counts udp_pid 0 23
counts name 358 23
counts stranger 0 0
counts tcp 358 0
counts udp 0 23
counts four 118 5
counts six 240 18
counts far 58 12
counts near 300 11
counts table 118 0

# A filter by address leaves out the states of sockets, whose addresses are not known, instead of calling them 0.
equal "six: sockets that are counted" "$(jq -r '.sockets | keys[]' "$work/six.out" | sort -u)" tcp_syn_recv
equal "tcp: sockets listening" "$(jq -s 'first | .sockets.tcp_listen' "$work/tcp.out")" 3
equal "udp: listeners" "$(jq -s 'map(.listeners | length) | add' "$work/udp.out")" 0
equal "two_ports: ports that listen" "$(jq -sr 'first | [.listeners[].port] | sort | join(" ")' "$work/two_ports.out")" \
	"$port $((port + 2))"
jq -e '.quality | has("unattributed") and has("retrans_cover")' "$work/stranger.out" >/dev/null || fail "quality is not whole"

row_of_six() {
	"$traffic" udp-send --to ::1 --port $((port + 10)) >/dev/null
	[ "$(wc -l <"$work/six.csv.out")" -gt 1 ]
}
csv_value() { # FILE COLUMN
	tr -d '\r' <"$work/$1.csv.out" |
		awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } END { print at ? $at : "no such column" }'
}
start six.csv "$l4dstat" --csv --by port -6 "$ours" 0.2
within 20 "the head of the table" job_said six.csv timestamp
within 20 "a row of the table" row_of_six
stop six.csv
"$l4dstat" --csv --by port,proto --port "$port" --pid "$tcp_pid" 0.2 1 >"$work/both.csv.out"
equal "csv, IPv6: sockets listening" "$(csv_value six tcp_listen)" ""
equal "csv: sockets listening" "$(csv_value both tcp_listen)" 1

# Views for people.
"$l4dstat" --listeners --port $((port + 1)) --process traffic 0.2 1 >"$work/listeners"
cat "$work/listeners"
equal "listeners" "$(grep -c "traffic.$tcp_pid." "$work/listeners")" 1
equal "states" "$("$l4dstat" --states --port "$port" --pid "$tcp_pid" 0.2 1 | awk 'END { print $1 }')" 1
