# shellcheck shell=bash
# What the parts of the benchmark share: taking turns, and telling results.
#
# Those that are compared take turns, round by round, and the order within a round turns too, so that none gets the
# better half of a machine that changes. A result is the median over the rounds of what is compared within each. What is
# measured runs on the last CPU, everything else on the first.
# shellcheck disable=SC2034
. "$(dirname "$0")/../lib.sh"

readonly tools=$root/build/bench
readonly first_cpu=0 last_cpu=$(($(nproc) - 1))
aside=(taskset -c "$first_cpu")
alone=(taskset -c "$last_cpu")
taskset -pc $first_cpu $$ >/dev/null
ip link set lo up

# So many, or fewer if it is to be quick.
few() { # COUNT QUICK-COUNT
	[ -n "${QUICK-}" ] && echo "$2" || echo "$1"
}

# Statistics

quartiles() { # reads numbers, one a line; prints lower quartile, median, upper quartile
	sort -g | awk '{ v[NR] = $1 } function at(p) { return v[int(p * (NR - 1) + 1.5)] }
		END { if (!NR) exit 1; print at(0.25), at(0.5), at(0.75) }'
}

median() { # FILE EXPRESSION
	awk "{ print $2 }" "$1" | quartiles | cut -d ' ' -f 2
}

# Is a number as the goal says? "<= 0.5", ">= 0.9", "= 0", or nothing.
verdict() { # VALUE GOAL
	[ -n "$2" ] || return 0
	awk -v value="$1" -v goal="$2" 'BEGIN { split(goal, part, " ")
		met = part[1] == "<=" ? value <= part[2] : part[1] == ">=" ? value >= part[2] : value == part[2]
		print met ? "met" : "**missed**" }'
}

# Three digits, and all that are before the point.
short() { # NUMBER
	awk -v n="$1" 'BEGIN { printf(n >= 100 || n <= -100 ? "%.0f" : "%.3g", n) }'
}

# A line of the table, of numbers that are read, one a round.
tell() { # ROW WHAT GOAL
	local low middle high goal

	read -r low middle high < <(quartiles) || fail "nothing was measured of: $2"
	goal=${3/<=/≤} goal=${goal/>=/≥}
	echo "| $1 | $2 | $(short "$middle") | $(short "$low") to $(short "$high") | $goal | $(verdict "$middle" "$3") |" |
		tee -a "$L4_BENCH_RESULTS"
}

# What helps to understand results and is none: it is of this machine.
remark() { # TEXT
	printf '      %s\n' "$*"
}

# The sides of a comparison

options=() # of l4dstat; delay: its interval

side_on() { # SIDE JOB
	case $1 in
	off) ;;
	l4dstat) watch "$2" 1 ;;
	line)
		start "$2" "$l4dstat" --noheaders "${options[@]}" "${delay:-1}"
		within 60 "$2 has written its first line" job_said "$2" .
		;;
	json) watch "$2" "${delay:-1}" "${options[@]}" ;;
	bpftrace)
		start "$2" bpftrace -e 'tracepoint:sock:sock_send_length { @[pid, comm] = sum(args->ret) }'
		within 20 "bpftrace has attached" has_attached "${job_pid[$2]}"
		;;
	*)
		start "$2" "$tools/hooks" "$tools/$1.bpf.o"
		ready "$2"
		;;
	esac
}

has_attached() { # PID
	bpftool --json perf show | jq -e "any(.[]; .pid == $1)" >/dev/null
}

side_off() { # SIDE JOB
	case $1 in
	off) ;;
	bpftrace) kill -INT "${job_pid[$2]}" && finish "$2" ;;
	*) stop "$2" ;;
	esac
}

turn=0

# Each round appends what the command prints on each side to $work/NAME.SIDE.
take_turns() { # ROUNDS NAME "SIDE…" COMMAND…
	local rounds=$1 name=$2 order round i side

	read -ra order <<<"$3"
	shift 3
	for ((round = 0; round < rounds; round++)); do
		for ((i = 0; i < ${#order[@]}; i++)); do
			side=${order[round % 2 ? i : ${#order[@]} - 1 - i]}
			turn=$((turn + 1))
			side_on "$side" "turn-$turn"
			"$@" >>"$work/$name.$side"
			side_off "$side" "turn-$turn"
			rm -f "$work/turn-$turn".*
		done
	done
}

# Evaluates an expression over the sides of each round: fields are called SIDE1, SIDE2 and so on.
of_rounds() { # NAME "SIDE…" EXPRESSION
	local order side files=() assign='' from=0 fields field

	read -ra order <<<"$2"
	for side in "${order[@]}"; do
		files+=("$work/$1.$side")
		fields=$(head -n 1 "$work/$1.$side" | wc -w)
		for ((field = 1; field <= fields; field++)); do
			assign+="$side$field = \$$((from + field)); "
		done
		from=$((from + fields))
	done
	paste -d ' ' "${files[@]}" | awk "{ $assign print $3 }"
}

# The device that everything leaves through and nobody is behind: what reads it is the measuring program.
sink_device() { # NETWORK…
	local network

	ip tuntap add dev sink mode tun
	ip address add 198.18.0.2/24 dev sink
	ip link set sink up
	for network; do
		ip route add "$network" dev sink
	done
}

# What an interval of a running l4dstat costs, on stdout for COUNT of them: CPU time in milliseconds.
interval_cost() { # JOB COUNT
	"$tools/intervals" "${job_pid[$1]}" "$work/$1.out" "$2" | cut -d ' ' -f 1
}

map_bytes() { # PID
	cat "/proc/$1"/fdinfo/* 2>/dev/null | awk '/^memlock:/ { bytes = $2 } /^map_id:/ { map[$2] = bytes }
		END { for (id in map) sum += map[id]; print sum }'
}

# Now, and the most since start.
resident_kib() { # PID
	awk '/^Vm(HWM|RSS):/ { kib[$1] = $2 } END { print kib["VmRSS:"], kib["VmHWM:"] }' "/proc/$1/status"
}
