#!/usr/bin/env bash
# A receiver that never reads: its process row and the senders' subnet rows carry the drops, which are the kernel's
# RcvbufErrors. A receiver beside it that reads has none.
. "$(dirname "$0")/../lib.sh"

network
start deaf "$traffic" udp-recv --port 9001 --rcvbuf 40000 --never-read --name l4-deaf
start hears "$traffic" udp-recv --port 9002 --rcvbuf 100000000 --count 3000 --name l4-hears
ready deaf hears
watch plain 0.5 --top 0
watch joined 0.5 --top 0 --by netns,subnet,port,process
start new "$traffic" udp-recv --port 9003 --rcvbuf 40000 --never-read --name l4-new # younger than l4dstat
ready new
send=("${clients[@]}" "$traffic" udp-send --size 200 --count 3000 --port)
"${send[@]}" 9001 --to "$net4.128.1" --from "$net4.1.1"
"${send[@]}" 9001 --to "$net4.128.1" --from "$net4.2.1"
"${send[@]}" 9001 --to "$net6:80::1" --from "$net6:1::1"
"${send[@]}" 9002 --to "$net4.128.1" --from "$net4.3.1"
"${send[@]}" 9003 --to "$net4.128.1" --from "$net4.4.1"
finish hears
stop deaf new
unwatch plain joined

dropped4=$(risen server UdpRcvbufErrors)
dropped6=$(risen server Udp6RcvbufErrors)
at_least "RcvbufErrors, IPv4" "$dropped4" 8000
at_least "RcvbufErrors, IPv6" "$dropped6" 2900
deaf=$(sum plain by_process udp_rx_drops ".pid == ${job_pid[deaf]} and .process == \"l4-deaf\"")
new=$(sum plain by_process udp_rx_drops ".pid == ${job_pid[new]} and .process == \"l4-new\"")
at_least "by_process, the older" "$deaf" 8000
at_least "by_process, the newer" "$new" 2500
equal "by_process, both" $((deaf + new)) $((dropped4 + dropped6))
equal "by_process, the one that reads" "$(sum plain by_process udp_rx_drops ".pid == ${job_pid[hears]}")" 0

subnets=0
for i in 1 2 4; do
	drops=$(sum plain by_subnet udp_rx_drops ".subnet == \"$net4.$i.0/24\"")
	at_least "by_subnet, $net4.$i.0/24" "$drops" 2500
	subnets=$((subnets + drops))
done
equal "by_subnet, IPv4" $subnets "$dropped4"
equal "by_subnet, IPv6" "$(sum plain by_subnet udp_rx_drops ".subnet == \"$net6:1::/64\"")" "$dropped6"

here=".netns == \"$(netns_of server)\""
equal "rows of the namespace" "$(sum joined rows udp_rx_drops "$here")" $((dropped4 + dropped6))
equal "port 9001" "$(sum joined rows udp_rx_drops "$here and .port == 9001 and .role == \"server\"")" "$deaf"
equal "port 9003" "$(sum joined rows udp_rx_drops "$here and .port == 9003 and .role == \"server\"")" "$new"
equal "arrived for the older" "$(sum joined rows udp_rx_dgrams "$here and .process == \"l4-deaf\"")" 9000
equal "arrived for the newer" "$(sum joined rows udp_rx_dgrams "$here and .process == \"l4-new\"")" 3000
equal "arrived for the one that reads" "$(sum joined rows udp_rx_dgrams "$here and .process == \"l4-hears\"")" 3000
