#!/usr/bin/env bash
# How much faster than real time a recording of a second per interval is replayed, and in how much memory: row r.
. "$(dirname "$0")/turns.sh"

readonly cells=500
intervals=$(few 3600 900) runs=$(few 5 3)

# Elapsed time, CPU time and memory of each run.
replay() { # WHAT OPTION…
	local what=$1 run

	shift
	for ((run = 0; run < runs; run++)); do
		"$tools/replay_run" "$l4dstat" --replay "$work/day.jsonl.gz" "$@"
	done >"$work/replay"
	awk -v n="$intervals" '{ print n / $2 }' "$work/replay" |
		tell r "replay of intervals of $cells cells, $what: real time to its CPU time" ">= 1000"
	awk '{ print $3 / 64 }' "$work/replay" | tell r "resident memory of that, the most, to 64 MiB" "<= 1"
}

"$tools/replay_day" "$work/day.jsonl.gz" "$intervals" $cells
replay lines
replay '`--by subnet`' --by subnet
replay '`--json`' --json
