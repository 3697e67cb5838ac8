#!/usr/bin/env bash
# A flood whose every datagram comes from another network moves neither memory nor truth: the books balance to the last
# datagram, and two clients that are a thousandth of the traffic, one older than the flood and one younger, have rows,
# even if all is one interval, in which the younger one comes when there is no free cell left.
. "$(dirname "$0")/../lib.sh"

readonly count=${L4_FLOOD:-1000000} per_client=1000 cells=32768
readonly clients_sent=$((2 * per_client))

# The namespace of this host's other programs: what they receive meanwhile may be among what found no cell.
# shellcheck disable=SC2034
host=(nsenter "--net=/proc/$PPID/ns/net" --)

# Bytes of all maps of the l4dstat that is a job. The kernel tells of each descriptor.
map_memory() { # NAME
	grep -l '^map_type' "/proc/${job_pid[$1]}/fdinfo/"* | xargs awk '
		$1 == "memlock:" { bytes = $2 } $1 == "map_id:" { of[$2] = bytes }
		END { for (id in of) sum += of[id]; print sum }'
}

resident() { # NAME KEY
	awk -v key="$2:" '$1 == key { print $2 }' "/proc/${job_pid[$1]}/status"
}

# All that came in has been read or lost.
arrived() { # 4|6
	local prefix=Udp
	[ "$1" = 4 ] || prefix=Udp6
	echo $(($(risen server ${prefix}InDatagrams) + $(risen server ${prefix}InErrors)))
}
all_arrived() {
	[ "$(arrived "$1")" = $((count + clients_sent)) ]
}
all_cells_are_taken() {
	[ "$(arrived "$1")" -ge $((3 * cells)) ]
}

steady() { # NAME ADDRESS TO
	start "$1" "${clients[@]}" "$traffic" udp-send --from "$2" --to "$3" --port "$port" --count $per_client --pause 1000 --name "$1"
}

flood() { # 4|6 TO FIRST-SPOOFED OLD-CLIENT YOUNG-CLIENT
	local name=flood$1 rows not_ours other others drops all before hwm client job

	remember server host
	start "reader$1" "$traffic" udp-recv --port "$port" --rcvbuf 200000000 --name "reader$1"
	ready "reader$1"
	start "long$1" "$l4dstat" --json --by subnet,process --sort udp_rx_dgrams 600
	watch "$name" 0.5 --by subnet,process --sort udp_rx_dgrams
	before=$(map_memory "$name")
	start "raw$1" "${clients[@]}" "$traffic" udp-raw --spoof --from "$3" --to "$2" --port "$port" --count "$count" --hold
	ready "raw$1"
	steady "old$1" "$4" "$2"
	next_line "$name"
	go "raw$1"
	within 20 "all cells are taken" all_cells_are_taken "$1"
	job_lives "raw$1" || fail "the flood is over too early"
	steady "young$1" "$5" "$2"
	finish "raw$1" "old$1" "young$1"
	within 20 "all of it" all_arrived "$1"
	# One map has an element for each port that is listened on, by whomever.
	at_least "IPv$1: bytes of maps were" $((before + 10000)) "$(map_memory "$name")"
	hwm=$(resident "$name" VmHWM)
	unwatch "$name" "long$1"
	stop "reader$1"

	other=$(sum "$name" rows udp_rx_dgrams '.subnet == "other"')
	not_ours=$(sum "$name" rows udp_rx_dgrams "(.subnet != \"other\") and .process != \"reader$1\"")
	rows=$(sum "$name" rows udp_rx_dgrams ".process == \"reader$1\"")
	others=$(($(risen host UdpInDatagrams) + $(risen host UdpInErrors) + $(risen host Udp6InDatagrams) + $(risen host Udp6InErrors)))
	for all in $((rows + other)) $(($(total "$name" udp_rx_dgrams) - not_ours)); do
		at_least "IPv$1: rows and other, total" "$all" $((count + clients_sent))
		at_least "IPv$1: not more than was sent, and to others on this host" $((count + clients_sent + others)) "$all"
	done
	drops=$(($(total "$name" udp_rx_drops) - $(sum "$name" rows udp_rx_drops "(.subnet != \"other\") and .process != \"reader$1\"")))
	equal "IPv$1: lost" "$drops" "$(risen server "Udp${1/4/}RcvbufErrors")"
	at_least "IPv$1: refused or evicted" "$(jq -s 'map(.quality.cell_overflow + .quality.evictions) | add' "$work/$name.out")" 1
	for client in "$4" "$5"; do
		for job in "$name" "long$1"; do
			at_least "IPv$1: of client $client, $job" "$(sum "$job" rows udp_rx_dgrams ".subnet == \"$(prefix_of "$client")\"")" \
				$((per_client * 9 / 10))
		done
	done
	echo "IPv$1: resident $hwm KiB at most; late $(jq -s 'map(.quality.late_ms) | max' "$work/$name.out") ms at most"
	[ "$hwm" -lt 32768 ] || fail "IPv$1: resident memory rose to $hwm KiB"
	jq -s -c 'map([.interval, .quality.cells_used, .quality.cell_overflow, .quality.evictions, .quality.late_ms])' "$work/$name.out"
}

prefix_of() { # ADDRESS
	case $1 in
	*:*) echo "${1%::*}::/64" ;;
	*) echo "${1%.*}.0/24" ;;
	esac
}

network
flood 4 "$net4.128.1" 16.0.0.1 "$net4.1.1" "$net4.2.1"
flood 6 "$net6:80::1" 2400::1 "$net6:1::1" "$net6:2::1"
