#!/usr/bin/env bash
# Each way to send and to receive datagrams: the rows of either side have exactly the datagrams and payload bytes that
# went over the wire, whatever the number of calls. Of a socket that two processes send by each has its own.
. "$(dirname "$0")/../lib.sh"

readonly count=2560 size=300
declare -A ports=()

# A sender and a receiver of the same name, on a port of their own.
flow() { # NAME RECEIVER-OPTIONS SENDER-OPTION…
	local name=$1 number=$((9100 + ${#ports[@]}))

	ports[$name]=$number
	# shellcheck disable=SC2086
	start "$name-in" "$traffic" udp-recv --port $number --rcvbuf 100000000 --count $count --size $size --name "$name" $2
	ready "$name-in"
	start "$name" "${clients[@]}" "$traffic" udp-send --port $number --count $count --size $size --name "$name" "${@:3}"
	finish "$name" "$name-in"
}

both_ends() { # NAME [BYTES-THE-READER-SAW]
	local name=$1 metric got=()

	for metric in udp_tx_dgrams udp_tx_bytes; do
		got+=("$(sum joined rows $metric ".pid == ${job_pid[$name]} and .process == \"$name\" and .role == \"client\" and .port == ${ports[$name]}")")
	done
	for metric in udp_rx_dgrams udp_rx_bytes; do
		got+=("$(sum joined rows $metric ".pid == ${job_pid[$name-in]} and .process == \"$name\" and .role == \"server\" and .port == ${ports[$name]}")")
	done
	equal "$name: read" "$(told "$name-in" datagrams) $(told "$name-in" bytes)" "$count ${2-$((count * size))}"
	equal "$name: sent, received" "${got[*]}" "$count $((count * size)) $count $((count * size))"
}

at_most() { # WHAT GOT MAXIMUM
	[ "$2" -le "$3" ] || fail "$1: is $2, should be at most $3"
	echo "$1: $2 (at most $3)"
}

calls() { # NAME
	sum joined rows udp_send_calls ".process == \"$1\""
}

network
for way in plain mmsg segment cork uring; do
	[ $way != plain ] || watch joined 0.5 --top 0 --by subnet,port,process
	flow "$way-4" "" --way $way --to "$net4.128.1"
	flow "$way-6" "" --way $way --to "$net6:80::1"
	flow "$way-conn" "" --way $way --to "$net4.128.1" --connect
	flow "$way-mapped" "" --way $way --to "$net4.128.1" --mapped
done
flow gro-4 --gro --way segment --to "$net4.128.1"
flow gro-6 --gro --way segment --to "$net6:80::1"
flow peek --peek --to "$net4.128.1"
flow truncate --truncate --to "$net4.128.1"

start shared-in "$traffic" udp-recv --port 9200 --rcvbuf 100000000 --count $((2 * count))
ready shared-in
start shared "${clients[@]}" "$traffic" udp-send --port 9200 --count $count --size $size --name shared --fork \
	--child-name shared-child --to "$net4.128.1"
finish shared shared-in
unwatch joined

for name in "${!ports[@]}"; do
	both_ends "$name"
	case $name in
	segment* | gro*) equal "$name: calls" "$(calls "$name")" $((count / 32)) ;;
	*) equal "$name: calls" "$(calls "$name")" $count ;;
	esac
	case $name in
	gro*) at_most "$name: reads" "$(told "$name-in" reads)" $((count / 2)) ;;
	*) equal "$name: reads" "$(told "$name-in" reads)" $count ;;
	esac
	case $name in
	*6) subnet=$net6:80::/64 ;;
	*) subnet=$net4.128.0/24 ;;
	esac
	equal "$name: remote prefix" "$(sum joined rows udp_tx_dgrams ".process == \"$name\" and .subnet == \"$subnet\"")" $count
done
equal "shared socket: parent" "$(sum joined rows udp_tx_dgrams ".process == \"shared\"")" $count
equal "shared socket: child" "$(sum joined rows udp_tx_dgrams ".process == \"shared-child\"")" $count

equal "OutDatagrams of the senders" "$(($(risen clients UdpOutDatagrams) + $(risen clients Udp6OutDatagrams)))" \
	"$(($(sum joined rows udp_send_calls '.port >= 9100 and .port <= 9200')))"
for counter in InErrors NoPorts RcvbufErrors; do
	equal $counter "$(risen server Udp$counter) $(risen server Udp6$counter)" "0 0"
done
