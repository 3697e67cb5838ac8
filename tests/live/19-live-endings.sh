#!/usr/bin/env bash
# However the live table ends, the terminal is as it was: the shell's screen, its modes, its cursor; and what there was to
# say has been said. Where nothing can be redrawn there are plain tables.
. "$(dirname "$0")/../lib.sh"

export LC_ALL=C.UTF-8
tmux=(tmux -S "$work/tmux" -f /dev/null)
trap '"${tmux[@]}" kill-server 2>/dev/null || :; clean_up' EXIT
ip link set lo up

screen() {
	"${tmux[@]}" capture-pane -p -t shell
}

shows() { # PATTERN
	screen | grep -qE -- "$1"
}

type_line() { # TEXT
	"${tmux[@]}" send-keys -t shell -l "$1"
	"${tmux[@]}" send-keys -t shell Enter
}

pane() { # FORMAT
	"${tmux[@]}" display-message -p -t shell "$1"
}

is_pane() { # FORMAT VALUE
	[ "$(pane "$1")" = "$2" ]
}

# The process of l4dstat in the shell.
program() {
	pgrep -P "$(pane '#{pane_pid}')" -f -- "--by $1"
}

# Starts it under the shell and waits for its table.
show() { # DIMENSION [OPTIONS]
	type_line "'$l4dstat' --by $1 ${2-} 0.2; echo \"ended: \$?\"; stty -a >'$work/modes'"
	within 20 "the table by $1" shows "^$1 "
	equal "alternate screen, while it runs" "$(pane '#{alternate_on}')" 1
	equal "cursor, while it runs" "$(pane '#{cursor_flag}')" 0
	rm -f "$work/modes"
}

has_modes() {
	[ -s "$work/modes" ]
}

is_clean() {
	shows '^before: ' && ! shows '^ended: '
}

restored() { # WHAT CODE
	within 10 "$1: its end" has_modes
	within 10 "$1: the prompt" shows '^ended: '
	equal "$1: exit" "$(screen | sed -n 's/^ended: //p' | tail -n 1)" "$2"
	within 10 "$1: the shell's screen" is_pane '#{alternate_on}' 0
	within 10 "$1: the cursor" is_pane '#{cursor_flag}' 1
	cmp "$work/before" "$work/modes" || fail "$1: the terminal's modes are others: $(diff "$work/before" "$work/modes")"
	shows '^before: ' || fail "$1: what was on the screen is gone"
	type_line 'clear; echo "before: the table"'
	within 10 "$1: a clean screen" is_clean
}

"${tmux[@]}" new-session -d -s shell -x 200 -y 24 "PS1='prompt> ' exec bash --norc --noprofile"
type_line "stty -a >'$work/before'; clear; echo 'before: the table'"
within 10 "the shell" shows '^before: '

show process
"${tmux[@]}" send-keys -t shell q
restored q 0
show process
"${tmux[@]}" send-keys -t shell C-c
restored Ctrl-C 0
for signal in INT TERM HUP QUIT; do
	show subnet
	kill -$signal "$(program subnet)"
	restored SIG$signal 0
done

# Stopped and continued, as any program in a shell.
show netns
"${tmux[@]}" send-keys -t shell C-z
within 10 "Ctrl-Z gives the shell back" is_pane '#{alternate_on}' 0
type_line fg
within 10 "fg brings the table back" shows '^netns '
"${tmux[@]}" send-keys -t shell q
within 10 "q after fg" is_pane '#{alternate_on}' 0
rm -f "$work/modes" # those of when it was stopped
type_line "stty -a >'$work/modes'; echo 'before: the table'; echo 'ended: 0'"
within 10 "the shell after fg" shows '^ended: 0'
restored "stopped and continued" 0

# An error, said where it can be read.
mkdir "$work/small"
mount -t tmpfs -o size=8k l4test "$work/small"
type_line "'$l4dstat' --by port -o '$work/small/full.jsonl' 0.05; echo \"ended: \$?\"; stty -a >'$work/modes'"
within 30 "a full disk ends it" shows '^ended: '
shows "^l4dstat: cannot write .*No space left" || fail "nothing said of the full disk: $(screen)"
restored "a full disk" 1
umount "$work/small"

# With a count the last table stays.
type_line "'$l4dstat' --by port 0.1 3; echo \"ended: \$?\"; stty -a >'$work/modes'"
within 20 "its end by itself" shows '^ended: '
equal "tables left after a count" "$(screen | grep -c '^port ')" 1
restored "a count" 0

# No terminal to draw on.
for term in dumb nosuchterminal; do
	type_line "TERM=$term '$l4dstat' --by port 0.1 3; echo \"ended: \$?\"; stty -a >'$work/modes'"
	within 20 "TERM=$term: its end" shows '^ended: '
	equal "TERM=$term: tables" "$(screen | grep -c '^port ')" 3
	restored "TERM=$term" 0
done

# The other end of the terminal vanishes, and no signal tells.
cat >"$work/vanish.py" <<'END'
import os, pty, select, subprocess, sys
master, slave = pty.openpty()
program = subprocess.Popen(sys.argv[1:], stdin=slave, stdout=slave, stderr=subprocess.DEVNULL,
                           env={**os.environ, "TERM": "xterm"})
os.close(slave)
seen = b""
try:
    while b"process" not in seen:
        assert select.select([master], [], [], 20)[0], "no table"
        seen += os.read(master, 65536)
    os.close(master)
    print("exit", program.wait(timeout=20))
finally:
    program.kill()
END
equal "the terminal vanishes" "$(python3 "$work/vanish.py" "$l4dstat" --by process 0.2)" "exit 0"
