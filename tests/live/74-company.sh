#!/usr/bin/env bash
# Two of us at once, and bpftrace on the same tracepoints: all three count the same datagrams, exactly.
. "$(dirname "$0")/../lib.sh"

network
mount -t tracefs l4test /sys/kernel/tracing
traced=0
if command -v bpftrace >/dev/null; then
	traced=1
	start bpftrace bpftrace -e 'BEGIN { printf("ready\n"); }
		tracepoint:sock:sock_send_length /comm == "l4-sender"/ { @sent = count(); }
		tracepoint:sock:inet_sock_set_state { @states = count(); }'
	ready bpftrace
fi
start receiver "${clients[@]}" "$traffic" udp-recv --port "$port" --rcvbuf 1000000000 --count 20000 --name l4-receiver
ready receiver
watch first 0.3 --top 0 --by netns,process
watch second 0.2 --top 0 --by netns,port
start sender "$traffic" udp-send --to "$net4.1.1" --from "$net4.128.1" --port "$port" --count 20000 --name l4-sender
finish sender receiver
stop second
next_line first # alone again
unwatch first

here=".netns == \"$(netns_of server)\"" there=".netns == \"$(netns_of clients)\""
equal "the first: sent" "$(sum first rows udp_tx_dgrams "$here and .process == \"l4-sender\"")" 20000
equal "the first: received" "$(sum first rows udp_rx_dgrams "$there and .process == \"l4-receiver\"")" 20000
equal "the second: sent" "$(sum second rows udp_tx_dgrams "$here and .port == $port")" 20000
equal "the second: received" "$(sum second rows udp_rx_dgrams "$there and .port == $port")" 20000
equal "missed" "$(jq -s 'map(.quality.missed) | add' "$work/first.out" "$work/second.out")" 0
[ $traced = 1 ] || { echo "there is no bpftrace here: the two of us are exact"; exit; }
kill -INT "${job_pid[bpftrace]}"
finish bpftrace
equal "bpftrace: sent" "$(sed -n 's/^@sent: //p' "$work/bpftrace.out")" 20000
