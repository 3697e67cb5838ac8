#!/usr/bin/env bash
# In a guest, on 6.1 in one that may get more CPUs than it has: a CPU goes while its counts have not been read, and comes back. What it has
# counted is neither lost nor counted twice, in the cells, in those of each CPU that take what finds no cell, and of
# connections.
. "$(dirname "$0")/../lib.sh"

readonly online=/sys/devices/system/cpu/cpu1/online

cpus() { # possible|online
	awk -F- '{ print $NF - $1 + 1 }' "/sys/devices/system/cpu/$1"
}

on_cpu() { # CPU
	taskset -c "$1" "${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --from "$net4.$((1 + $1)).1" --port 9000 --count 500 >"$work/told"
	for ((i = 0; i < 40; i++)); do
		taskset -c "$1" "$traffic" udp-send --to "$net4.$i.1" --port 9000 --count 5 >"$work/told"
	done
	taskset -c "$1" "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --port 7000 --count 20 --bytes 100 >"$work/told"
}

[ -e "$online" ] || skip "this host does not let its second CPU go"
# From 6.9 on the kernel wants to hear from the firmware that a CPU may come later, and QEMU 7.2 does not say so.
case $(uname -r) in
6.1.*) at_least "CPUs that are possible" "$(cpus possible)" 3 ;;
esac
equal "CPUs that are there" "$(cpus online)" 2
network
start server "$traffic" tcp-serve --port 7000 --mode sink
ready server
watch_once full --cells 52 --prefix4 32 --top 0 --by subnet,port,role
watch_once roomy --prefix4 32 --top 0 --by subnet,port,role
on_cpu 1
echo 0 >$online
equal "CPUs that are left" "$(cpus online)" 1
on_cpu 0
echo 1 >$online
on_cpu 1
stop server
settle
unwatch full roomy
for name in full roomy; do
	equal "$name: datagrams sent" "$(total $name udp_tx_dgrams)" 2100
	equal "$name: datagrams sent, rows" "$(sum $name rows udp_tx_dgrams)" 2100
	equal "$name: connections made" "$(total $name tcp_opens_out)" 60
	equal "$name: bytes received" "$(total $name tcp_rx_bytes)" 6000
	equal "$name: missed" "$(jq -s 'map(.quality.missed) | add' "$work/$name.out")" 0
done
at_least "full: of it in 'other'" "$(sum full rows udp_tx_dgrams '.subnet == "other"')" 100
equal "roomy: found no cell" "$(jq -s 'map(.quality.cell_overflow) | add' "$work/roomy.out")" 0
