#!/usr/bin/env bash
# In a guest, under the lockdown that L4_LOCKDOWN names: root, uid 1000 with the capabilities that are needed, with too
# few and with none. It works, or refuses in one sentence that names what is missing.
. "$(dirname "$0")/../lib.sh"

readonly needed="bpf perfmon net_admin"
grep -qF "[$L4_LOCKDOWN]" /sys/kernel/security/lockdown || fail "lockdown is not $L4_LOCKDOWN"
chmod 755 "$work"
install -m 755 "$l4dstat" "$work/l4dstat"

# Prints a command that runs another as uid 1000 with these capabilities and no more.
as_user() { # CAPABILITY…
	local all

	all=-all$(printf ',+%s' "$@")
	[ $# != 0 ] || all=-all
	echo "setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=$all --ambient-caps=$all --bounding-set=$all --"
}

# How many it has said, apart from notices of what it lacks and can do without.
sentences() { # FILE
	grep -cv '^l4dstat: notice: ' "$1" || :
}

works() { # WHO COMMAND…
	start server "$traffic" tcp-serve --port "$port" --mode echo
	start json "${@:2}" "$work/l4dstat" --json --top 0 --by port,role,process 0.3
	ready server
	within 20 "the first line of $1" job_said json .
	remember server
	"$traffic" tcp-connect --to 127.0.0.1 --port "$port" --count 20 --bytes 100 >"$work/told"
	"$traffic" udp-send --to 127.0.0.1 --port "$port" --count 20 >"$work/told"
	stop server
	settle
	stop json
	cat "$work/json.err"
	equal "$1: sentences" "$(sentences "$work/json.err")" 0
	# Two CPUs can make a connection's socket at once: one more is accepted, and fails.
	equal "$1: connections accepted" "$(sum json rows tcp_opens_in ".port == $port")" "$(risen server TcpPassiveOpens)"
	equal "$1: bytes received" "$(sum json rows tcp_rx_bytes ".port == $port")" 4000
	equal "$1: datagrams sent" "$(sum json rows udp_tx_dgrams ".port == $port")" 20
	rm "$work"/{server,json}.in
}

refuses() { # WHO MISSING COMMAND…
	local status=0

	"${@:3}" "$work/l4dstat" --json 0.2 2 >"$work/out" 2>"$work/err" || status=$?
	cat "$work/err"
	equal "$1: exit" $status 3
	equal "$1: bytes on stdout" "$(wc -c <"$work/out")" 0
	equal "$1: sentences" "$(sentences "$work/err")" 1
	grep -qF "$2" "$work/err" || fail "$1: it does not name $2"
}

# shellcheck disable=SC2034 # for settle
clients=() # nobody but the server, on loopback
ip link set lo up
works root
# shellcheck disable=SC2046,SC2086 # several words
works "uid 1000 with what is needed" $(as_user $needed)
for without in $needed; do
	# shellcheck disable=SC2046,SC2086
	refuses "uid 1000 without $without" "CAP_${without^^}" $(as_user ${needed/$without/})
done
# shellcheck disable=SC2046
refuses "uid 1000 with nothing" "CAP_BPF and CAP_PERFMON and CAP_NET_ADMIN" $(as_user)
