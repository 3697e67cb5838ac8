#!/usr/bin/env bash
# What l4dstat takes for itself where nothing happens: row 9.
. "$(dirname "$0")/turns.sh"

cost_now() {
	interval_cost "turn-$turn" "$(few 10 4)"
	resident_kib "${job_pid[turn-$turn]}" >"$work/resident"
	map_bytes "${job_pid[turn-$turn]}" >"$work/maps"
}

possible_cpus() {
	awk -F '[-,]' '{ print $NF + 1 }' /sys/devices/system/cpu/possible
}

take_turns "$(few 2 1)" idle "json line" cost_now
for output in line json; do
	awk '{ print $1 / 10 }' "$work/idle.$output" | tell 9 "own CPU at 1 s on an idle host, $output: % of a CPU" "<= 0.3"
done
awk '{ print $1 / 1024 / 16 }' "$work/resident" | tell 9 "resident memory, to 16 MiB" "<= 1"
awk '{ print $2 / 1024 / 16 }' "$work/resident" | tell 9 "the most since start, while programs were loaded, to 16 MiB" ""
awk -v cpus="$(possible_cpus)" '{ print $1 / 1048576 / (16 + 4 * cpus) }' "$work/maps" |
	tell 9 "memory of maps, to 16 MiB and 4 MiB per possible CPU" "<= 1"
for ((i = 0; i < $(few 11 3); i++)); do
	"${aside[@]}" "$tools/first_attach" "${alone[@]}" "$l4dstat" 1
done >"$work/starts"
awk '{ print $1 / 300 }' "$work/starts" | tell 9 "start to first program attached, to 0.3 s" "<= 1"
awk '{ print $2 / 300 }' "$work/starts" | tell 9 "start to last program attached, to 0.3 s" ""
