#!/usr/bin/env bash
# Round trip times are those ss shows; and --by cgroup names the control group of whoever owns the socket.
. "$(dirname "$0")/../lib.sh"

network
start server "$traffic" tcp-serve --port 7000 --mode sink
ready server
watch ports 0.3 --top 0 --by netns,port,process
watch cgroups 0.3 --top 0 --by netns,cgroup
start held "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7000 --count 1 --hold
ready held
next_line ports
shown=$("${clients[@]}" ss -tinH state established | grep -oE '\brtt:[0-9.]+' | cut -d : -f 2)
next_line ports
unwatch ports cgroups

microseconds=$(awk -v rtt="$shown" 'BEGIN { printf "%.0f", rtt * 1000 }')
at_least "round trip time by ss, microseconds" "$microseconds" 1
there=".netns == \"$(netns_of clients)\""
equal "the last reading, its largest" "$(jq -s "[.[].rows[] | select($there) | .tcp_rtt_max_us // empty] | last" "$work/ports.out")" \
	"$microseconds"
equal "the mean of one" "$(jq -s "[.[].rows[] | select($there) | .tcp_rtt_us // empty] | last + 0" "$work/ports.out")" "$microseconds"
equal "cgroup of the client" "$(jq -r ".rows[] | select($there and .tcp_opens_out) | .cgroup" "$work/cgroups.out")" \
	"$(sed -n 's/^0:://p' "/proc/${job_pid[held]}/cgroup")"
