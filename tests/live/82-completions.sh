#!/usr/bin/env bash
# The shells complete what the option table says: bash, zsh and fish each asked for the same.
. "$(dirname "$0")/../lib.sh"

docs=$root/build/docs
options=$("$l4dstat" --help | sed -nE 's/^  (-.,|   ) (--[a-z0-9-]+).*/\2/p' | sort)
dimensions=$("$l4dstat" --list | sed -n '/^Dimensions/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort)
metrics=$("$l4dstat" --list | sed -n '/^Metrics/,$s/^  \([a-z0-9_]*\) .*/\1/p' | sort)
at_least "options to complete" "$(wc -w <<<"$options")" 30

# A process whose name would run a command if it were ever expanded; a name that only a list can hold.
mkdir "$work/here"
touch "$work/here/README of mine.csv"
printf '$(touch pwn)' >"$work/name"
start hostile bash -c 'cat "$0" >/proc/$$/comm; echo ready; read -r' "$work/name"
start named bash -c 'printf l4named >/proc/$$/comm; echo ready; read -r'
ready hostile named

same() { # WHAT GOT WANTED
	[ "$(tr -s ' \n' '\n' <<<"$2" | sort)" = "$(tr -s ' \n' '\n' <<<"$3" | sort)" ] ||
		fail "$1: is '$(tr '\n' ' ' <<<"$2")', should be '$(tr '\n' ' ' <<<"$3")'"
	echo "$1: $(wc -w <<<"$2") words"
}

# bash splits at '=': so do we.
cat >"$work/ask.bash" <<'END'
cd "$2" && . "$1"
complete -p l4dstat >/dev/null || exit
IFS=$'\t' read -ra COMP_WORDS <<<"${3//$'\t'/$'\t'}"
[[ $3 == *$'\t' ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_l4dstat && printf '%s\n' "${COMPREPLY[@]}"
END
in_bash() { # WORD...
	local IFS=$'\t'

	bash --norc "$work/ask.bash" "$docs/l4dstat.bash" "$work/here" "l4dstat"$'\t'"$*"
}

same "bash: options" "$(in_bash --)" "$options"
same "bash: --top-" "$(in_bash --top-)" "$(grep ^--top- <<<"$options")"
same "bash: --by" "$(in_bash --by '')" "$dimensions"
same "bash: --by subnet,p" "$(in_bash --by subnet,p)" "subnet,port subnet,process subnet,proto"
same "bash: --by=subnet,port,p" "$(in_bash --by = subnet,port,p)" "subnet,port,process subnet,port,proto"
same "bash: --sort" "$(in_bash --sort '')" "$metrics"
same "bash: --color=" "$(in_bash --color =)" "always auto never"
same "bash: --color=a" "$(in_bash --color = a)" "always auto"
same "bash: behind --color" "$(in_bash --color '')" "$options"
same "bash: --proto" "$(in_bash --proto tcp,)" "tcp,udp"
same "bash: --pid" "$(in_bash --pid "1,${job_pid[named]}")" "1,${job_pid[named]}"
same "bash: --process" "$(in_bash --process x,l4na)" "x,l4named"
same "bash: --process, hostile" "$(in_bash --process '$')" ""
same "bash: a number" "$(in_bash --top '')" ""
equal "bash: a file" "$(in_bash -o READ)" "README of mine.csv"
[ ! -e "$work/here/pwn" ] || fail "the name of a process was run"

# fish says what it offers.
in_fish() { # LINE
	(cd "$work/here" && HOME=$work fish --no-config -c "source $docs/l4dstat.fish; complete -C 'l4dstat $1'" | cut -f 1)
}

fish -n "$docs/l4dstat.fish"
same "fish: options" "$(in_fish -- | sed "s,=$,," | sort -u)" "$options"
same "fish: --by subnet,p" "$(in_fish "--by subnet,p" | grep '^subnet,p')" "subnet,port subnet,process subnet,proto"
same "fish: --sort tcp_retrans_s" "$(in_fish "--sort tcp_retrans_s" | grep '^tcp_retrans_s')" "$(grep '^tcp_retrans_s' <<<"$metrics")"
same "fish: --color=a" "$(in_fish --color=a)" "--color=always --color=auto"
same "fish: --process" "$(in_fish "--process x,l4na")" "x,l4named"

# zsh on a terminal of its own: the line as it stands after the tab.
cat >"$work/ask.zsh" <<'END'
zmodload zsh/zpty
zpty shell 'TERM=dumb PS1= PS2= zsh -f -i'
zpty -w shell "unsetopt zle_bracketed_paste beep; cd $2; fpath=($1 \$fpath); autoload -U compinit; compinit -u -d $2/dump"
zpty -w shell 'show() { print -r -- "<<$BUFFER>>"; BUFFER=; zle redisplay }; zle -N show; bindkey "^X" show; print be""gin'
zpty -r -m shell seen '*begin*' || exit
for line; do
	[[ $line == $1 || $line == $2 ]] && continue
	zpty -w -n shell "$line"$'\t\x18'
	zpty -r -m shell seen '*<<*>>*'
	print -r -- "${${seen##*<<}%%>>*}"
done
zpty -d shell
END
zsh -n "$docs/_l4dstat"
mapfile -t completed < <(cd "$work/here" && HOME=$work timeout 60 zsh -f "$work/ask.zsh" "$docs" "$work/here" \
	'l4dstat --no-lo' 'l4dstat --by su' 'l4dstat --by subnet,ne' 'l4dstat --sort udp_rx_dr' 'l4dstat --color=al' \
	'l4dstat --proto tcp,u' 'l4dstat -t --listene' 'l4dstat -o READ')
printf 'zsh: %s\n' "${completed[@]}"
zsh_gives() { # WHAT NUMBER LINE
	local line=${completed[$2]}

	line=${line% } # of a word that is done, a comma where a list may go on
	equal "zsh: $1" "${line%,}" "$3"
}
zsh_gives option 0 "l4dstat --no-loopback"
zsh_gives dimension 1 "l4dstat --by subnet"
zsh_gives "of a list" 2 "l4dstat --by subnet,netns"
zsh_gives metric 3 "l4dstat --sort udp_rx_drops"
zsh_gives word 4 "l4dstat --color=always"
zsh_gives "word of a list" 5 "l4dstat --proto tcp,udp"
zsh_gives "several options" 6 "l4dstat -t --listeners"
zsh_gives file 7 'l4dstat -o README\ of\ mine.csv'
