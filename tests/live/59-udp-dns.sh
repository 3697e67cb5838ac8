#!/usr/bin/env bash
# A DNS server, dnsmasq, under a load tool, dnsperf, over IPv4 and IPv6: the rows of both have exactly the queries and
# answers that dnsperf reports, and together they are what the kernel's counters say.
. "$(dirname "$0")/../lib.sh"

readonly queries=20000

answers() { # ADDRESS
	"${clients[@]}" dnsperf -s "$1" -p "$port" -d "$work/one" -n 1 | grep -q 'Queries completed: *1 '
}

ask() { # NAME ADDRESS
	start "$1" "${clients[@]}" dnsperf -s "$2" -p "$port" -d "$work/queries" -n 1 -c 8 -T 1 -q 50
	finish "$1"
}

reported() { # NAME KEY
	sed -nE "s/^ *$2: *([0-9]+).*/\1/p" "$work/$1.out"
}

row() { # JOB ROLE
	local metric mine=".pid == ${job_pid[$1]} and .role == \"$2\" and .port == $port"

	for metric in udp_tx_dgrams udp_rx_dgrams; do
		sum joined rows $metric "$mine"
	done | tr '\n' ' '
}

network
seq -f 'host%g.example A' $queries >"$work/queries"
echo 'ready.example A' >"$work/one"
start dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --pid-file --no-resolv --no-hosts \
	--bind-interfaces --interface=to-clients --except-interface=lo --port "$port" --address=/example/192.0.2.1
within 20 "dnsmasq answers" answers "$net4.255.1"
remember server clients
watch joined 0.5 --top 0 --by subnet,port,process,role
ask ipv4 "$net4.255.1"
ask ipv6 "$net6:fff::1"
unwatch joined
kill -TERM "${job_pid[dnsmasq]}"
finish dnsmasq

both=$((2 * queries))
for name in ipv4 ipv6; do
	equal "$name: dnsperf: sent, completed" "$(reported $name "Queries sent") $(reported $name "Queries completed")" \
		"$queries $queries"
	equal "$name: row of dnsperf: queries out, answers in" "$(row $name client)" "$queries $queries "
done
equal "row of dnsmasq: answers out, queries in" "$(row dnsmasq server)" "$both $both "
from4=".process == \"dnsmasq\" and .subnet == \"$net4.255.0/24\""
from6=".process == \"dnsmasq\" and .subnet == \"$net6:fff::/64\""
equal "rows of dnsmasq by prefix: queries" \
	"$(sum joined rows udp_rx_dgrams "$from4") $(sum joined rows udp_rx_dgrams "$from6")" "$queries $queries"
for metric in rx tx; do
	equal "$metric: bytes of dnsperf are those of dnsmasq" \
		"$(sum joined rows udp_${metric}_bytes '.process == "dnsperf"')" \
		"$(sum joined rows "udp_$([ $metric = rx ] && echo tx || echo rx)_bytes" '.process == "dnsmasq"')"
done
for end in server clients; do
	equal "$end: OutDatagrams, InDatagrams" \
		"$(risen $end UdpOutDatagrams) $(risen $end Udp6OutDatagrams) $(risen $end UdpInDatagrams) $(risen $end Udp6InDatagrams)" \
		"$queries $queries $queries $queries"
	equal "$end: NoPorts, InErrors" "$(risen $end UdpNoPorts) $(risen $end Udp6NoPorts) $(risen $end UdpInErrors) $(risen $end Udp6InErrors)" "0 0 0 0"
done
