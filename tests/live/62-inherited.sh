#!/usr/bin/env bash
# A server that forks: what a connection carries belongs to the child that serves it, not to the parent that accepted it.
. "$(dirname "$0")/../lib.sh"

network
start parent "$traffic" tcp-serve --port 7000 --mode echo --fork --name l4-parent --child-name l4-child
ready parent
watch joined 0.3 --top 0 --by netns,port,process
remember server
start client "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1,$net6:80::1" --port 7000 --count 20 --bytes 5000
finish client
start held "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --port 7000 --bytes 7000 --hold
ready held # accepted, and walked over at least once before anybody uses it
next_line joined
next_line joined
go held
finish held
stop parent
settle
unwatch joined

here=".netns == \"$(netns_of server)\" and .port == 7000 and .role == \"server\""
child="$here and .process == \"l4-child\""
# Of one handshake two CPUs may make two children; the kernel counts both, and one of them as failed at once.
accepted=$(sum joined rows tcp_opens_in "$here")
equal "accepted" "$accepted" "$(risen server TcpPassiveOpens)"
equal "of those once more" "$(sum joined rows tcp_opens_failed "$here")" $((accepted - 21))
equal "bytes received by children" "$(sum joined rows tcp_rx_bytes "$child")" 107000
equal "bytes sent by children" "$(sum joined rows tcp_tx_bytes "$child")" 107000
equal "connections ended by children" "$(sum joined rows tcp_closes "$child")" 21
equal "bytes of the parent" "$(sum joined rows tcp_rx_bytes "$here and .pid == ${job_pid[parent]}")" 0
equal "children with rows" "$(jq -s "[.[].rows[] | select($child and .tcp_rx_bytes) | .pid] | unique | length" \
	"$work/joined.out")" 21
