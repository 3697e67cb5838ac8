#!/usr/bin/env bash
# Subnets as long as asked for; an IPv4 address in an IPv6 socket is IPv4.
. "$(dirname "$0")/../lib.sh"

datagrams() { # WATCH SUBNET WANTED
	equal "$1: $2" "$(sum "$1" by_subnet udp_tx_dgrams ".subnet == \"$2\"")" "$3"
}

network
start receiver "${clients[@]}" "$traffic" udp-recv --port 9000 --rcvbuf 1000000 --count 240
ready receiver
watch usual 0.3 --top 0
watch single 0.3 --top 0 --prefix4 32 --prefix6 128
watch wide 0.3 --top 0 --prefix4 17 --prefix6 48
watch all 0.3 --top 0 --prefix4 0 --prefix6 0
"$traffic" udp-send --to "$net4.1.9,$net4.1.10,$net4.2.255" --count 60 --port 9000
"$traffic" udp-send --to "$net4.1.9,$net4.1.10,$net4.2.255" --count 60 --port 9000 --mapped
"$traffic" udp-send --to "$net6:1::9,$net6:1:ffff::9,$net6:7f::" --count 120 --port 9000
finish receiver
unwatch usual single wide all

datagrams usual "$net4.1.0/24" 80
datagrams usual "$net4.2.0/24" 40
datagrams usual "$net6:1::/64" 80
datagrams usual "$net6:7f::/64" 40
datagrams single "$net4.1.9/32" 40
datagrams single "$net4.1.10/32" 40
datagrams single "$net4.2.255/32" 40
datagrams single "$net6:1::9/128" 40
datagrams single "$net6:1:ffff::9/128" 40
datagrams single "$net6:7f::/128" 40
datagrams wide "$net4.0.0/17" 120
datagrams wide "$net6::/48" 120
at_least "all: 0.0.0.0/0" "$(sum all by_subnet udp_tx_dgrams '.subnet == "0.0.0.0/0"')" 120
at_least "all: ::/0" "$(sum all by_subnet udp_tx_dgrams '.subnet == "::/0"')" 120
