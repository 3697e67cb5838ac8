# shellcheck shell=bash
# What the live tests share; each begins by sourcing this. Not here: what any one of them checks.
#
# A test runs in a network and a mount namespace of its own, called the server; network() makes a second
# network namespace, the clients. Both vanish with the last process in them, whatever ends the test.
set -euo pipefail

[ "${L4_TEST_INSIDE-}" = $$ ] || L4_TEST_INSIDE=$$ exec unshare --net --mount -- bash "$0" "$@"

PATH=$PATH:/usr/sbin:/sbin
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
l4dstat=${L4DSTAT:-$root/l4dstat}
# shellcheck disable=SC2034
traffic=${L4_TRAFFIC:-$root/build/traffic}
work=$(mktemp -d "${TMPDIR:-/tmp}/l4test.XXXXXX")

# Prefixes for `$command`: in which namespace it runs. /proc/PID is a name for ours that needs no file.
# shellcheck disable=SC2034 # the functions take their names
server=()
clients=(nsenter --net=/run/netns/clients --)

# Saying things

fail() {
	tell_rows
	echo "FAILED: $*"
	exit 1
}

# What the jobs that print JSON have said so far, row by row: for whoever reads why a test failed.
tell_rows() {
	local out

	for out in "$work"/*.out; do
		[ "$(head -c 1 "$out" 2>/dev/null)" = "{" ] || continue
		echo "rows of ${out##*/}:"
		jq -c 'select(.rows) | .ts as $ts | .rows[] | with_entries(select(.value != 0)) + {ts: $ts}' "$out" 2>&1 | tail -n 20
	done
}

skip() {
	echo "$*"
	exit 77
}

equal() { # WHAT GOT WANTED
	[ "$2" = "$3" ] || fail "$1: is '$2', should be '$3'"
	echo "$1: $2"
}

at_least() { # WHAT GOT MINIMUM
	[ "$2" -ge "$3" ] || fail "$1: is $2, should be at least $3"
	echo "$1: $2 (at least $3)"
}

# Polls until the command succeeds. On an emulated CPU everything takes longer.
within() { # SECONDS WHAT COMMAND…
	local deadline=$((SECONDS + $1 * ${L4_TEST_PATIENCE:-1})) what=$2

	shift 2
	until "$@"; do
		[ $SECONDS -le $deadline ] || fail "$what: not in time"
		sleep 0.02
	done
}

# So many of something, or fewer where the CPU is emulated. What a test says of it must hold for either.
scaled() { # COUNT
	echo $(($1 / ${L4_TEST_SCALE:-1}))
}

# Jobs: programs in the background. stdout is in $work/NAME.out, stderr in NAME.err.

declare -A job_pid job_input # the input only as long as it runs

start() { # NAME COMMAND…
	local name=$1 input

	shift
	mkfifo "$work/$name.in"
	: >"$work/$name.out"
	exec {input}<>"$work/$name.in"
	"$@" <"$work/$name.in" >"$work/$name.out" 2>"$work/$name.err" &
	job_pid[$name]=$!
	job_input[$name]=$input
}

job_lives() { # NAME
	kill -0 "${job_pid[$1]}" 2>/dev/null
}

# Whether a job has written a line of that text; it must live until then.
job_said() { # NAME PATTERN
	grep -q "$2" "$work/$1.out" && return
	job_lives "$1" || fail "$1 ended early: $(cat "$work/$1.err")"
	return 1
}

ready() { # NAME…
	local name

	for name; do
		within 20 "$name is ready" job_said "$name" '^ready$'
	done
}

# The line a --hold waits for.
go() { # NAME…
	local name

	for name; do
		echo >&"${job_input[$name]}"
	done
}

# Waits until the jobs have ended by themselves, which must be well.
finish() { # NAME…
	local name status input

	for name; do
		status=0
		wait "${job_pid[$name]}" || status=$?
		input=${job_input[$name]}
		unset "job_input[$name]"
		exec {input}>&-
		[ $status = 0 ] || fail "$name: exit $status: $(cat "$work/$name.err")"
	done
}

stop() { # NAME…
	local name

	for name; do
		kill -TERM "${job_pid[$name]}"
		finish "$name"
	done
}

# A number that traffic told at its end.
told() { # NAME KEY
	sed -nE "s/.*\<$2=([0-9]+).*/\1/p" "$work/$1.out"
}

