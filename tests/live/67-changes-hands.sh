#!/usr/bin/env bash
# A connection that changes hands: what each process moved is its own. One program executes another in the middle of
# sending; one process reads the beginning of each connection, then passes it to another by SCM_RIGHTS.
. "$(dirname "$0")/../lib.sh"

bytes() { # METRIC PROCESS PORT
	sum joined rows "$1" ".process == \"$2\" and .port == $3"
}

network
start sink "$traffic" tcp-serve --port 7000 --name l4-sink
start dispatcher "$traffic" tcp-serve --port 7001 --pass --first 1000 --name l4-dispatch --child-name l4-serves
ready sink dispatcher
# What has arrived when an interval ends is whose the socket is then, read or not: so none ends here.
watch_once joined --top 0 --by netns,port,process,role
for i in 1 2 3 4 5; do
	start "sender-$i" "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --port 7000 --bytes 300000 \
		--name l4-before -- "$traffic" tcp-connect --fd 3 --bytes 500000 --name l4-after
done
start client "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1,$net6:80::1" --port 7001 --count 20 --bytes 6000
finish sender-{1,2,3,4,5} client
stop sink dispatcher
settle
unwatch joined

equal "received" "$(bytes tcp_rx_bytes l4-sink 7000)" 4000000
equal "sent before exec" "$(bytes tcp_tx_bytes l4-before 7000)" 1500000
equal "sent after exec" "$(bytes tcp_tx_bytes l4-after 7000)" 2500000
equal "read before it was passed" "$(bytes tcp_rx_bytes l4-dispatch 7001)" 20000
equal "read by the process it was passed to" "$(bytes tcp_rx_bytes l4-serves 7001)" 100000
