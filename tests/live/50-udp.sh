#!/usr/bin/env bash
# UDP: 100 000 datagrams unconnected to four subnets, 50 000 connected over IPv6: the rows of sender and receiver by
# process, subnet and port are exact, bytes too.
. "$(dirname "$0")/../lib.sh"

rows() { # WHAT VIEW LIST JQ-CONDITION DATAGRAMS-OUT BYTES-OUT DATAGRAMS-IN BYTES-IN
	local metric got=()

	for metric in udp_tx_dgrams udp_tx_bytes udp_rx_dgrams udp_rx_bytes; do
		got+=("$(sum "$2" "$3" $metric "$4")")
	done
	equal "$1" "${got[*]}" "${*:5}"
}

n=$(scaled 25000) # to each of four subnets
network
start receiver "${clients[@]}" "$traffic" udp-recv --port "$port" --rcvbuf 1000000000 --count $((6 * n)) --name l4-receiver
ready receiver
watch plain 0.5 --top 0
watch joined 0.5 --top 0 --by netns,proto
start sender "$traffic" udp-send --to "$net4.1.1,$net4.2.1,$net4.3.1,$net4.4.1" --from "$net4.128.1" --port "$port" \
	--count $((4 * n)) --size 100 --name l4-sender
start sender6 "$traffic" udp-send --to "$net6:1::1" --from "$net6:80::1" --port "$port" \
	--count $((2 * n)) --size 1000 --connect --name l4-sender6
finish sender sender6 receiver
unwatch plain joined

equal "datagrams and bytes the receiver read" "$(told receiver datagrams) $(told receiver bytes)" "$((6 * n)) $((2400 * n))"
equal "OutDatagrams" "$(($(risen server UdpOutDatagrams) + $(risen server Udp6OutDatagrams)))" $((6 * n))

rows "process sender" plain by_process ".pid == ${job_pid[sender]} and .process == \"l4-sender\"" $((4 * n)) $((400 * n)) 0 0
rows "process sender6" plain by_process ".pid == ${job_pid[sender6]} and .process == \"l4-sender6\"" $((2 * n)) $((2000 * n)) 0 0
rows "process receiver" plain by_process ".pid == ${job_pid[receiver]} and .process == \"l4-receiver\"" 0 0 $((6 * n)) $((2400 * n))
for i in 1 2 3 4; do
	rows "subnet $net4.$i.0/24" plain by_subnet ".subnet == \"$net4.$i.0/24\"" $n $((100 * n)) 0 0
done
rows "subnet $net6:1::/64" plain by_subnet ".subnet == \"$net6:1::/64\"" $((2 * n)) $((2000 * n)) 0 0
rows "subnet $net4.128.0/24" plain by_subnet ".subnet == \"$net4.128.0/24\"" 0 0 $((4 * n)) $((400 * n))
rows "subnet $net6:80::/64" plain by_subnet ".subnet == \"$net6:80::/64\"" 0 0 $((2 * n)) $((2000 * n))
rows "port $port, clients" plain by_port ".proto == \"udp\" and .role == \"client\" and .port == $port" $((6 * n)) $((2400 * n)) 0 0
rows "port $port, server" plain by_port ".proto == \"udp\" and .role == \"server\" and .port == $port" 0 0 $((6 * n)) $((2400 * n))
udp='.proto == "udp"'
rows "server's namespace" joined rows "$udp and .netns == \"$(netns_of server)\"" $((6 * n)) $((2400 * n)) 0 0
rows "clients' namespace" joined rows "$udp and .netns == \"$(netns_of clients)\"" 0 0 $((6 * n)) $((2400 * n))
