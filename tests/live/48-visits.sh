#!/usr/bin/env bash
# What only a visit to a namespace can see, where there was no reason for one before: TIME_WAIT in a namespace made
# while l4dstat runs, FIN_WAIT2 that no process holds, connections that nobody has accepted in a namespace that comes
# into view. Each as ss says.
. "$(dirname "$0")/../lib.sh"

by_state() { # NAMESPACE: what ss says
	local -n inside=$1

	"${inside[@]}" ss -tanH | awk '{ n[$1]++ } END { for (state in n) print tolower(state), n[state] }' | tr - _ |
		sed 's/^estab /established /; s/fin_wait_/fin_wait/' | sort
}

seen() { # NAMESPACE [LINE]: what l4dstat said last, or that many lines from the end
	tail -n "${2-1}" "$work/rows.out" | head -n 1 | jq -r ".rows[] | select(.netns == \"$(netns_of "$1")\") | to_entries[] |
		select(.key | test(\"^tcp_(listen|syn_sent|syn_recv|established|fin_wait[12]|time_wait|close_wait|last_ack|closing)$\")) |
		\"\(.key[4:]) \(.value)\"" | sort
}

# Three times in a row: not only when the number of sockets changes.
agree() { # NAMESPACE
	local line

	by_state "$1" >"$work/by_state"
	for line in 3 2 1; do
		next_line rows
	done
	for line in 3 2 1; do
		seen "$1" $line | cmp -s "$work/by_state" - || return
	done
}

same() { # WHAT NAMESPACE: and it was like that in ss: STATE COUNT…
	local what=$1 name=$2

	shift 2
	within 20 "$what: as ss says" agree "$name"
	equal "$what" "$(seen "$name" | paste -sd ' ')" "$*"
}

network
"${clients[@]}" sysctl -qw net.ipv4.tcp_syn_retries=6

# A namespace without process and name, so not in view: who holds its sockets is elsewhere. Three wait to be accepted.
ip netns add hidden
exec {hidden_fd}</run/netns/hidden
hidden=(nsenter "--net=/proc/$$/fd/$hidden_fd" --)
away=(nsenter "--net=/proc/$$/ns/net" -- sleep 100)
ip netns del hidden
"${hidden[@]}" ip link set lo up
start lost-server "${hidden[@]}" "$traffic" tcp-serve --bind 127.0.0.1 --port 7000 -- "${away[@]}"
lost_server_listens() {
	[ -n "$("${hidden[@]}" ss -tlnH)" ]
}
within 10 "it listens" lost_server_listens
for i in 1 2 3; do
	start "lost-client-$i" "${hidden[@]}" "$traffic" tcp-connect --to 127.0.0.1 --port 7000 --bytes 1 -- "${away[@]}"
done
all_lost() {
	[ "$("${hidden[@]}" ss -tnH state established | wc -l)" = 6 ] &&
		[ "$(readlink "/proc/${job_pid[lost-client-1]}/ns/net" "/proc/${job_pid[lost-client-2]}/ns/net" \
			"/proc/${job_pid[lost-client-3]}/ns/net" "/proc/${job_pid[lost-server]}/ns/net" | sort -u)" = \
			"$(readlink /proc/$$/ns/net)" ]
}
within 10 "they are connected, and away" all_lost

watch rows 0.2 --top 0 --by netns
next_line rows
known="established 3 listen 1"
[ "$(walks_over)" != tables ] || known= # nobody can get at that one's
equal "out of view: what has a process is known" "$(seen hidden | paste -sd ' ')" "$known"

# It comes into view.
start found "${hidden[@]}" sleep 100
"${hidden[@]}" "$traffic" tcp-connect --to 127.0.0.1 --port 7001 --fails >/dev/null
same "accepted by nobody" hidden established 6 listen 1

# Nothing but a listener, then TIME_WAIT.
ip netns add later
# shellcheck disable=SC2034
later=(nsenter --net=/run/netns/later --)
"${later[@]}" ip link set lo up
start later "${later[@]}" "$traffic" tcp-serve --bind 127.0.0.1 --port 7000 --mode close
ready later
same "a listener" later listen 1
start ended "${later[@]}" "$traffic" tcp-connect --to 127.0.0.1 --port 7000 --count 25
finish ended
same "a listener and TIME_WAIT" later listen 1 time_wait 25

# A server that does not read: the client has ended, its side remains and no process holds it.
start stuck "$traffic" tcp-serve --bind "$net4.128.1,$net6:80::1" --port 7000 --mode sink
ready stuck
kill -STOP "${job_pid[stuck]}"
same "listeners" server listen 2
start gone "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1,$net6:80::1" --port 7000 --count 6 --hold
ready gone
same "clients" clients established 6
kill -KILL "${job_pid[gone]}"
same "clients that are gone" clients fin_wait2 6
same "their peers" server close_wait 6 listen 2

# Half open, where nothing was, until its listener ends.
drop "tcp sport 7000"
start half "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.4.1" --port 7000 --count 1 --fails --time 30
same "half open" server close_wait 6 listen 2 syn_recv 1
kill -KILL "${job_pid[stuck]}"
same "its listener is gone" clients fin_wait2 6 syn_sent 1
within 20 "half open without listener: as ss says" agree server
unwatch rows
