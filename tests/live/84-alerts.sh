#!/usr/bin/env bash
# --alert and --on-alert: told once in the hold time, marked on lines and tables, listed in JSON; a command gets the facts
# without any of them being run, delays nothing, and ends when l4dstat does, whatever ends that.
. "$(dirname "$0")/../lib.sh"

network
export L4_WORK=$work
# shellcheck disable=SC2016 # for --on-alert's shell
keep='env | grep ^L4DSTAT_ | sort >>"$L4_WORK/env"; cat >>"$L4_WORK/facts"; id -u >"$L4_WORK/uid"; nice >"$L4_WORK/nice"
	echo the command speaks; : >"$L4_WORK/ran"'
hit='hit: rx_dgrams by process,subnet >= 5'

send() { # PORT
	"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --from "$net4.1.1" --port "$1" --count 10
}

# A process whose name would be a command if it were ever pasted into one.
start hostile "$traffic" udp-recv --port 7000 --name '$(>>pwn)`>pwn`'
start other "$traffic" udp-recv --port 7001 --name l4-other
ready hostile other
cd "$work"
watch json 0.3 --netns self --alert "$hit" --on-alert "$keep" 
start lines "$l4dstat" --netns self --alert "$hit" --udp-io --top-udp 0.3
start table "$l4dstat" --netns self --alert "$hit" --by process 0.3
start ports "$l4dstat" --netns self --alert "$hit" --by port 0.3
start plain "$l4dstat" --netns self --json 0.3
for job in lines table ports plain; do
	within 20 "$job has begun" has_lines $job 2
done
send 7000 >"$work/sent"
next_line json
next_line json
within 10 "the command has run" [ -e "$work/ran" ]
send 7000 >"$work/sent" # told of already
send 7001 >"$work/sent" # too few in one interval to be sure of, so once more
send 7001 >"$work/sent"
next_line json
next_line json
for job in json lines table ports plain; do
	stop $job
done

equal "offenders" "$(jq -r '.alerts[] | "\(.alert) \(.process) \(.subnet)"' "$work/json.out" | sort -u)" \
	"hit \$(>>pwn)\`>pwn\` $net4.1.0/24
hit l4-other $net4.1.0/24"
equal "sentences" "$(grep -c ' alert: ' "$work/json.err")" 2
grep -qF " alert: process \$(>>pwn)\`>pwn\`[${job_pid[hostile]}], subnet $net4.1.0/24: udp_rx_dgrams is " "$work/json.err" ||
	fail "it is not told: $(cat "$work/json.err")"
equal "told to be over" "$(grep -c ' over: .* udp_rx_dgrams was ' "$work/json.err")" 2
equal "runs of the command" "$(wc -l <"$work/facts")" 2
equal "what it wrote is no data" "$(grep -c '^the command speaks$' "$work/json.err") $(grep -c speaks "$work/json.out" || :)" "2 0"
equal "it is run as" "$(cat "$work/uid")" "$(id -u)"
equal "and goes before nobody: nice" "$(cat "$work/nice")" 0
jq -se 'map(.process) | index("$(>>pwn)`>pwn`")' "$work/facts" >"$work/index" || fail "the name is not as it is"
equal "what was run of the name" "$(find "$work" -name '*pwn*')" ""
for fact in ALERT=hit 'RULE=rx_dgrams by process,subnet >= 5' METRIC=udp_rx_dgrams THRESHOLD=5 INTERVALS=1 \
	"SUBNET=$net4.1.0/24" 'PROCESS=$(>>pwn)`>pwn`' "PID=${job_pid[hostile]}" "HOST=$(hostname)"; do
	grep -qxF "L4DSTAT_$fact" "$work/env" || fail "the environment lacks $fact: $(cat "$work/env")"
done
grep -qE '^L4DSTAT_VALUE=([5-9]|10|20)$' "$work/env" || fail "the environment lacks the value: $(cat "$work/env")"
equal "facts on standard input that JSON does not list" "$(jq -c 'del(.timestamp, .host)' "$work/facts" |
	grep -vxFf <(jq -c '.alerts[]' "$work/json.out") || :)" ""
equal "lists where there are no rules" "$(jq -c 'select(has("alerts"))' "$work/plain.out")" ""

marked() { # JOB
	grep ' !$' "$work/$1.out" || :
}

at_least "lines marked" "$(marked lines | wc -l)" 1
equal "lines marked for others" "$(marked lines | grep -v 'pwn\|l4-other' || :)" ""
at_least "rows marked" "$(marked table | wc -l)" 2
equal "rows marked of others" "$(marked table | grep -v "^\$(>>pwn)\|^l4-other" || :)" ""
at_least "totals marked, as no row can be" "$(marked ports | grep -c '^total')" 1
equal "rows marked beside them" "$(marked ports | grep -v '^total' || :)" ""

# More offenders than can be told, and a command that does not end: neither delays an interval.
# shellcheck disable=SC2016
hang='echo $$ >>"$L4_WORK/$NAME.pids"; exec sleep 1000'
NAME=ended watch ended 0.3 --netns self --alert 'udp_no_socket by port > 0' --on-alert "$hang"
NAME=killed watch killed 0.3 --netns self --alert 'udp_no_socket by port > 0' --on-alert "$hang"
"${clients[@]}" bash -c 'for port in {20000..20999}; do echo >/dev/udp/$0/$port; done' "$net4.128.1"
for _ in 1 2 3; do
	next_line ended
done
for name in ended killed; do
	within 10 "commands run" eval '[ "$(wc -l <"$work/'$name'.pids")" -ge 4 ]'
	equal "commands at once" "$(wc -l <"$work/$name.pids")" 4
done
equal "offenders" "$(jq -s '[.[].alerts[].port] | unique | length' "$work/ended.out")" 1000
grep -q 'and [0-9]* more offenders' "$work/ended.err" || fail "how many more there are is not said: $(cat "$work/ended.err")"
grep -q 'were not handed to --on-alert' "$work/ended.err" || fail "what is left out is not said: $(tail -n 3 "$work/ended.err")"
at_least "intervals with it" "$(wc -l <"$work/ended.out")" 4
runners() {
	pgrep -P "${job_pid[ended]},${job_pid[killed]}"
}
mapfile -t processes < <(runners && cat "$work/ended.pids" "$work/killed.pids")
equal "processes to end" "${#processes[@]}" 10
kill -KILL "${job_pid[killed]}"
kill -TERM "${job_pid[ended]}"
finish ended
for pid in "${processes[@]}"; do
	within 10 "process $pid has ended" eval "! kill -0 $pid 2>/dev/null"
done
grep -q 'had not ended in time' "$work/ended.err" || fail "that commands were ended is not said"

# What cannot be.
refused() { # WHAT-STDERR-NAMES OPTION…
	local names=$1 status=0

	shift
	"$l4dstat" "$@" 0.1 1 >"$work/out" 2>"$work/err" || status=$?
	equal "exit of l4dstat $*" "$status $(wc -c <"$work/out") $(wc -l <"$work/err")" "2 0 1"
	grep -qF -- "$names" "$work/err" || fail "'$(cat "$work/err")' does not name $names"
}
refused "did you mean retrans_ratio?" --alert 'retrans_rato > 5%'
refused "--alert default" --on-alert true
refused "close-wait-leak" --alert close-wait-leak --subnet 10.0.0.0/8
refused "accept-queue-full" --alert accept-queue-full --subnet 10.0.0.0/8
