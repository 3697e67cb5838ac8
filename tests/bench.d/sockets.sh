#!/usr/bin/env bash
# What an interval costs by number of TCP sockets, compared to `ss -tinH` over the same: row 6, and c of that.
. "$(dirname "$0")/turns.sh"

read -ra sizes <<<"$(few "1000 10000 50000 200000" "1000 10000")"
rounds=$(few 5 2) intervals=5
readonly per_client=1000 # connections of a tcp-connect --hold, which holds no more
readonly servers=12      # each has less than 20000 sockets, as many a process may have files
delay=0.2

# Two sockets a connection.
held=0
hold_sockets() { # SOCKETS, more than there are
	local count names=() server

	for ((; held < $1; held += 2 * count)); do
		count=$((($1 - held) / 2))
		[ $count -le $per_client ] || count=$per_client
		names+=("tcp-client-$held")
		server=127.0.0.$((held / (2 * per_client) % servers + 1))
		start "${names[-1]}" "$traffic" tcp-connect --to "$server" --port 7000 --count $count --hold --time 1800
	done
	ready "${names[@]}"
	within 60 "the sockets are there" sockets_are_there "$1"
}

sockets_are_there() { # SOCKETS
	[ "$(ss -tnH state established | wc -l)" = "$1" ]
}

# Medians of CPU time in milliseconds of an interval, as each round has them.
cost_now() {
	interval_cost "turn-$turn" $intervals | quartiles | cut -d ' ' -f 2
}

# The same of a run of ss, user and system.
ss_cost() {
	local TIMEFORMAT='%U %S' i

	{ time for ((i = 0; i < intervals; i++)); do ss -tinH state connected >/dev/null; done; } 2>&1 |
		awk -v n=$intervals '{ print ($1 + $2) * 1000 / n }'
}

measure() { # SOCKETS
	local round

	for ((round = 0; round < rounds; round++)); do
		take_turns 1 "$1" "line json" cost_now
		ss_cost >>"$work/$1.ss"
	done
}

report_size() { # SOCKETS
	local sides="line json ss"

	remark "$1 sockets, ms: $(for side in $sides; do median "$work/$1.$side" '$1'; done | tr '\n' ' ')($sides)"
	of_rounds "$1" "$sides" "line1 / ss1" | tell 6 "CPU of an interval, lines, $1 TCP sockets, to \`ss -tinH\` over them" "<= 0.2"
	of_rounds "$1" "$sides" "json1 / ss1" | tell 6 "the same at $1, \`--json\`, which also counts sockets by state" "<= 0.2"
}

# The model: an interval costs a fixed time and one per socket, both as those of no and of 1000 sockets say.
report_growth() { # SOCKETS
	local none one

	none=$(median "$work/0.line" '$1') one=$(median "$work/${sizes[0]}.line" '$1')
	awk -v none="$none" -v one="$one" -v size="$1" -v first="${sizes[0]}" \
		'{ print (($1 - none) / size) / ((one - none) / first) }' "$work/$1.line" |
		tell 6 "CPU per socket, lines, at $1 sockets to at ${sizes[0]}" "<= 1.25"
}

predict() { # SOCKETS FROM
	awk -v none="$(median "$work/0.line" '$1')" -v from="$2" -v at="$(median "$work/$2.line" '$1')" -v size="$1" \
		'{ print $1 / (none + (at - none) / from * size) }' "$work/$1.line" |
		tell c "CPU of an interval at $1 sockets, measured to predicted from 0 and $2" ""
}

ulimit -n "$(ulimit -Hn)"
for ((server = 1; server <= servers; server++)); do
	start tcp-server-$server "$traffic" tcp-serve --bind 127.0.0.$server --port 7000 --time 1800
done
for ((server = 1; server <= servers; server++)); do
	ready tcp-server-$server
done
measure 0
for size in "${sizes[@]}"; do
	hold_sockets "$size"
	measure "$size"
	report_size "$size"
done
for size in "${sizes[@]:1}"; do
	report_growth "$size"
done
for ((i = 2; i < ${#sizes[@]}; i++)); do
	predict "${sizes[i]}" "${sizes[i - 1]}"
done
