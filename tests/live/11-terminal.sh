#!/usr/bin/env bash
# What people see: dstat's header and colours on a terminal, neither in a pipe; Ctrl-C, a closed pipe and a full disk
# end it as they should.
. "$(dirname "$0")/../lib.sh"

tmux=(tmux -S "$work/tmux" -f /dev/null)
trap '"${tmux[@]}" kill-server 2>/dev/null || :; clean_up' EXIT

# A terminal of COLUMNS×ROWS that runs l4dstat; its exit code goes to $work/NAME.code.
terminal() { # NAME COLUMNS ROWS OPTION…
	local name=$1 columns=$2 rows=$3

	shift 3
	"${tmux[@]}" new-session -d -s "$name" -x "$columns" -y "$rows" \
		"'$l4dstat' $* 2>'$work/$name.err'; echo \$? >'$work/$name.code'; exec sleep 60"
}

screen() { # NAME [CAPTURE-OPTION…]
	"${tmux[@]}" capture-pane -p -S - -t "$@"
}

shows() { # NAME COUNT PATTERN
	[ "$(screen "$1" | grep -cE -- "$3")" -ge "$2" ]
}

ended() { # NAME
	[ -s "$work/$1.code" ]
}

header='^-*[a-z][a-z0-9/-]*( -*[a-z][a-z0-9/-]*)+$'
titles='\|.*\|'

# stdin: two lines of header, then lines; all as wide, the bars between their columns one below the other.
aligned() { # WHAT WIDTH
	local wrong

	wrong=$(awk -v width="$2" '
		/^ *$/ || /\^C/ { next }
		!/\|/ { if (length > width) print "too wide: " $0; next }
		{ bars = ""; for (i = 1; i <= length; i++) if (substr($0, i, 1) == "|") bars = bars " " i }
		!first { first = bars }
		bars != first || length > width { print }')
	equal "$1: lines that do not fit" "$wrong" ""
}

ip link set lo up
for columns in 120 80; do
	terminal line$columns $columns 10 0.2
	within 20 "$columns columns: the header is repeated" shows line$columns 2 "$header"
	screen line$columns >"$work/screen"
	head -n 4 "$work/screen"
	sed -n 1p "$work/screen" | grep -qE -- "$header" || fail "the first line is no header of dstat's"
	sed -n 1p "$work/screen" | grep -q -- -- || fail "the header has no dashes"
	sed -n 2p "$work/screen" | grep -qE -- "$titles" || fail "the second line has no titles"
	aligned "$columns columns" $columns <"$work/screen"
	[[ $(screen line$columns -e) == *$'\e['*m* ]] || fail "no colours on a terminal"
	"${tmux[@]}" send-keys -t line$columns C-c
	within 5 "Ctrl-C ends it" ended line$columns
	equal "exit after Ctrl-C" "$(cat "$work/line$columns.code")" 0
	equal "stderr" "$(cat "$work/line$columns.err")" ""
done

terminal plain 120 10 --nocolor --noheaders 0.1 12
within 20 "the end of --nocolor" ended plain
[[ $(screen plain -e) != *$'\e['* ]] || fail "colours with --nocolor"
equal "headers with --noheaders" "$(screen plain | grep -cE -- "$header")" 1

# The busiest process stands in the line and in the table, which is drawn in place.
start receiver "$traffic" udp-recv --bind 127.0.0.1 --port 9000 --name l4-visible
ready receiver
terminal named 120 20 0.5
terminal table 120 20 --by process,port 0.5
within 20 "the line" shows named 1 "$header"
within 20 "the table" shows table 1 "^process"
start sender "$traffic" udp-send --to 127.0.0.1 --port 9000 --count 150000 --name l4-visible
within 10 "the busiest process in the line" shows named 1 '\|l4-visible +'
within 10 "the busiest process in the table" shows table 1 "^l4-visible\[${job_pid[receiver]}\] +9000/udp"
finish sender
stop receiver
terminal drawn 120 20 --by subnet 0.1 5
within 20 "the end of the table" ended drawn
equal "tables on the screen after five intervals" "$(screen drawn | grep -c '^subnet')" 1

"$l4dstat" 0.05 30 >"$work/pipe"
equal "pipe: headers" "$(grep -cE -- "$header" "$work/pipe")" 1
equal "pipe: lines" "$(wc -l <"$work/pipe")" 32
equal "pipe: lines with escapes" "$(grep -c $'[\e\r]' "$work/pipe" || :)" 0
aligned "pipe" 1000 <"$work/pipe"
"$l4dstat" --by subnet 0.1 5 >"$work/pipe"
equal "pipe: tables after five intervals" "$(grep -c '^subnet' "$work/pipe")" 5
equal "pipe: lines with escapes" "$(grep -c $'[\e\r]' "$work/pipe" || :)" 0

status=0
"$l4dstat" 0.05 100 2>"$work/err" | head -n 3 >"$work/pipe" || status=${PIPESTATUS[0]}
equal "closed pipe: lines" "$(wc -l <"$work/pipe")" 3
[[ $status = 0 || $status = 141 ]] || fail "closed pipe: exit $status"
equal "closed pipe: stderr" "$(cat "$work/err")" ""
for format in --json --nocolor; do
	status=0
	"$l4dstat" $format 0.05 20 >/dev/full 2>"$work/err" || status=$?
	equal "full disk, $format: exit" $status 1
	equal "full disk, $format: lines on stderr beginning as they should" "$(grep -c '^l4dstat: ' "$work/err") $(wc -l <"$work/err")" "1 1"
done
