#!/usr/bin/env bash
# What it costs to drain and report cells: row 8; how much memory that takes: of row 9; and c of it.
. "$(dirname "$0")/turns.sh"

intervals=$(few 6 3) rounds=$(few 2 1)
used=0
options=(--cells 131072) # half of them for UDP

# Less than 65536: a cell that finds both its sets full takes another's place, which is one in a hundred.
cells_used() { # JOB
	tail -n $intervals "$work/$1.out" | jq -s 'map(.quality.cells_used) | min'
}

cost_now() {
	interval_cost "turn-$turn" $intervals
	resident_kib "${job_pid[turn-$turn]}" >>"$work/resident"
	[ "$(head -c 1 "$work/turn-$turn.out")" != "{" ] || used=$(cells_used "turn-$turn")
}

measure() { # CELLS
	[ "$1" = 0 ] || start "cells-$1" "${alone[@]}" "$tools/cells" "$1" sink
	[ "$1" = 0 ] || ready "cells-$1"
	take_turns "$rounds" "$1" "line json" cost_now
	[ "$1" = 0 ] || stop "cells-$1"
	remark "$1 networks, ms: $(median "$work/$1.line" '$1') $(median "$work/$1.json" '$1') (line json); $used cells"
}

# What cells cost, less an interval without; in parts of so many milliseconds.
cost_of() { # CELLS OUTPUT MILLISECONDS
	awk -v none="$(median "$work/0.$2" '$1')" -v goal="$3" '{ print ($1 - none) / goal }' "$work/$1.$2"
}

sink_device 1.0.0.0/8 2.0.0.0/7
for cells in 0 1000 20000 65536; do
	measure $cells
done
for output in line json; do
	cost_of 65536 $output 20 | tell 8 "CPU to drain and report 65536 cells, $output, to 20 ms" "<= 1"
	cost_of 1000 $output 1 | tell 8 "CPU to drain and report 1000 cells, $output, to 1 ms" "<= 1"
done
awk '{ print $1 / 1024 / 16 }' "$work/resident" | sort -g | tail -n 1 |
	tell 9 "resident memory with 65536 cells, the most of any run, to 16 MiB" "<= 1"
cost_of 65536 line 1 | awk -v per="$(cost_of 20000 line 1 | quartiles | cut -d ' ' -f 2)" '{ print $1 / per / 65536 * 20000 }' |
	tell c "CPU to drain and report 65536 cells, measured to predicted from 20000" ""
