#!/usr/bin/env bash
# Is every event counted at the highest rate there is: row 11. Datagrams that are sent and what becomes of them are one
# event each; the kernel's own counters of the network namespace are what must be equalled.
. "$(dirname "$0")/turns.sh"

datagrams=$(few 5000000 500000) # which are as many to send and to receive
cpus=$((last_cpu + 1))

remember server
watch exact 1 --netns self
for ((cpu = 0; cpu < cpus; cpu++)); do
	start "receiver-$cpu" taskset -c "0-$last_cpu" "$traffic" udp-recv --bind 127.0.0.1 --port $((7000 + cpu)) --time 300
	ready "receiver-$cpu"
done
for ((cpu = 0; cpu < cpus; cpu++)); do
	start "sender-$cpu" taskset -c $cpu "$traffic" udp-send --to 127.0.0.1 --port $((7000 + cpu)) \
		--count $((datagrams / cpus)) --time 300
done
for ((cpu = 0; cpu < cpus; cpu++)); do
	finish "sender-$cpu"
done
for ((cpu = 0; cpu < cpus; cpu++)); do
	stop "receiver-$cpu"
done
unwatch exact
remark "$(risen server UdpOutDatagrams) sent, $(risen server UdpInDatagrams) read, $(risen server UdpRcvbufErrors) lost to full buffers"
equal "sent" "$(risen server UdpOutDatagrams)" $((datagrams / cpus * cpus)) >/dev/null
echo $(($(total exact udp_tx_dgrams) - $(risen server UdpOutDatagrams))) |
	tell 11 "$datagrams UDP datagrams as fast as they go: sent, less OutDatagrams" "= 0"
echo $(($(total exact udp_rx_dgrams) - $(risen server UdpInDatagrams) - $(risen server UdpRcvbufErrors))) |
	tell 11 "arrived, less InDatagrams and RcvbufErrors" "= 0"
echo $(($(total exact udp_rx_drops) - $(risen server UdpRcvbufErrors))) | tell 11 "lost to full buffers, less RcvbufErrors" "= 0"
