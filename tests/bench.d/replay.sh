# shellcheck shell=bash
# How much faster than real time a recording is replayed; part of tests/bench.
# shellcheck disable=SC2154 # what tests/lib.sh has set

readonly replay_day=${L4_REPLAY_DAY:-$root/build/bench/replay_day} replay_run=${L4_REPLAY_RUN:-$root/build/bench/replay_run}
readonly replay_cells=500

# Elapsed time, CPU time and memory of each run: $work/replay.
replay() { # INTERVALS RUNS WHAT OPTION…
	local intervals=$1 runs=$2 what=$3 run

	shift 3
	for ((run = 0; run < runs; run++)); do
		"$replay_run" "$l4dstat" --replay "$work/day.jsonl.gz" "$@"
	done >"$work/replay"
	awk -v n="$intervals" '{ print $1, n }' "$work/replay" >"$work/pairs"
	row "$what" "$work/pairs" 1 '%.1f s%.0s%.0s'
	awk -v n="$intervals" '{ print $2, n }' "$work/replay" >"$work/pairs"
	row "$what: by its CPU time" "$work/pairs" 1 '%.1f s%.0s%.0s'
	awk '$3 > most { most = $3 } END { printf "  %-50s %8.1f MiB\n", "resident, the most", most }' "$work/replay"
}

bench_replay() { # INTERVALS RUNS
	"$replay_day" "$work/day.jsonl.gz" "$1" $replay_cells
	title "Replay of $1 intervals of 1 s, $replay_cells cells each, $2 runs" "to real"
	replay "$1" "$2" "lines"
	replay "$1" "$2" "--by subnet" --by subnet
	replay "$1" "$2" "--json" --json
}
