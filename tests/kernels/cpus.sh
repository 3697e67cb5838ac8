#!/usr/bin/env bash
# In a guest, on 6.1 in one that may get more CPUs than it has: a CPU goes while its counts have not been read, and comes
# back. What it has counted is neither lost nor counted twice, whether it is read while the CPU is away or afterwards, in
# the cells, in those of each CPU that take what finds no cell, and of connections.
. "$(dirname "$0")/../lib.sh"

readonly online=/sys/devices/system/cpu/cpu1/online datagrams=700 connections=20 bytes=100 # of each on_cpu

cpus() { # possible|online
	awk -F- '{ print $NF - $1 + 1 }' "/sys/devices/system/cpu/$1"
}

on_cpu() { # CPU
	taskset -c "$1" "${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --from "$net4.$((1 + $1)).1" --port 9000 --count 500 >"$work/told"
	taskset -c "$1" "$traffic" udp-send --to "$net4.64.1+40" --port 9000 --count 200 >"$work/told"
	taskset -c "$1" "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --port 7000 --count $connections --bytes $bytes >"$work/told"
}

counted() { # NAME TIMES
	equal "$1: datagrams sent" "$(total "$1" udp_tx_dgrams)" $(($2 * datagrams))
	equal "$1: datagrams sent, rows" "$(sum "$1" rows udp_tx_dgrams)" $(($2 * datagrams))
	equal "$1: connections made" "$(total "$1" tcp_opens_out)" $(($2 * connections))
	equal "$1: bytes received" "$(total "$1" tcp_rx_bytes)" $(($2 * connections * bytes))
	equal "$1: missed" "$(jq -s 'map(.quality.missed) | add' "$work/$1.out")" 0
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
watch_once before --cells 52 --prefix4 32 --top 0 --by subnet,port,role
watch_once roomy --prefix4 32 --top 0 --by subnet,port,role
on_cpu 1
echo 0 >$online
equal "CPUs that are left" "$(cpus online)" 1
on_cpu 0
settle
unwatch before
watch_once after --cells 52 --prefix4 32 --top 0 --by subnet,port,role
echo 1 >$online
on_cpu 1
stop server
settle
unwatch after roomy
counted before 2
counted after 1
counted roomy 3
for name in before after; do
	at_least "$name: of it in 'other'" "$(sum $name rows udp_tx_dgrams '.subnet == "other"')" 50
done
equal "roomy: found no cell" "$(jq -s 'map(.quality.cell_overflow) | add' "$work/roomy.out")" 0
