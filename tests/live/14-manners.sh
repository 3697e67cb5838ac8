#!/usr/bin/env bash
# dstat's manners on a terminal: a line whose interval goes on is dim and drawn over each second, what does not fit is left
# out with one notice, another size is followed, and whatever ends it the terminal is as it was.
. "$(dirname "$0")/../lib.sh"

tmux=(tmux -S "$work/tmux" -f /dev/null)
trap '"${tmux[@]}" kill-server 2>/dev/null || :; clean_up' EXIT
ip link set lo up
over=$'\r\e[K'
dim=$'\e\\[1;30m[0-9]{10}' bright=$'\e\\[0;37m[0-9]{10}'

# Runs it on a terminal of its own, to its end; what it wrote there, byte for byte, is in $work/NAME.raw.
on_terminal() { # NAME COLUMNS [VARIABLE=VALUE…] -- OPTION…
	local name=$1 columns=$2 variables=()

	shift 2
	while [ "$1" != -- ]; do
		variables+=("$1")
		shift
	done
	shift
	env TERM=xterm "${variables[@]}" script -qefc "stty cols $columns rows 24; exec '$l4dstat' $* 2>'$work/$name.err'" \
		"$work/$name.typescript" </dev/null >"$work/$name.raw"
}

count() { # NAME STRING
	grep -oF -- "$2" "$work/$1.raw" | wc -l
}

on_terminal updates 80 -- -T --tcp 3 2
equal "updates of two lines of three seconds" "$(count updates "$over")" 4
equal "dim times and bright ones" "$(grep -oE -- "$dim" "$work/updates.raw" | wc -l) $(grep -oE -- "$bright" "$work/updates.raw" | wc -l)" "4 2"
equal "lines that stay" "$(tr '\r' '\n' <"$work/updates.raw" | sed 's/\x1b\[[0-9;]*[a-zA-Z]//g' | grep -c '^[0-9]\{10\}|')" 6
equal "line ends" "$(grep -c $'\r$' "$work/updates.raw")" 4

on_terminal still 80 -- --noupdate -T --tcp 2 1
equal "updates with --noupdate" "$(count still "$over")" 0
on_terminal dumb 80 TERM=dumb -- -T --tcp 2 1
equal "escapes on a dumb terminal" "$(count dumb $'\e')" 0
on_terminal plain 80 NO_COLOR=1 -- -T --tcp 2 1
equal "colours with NO_COLOR" "$(grep -c $'\e\[[0-9;]*m' "$work/plain.raw" || :)" 0
equal "updates with NO_COLOR" "$(count plain "$over")" 1
on_terminal forced 80 NO_COLOR=1 -- --color -T --tcp 0.1 1
at_least "colours with NO_COLOR and --color" "$(count forced $'\e[0;34m')" 1
on_terminal white 80 -- --bw -t --tcp 0.1 1
equal "white on white" "$(count white $'\e[0;37m')" 0

on_terminal narrow 30 -- -t --tcp --udp 0.1 2
equal "notices" "$(grep -c '^l4dstat: the terminal is too narrow' "$work/narrow.err")" 1
equal "marks" "$(sed 's/\x1b\[[0-9;]*[a-zA-Z]//g' "$work/narrow.raw" | grep -c $'>\r$')" 4

L4DSTAT_TIMEFMT=%H:%M L4DSTAT_OPTS="-t --nocolor" "$l4dstat" --udp 0.1 1 >"$work/out"
cat "$work/out"
equal "options of L4DSTAT_OPTS come first" "$(sed -n 2p "$work/out")" " time|lis  act "
status=0
L4DSTAT_OPTS=--nosuch "$l4dstat" --udp 0.1 1 2>"$work/err" || status=$?
equal "exit with a bad L4DSTAT_OPTS" $status 2
grep -q "L4DSTAT_OPTS is set" "$work/err" || fail "it does not say where the option may come from: $(cat "$work/err")"

# What the kernel has counted so far is shown while the interval goes on, and nothing of it is counted twice.
start receiver "$traffic" udp-recv --bind 127.0.0.1 --port 9000 --name l4-manners
ready receiver
start counted on_terminal counted_pty 80 -- --netns self --udp-io --top-udp 6 1
shown() { # WHAT COUNT
	[ "$(count counted_pty "$1" 2>/dev/null)" -ge "$2" ]
}
within 20 "the first update" shown udp/dgrams 1
"$traffic" udp-send --to 127.0.0.1 --port 9000 --count 600 --name l4-manners >"$work/sent"
finish counted
stop receiver
sed 's/\x1b\[[0-9;]*[a-zA-Z]//g; s/\r/\n/g' "$work/counted_pty.raw" >"$work/lines"
cat "$work/lines"
equal "the end of the interval" "$(sed -n 's/^ *\(100\) *\(100\) |.*/\1 \2/p' "$work/lines" | tail -n 1)" "100 100"
[ "$(grep -cE '^ *[1-9][0-9]+ +[1-9][0-9]+ \|l4-manners' "$work/lines")" -ge 2 ] || fail "no update shows what came so far"

# Another size.
"${tmux[@]}" new-session -d -s sized -x 100 -y 24 \
	"stty -g >'$work/before'; '$l4dstat' -t --tcp --udp --socket 0.2; echo \$? >'$work/code'; stty -g >'$work/after'; exec sleep 60"
sized() { # PATTERN
	"${tmux[@]}" capture-pane -p -t sized | grep -qE -- "$1"
}
within 10 "all four groups" sized 'frg $|frg$'
"${tmux[@]}" resize-window -t sized -x 50 -y 24
within 10 "the header of the narrower line" sized '^-*system-* -*tcp-sockets-* -*udp-*>$'
"${tmux[@]}" resize-window -t sized -x 100 -y 24
within 10 "the header of the wider line" sized 'sockets-*$'
"${tmux[@]}" send-keys -t sized C-c
within 5 "Ctrl-C ends it" test -s "$work/after"
equal "exit after Ctrl-C" "$(cat "$work/code")" 0
equal "the terminal" "$(cat "$work/after")" "$(cat "$work/before")"

# In the middle of an unfinished line: it gets its end.
for signal in TERM HUP; do
	rm -f "$work/after" "$work/code"
	"${tmux[@]}" new-session -d -s "$signal" -x 80 -y 24 \
		"stty -g >'$work/before'; '$l4dstat' -T --tcp 60 & echo \$! >'$work/pid'; wait \$!; echo \$? >'$work/code'; echo over; stty -g >'$work/after'; exec sleep 60"
	unfinished() {
		"${tmux[@]}" capture-pane -p -t "$signal" | grep -qE '^[0-9]{10}\|'
	}
	within 10 "$signal: an unfinished line" unfinished
	kill -$signal "$(cat "$work/pid")"
	within 5 "$signal ends it" test -s "$work/after"
	equal "$signal: exit" "$(cat "$work/code")" 0
	equal "$signal: the terminal" "$(cat "$work/after")" "$(cat "$work/before")"
	"${tmux[@]}" capture-pane -p -t "$signal" | grep -qx over || fail "$signal: the line was not ended"
done