# What was started here is ended here, nothing else.
clean_up() {
	local name

	for name in "${!job_input[@]}"; do
		kill -KILL "${job_pid[$name]}" 2>/dev/null || :
	done
	wait 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' TERM INT

# The network. Subnets 0 to 127 (::0 to ::7f) are the clients', 128 to 191 (::80 to ::ff) the server's, and
# every address in them is there. l4dstat sees all namespaces: addresses and a port that no other test run has keep
# rows apart that are not told apart by namespace or process.

net4=10.$((30 + $$ % 200))
net6=2001:db8:$(printf %x $(($$ % 65536)))
# shellcheck disable=SC2034
port=$((10000 + $$ % 20000))

join_end() { # NAMESPACE DEVICE OWN-NUMBER OTHER-NUMBER SUBNETS4 SUBNETS6
	local -n inside=$1

	"${inside[@]}" ip link set lo up
	"${inside[@]}" ip link set "$2" address 02:00:00:00:00:0"$3" up
	"${inside[@]}" ip address add "$net4.255.$3/30" dev "$2"
	"${inside[@]}" ip address add "$net6:fff::$3/64" dev "$2" nodad
	"${inside[@]}" ip neighbour add "$net4.255.$4" dev "$2" lladdr 02:00:00:00:00:0"$4" nud permanent
	"${inside[@]}" ip neighbour add "$net6:fff::$4" dev "$2" lladdr 02:00:00:00:00:0"$4" nud permanent
	"${inside[@]}" ip route add local "$5" dev lo
	"${inside[@]}" ip -6 route add local "$6" dev lo
	"${inside[@]}" ip route add default via "$net4.255.$4"
	"${inside[@]}" ip -6 route add default via "$net6:fff::$4"
}

network() {
	mkdir -p /run/netns
	mount -t tmpfs l4test /run/netns
	ip netns add clients
	ip link add to-clients type veth peer name to-server netns clients
	join_end server to-clients 1 2 "$net4.128.0/18" "$net6:80::/57"
	join_end clients to-server 2 1 "$net4.0.0/17" "$net6::/57"
	remember server clients
}

# What starts from here on shares one CPU: a flow that moves between CPUs is reordered, and that causes retransmits.
one_cpu() {
	local cpus

	cpus=$(taskset -pc $$)
	taskset -pc "${cpus//*[ ,-]/}" $$ >/dev/null
}

netns_of() { # NAMESPACE
	local -n inside=$1

	"${inside[@]}" stat -L -c %i /proc/self/ns/net
}

# Drops what matches on its way into the clients' sockets, until undrop.
drop() { # NFT-MATCH
	"${clients[@]}" nft "add table inet l4test; add chain inet l4test input { type filter hook input priority 0; }"
	"${clients[@]}" nft add rule inet l4test input "$1" counter drop
}

undrop() {
	"${clients[@]}" nft delete table inet l4test
}

# Whether no connection is left that still has something to do; what is in TIME_WAIT has not.
settled() {
	local end

	for end in server clients; do
		local -n inside=$end
		"${inside[@]}" cat /proc/net/tcp /proc/net/tcp6 | awk '$4 !~ /^(st|06|0A)$/ { exit 1 }' || return
	done
}

# Waits for the last segments of connections that have been closed, so that each has ended.
settle() {
	within 20 "the end of all connections" settled
}

# The witness: what the kernel itself has counted in a namespace, by nstat's names.

counters() { # NAMESPACE
	local -n inside=$1

	"${inside[@]}" cat /proc/net/snmp6 /proc/net/snmp /proc/net/netstat | awk '
		NF == 2 && !/:/ { print; next }
		$1 != head[1] { split($0, head); next }
		{ for (i = 2; i <= NF; i++) print substr($1, 1, length($1) - 1) head[i], $i }'
}

remember() { # NAMESPACE…
	local name

	for name; do
		counters "$name" >"$work/$name.before"
	done
}

# How much the counter has risen since remember.
risen() { # NAMESPACE COUNTER
	counters "$1" | awk -v name="$2" '
		$1 == name && NR == FNR { before = $2 }
		$1 == name && NR != FNR { print $2 - before; found = 1 }
		END { exit !found }' "$work/$1.before" -
}

risen_at_least() { # NAMESPACE COUNTER MINIMUM
	[ "$(risen "$1" "$2")" -ge "$3" ]
}

# l4dstat and its rows

# What a walk goes over on this kernel (src/walk.h): ledger, files or tables.
walks_over() {
	"$l4dstat" --check | awk '
		/ iterator bpf_sk_storage_map / { ledger = $1 == "yes" }
		/ iterator task_file\/socket / { files = $1 == "yes" }
		END { print ledger ? "ledger" : files ? "files" : "tables" }'
}

# Starts l4dstat --json and returns when its first interval is over.
watch() { # NAME DELAY OPTION…
	local name=$1 delay=$2

	shift 2
	start "$name" "$l4dstat" --json "$@" "$delay"
	within 20 "$name has written its first line" job_said "$name" .
}

# With the filter of system calls, when all is attached.
counts() { # NAME
	job_lives "$1" || fail "$1 ended early: $(cat "$work/$1.err")"
	grep -q '^Seccomp:.*2$' "/proc/${job_pid[$1]}/status"
}

# The same with one interval, which lasts until unwatch, so that nothing is read before; returns when it counts.
watch_once() { # NAME OPTION…
	start "$1" "$l4dstat" --json "${@:2}" 3600
	within 20 "$1 counts" counts "$1"
}

has_lines() { # NAME COUNT
	[ "$(wc -l <"$work/$1.out")" -ge "$2" ]
}

# Waits until an interval that has begun before now is over.
next_line() { # NAME
	within 20 "$1 writes its next line" has_lines "$1" $(($(wc -l <"$work/$1.out") + 1))
}

# Every line of --json that a test has is as the schema says.
validate() { # SCHEMA FILE…
	python3 -c 'import jsonschema' 2>/dev/null || return 0
	"$root/tests/validate" "$root/build/docs/$1.json" "${@:2}" >"$work/validated" 2>&1 || fail "$(cat "$work/validated")"
}

# Ends it; what happened since its last line is in one line more.
unwatch() { # NAME…
	local name lines=()

	for name; do
		stop "$name"
		[ ! -s "$work/$name.err" ] || fail "$name said: $(cat "$work/$name.err")"
		[ "$(head -c 1 "$work/$name.out")" != "{" ] || lines+=("$work/$name.out") # else it was told to print CSV
	done
	[ ${#lines[@]} = 0 ] || validate json "${lines[@]}"
}

# Sum of a metric over all intervals and all rows of a list that match.
sum() { # NAME LIST METRIC [JQ-CONDITION]
	jq -s "[.[].$2[] | select(${4-true}) | .$3 // 0] | add // 0" "$work/$1.out"
}

total() { # NAME METRIC
	jq -s "[.[].total.$2] | add" "$work/$1.out"
}
