#!/usr/bin/env bash
# An MPTCP connection is a socket above a TCP socket: it is one connection, its bytes are counted once, and it is its
# process's.
. "$(dirname "$0")/../lib.sh"

[ "$(sysctl -n net.mptcp.enabled 2>&1)" = 1 ] || skip "this kernel has no MPTCP (net.mptcp.enabled is not 1)"

network
start server "$traffic" tcp-serve --port 7000 --mode echo --mptcp --name l4-server
ready server
watch joined 0.3 --top 0 --by netns,port,process,role
start client "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1,$net6:80::1" --port 7000 --count 20 \
	--bytes 70000 --mptcp --name l4-client
finish client
stop server
settle
unwatch joined

here=".netns == \"$(netns_of server)\" and .port == 7000 and .role == \"server\" and .process == \"l4-server\""
there=".netns == \"$(netns_of clients)\" and .port == 7000 and .role == \"client\" and .process == \"l4-client\""
equal "connections that spoke MPTCP" "$(risen server MPTcpExtMPCapableSYNRX)" 20
equal "opened" "$(sum joined rows tcp_opens_out "$there")" "$(risen clients TcpActiveOpens)"
equal "accepted" "$(sum joined rows tcp_opens_in "$here")" 20
equal "ended by the client" "$(sum joined rows tcp_closes "$there")" 20
equal "ended by the server" "$(sum joined rows tcp_closes "$here")" 20
for metric in tcp_rx_bytes tcp_tx_bytes; do
	equal "$metric of the server" "$(sum joined rows $metric "$here")" 1400000
	equal "$metric of the client" "$(sum joined rows $metric "$there")" 1400000
done
