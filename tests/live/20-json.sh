#!/usr/bin/env bash
# JSON Lines: every line parses, has the documented keys, and in every list of every interval the rows add up to
# the total, for each counter, also when they were cut to the top two.
. "$(dirname "$0")/../lib.sh"

# Applies a filter to each line; it gives the reasons why the line is wrong, or nothing.
no_line() { # WATCH WHAT JQ-FILTER
	local wrong

	wrong=$(jq -c --argjson counters "$counters" "select(has(\"v\")) | $3" "$work/$1.out") || fail "$1: $2: jq failed"
	[ -z "$wrong" ] || fail "$1: $2: $(head -n 3 <<<"$wrong")"
	echo "$1: no line where $2"
}

counters=$(sed -nE 's/^L4_(TCP|UDP|LISTENER)\((\w+),.*/"\2"/p' "$root/include/metrics.def" | jq -sc .)
gauges=$(sed -nE 's/^L4_GAUGE\((\w+),.*/"\1"/p' "$root/include/metrics.def" | jq -sc .)
keys=$(sed -nE 's/^L4_(TCP|TCP_MAX|UDP|LISTENER|RATIO|DISTINCT)\((\w+),.*/"\2"/p' "$root/include/metrics.def" | jq -sc .)
at_least "counters in metrics.def" "$(jq length <<<"$counters")" 17

network
start tcp-server "$traffic" tcp-serve --port 7000 --ports 4 --mode echo
start udp-server "$traffic" udp-recv --port 9000
ready tcp-server udp-server
watch cut 0.3 --top 2
watch all 0.3 --top 0
watch joined 0.3 --top 2 --by subnet,port
watch many 0.3 --top 0 --by netns,process,role,proto,name,cgroup
for turn in 1 2 3; do
	for i in 1 2 3 4; do
		"${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.$i.1" --port 700$((i - 1)) \
			--count 5 --bytes $((turn * 1000))
		"${clients[@]}" "$traffic" udp-send --to "$net4.128.1,$net6:80::1" --port 9000 --count $((turn * 10))
	done
	"${clients[@]}" "$traffic" tcp-connect --to "$net6:80::1" --from "$net6:5::1" --port 7000 --count $turn --bytes 1
	next_line all
	next_line all # one interval without traffic
done >"$work/clients"
unwatch cut all joined many
stop tcp-server udp-server

for view in cut all joined many; do
	jq -e . "$work/$view.out" >/dev/null || fail "$view: jq cannot read it"
	at_least "$view: lines" "$(wc -l <"$work/$view.out")" 3
	equal "$view: JSON objects" "$(jq -s length "$work/$view.out")" "$(wc -l <"$work/$view.out")"
	at_least "$view: connections seen" "$(total $view tcp_opens_in)" 60
	at_least "$view: datagrams seen" "$(total $view udp_rx_dgrams)" 240

	no_line $view "v, host, timestamp, ts or interval are not as documented" 'select((
		.v == 1 and (.host | type == "string") and (.ts | type == "number") and .interval > 0 and .interval < 30 and
		(.timestamp | test("^20[0-9-]{8}T[0-9:]{8}[.][0-9]{3}Z$"))) | not)'
	no_line $view "ts and timestamp differ" '
		select((.timestamp[:19] + "Z" | fromdate) - .ts | fabs > 1.001)'
	no_line $view "total has other keys than metrics.def" '
		select((.total | keys) != ('"$keys"' | sort)) | .total | keys'
	no_line $view "sockets has other keys than the gauges of metrics.def" '
		select((.sockets | keys) != ('"$gauges"' | sort)) | .sockets | keys'
	no_line $view "quality is incomplete" '.quality | select(
		([.unattributed, .cells_used, .cells_max, .cell_overflow, .missed, .late_ms] | map(type == "number") | all) | not)'
	no_line $view "an event was missed or found no cell" '.quality | select(.missed != 0 or .cell_overflow != 0)'
done

lists='(to_entries[] | select((.value | type == "array") and .key != "listeners"))'
for view in cut all joined many; do
	no_line $view "rows and total differ" ". as \$line | $lists as \$list | \$counters[] as \$c |
		([\$list.value[] | .[\$c] // 0] | add // 0) as \$sum | select(\$sum != \$line.total[\$c]) |
		\"\(\$list.key).\(\$c): rows \(\$sum), total \(\$line.total[\$c])\""
	no_line $view "a row has a zero or negative counter" "$lists.value[] | to_entries[] |
		select(.key as \$k | \$counters | index(\$k)) | select(.value <= 0)"
done
no_line all "ports or processes do not add up to sockets" '. as $line | (.by_port, .by_process) as $list | '"$gauges"'[] as $g |
	select(([$list[] | .[$g] // 0] | add // 0) != $line.sockets[$g]) | $g'
for view in cut joined; do
	no_line $view "a list has more than two rows and 'other'" "$lists | select((.value | length) > 3)"
	no_line $view "'other' is not last" "$lists.value[:-1][] | select([.. | strings] | index(\"other\"))"
	at_least "$view: rows 'other'" "$(jq -s "[.[] | $lists.value[2:][] | select([.. | strings] | index(\"other\"))] | length" \
		"$work/$view.out")" 3
done

no_line cut "the lists are not the three" 'select([keys[] | select(startswith("by_") or . == "rows")] != ["by_port", "by_process", "by_subnet"])'
no_line joined "the list is not rows" 'select([keys[] | select(startswith("by_") or . == "rows")] != ["rows"])'
no_line all "a subnet row has no prefix" '.by_subnet[] | select(.subnet | test("^([0-9.]+/24|[0-9a-f:]+/64|unknown)$") | not)'
no_line all "a port row has no proto, role, port" '.by_port[] | select((
	(.proto | IN("tcp", "udp")) and (.role | IN("client", "server", "none")) and (.port | type == "number")) | not)'
no_line all "a process row has no name, or pid and cgroup when it should" '.by_process[] | select((.process | type != "string") or
	(if .process | IN("unknown", "kernel") then has("pid") else
		(.pid | type != "number") or (.cgroup | type != "string" or (startswith("/") | not)) end))'
no_line joined "a row lacks subnet or port" '.rows[] | select([.. | strings] | index("other") | not) |
	select((has("subnet") and has("port") and has("proto")) | not)'
no_line many "a row lacks a key" '.rows[] | select((has("netns") and has("process") and has("role") and has("proto")) | not)'
no_line all "a ratio is not the quotient" '.by_subnet[] | select(.tcp_retrans_segs and .tcp_tx_data_segs) |
	select(.tcp_retrans_ratio - .tcp_retrans_segs / .tcp_tx_data_segs | fabs > 0.001)'

"$l4dstat" --json 0.1 3 >"$work/three.out"
equal "lines when three are asked for" "$(jq -s length "$work/three.out")" 3
