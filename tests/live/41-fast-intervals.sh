#!/usr/bin/env bash
# Hundreds of intervals while traffic flows: nothing is lost or counted twice where one store of cells gives way to the
# next, nor where the walk over the sockets meets their events.
. "$(dirname "$0")/../lib.sh"

network
start listener "$traffic" tcp-serve --port 7000 --mode echo --name l4-listener
start receiver "$traffic" udp-recv --port 9000 --rcvbuf 1000000000 --count 400000 --name l4-receiver
ready listener receiver
watch joined 0.01 --top 0 --by netns,subnet,port,process
start client4 "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1+100" --port 7000 --count 4000 \
	--bytes 5000 --name l4-client4
start client6 "${clients[@]}" "$traffic" tcp-connect --to "$net6:80::1" --from "$net6:1::1+100" --port 7000 --count 4000 \
	--bytes 3000 --name l4-client6
start sender "${clients[@]}" "$traffic" udp-send --to "$net4.128.1,$net6:80::1" --port 9000 --count 400000 --size 20 \
	--name l4-sender
finish client4 client6 sender receiver
stop listener
settle
unwatch joined

# shellcheck disable=SC2034 # the loop takes their names
here=".netns == \"$(netns_of server)\""
# shellcheck disable=SC2034
there=".netns == \"$(netns_of clients)\""
at_least "intervals" "$(wc -l <"$work/joined.out")" 10
at_least "of these with traffic" "$(jq -s 'map(select(.total | .tcp_opens_in + .udp_rx_dgrams > 0)) | length' "$work/joined.out")" 3
for end in here there; do
	equal "$end: datagrams" "$(($(sum joined rows udp_rx_dgrams "${!end}") + $(sum joined rows udp_tx_dgrams "${!end}")))" 400000
	equal "$end: their bytes" "$(($(sum joined rows udp_rx_bytes "${!end}") + $(sum joined rows udp_tx_bytes "${!end}")))" 8000000
	equal "$end: connections" "$(($(sum joined rows tcp_opens_in "${!end}") + $(sum joined rows tcp_opens_out "${!end}")))" 8000
	equal "$end: connections ended" "$(sum joined rows tcp_closes "${!end}")" 8000
	equal "$end: bytes received" "$(sum joined rows tcp_rx_bytes "${!end}")" 32000000
	equal "$end: bytes sent" "$(sum joined rows tcp_tx_bytes "${!end}")" 32000000
done
equal "datagrams without owner" "$(sum joined rows udp_rx_dgrams "$here and .process != \"l4-receiver\"")" 0
equal "connections accepted by others" "$(sum joined rows tcp_opens_in "$here and .process != \"l4-listener\"")" 0
