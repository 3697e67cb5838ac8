#!/usr/bin/env bash
# The filter of system calls: who takes over l4dstat can do no more than what this run of it is for; and nothing that it
# does itself in any of its ways to run and to end is refused.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

ip link set lo up
mkdir -p /run/netns
mount -t tmpfs l4test /run/netns
ip netns add "l4-confined-$$"
cd "$work"
start receiver "$traffic" udp-recv --port 9000
ready receiver
[ "$("$l4dstat" --check | awk '/seccomp filter/ { print $1 }')" = yes ] || skip "this kernel or this build has no filter"

has_filter() { # NAME
	grep -qP '^Seccomp:\t2$' "/proc/${job_pid[$1]}/status"
}

# Runs it with an intruder in it, who can do this much and no more, in any of its threads.
intruded() { # NAME WHAT-HE-CAN-DO OPTION…
	start "$1" env LD_PRELOAD="$root/build/fault-intruder.so" INTRUDER_TOLD="$work/$1.told" "$l4dstat" "${@:3}"
	within 20 "$1 has its filter" has_filter "$1"
	equal "$1: threads without" "$(grep -LP '^Seccomp:\t2$' "/proc/${job_pid[$1]}"/task/*/status | wc -l)" 0
	kill -USR1 "${job_pid[$1]}"
	within 20 "$1: his attempts" grep -q '^end$' "$1.told"
	equal "$1: what he can do" "$(awk 'NF == 2 && $2 != "ENOSYS" { print $1 }' "$1.told" | sort | xargs)" "$2"
	at_least "$1: what he cannot" "$(grep -c ' ENOSYS$' "$1.told")" 20
}

files="delete-file make-file"
intruded host "read-file" -c -n 0.1
read="read-file read-map"
[ "$(walks_over)" != tables ] || read="enter-network $read"
intruded lines "$read" --conn --udp-io 0.1
intruded json "enter-network read-file read-map" --json 0.1
intruded textfile "$files read-file read-map rename-file write-file" --textfile x.prom --netns self 0.1
intruded record "${files/ / enter-network } read-file read-map rename-file write-file" --udp-io --record x.jsonl.gz 0.1
intruded listen "accept read-file read-map" --udp-io --netns self --listen "127.0.0.1:$port" 0.1
for name in host lines json listen; do
	next_line "$name"
done
stop host lines json textfile record listen
intruded replay "read-file" --csv --replay x.jsonl.gz --speed 0.001
stop replay

# What it does by itself, seen by strace.
names=()
traced() { # NAME COMMAND…
	start "$1" strace -f -qq -e signal=none -o "$1.calls" "${@:2}"
	names+=("$1")
}

process() { # NAME
	sed -n '1s/ .*//p' "$1.calls"
}

served() { # METRIC
	curl -sf "http://127.0.0.1:$port/metrics" | grep -q "^$1 "
}

traced columns "$l4dstat" -tcdgnpy --tcp --udp --socket --raw --unix --top-cpu --top-io --conn --states 0.1 4
traced machine "$l4dstat" --json --by netns,process,cgroup -o machine.csv -o machine.rows.json.gz 0.1 4
traced listeners "$l4dstat" --listeners 0.1 4
finish "${names[@]}"
traced recorded "$l4dstat" --udp-io --record recorded.jsonl.gz --record-max 30k 0.02 60
traced exported "$l4dstat" --textfile exported.prom 0.1 4
traced alerts "$l4dstat" --udp-io --alert 'udp_rx_dgrams >= 0' --on-alert "echo ran >>'$work/ran'" 0.1 4
finish recorded exported alerts
at_least "files of the recording" "$(find . -name 'recorded.*' | wc -l)" 2
[ -s ran ] || fail "the alert's command did not run"
traced replayed "$l4dstat" --by port --replay recorded.jsonl.gz
traced closed sh -c '"$1" 0.1 9 | head -n 3' closed "$l4dstat"
traced serving "$l4dstat" --listen "127.0.0.1:$port" 0.1
finish replayed closed
within 20 "it serves" served l4dstat_udp_sent_datagrams_total
curl -s -X POST -d x "http://127.0.0.1:$port/nothing" >/dev/null
curl -sI "http://127.0.0.1:$port/" >/dev/null
kill -TERM "$(process serving)"
finish serving

# And on a terminal.
for name in live live-listeners line; do
	options=(--by process)
	[ $name = live ] || options=(--listeners)
	[ $name != line ] || options=(-t --conn)
	terminal $name 100 24 strace -f -qq -e signal=none -o "$work/$name.calls" "'$l4dstat'" "${options[@]}" 0.2
	names+=("$name")
done
within 30 "the table" shows live '^process '
within 30 "the listeners" shows live-listeners 'address'
within 30 "lines" shows line '\|'
kill -TSTP "$(process live)"
kill -CONT "$(process live)"
then_shows live D '^process .*\*'
then_shows live / 'xyz|/'
press live -l receiver
press live Enter
for name in live live-listeners line; do
	"${tmux[@]}" resize-window -t $name -x 70 -y 12
done
then_shows live h .
press live q
press live q
press live-listeners q
press line C-c

ended() { # NAME
	grep -q "^$(process "$1") .*exit_group(0)" "$1.calls"
}
for name in live live-listeners line; do
	within 20 "$name: its end" ended $name
done

loads='seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC.*{len='
for name in "${names[@]}"; do
	equal "$name: filters" "$(grep -c "$loads" "$name.calls")" 1
	# Of clone3() no filter sees the flags, so glibc has to use clone().
	equal "$name: what it was refused" "$(sed "1,/$loads/d" "$name.calls" | grep ENOSYS | grep -v clone3 || :)" ""
done
