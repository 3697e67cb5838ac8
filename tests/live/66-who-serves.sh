#!/usr/bin/env bash
# Who serves a connection owns what it carries: workers that accept from a socket they inherited, a program that got
# its listening socket as descriptor 3, a process that gets connections by SCM_RIGHTS, two that share a port. Each
# program says how much it moved; its row says the same.
. "$(dirname "$0")/../lib.sh"

# NAME=VALUE of what a process told at its end: of the job's line that begins with PROCESS, or the one without.
moved() { # JOB [PROCESS]
	local line

	line=$(grep "^${2:+$2: }connections=" "$work/$1.out") || fail "$1: $2 told nothing"
	sed -E 's/.*connections=([0-9]+).* sent=([0-9]+) received=([0-9]+)/\1 \2 \3/' <<<"$line"
}

# Connections ended, bytes sent and received.
row() { # PORT JQ-CONDITION
	local mine

	mine=".netns == \"$(netns_of server)\" and .role == \"server\" and .port == $1 and ($2)"
	echo "$(sum joined rows tcp_closes "$mine")" "$(sum joined rows tcp_tx_bytes "$mine")" \
		"$(sum joined rows tcp_rx_bytes "$mine")"
}

connect() { # NAME PORT OPTION…
	start "$1" "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1,$net6:80::1" --port "$2" "${@:3}"
}

network
start workers "$traffic" tcp-serve --port 7000 --mode echo --workers 4 --name l4-master --child-name l4-worker
start activated "$traffic" tcp-serve --port 7001 --name l4-launcher \
	-- "$traffic" tcp-serve --fd 3 --mode echo --name l4-activated
start passes "$traffic" tcp-serve --port 7002 --mode echo --pass --name l4-passes --child-name l4-passed
start shares-1 "$traffic" tcp-serve --port 7003 --mode echo --reuseport --name l4-shares-1
start shares-2 "$traffic" tcp-serve --port 7003 --mode echo --reuseport --name l4-shares-2
ready workers activated passes shares-1 shares-2
watch joined 0.1 --top 0 --by netns,port,process,role
for at in 7000 7001 7002 7003; do
	for size in 1 5000 70000; do
		connect "client-$at-$size" $at --count 50 --bytes $size
	done
done
finish client-700{0,1,2,3}-{1,5000,70000}

# Data that waits for its reader while intervals pass is the reader's.
kill -STOP "${job_pid[workers]}" "${job_pid[passes]}"
pkill -STOP -P "${job_pid[workers]}"
connect late-0 7000 --count 5 --bytes 3000 --hold
connect late-2 7002 --count 5 --bytes 3000 --hold
ready late-0 late-2
go late-0 late-2
next_line joined
next_line joined
next_line joined
kill -CONT "${job_pid[workers]}" "${job_pid[passes]}"
pkill -CONT -P "${job_pid[workers]}"
finish late-0 late-2
stop workers activated passes shares-1 shares-2
settle
unwatch joined

all="$((50 * 75001)) $((50 * 75001))"
late="$((50 * 75001 + 15000)) $((50 * 75001 + 15000))"
equal "all workers" "$(row 7000 '.process | startswith("l4-worker")')" "155 $late"
for worker in 001 002 003 004; do
	equal "worker $worker" "$(row 7000 ".process == \"l4-worker$worker\"")" "$(moved workers l4-worker$worker)"
done
equal "the program with descriptor 3" "$(row 7001 '.process == "l4-activated"')" "150 $all"
equal "the process that was passed connections" "$(row 7002 '.process == "l4-passed"')" "155 $late"
equal "two that share a port" "$(row 7003 true)" "150 $all"
equal "the first" "$(row 7003 '.process == "l4-shares-1"')" "$(moved shares-1)"
equal "the second" "$(row 7003 '.process == "l4-shares-2"')" "$(moved shares-2)"
for other in l4-master l4-launcher l4-passes unknown other kernel; do
	equal "$other" "$(row 7000 ".process == \"$other\"") $(row 7001 ".process == \"$other\"") \
$(row 7002 ".process == \"$other\"")" "0 0 0 0 0 0 0 0 0"
done
