#!/usr/bin/env bash
# Multicast and broadcast: what is sent counts once, also if the kernel hands a copy of it back to its own host; each of
# several receivers has received it.
. "$(dirname "$0")/../lib.sh"

readonly count=200 size=100

# Datagrams and bytes sent, or received, by processes of that name to or at that port.
sent() { # NAME PORT
	local mine=".process == \"$1\" and .port == $2"

	echo "$(sum joined rows udp_tx_dgrams "$mine") $(sum joined rows udp_tx_bytes "$mine")"
}

received() { # NAME PORT
	local mine=".process == \"$1\" and .port == $2"

	echo "$(sum joined rows udp_rx_dgrams "$mine") $(sum joined rows udp_rx_bytes "$mine")"
}

listen() { # NAME ADDRESS PORT OPTION…
	start "$1" "$traffic" udp-recv --name "$1" --bind "$2" --port "$3" --count $count --rcvbuf 10000000 "${@:4}"
	ready "$1"
}

listen_with_sender() { # NAME ADDRESS PORT OPTION…
	start "$1" "${clients[@]}" "$traffic" udp-recv --name "$1" --bind "$2" --port "$3" --count $count \
		--rcvbuf 10000000 "${@:4}"
	ready "$1"
}

send() { # NAME ADDRESS PORT OPTION…
	start "$1" "${clients[@]}" "$traffic" udp-send --name "$1" --to "$2" --port "$3" --count $count --size $size "${@:4}"
	finish "$1"
}

network
watch joined 0.5 --top 0 --by subnet,port,process
for family in 4 6; do
	group=$([ $family = 4 ] && echo 239.1.1.$((RANDOM % 256)) || echo "ff15::$((RANDOM % 10000))")
	listen "near$family" "$group" 930$family --join --device to-clients
	listen "near-too$family" "$group" 930$family --join --device to-clients
	send "far-only$family" "$group" 930$family --device to-server --no-loop
	finish "near$family" "near-too$family"
	listen "next$family" "$group" 930$family --join --device to-clients
	listen_with_sender "self$family" "$group" 930$family --join --device to-server
	send "looped$family" "$group" 930$family --device to-server
	finish "next$family" "self$family"
done
listen any 0.0.0.0 9307
send broadcast "$net4.255.3" 9307
finish any
unwatch joined

for name in near4 near-too4 next4 self4; do
	equal "$name" "$(received $name 9304)" "$count $((count * size))"
done
for name in near6 near-too6 next6 self6; do
	equal "$name" "$(received $name 9306)" "$count $((count * size))"
done
equal "any" "$(received any 9307)" "$count $((count * size))"
equal "sent, for others only" "$(sent far-only4 9304) $(sent far-only6 9306)" "$count $((count * size)) $count $((count * size))"
equal "sent, with a copy for this host" "$(sent looped4 9304) $(sent looped6 9306)" \
	"$count $((count * size)) $count $((count * size))"
equal "broadcast" "$(sent broadcast 9307)" "$count $((count * size))"
equal "OutDatagrams" "$(risen clients UdpOutDatagrams) $(risen clients Udp6OutDatagrams)" "$((3 * count)) $((2 * count))"
equal "InDatagrams of receivers" \
	"$(($(risen server UdpInDatagrams) + $(risen server Udp6InDatagrams))) $(($(risen clients UdpInDatagrams) + $(risen clients Udp6InDatagrams)))" \
	"$((7 * count)) $((2 * count))"
