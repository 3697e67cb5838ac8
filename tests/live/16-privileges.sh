#!/usr/bin/env bash
# Least privilege: once it runs it has no capability but those that the walk through other namespaces needs, and no other
# way to any; with just the needed ones any user may run it; with fewer, or setuid, it says in one sentence what is wrong.
. "$(dirname "$0")/../lib.sh"

chmod 755 "$work"
install -m 755 "$l4dstat" "$work/l4dstat"
program=$work/l4dstat

# As uid 1000 with these capabilities and no others.
# shellcheck disable=SC2016 # the inner shell expands it
with=(sh -c 'caps=-all$1 && shift && exec setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps="$caps" \
	--ambient-caps="$caps" --bounding-set="$caps" -- "$@"' with) # CAPABILITIES COMMAND…

of_status() { # NAME FIELD
	awk -v field="$2:" '$1 == field { print $2 }' "/proc/${job_pid[$1]}/status"
}

# In all of its threads.
capabilities() { # NAME
	cat "/proc/${job_pid[$1]}"/task/*/status | awk '/^Cap(Eff|Prm|Inh|Amb):/ && $2 !~ /^0+$/ { print $2 }' | sort -u | tr -d '\n'
}

nice_of() { # PID: of all its threads
	ps -L -o ni= -p "$1" | sort -u | xargs
}

runs() { # NAME CAPABILITIES COMMAND…
	start "$1" "${@:3}"
	within 30 "$1 writes its first line" job_said "$1" .
	equal "$1: capabilities" "$(capabilities "$1")" "$2"
	equal "$1: NoNewPrivs" "$(of_status "$1" NoNewPrivs)" 1
	equal "$1: Seccomp" "$(of_status "$1" Seccomp)" 2
	equal "$1: files in /proc of its user's" "$(find "/proc/${job_pid[$1]}/environ" -not -user root | wc -l)" 0
	stop "$1"
}

refused() { # WHAT-STDERR-NAMES COMMAND…
	local status=0

	timeout 60 "${@:2}" >"$work/out" 2>"$work/err" || status=$?
	cat "$work/err"
	equal "exit" $status 3
	equal "bytes on stdout" "$(wc -c <"$work/out")" 0
	equal "lines on stderr" "$(wc -l <"$work/err")" 1
	grep -qE "$1" "$work/err" || fail "it does not name '$1'"
}

walk=0000000000280000 # CAP_SYS_ADMIN, CAP_SYS_PTRACE
line=
[ "$(walks_over)" != tables ] || line=$walk
runs root-line "$line" "$program" --conn --udp-io 0.2
runs root-json $walk "$program" --json 0.2
runs root-self "" "$program" --json --netns self 0.2
needed=,+bpf,+perfmon,+net_admin
runs user-line "" "${with[@]}" $needed "$program" --conn --udp-io 0.2
runs user-json "" "${with[@]}" $needed "$program" --json 0.2

# It goes before others, unless it may not, was told otherwise, or serves.
nice_is() { # VALUE NAME COMMAND…
	start "$2" "${@:3}"
	within 30 "it runs" job_said "$2" .
	equal "nice of $2" "$(nice_of "${job_pid[$2]}")" "$1"
	stop "$2"
}
nice_is -10 roots "$program" --json 0.2
nice_is 0 users "${with[@]}" $needed "$program" --json 0.2
nice_is 5 chosen nice -n 5 "$program" --json 0.2
nice_is 0 serves "$program" --json --listen "127.0.0.1:$port" 0.2

refused "CAP_BPF and CAP_PERFMON and CAP_NET_ADMIN" "${with[@]}" "" "$program" --json 1 1
refused "needs CAP_PERFMON and CAP_NET_ADMIN;" "${with[@]}" ,+bpf "$program" --json 1 1
refused "needs CAP_NET_ADMIN;" "${with[@]}" ,+bpf,+perfmon "$program" --json 1 1

install -m 4755 "$l4dstat" "$work/setuid"
refused setuid "${with[@]}" "" "$work/setuid" --json 1 1
