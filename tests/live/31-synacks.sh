#!/usr/bin/env bash
# SYN-ACKs that are sent again: they count in RetransSegs and belong to the subnet that does not answer and to the
# listener's process. The SYNs that the clients send again are segments.
. "$(dirname "$0")/../lib.sh"

network
start listener "$traffic" tcp-serve --port 7000 --mode close --name l4-listener
ready listener
watch joined 0.5 --top 0 --by netns,subnet,port,process
for address in "ip daddr $net4.4.0/24" "ip6 daddr $net6:4::/64"; do
	drop "$address tcp sport 7000 tcp flags & (syn | ack) == syn | ack"
done
for i in 1 2 3 4; do
	start "unheard-$i" "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.4.$i" --port 7000
	start "unheard6-$i" "${clients[@]}" "$traffic" tcp-connect --to "$net6:80::1" --from "$net6:4::$i" --port 7000
done
start heard "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.5.1" --port 7000
within 30 "SYN-ACKs sent again" risen_at_least server TcpExtTCPSynRetrans 12
undrop
finish heard
for i in 1 2 3 4; do
	finish "unheard-$i" "unheard6-$i"
done
stop listener
unwatch joined

equal "connections accepted" "$(told listener connections)" 9
here=".netns == \"$(netns_of server)\""
there=".netns == \"$(netns_of clients)\""
unheard="(.subnet == \"$net4.4.0/24\" or .subnet == \"$net6:4::/64\")"
listener='.port == 7000 and .role == "server" and .process == "l4-listener"'
again=$(risen server TcpExtTCPSynRetrans)
at_least "SYN-ACKs sent again" "$again" 12
equal "RetransSegs of the server" "$(risen server TcpRetransSegs)" "$again"
jq -c "[.quality.missed, .quality.cell_overflow, .total.tcp_retrans_synack, .interval]" "$work/joined.out"
equal "rows of its namespace, SYN-ACKs" "$(sum joined rows tcp_retrans_synack "$here")" "$again"
equal "rows of its namespace, segments" "$(sum joined rows tcp_retrans_segs "$here")" 0
equal "to the two subnets, by the listener" "$(sum joined rows tcp_retrans_synack "$here and $unheard and $listener")" "$again"
at_least "of these IPv6" "$(sum joined rows tcp_retrans_synack "$here and .subnet == \"$net6:4::/64\"")" 1

syns=$(risen clients TcpRetransSegs)
at_least "SYNs sent again" "$syns" 8
equal "rows of the clients' namespace, segments" "$(sum joined rows tcp_retrans_segs "$there")" "$syns"
equal "rows of the clients' namespace, SYN-ACKs" "$(sum joined rows tcp_retrans_synack "$there")" 0
