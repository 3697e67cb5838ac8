#!/usr/bin/env bash
# The rules of --alert default: each is caused, and names exactly who did it; ordinary traffic breaks none of them.
. "$(dirname "$0")/../lib.sh"

network
"${clients[@]}" sysctl -qw net.ipv4.tcp_syn_retries=1
start watch "$l4dstat" --json --alert default --alert-hold 600 --netns self 0.3
within 20 "l4dstat has written its first line" job_said watch .

# Each alert and its offender, once; the sides of a port as JSON has them.
fired() {
	jq -r '.alerts[] | "\(.alert) \([.subnet, .port, .address, .process] | map(select(. != null)) | join(" "))"' \
		"$work/watch.out" | sort -u
}

has_fired() { # ALERT
	next_line watch
	fired | grep -q "^$1 "
}

caused() { # ALERT SECONDS
	within "$2" "$1 fires" has_fired "$1"
}

# Ordinary traffic: connections, datagrams, a refused one, a datagram for nobody.
start web "$traffic" tcp-serve --port 7000 --mode echo --name l4-web
start dns "$traffic" udp-recv --port 7053 --name l4-dns
ready web dns
for _ in 1 2 3; do
	"${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7000 --count 20 --bytes 5000
	"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --from "$net4.1.1" --port 7053 --count 200
	"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --from "$net4.1.1" --port 7054 --count 30
	"${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7999 --fails
	next_line watch
done >"$work/ordinary"
next_line watch
equal "alerts without a cause" "$(fired)" ""

# One subnet hears a part of what it is sent; another one all of it.
start source "$traffic" tcp-serve --port 7001 --mode source --bytes 3000000 --name l4-source
ready source
drop "ip daddr $net4.2.0/24 tcp flags & syn == 0 numgen random mod 100 < 20" # all are to be connected
start bad "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.2.1+40" --port 7001 --count 40 --hold
start good "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.3.1" --port 7001 --count 4 --hold
ready bad good
go bad good
caused retransmit-storm 20
kill -KILL "${job_pid[bad]}"
undrop

# Floods, in and out.
"${clients[@]}" "$traffic" udp-recv --port 7055 --name l4-far >"$work/far" &
job_pid[far]=$!
start victim "$traffic" udp-recv --port 7056 --gro --name l4-victim
ready victim
within 20 "the far end is ready" grep -q ready "$work/far"
start flood "${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --from "$net4.4.1" --port 7056 --count 100000000 \
	--way segment --time 40
caused udp-flood-in 30
kill -KILL "${job_pid[flood]}" "${job_pid[victim]}"
start flooder "$traffic" udp-send --to "$net4.4.1" --port 7055 --count 100000000 --way segment --time 40 --name l4-flooder
caused udp-flood-out 30
kill -KILL "${job_pid[flooder]}" "${job_pid[far]}"

# Connection after connection.
start shop "$traffic" tcp-serve --port 7002 --mode close --name l4-shop
ready shop
start crowd "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.5.1+50" --port 7002 --count 100000 --time 40
caused connection-burst 30
kill -KILL "${job_pid[crowd]}"

# A program that accepts no more.
sysctl -qw net.core.somaxconn=4
start stuck "$traffic" tcp-serve --bind "$net4.128.1" --port 7003 --mode sink --name l4-stuck
ready stuck
kill -STOP "${job_pid[stuck]}"
start queue "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.6.1" --port 7003 --count 5 --hold
ready queue
caused accept-queue-full 10
kill -KILL "${job_pid[stuck]}" "${job_pid[queue]}"

# One that does not close.
start leaky "$traffic" tcp-serve --port 7004 --mode sink --name l4-leaky
ready leaky
start visitors "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.7.1" --port 7004 --count 30 --hold
ready visitors
next_line watch
kill -STOP "${job_pid[leaky]}"
kill -KILL "${job_pid[visitors]}"
caused close-wait-leak 20
kill -KILL "${job_pid[leaky]}"

# Who tries one port after the other.
"${clients[@]}" bash -c 'for port in {8000..8060}; do echo >/dev/udp/$0/$port; done' "$net4.128.1"
caused udp-scan 10
wanted="accept-queue-full 7003 $net4.128.1 l4-stuck
close-wait-leak l4-leaky
connection-burst $net4.5.0/24 7002
retransmit-storm $net4.2.0/24"
if jq -se '.[0] | has("resets_out_by_reason")' "$work/watch.out" >"$work/has"; then
	"${clients[@]}" bash -c 'for port in {8000..8060}; do : >/dev/tcp/$0/$port; done' "$net4.128.1" 2>"$work/refused" || :
	caused tcp-scan 10
	wanted+=$'\n'"tcp-scan $net4.255.0/24"
fi
wanted+="
udp-flood-in l4-victim
udp-flood-out l4-flooder
udp-scan $net4.255.0/24"
kill -TERM "${job_pid[watch]}"
finish watch
equal "who did it" "$(fired)" "$wanted"

# A sentence each when it fires; the hold time is longer than this test.
equal "sentences" "$(grep -c ' alert: ' "$work/watch.err")" "$(wc -l <<<"$wanted")"
grep -q " alert: subnet $net4.2.0/24: tcp_retrans_ratio is [0-9.]*% (retransmit-storm: tcp_retrans_ratio by subnet > 5%" \
	"$work/watch.err" || fail "the storm is not told as it should be: $(cat "$work/watch.err")"
