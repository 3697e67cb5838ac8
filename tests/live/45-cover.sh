#!/usr/bin/env bash
# The proof of the books: what l4dstat counted over what the kernel counted is 1 in an interval in which much happened.
. "$(dirname "$0")/../lib.sh"

network
"${clients[@]}" sysctl -qw net.ipv4.tcp_syn_retries=1
start server "$traffic" tcp-serve --port 7000 --mode source --bytes 2000000
start deaf "$traffic" udp-recv --bind "$net4.128.1" --port 9000 --never-read --rcvbuf 4096
ready server deaf
# Every tenth, so that it is known how many.
drop "ip daddr $net4.2.0/24 tcp sport 7000 numgen inc mod 10 == 0"
busiest="max_by(.total.udp_rx_drops)" # the interval in which all of it was

traffic_in_one_interval() { # NAME
	watch "$1" 5 --top 0 --by netns
	start "lossy-$1" "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.2.1" --port 7000 --count 5
	start "refused-$1" "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7001 --count 20 --fails
	start "flood-$1" "${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --port 9000 --count 1000
	finish "lossy-$1" "refused-$1" "flood-$1"
	settle
	next_line "$1"
	unwatch "$1"
}

# Namespaces of others that come and go meanwhile take their counters with them: then once more.
others_did_something() { # NAME
	[ "$(jq -s "[$busiest.rows[].netns] - [\"$(netns_of server)\", \"$(netns_of clients)\", \"0\"] | length" "$work/$1.out")" != 0 ]
}

for proof in first second third; do
	traffic_in_one_interval $proof
	others_did_something $proof || break
done

at_least "segments retransmitted" "$(total $proof tcp_retrans_segs)" 10
at_least "datagrams dropped" "$(total $proof udp_rx_drops)" 500
for least in tcp_opens_out:25 tcp_opens_in:5 tcp_opens_failed:20; do
	at_least "in that interval, ${least%:*}" "$(jq -s "$busiest.total.${least%:*}" "$work/$proof.out")" "${least#*:}"
done
for cover in retrans_cover opens_out_cover opens_in_cover failed_cover udp_drops_cover; do
	equal $cover "$(jq -s "$busiest.quality.$cover | if . == 1 then \"1\" else . end" "$work/$proof.out")" '"1"'
done
