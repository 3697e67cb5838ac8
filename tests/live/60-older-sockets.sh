#!/usr/bin/env bash
# Sockets older than l4dstat: what they do from now on is their processes', under the right port and side; what they
# did before is not counted.
. "$(dirname "$0")/../lib.sh"

row() { # WHAT METRIC NAMESPACE PROCESS PORT ROLE WANTED
	local -n namespace=$3

	equal "$1" "$(sum joined rows "$2" "$namespace and .process == \"$4\" and .port == $5 and .role == \"$6\"")" "$7"
}

network
start server4 "$traffic" tcp-serve --bind 0.0.0.0 --port 7100 --mode echo --name l4-server4
start server6 "$traffic" tcp-serve --bind "$net6:80::1" --port 7200 --mode echo --name l4-server6
start receiver "$traffic" udp-recv --port 9100 --count 700 --rcvbuf 10000000 --name l4-receiver
ready server4 server6 receiver
connect=("${clients[@]}" "$traffic" tcp-connect --hold --bytes)
start client4 "${connect[@]}" 30000 --to "$net4.128.1" --from "$net4.1.1" --port 7100 --count 3 --name l4-client4
start client6 "${connect[@]}" 50000 --to "$net6:80::1" --from "$net6:1::1" --port 7200 --count 2 --name l4-client6
send=("${clients[@]}" "$traffic" udp-send --hold --port 9100 --size 300 --count)
start sender "${send[@]}" 400 --to "$net4.128.1" --from "$net4.2.1" --name l4-sender
start connected "${send[@]}" 200 --to "$net6:80::1" --from "$net6:2::1" --connect --name l4-connected
"${clients[@]}" "$traffic" udp-send --port 9100 --to "$net4.128.1" --count 100 # before
ready client4 client6 sender connected
watch joined 0.5 --top 0 --by netns,subnet,port,process
go client4 client6 sender connected
"${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.3.1" --port 7100 --count 4 --bytes 1000 --name l4-new
finish client4 client6 sender connected receiver
stop server4 server6
settle
unwatch joined

# shellcheck disable=SC2034 # row takes its name
{
	here=".netns == \"$(netns_of server)\""
	there=".netns == \"$(netns_of clients)\""
}
for metric in tcp_rx_bytes tcp_tx_bytes tcp_closes udp_rx_dgrams udp_tx_dgrams; do
	for owner in unknown other kernel; do
		equal "$metric of $owner" "$(sum joined rows $metric "($here or $there) and .process == \"$owner\"")" 0
	done
done
row "datagrams of the unconnected sender" udp_tx_dgrams there l4-sender 9100 client 400
row "datagrams of the connected sender" udp_tx_dgrams there l4-connected 9100 client 200
row "datagrams of the receiver" udp_rx_dgrams here l4-receiver 9100 server 600
row "accepted on the older listener" tcp_opens_in here l4-server4 7100 server 4
row "opened by the new client" tcp_opens_out there l4-new 7100 client 4
row "ended by the server" tcp_closes here l4-server4 7100 server 7
row "ended by the IPv6 server" tcp_closes here l4-server6 7200 server 2
row "ended by the client" tcp_closes there l4-client4 7100 client 3
row "ended by the IPv6 client" tcp_closes there l4-client6 7200 client 2
row "bytes received by the server" tcp_rx_bytes here l4-server4 7100 server 94000
row "bytes sent by the server" tcp_tx_bytes here l4-server4 7100 server 94000
row "bytes received by the IPv6 server" tcp_rx_bytes here l4-server6 7200 server 100000
row "bytes received by the client" tcp_rx_bytes there l4-client4 7100 client 90000
row "bytes sent by the client" tcp_tx_bytes there l4-client4 7100 client 90000
row "bytes sent by the IPv6 client" tcp_tx_bytes there l4-client6 7200 client 100000
