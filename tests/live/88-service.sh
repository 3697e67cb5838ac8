#!/usr/bin/env bash
# The systemd unit: systemd has nothing against it and finds it well locked up, and what it runs works with exactly its
# capabilities, as a user who is nobody, and with no system call that its filter forbids.
. "$(dirname "$0")/../lib.sh"

command -v systemd-analyze >/dev/null || skip "there is no systemd-analyze on this system"
unit=$root/tools/systemd/l4dstat.service

value() { # KEY
	sed -n "s/^$1=//p" "$unit"
}

install -D -m 755 "$l4dstat" "$work/tree/usr/sbin/l4dstat"
sed "s,/usr/sbin/,$work/tree&," "$unit" >"$work/l4dstat.service"
systemd-analyze verify --man=no "$work/l4dstat.service" 2>"$work/complaints" || fail "$(cat "$work/complaints")"
equal "complaints of systemd" "$(grep l4dstat "$work/complaints" || :)" ""
score=$(systemd-analyze security --offline=yes "$unit" | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')
echo "exposure: $score"
[ "$(jq -n "$score <= 3.0")" = true ] || fail "systemd rates it $score, and 3.0 is the most there may be"

# As systemd would run it.
capabilities=$(value CapabilityBoundingSet)
equal "ambient capabilities" "$(value AmbientCapabilities)" "$capabilities"
sets=-all$(tr '[:upper:]' '[:lower:]' <<<" $capabilities" | sed 's/ cap_/,+/g')
chmod 755 "$work" "$work/tree" "$work/tree/usr" "$work/tree/usr/sbin"
confined=(setpriv --reuid 61234 --regid 61234 --clear-groups --no-new-privs --bounding-set="$sets" --inh-caps="$sets"
	--ambient-caps="$sets" --)
read -ra arguments <<<"$(sed -n 's/^Environment="ARGS=\(.*\)"$/\1/p' "$unit")"
[ "${arguments[-1]}" -gt 0 ] # the delay, for which a test has no time
arguments[-1]=0.3
install -d -o 61234 -g 61234 "$work/state"
cd "$work/state"
ip link set lo up
: >"$work/calls"
chmod 666 "$work/calls"
equal "how it says that it is ready" "$(value Type)" notify
start manager python3 -uc '
import os, socket, sys
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
print("listens")
print(manager.recv(4096).decode())' "$work/notify"
within 20 "there is who wants to know" job_said manager listens
start service env NOTIFY_SOCKET="$work/notify" strace -f -qq -o "$work/calls" "${confined[@]}" "$work/tree/usr/sbin/l4dstat" "${arguments[@]}"

serves() {
	curl -sf http://127.0.0.1:9474/metrics -o "$work/metrics"
}
ready_or_gone() {
	job_lives service || fail "it ended: $(cat "$work/service.err")"
	job_said manager READY=1
}
within 30 "it says that it is ready" ready_or_gone
serves || fail "it says that it is ready, and serves no metrics"
"$traffic" udp-send --to 127.0.0.1 --port 9000 --count 70 >"$work/sent"
sends() {
	serves && [ "$(awk '$1 == "l4dstat_udp_sent_datagrams_total" { print $2 }' "$work/metrics")" -ge 70 ]
}
within 20 "it has counted" sends
within 20 "it has recorded" [ -s "$work/state/l4dstat.jsonl.gz" ]
service=$(pgrep -P "${job_pid[service]}")
equal "capabilities it was given" "$(sed -n 's/^CapBnd:\t0*//p' "/proc/$service/status")" "$(printf %x $((1 << 39 | 1 << 38 | 1 << 12)))"
kill -TERM "$service"
finish service
"$l4dstat" --replay "$work/state/l4dstat.jsonl.gz" --json >"$work/replayed"
equal "datagrams it recorded" "$(jq -s "[.[].total.udp_tx_dgrams] | add" "$work/replayed")" \
	"$(awk '$1 == "l4dstat_udp_sent_datagrams_total" { print $2 }' "$work/metrics")"
equal "what it said" "$(cat "$work/service.err")" ""

# The system calls of the filter, groups within groups taken apart.
allowed() { # WORD…
	local word

	for word; do
		if [[ $word = @* ]]; then
			# shellcheck disable=SC2046 # several words
			allowed $(systemd-analyze syscall-filter "$word" | sed '1,2d; /^ *#/d')
		else
			echo "$word"
		fi
	done
}
# shellcheck disable=SC2046
allowed $(value SystemCallFilter) | sort -u >"$work/allowed"
# What setpriv does before it is l4dstat's turn is systemd's own there.
sed -nE '1,/execve\("[^"]*tree\/usr\/sbin\/l4dstat/d; s/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' "$work/calls" | sort -u >"$work/called"
at_least "system calls it made" "$(wc -l <"$work/called")" 30
equal "system calls its filter forbids" "$(comm -23 "$work/called" "$work/allowed")" ""
equal "address families it forbids" "$(sed -nE 's/.* socket\((AF_[A-Z0-9_]*),.*/\1/p' "$work/calls" | sort -u |
	grep -vxFf <(value RestrictAddressFamilies | tr ' ' '\n') || :)" ""

# What is said of an option with blanks: systemd takes quotes apart as xargs does (systemd.service(5), on $TWO).
mapfile -t words < <(sed -n 's/.*`ARGS="\(.*\)"`.*/\1/p' "$root/README.md" | xargs printf '%s\n')
equal "arguments of the example in README" ${#words[@]} 5
"$l4dstat" "${words[@]:0:4}" 0.2 1 >"$work/example" 2>&1
equal "what it prints" "$(cat "$work/example")" ""
