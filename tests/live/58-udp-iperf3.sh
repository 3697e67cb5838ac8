#!/usr/bin/env bash
# iperf3 -u in both directions, over IPv4 and IPv6, with every tenth datagram dropped by the receiver's firewall: the rows
# of its two processes are the datagrams and bytes that it reports to have sent, less what was dropped.
. "$(dirname "$0")/../lib.sh"

readonly size=500 datagrams=20000
readonly hello=1 hello_bytes=4 # iperf3 begins with a datagram each way, which it does not report

# Loss on the way into a namespace's sockets, hello and goodbye apart: those are small.
lose() { # NAMESPACE
	local -n inside=$1

	"${inside[@]}" nft "add table inet l4test; add chain inet l4test input { type filter hook input priority 0; }"
	"${inside[@]}" nft add rule inet l4test input "meta l4proto udp meta length > 400 numgen inc mod 10 == 5 counter drop"
}

# How many were dropped in either namespace so far.
dropped() {
	local end

	for end in server clients; do
		local -n inside=$end
		"${inside[@]}" nft list chain inet l4test input
	done | awk '{ for (i = 1; i < NF; i++) if ($i == "packets") sum += $(i + 1) } END { print sum }'
}

listens() {
	[ "$(ss -tlnH "sport = $port")" ]
}

# The receiver runs as soon as there is something to read, so that nothing is left unread at the end.
declare -A dropped_in
transfer() { # NAME ADDRESS RECEIVER OPTION…
	local -A at_once=(["$3"]="chrt -f 1")
	local before

	before=$(dropped)

	# shellcheck disable=SC2086
	start "$1-server" ${at_once[server]-} iperf3 --server --one-off --json --bind "$2" --port "$port"
	within 20 "iperf3 listens" listens
	# shellcheck disable=SC2086
	start "$1-client" "${clients[@]}" ${at_once[client]-} iperf3 --udp --json --client "$2" --port "$port" \
		--bitrate 40M --length $size --blockcount $datagrams "${@:4}"
	finish "$1-client" "$1-server"
	dropped_in[$1]=$(($(dropped) - before))
}

# Of the side that receives: its report has what was sent and what was lost.
reported() { # JOB KEY
	jq ".end.streams[0].udp.$2" "$work/$1.out"
}

row() { # JOB ROLE METRIC…
	local metric mine=".pid == ${job_pid[$1]} and .process == \"iperf3\" and .role == \"$2\" and .port == $port"

	for metric in "${@:3}"; do
		sum joined rows "$metric" "$mine"
	done
}

# iperf3 does not miss what is lost behind the last datagram that it has read.
check() { # NAME SENDER RECEIVER
	local sent lost=${dropped_in[$1]} noticed read drops

	sent=$(reported "$1-$2" packets)
	noticed=$(reported "$1-$3" lost_packets)
	read -r drops <<<"$(row "$1-$3" "$3" udp_rx_drops)"
	read=$((sent - lost))
	at_least "$1: datagrams, says iperf3" "$sent" $datagrams
	at_least "$1: lost, says the firewall" "$lost" $((sent / 10))
	at_least "$1: lost, says iperf3" "$noticed" $((sent / 11))
	at_least "$1: of all that were lost" $((lost + drops)) "$noticed"
	equal "$1: row of the sender, a $2" "$(row "$1-$2" "$2" udp_tx_dgrams udp_tx_bytes udp_rx_dgrams | tr '\n' ' ')" \
		"$((sent + hello)) $((sent * size + hello_bytes)) $hello "
	equal "$1: row of the receiver, a $3" "$(row "$1-$3" "$3" udp_rx_dgrams udp_rx_bytes | tr '\n' ' ')" \
		"$((read + hello)) $((read * size + hello_bytes)) "
	lost_so_far=$((lost_so_far + lost))
}

network
sysctl -qw net.ipv6.ip_nonlocal_bind=1 # to all addresses of a subnet that is routed here
lose server
lose clients
watch joined 0.5 --top 0 --by port,process,role
one_cpu
lost_so_far=0
transfer ipv4 "$net4.128.1" server
transfer ipv6 "$net6:80::1" server
transfer ipv4-back "$net4.128.1" client -R
transfer ipv6-back "$net6:80::1" client -R
unwatch joined

check ipv4 client server
check ipv6 client server
check ipv4-back server client
check ipv6-back server client
equal "what the firewall dropped is what was lost" "$(sum joined rows udp_filtered ".port == $port")" $lost_so_far
for end in server clients; do
	for counter in NoPorts InCsumErrors MemErrors; do
		equal "$end: $counter" "$(risen $end Udp$counter) $(risen $end Udp6$counter)" "0 0"
	done
done
