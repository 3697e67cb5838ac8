#!/usr/bin/env bash
# Retransmits: with loss towards one of four subnets only its rows have some, and the rows of the network namespace
# add up to its RetransSegs.
. "$(dirname "$0")/../lib.sh"

bytes=$(scaled 10000000)
network
watch joined 0.5 --top 0 --by netns,subnet,port,process
watch plain 0.5 --top 0
# Nothing but the loss below may cause retransmits: no probes of the tail, and segments keep their order.
sysctl -qw net.ipv4.tcp_early_retrans=0
one_cpu
start feeder "$traffic" tcp-serve --port 7000 --mode source --bytes "$bytes" --name l4-feeder
ready feeder
drop "ip daddr $net4.2.0/24 tcp sport 7000 tcp flags & (syn | rst) == 0x0 numgen inc mod 20 == 0"
for i in 1 2 3; do
	start "client-$i" "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.$i.1" --port 7000 --count 3
done
start client-6 "${clients[@]}" "$traffic" tcp-connect --to "$net6:80::1" --from "$net6:1::1" --port 7000 --count 3
finish client-1 client-2 client-3 client-6
stop feeder
settle
unwatch joined plain

for i in 1 2 3 6; do
	equal "bytes that client $i got" "$(told "client-$i" received)" $((3 * bytes))
done
here=".netns == \"$(netns_of server)\""
lossy=".subnet == \"$net4.2.0/24\""
retransmitted=$(risen server TcpRetransSegs)
at_least "RetransSegs of the server" "$retransmitted" "$(scaled 20)"
equal "rows of its namespace, segments" "$(sum joined rows tcp_retrans_segs "$here")" "$retransmitted"
equal "rows of its namespace, SYN-ACKs" "$(sum joined rows tcp_retrans_synack "$here")" 0
equal "the lossy subnet's, with port and process" "$(sum joined rows tcp_retrans_segs \
	"$here and $lossy and .port == 7000 and .role == \"server\" and .process == \"l4-feeder\"")" "$retransmitted"
equal "by fast recovery: TCPFastRetrans" "$(sum joined rows tcp_retrans_fast "$here")" "$(risen server TcpExtTCPFastRetrans)"
equal "after a timeout: the others" "$(sum joined rows tcp_retrans_timeout "$here")" \
	"$((retransmitted - $(risen server TcpExtTCPFastRetrans)))"
for subnet in "$net4.1.0/24" "$net4.3.0/24" "$net6:1::/64"; do
	at_least "data segments to $subnet" "$(sum joined rows tcp_tx_data_segs "$here and .subnet == \"$subnet\"")" "$(scaled 3000)"
	equal "retransmits to $subnet" "$(sum joined rows tcp_retrans_segs "$here and .subnet == \"$subnet\"")" 0
done
equal "by_subnet" "$(sum plain by_subnet tcp_retrans_segs "$lossy")" "$retransmitted"
equal "by_process" "$(sum plain by_process tcp_retrans_segs ".pid == ${job_pid[feeder]}")" "$retransmitted"
