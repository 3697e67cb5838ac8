#!/usr/bin/env bash
# Own CPU of an interval, compared to what shows the same: row 10.
. "$(dirname "$0")/turns.sh"

readonly sockets=1000
rounds=$(few 5 2) intervals=4
columns=(--time --net --tcp --udp --socket)

# CPU time of an interval of the job, any program that writes a line for each.
cost_of_job() { # NAME COMMAND…
	local name=$1

	start "$@"
	within 20 "$name has written something" job_said "$name" .
	interval_cost "$name" $intervals | quartiles | cut -d ' ' -f 2
	kill -TERM "${job_pid[$name]}"
	wait "${job_pid[$name]}" || : # dstat does not end well
	unset "job_input[$name]"
	rm "$work/$name".*
}

by_hand() {
	NSTAT_HISTORY=$work/nstat nstat
	ss -s
	ss -tin
}

cost_by_hand() {
	local TIMEFORMAT='%U %S' i

	{ time for ((i = 0; i < intervals; i++)); do by_hand >/dev/null; done; } 2>&1 |
		awk -v n=$intervals '{ print ($1 + $2) * 1000 / n }'
}

start server "$traffic" tcp-serve --bind 127.0.0.1 --port 7000 --time 900
ready server
start client "$traffic" tcp-connect --to 127.0.0.1 --port 7000 --count $((sockets / 2)) --hold --time 900
ready client
for ((round = 0; round < rounds; round++)); do
	! command -v dstat >/dev/null || cost_of_job dstat dstat --nocolor "${columns[@]}" 1 >>"$work/others.dstat"
	cost_of_job columns "$l4dstat" "${columns[@]}" 1 >>"$work/others.columns"
	cost_of_job line "$l4dstat" 1 >>"$work/others.line"
	cost_by_hand >>"$work/others.hand"
done
sides="columns line hand"
! command -v dstat >/dev/null || sides+=" dstat"
remark "ms: $(for side in $sides; do median "$work/others.$side" '$1'; done | tr '\n' ' ')($sides)"
[[ $sides != *dstat ]] || of_rounds others "$sides" "columns1 / dstat1" |
	tell 10 "own CPU of an interval, \`${columns[*]}\`, $sockets sockets, to dstat with the same" "<= 0.1"
of_rounds others "$sides" "line1 / hand1" |
	tell 10 "own CPU of an interval, $sockets sockets, to \`nstat\`, \`ss -s\` and \`ss -tin\` each second" "<= 0.5"
