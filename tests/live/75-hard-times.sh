#!/usr/bin/env bash
# Stopped for ten seconds, under a clock that is set back, on a disk that is full: no count is lost, and what was is told.
. "$(dirname "$0")/../lib.sh"

send() { # COUNT
	"$traffic" udp-send --to 127.0.0.1 --port 7000 --count "$1" --name l4-sender
}

of_ours() { # JOB
	sum "$1" rows udp_tx_dgrams ".netns == \"$(netns_of server)\" and .process == \"l4-sender\""
}

ip link set lo up
start receiver "$traffic" udp-recv --port 7000 --rcvbuf 1000000 --count 300
ready receiver
watch stopped 0.2 --top 0 --by netns,process
start set_back env LD_PRELOAD="$root/build/fault-clock.so" FAULT_CLOCK="$work/earlier" "$l4dstat" --json --top 0 --by netns,process 0.2
within 20 "first line" job_said set_back .

# Stopped
send 100
kill -STOP "${job_pid[stopped]}"
send 100
: >"$work/earlier"
next_line set_back
sleep 10
kill -CONT "${job_pid[stopped]}"
send 100
finish receiver
next_line stopped
unwatch stopped set_back
equal "stopped: datagrams" "$(of_ours stopped)" 300
at_least "stopped: its longest interval, ms" "$(jq -s 'map(.interval * 1000) | max | floor' "$work/stopped.out")" 9900
at_least "stopped: so late it was, ms" "$(jq -s 'map(.quality.late_ms) | max | floor' "$work/stopped.out")" 9000
equal "stopped: the intervals make up the time between them" "$(jq -s \
	'((.[1:] | map(.interval) | add) - (.[-1].ts - .[0].ts)) | fabs < 0.005' "$work/stopped.out")" true

# Set back
equal "set back: datagrams" "$(of_ours set_back)" 300
equal "set back: times that it was" "$(jq -s '[.[].ts] | [.[1:], .[:-1]] | transpose | map(select(.[0] < .[1] - 3000)) | length' \
	"$work/set_back.out")" 1
equal "set back: intervals of no length, or of an hour" "$(jq -s 'map(select(.interval <= 0 or .interval > 60)) | length' \
	"$work/set_back.out")" 0

# Full
mkdir "$work/disk"
mount -t tmpfs -o size=16k l4test "$work/disk"
for name in full.csv full.jsonl full.rows.json.gz; do
	status=0
	timeout 60 "$l4dstat" -o "$work/disk/$name" 0.02 5000 >"$work/out" 2>"$work/err" || status=$?
	equal "$name: exit code" $status 1
	grep -q "^l4dstat: cannot write to .*/$name: No space left" "$work/err" || fail "$name: $(cat "$work/err")"
	equal "$name: sentences" "$(wc -l <"$work/err")" 1
	rm "$work/disk/$name"
done
umount "$work/disk"
