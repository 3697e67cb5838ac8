#!/usr/bin/env bash
# In a guest: sockets that a process has opened and a thread of the kernel reads from, as a network block device does,
# belong to the kernel from then on. It is one owner, whichever its thread, and the same that packets have which are no process's.
. "$(dirname "$0")/../lib.sh"

readonly connections=6 bytes=16

# The kernel is one row.
is_one_owner() { # DIMENSION
	local told="rows called kernel, by $1:" here=".$1 == \"kernel\""

	equal "$told bytes received" "$(sum "$1" rows tcp_rx_bytes "$here")" $((connections * bytes))
	equal "$told datagrams for nobody" "$(sum "$1" rows udp_no_socket "$here")" 1
	equal "$told rows" "$(jq -s "[.[].rows[] | select($here)] | length" "$work/$1.out")" 1
}

modprobe nbd nbds_max=1 2>/dev/null
[ -e /dev/nbd0 ] || skip "this kernel has no network block device"
network
# What has arrived when an interval ends, and nobody has read, would be the process's still.
watch_once process --top 0 --by process
watch_once cgroup --top 0 --by cgroup
start server "$traffic" tcp-serve --port "$port" --mode source --bytes $bytes
ready server
for cpu in 0 1; do # each has threads of its own
	taskset -c $cpu "${clients[@]}" "$traffic" tcp-nbd --to "$net4.128.1" --port "$port" --count $((connections / 2)) >"$work/told"
done
stop server
"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --port 9 --count 1 >"$work/told"
settle
unwatch process cgroup

is_one_owner process
is_one_owner cgroup
equal "connections made by processes" "$(sum process rows tcp_opens_out '.process == "traffic"')" $connections
equal "bytes they received" "$(sum process rows tcp_rx_bytes '.process == "traffic"')" 0
