#!/usr/bin/env bash
# The proof of the books: what l4dstat counted over what the kernel counted is 1 in an interval in which much happened.
# What happened in a namespace that is gone before its counters could be read is unproven, and said to be.
. "$(dirname "$0")/../lib.sh"

network
start server "$traffic" tcp-serve --port 7000 --mode source --bytes 2000000
start deaf "$traffic" udp-recv --bind 127.0.0.1 --port 9000 --never-read --rcvbuf 4096
ready server deaf
# Every tenth, so that it is known how many. All of it is in one namespace: others may be busy when theirs are read.
nft "add table inet l4test; add chain inet l4test input { type filter hook input priority 0; }"
nft add rule inet l4test input tcp sport 7000 numgen inc mod 10 == 0 counter drop
sysctl -qw net.ipv4.tcp_syn_retries=1

watch proof 5 --top 0 --by netns --netns self
start lossy "$traffic" tcp-connect --to 127.0.0.1 --port 7000 --count 5
start refused "$traffic" tcp-connect --to 127.0.0.1 --port 7001 --count 20 --fails
start flood "$traffic" udp-send --to 127.0.0.1 --port 9000 --count 1000
finish lossy refused flood
settle
next_line proof
unwatch proof

at_least "segments retransmitted" "$(total proof tcp_retrans_segs)" 10
at_least "datagrams dropped" "$(total proof udp_rx_drops)" 500
busiest="max_by(.total.udp_rx_drops)" # the interval in which all of it was
for least in tcp_opens_out:25 tcp_opens_in:5 tcp_opens_failed:20; do
	at_least "in that interval, ${least%:*}" "$(jq -s "$busiest.total.${least%:*}" "$work/proof.out")" "${least#*:}"
done
for cover in retrans_cover opens_out_cover opens_in_cover failed_cover udp_drops_cover unproven; do
	wanted=1
	[ $cover != unproven ] || wanted=0
	equal $cover "$(jq -s "$busiest.quality.$cover | if . == $wanted then \"as wanted\" else . end" "$work/proof.out")" \
		'"as wanted"'
done

# A namespace that lives for a part of an interval, and connects to itself. l4dstat stands still until it has gone, so that
# no interval can end meanwhile.
watch all 0.5 --top 0 --by netns
kill -STOP "${job_pid[all]}"
start brief unshare --net -- bash -c "ip link set lo up && stat -L -c 'netns=%i' /proc/self/ns/net &&
	exec '$traffic' tcp-connect --to 127.0.0.1 --port 7001 --count 30 --fails"
finish brief
kill -CONT "${job_pid[all]}"
next_line all
unwatch all
brief=".rows[] | select(.netns == \"$(told brief netns)\")"
equal "attempts in the brief namespace" "$(jq -s "[.[] | $brief | .tcp_opens_failed] | add" "$work/all.out")" 30
at_least "unproven" "$(jq -s "[.[] | select([$brief] != []) | .quality.unproven] | add" "$work/all.out")" 60
