#!/usr/bin/env bash
# iperf3 in both directions, over IPv4 and IPv6, beyond 32 bits: the bytes of the processes' rows are what its two ends
# report, and what it said besides to agree on that.
. "$(dirname "$0")/../lib.sh"

readonly bytes=5000000000 data_ports=5001-5012 # a port for each transfer: TIME_WAIT may hold the last one's
data_port=5000
readonly cookie=37 # bytes by which the client makes a data connection known; iperf3 does not report them
declare -A control

# Counts the packets of the control connections, but for the SYNs, on their way into and out of the clients' namespace.
count_control() {
	local nft=("${clients[@]}" nft) hook service other

	"${nft[@]}" add table inet l4control
	while read -r hook service other; do
		"${nft[@]}" add counter inet l4control "$hook"
		"${nft[@]}" "add chain inet l4control $hook { type filter hook $hook priority 0; }"
		"${nft[@]}" "add rule inet l4control $hook tcp $service $port tcp $other != $data_ports tcp flags & syn == 0x0 \
			counter name $hook"
	done <<-END
		input sport dport
		output dport sport
	END
}

# Their payload since the last time. Headers are of one length as there are no TCP options.
control_bytes() { # input|output HEADER
	"${clients[@]}" nft -j reset counter inet l4control "$1" |
		jq ".nftables[].counter | values | .bytes - .packets * $2"
}

listens() {
	[ "$(ss -tlnH "sport = $port")" ]
}

# The receiver runs as soon as there is something to read, so that nothing is left unread at the end: iperf3 would
# not report that.
transfer_once() { # NAME ADDRESS HEADER RECEIVER OPTION…
	local -A at_once=(["$4"]="chrt -f 1")

	data_port=$((data_port + 1))
	# shellcheck disable=SC2086
	start "$1-server" ${at_once[server]-} iperf3 --server --one-off --json --port "$port"
	within 20 "iperf3 listens" listens
	# shellcheck disable=SC2086
	start "$1-client" "${clients[@]}" ${at_once[client]-} iperf3 --json --client "$2" --port "$port" --cport $data_port \
		--bytes $bytes "${@:5}"
	finish "$1-client" "$1-server"
	control[$1-server]=$(control_bytes input "$3")
	control[$1-client]=$(($(control_bytes output "$3") + cookie))
}

# Once more if something was left unread all the same: then iperf3's two ends do not agree, and are no witness.
transfer() { # as transfer_once
	local sender=client

	[ "$4" = server ] || sender=server
	for _ in 1 2 3; do
		transfer_once "$@"
		[ "$(reported "$1-$sender" sum_sent)" != "$(reported "$1-$4" sum_received)" ] || return 0
	done
}

reported() { # JOB sum_sent|sum_received
	jq ".end.$2.bytes" "$work/$1.out"
}

# The row of one end: bytes sent, bytes received.
row() { # JOB ROLE
	local mine=".pid == ${job_pid[$1]} and .process == \"iperf3\" and .role == \"$2\" and .port == $port"

	echo "$(sum joined rows tcp_tx_bytes "$mine") $(sum joined rows tcp_rx_bytes "$mine")"
}

check() { # NAME SENDER RECEIVER
	local sent received

	sent=$(reported "$1-$2" sum_sent)
	received=$(reported "$1-$3" sum_received)
	at_least "$1: bytes" "$sent" $bytes
	at_least "$1: bytes of the control connection" "${control[$1-$2]}" 100
	at_least "$1: bytes of the control connection, back" "${control[$1-$3]}" 100
	equal "$1: bytes received, says iperf3" "$received" "$sent"
	equal "$1: row of the sender, a $2" "$(row "$1-$2" "$2")" "$((sent + control[$1-$2])) ${control[$1-$3]}"
	equal "$1: row of the receiver, a $3" "$(row "$1-$3" "$3")" "${control[$1-$3]} $((received + control[$1-$2]))"
}

network
for end in server clients; do
	declare -n inside=$end
	"${inside[@]}" sysctl -qw net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0
done
count_control
watch joined 0.3 --top 0 --by port,process,role
one_cpu
transfer ipv4 "$net4.128.1" 40 server
transfer ipv6 "$net6:80::1" 60 server
transfer ipv4-back "$net4.128.1" 40 client -R
transfer ipv6-back "$net6:80::1" 60 client -R
settle
unwatch joined

check ipv4 client server
check ipv6 client server
check ipv4-back server client
check ipv6-back server client
for owner in unknown other kernel; do
	equal "bytes of $owner" "$(sum joined rows tcp_rx_bytes ".port == $port and .process == \"$owner\"")" 0
done
