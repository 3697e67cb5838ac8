# shellcheck shell=bash
# For live tests that look at a terminal and press keys: programs in sessions of a tmux of our own. Sourced after lib.sh.

export LC_ALL=C.UTF-8
tmux=(tmux -S "$work/tmux" -f /dev/null)
trap '"${tmux[@]}" kill-server 2>/dev/null || :; clean_up' EXIT

terminal() { # NAME COLUMNS ROWS COMMAND…
	local name=$1 columns=$2 rows=$3

	shift 3
	"${tmux[@]}" new-session -d -s "$name" -x "$columns" -y "$rows" "$* 2>'$work/$name.err'; exec sleep 60"
}

screen() { # NAME [CAPTURE-OPTION…]
	"${tmux[@]}" capture-pane -p -t "$@"
}

shows() { # NAME PATTERN
	screen "$1" >"$work/screen"
	grep -qE -- "$2" "$work/screen"
}

hides() { # NAME PATTERN
	! shows "$@"
}

press() { # NAME KEY…
	"${tmux[@]}" send-keys -t "$@"
}

# Presses keys and waits for what they make of the screen.
then_shows() { # NAME KEY PATTERN
	press "$1" "$2"
	within 10 "$1: '$2' shows '$3'" shows "$1" "$3"
	echo "$1: after '$2': $(grep -m 1 -E -- "$3" "$work/screen")"
}
