#!/usr/bin/env bash
# Where no cgroup v2 hierarchy is mounted, UDP is counted all the same, and nothing is mounted for others to see.
. "$(dirname "$0")/../lib.sh"

mounted() {
	awk '$3 == "cgroup2" { print $2 }' /proc/mounts | sort -r
}

for directory in $(mounted); do
	umount -l "$directory"
done
equal "cgroup2 mounts" "$(mounted)" ""
ip link set lo up
start receiver "$traffic" udp-recv --port 9000 --count 70 --name l4-receiver
ready receiver
watch joined 0.3 --top 0 --by netns,process
equal "cgroup2 mounts while it runs" "$(mounted)" ""
"$traffic" udp-send --to 127.0.0.1,::1 --port 9000 --count 70 --name l4-sender
finish receiver
unwatch joined
here=".netns == \"$(netns_of server)\""
equal "datagrams sent" "$(sum joined rows udp_tx_dgrams "$here and .process == \"l4-sender\"")" 70
equal "datagrams received" "$(sum joined rows udp_rx_dgrams "$here and .process == \"l4-receiver\"")" 70
equal "cgroup2 mounts afterwards" "$(mounted)" ""
