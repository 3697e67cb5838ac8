#!/usr/bin/env bash
# More cells than there is room for: what finds none is in the row `other`, so the rows still add up to all there was,
# and quality says how much of it that is.
. "$(dirname "$0")/../lib.sh"

network
start receiver "${clients[@]}" "$traffic" udp-recv --port 9000 --rcvbuf 100000000 --count 20000
ready receiver
watch full 0.5 --cells 52 --prefix4 32 --top 0 --by subnet,process
watch roomy 0.5 --prefix4 32 --top 0 --by subnet,process
start sender "$traffic" udp-send --to "$net4.1.1+250,$net4.2.1+250" --port 9000 --count 20000 --name l4-sender
finish sender receiver
unwatch full roomy

sent="(.subnet | startswith(\"$net4.1.\") or startswith(\"$net4.2.\"))"
equal "with room: datagrams by address" "$(sum roomy rows udp_tx_dgrams "$sent")" 20000
equal "with room: addresses" "$(jq -s "[.[].rows[] | select($sent) | .subnet] | unique | length" "$work/roomy.out")" 500
equal "with room: overflow" "$(jq -s 'map(.quality.cell_overflow) | add' "$work/roomy.out")" 0
own=$(sum full rows udp_tx_dgrams "$sent")
other=$(sum full rows udp_tx_dgrams '.subnet == "other"')
at_least "without: in 'other'" "$other" 10000
at_least "without: all" $((own + other)) 20000
equal "without: rows and total" "$(sum full rows udp_tx_dgrams)" "$(total full udp_tx_dgrams)"
# What went there found no cell, or was in one that was given up for another.
lost() { # QUALITY
	jq -s "map(.quality.$1) | add" "$work/full.out"
}
at_least "without: refused" "$(lost cell_overflow)" 1
at_least "without: evicted" "$(lost evictions)" 1
# Half of the 52 are TCP's; while one interval is read, the next has 16 for either.
at_least "without: cells used at most" $((26 + 16 + 16)) "$(jq -s 'map(.quality.cells_used) | max' "$work/full.out")"
