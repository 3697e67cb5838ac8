#!/usr/bin/env bash
# --listeners on a terminal: the fullest first, in place; sorting, filter, pause, selection, help, another size, the end.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

network
sysctl -qw net.core.somaxconn=4
"${clients[@]}" sysctl -qw net.ipv4.tcp_syn_retries=1
evil=$(printf '\033[2Jevil\033[7m')
start idle "$traffic" tcp-serve --bind "$net6:80::1" --port 7001 --mode sink --name l4-idle
start many "$traffic" tcp-serve --bind "$net4.128.1" --port 7100 --ports 30 --mode sink --name l4-many
start stuck "$traffic" tcp-serve --bind "$net4.128.1" --port 7000 --mode sink --name l4-stuck
start evil "$traffic" tcp-serve --bind "$net4.128.1" --port 7002 --mode sink --name "$evil"
ready idle many stuck evil
terminal main 120 14 "'$l4dstat'" --listeners --netns self 0.2
terminal narrow 40 10 LC_ALL=C NO_COLOR=1 "'$l4dstat'" --listeners --netns self 0.2
within 20 "the table" shows main '^address:port .*\*full%'

kill -STOP "${job_pid[stuck]}"
start first "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7000 --count 5 --hold
ready first
start other "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.3" --port 7000 --count 1 --fails
finish other
dropped=$(risen server TcpExtListenDrops)
third() { # NAME PATTERN: what stands behind header and moment
	screen "$1" | sed -n 3p | grep -qE -- "$2"
}
within 10 "the full one is first" third main "^$net4.128.1:7000 +l4-stuck\[${job_pid[stuck]}\] +5 +4 +100.0 +0 +[0-9]+ +$dropped +self"
screen main -e | sed -n 3p | grep -qE $'\e\\[7m(\e\\[[0-9;]*m)* *100.0' || fail "a full queue is not marked"
screen main | sed -n 3p

# Sorting by another column and by a letter.
then_shows main '<' '\*limit'
then_shows main D '\*drops/s'
then_shows main R '\*dropped'
within 10 "by what was dropped" third main '^[^ ]*:7000 '
then_shows main F '\*full%'

# The filter: by port, by name.
press main /
press main -l :712
within 10 "ports that begin with 712" shows main '  /:712 10 of 33'
hides main l4-stuck || fail "the filter hides nothing"
press main Enter
then_shows main / '^/:712'
press main Escape
within 10 "no filter" hides main ' 10 of 33'
press main /
press main -l L4-IDLE
press main Enter
within 10 "by name, whatever the case" third main "^$net6:80::1:7001 +l4-idle"
press main Escape

# Paused, nothing moves.
then_shows main Space ' paused'
before=$(screen main)
"$l4dstat" --json 0.1 8 >/dev/null
equal "the screen, paused" "$(screen main)" "$before"
press main Space
within 10 "on again" hides main ' paused'

# A row that is selected, and one that is not on the screen at first.
press main Down
within 10 "the first row is selected" shows main "^$net4.128.1:7000  l4-stuck\[[0-9]+\]  self  /"
screen main -e | grep -qE $'\e\\[[0-9;]*7m(\e\\[[0-9;]*m)*'"$net4.128.1:7000" || fail "the selected row is not reversed"
press main End
within 10 "the last row" shows main "^$net4.128.1:71[0-9]+  l4-many"
hides main l4-stuck || fail "it did not scroll"
press main Home
within 10 "the top" third main ':7000 '

# Help names the columns; keys of --by are not offered.
then_shows main '?' '^q +quit'
shows main 'R +sort by dropped' || fail "the help does not name the columns"
hides main 'by process' || fail "the help offers what is not there"
press main q
within 10 "back" shows main '^address:port '
before=$(screen main | sed 1d)
press main p
press main t
equal "keys of --by do nothing" "$(screen main | sed 1d)" "$before"

# Narrow, ASCII, no colours; a name that would clear the screen.
within 10 "narrow" third narrow '^.*:7000 +l4-stuck\[.* 100.0'
[[ $(screen narrow -e) != *$'\e['*3[0-9]m* ]] || fail "colours in spite of NO_COLOR"
within 10 "the evil one" shows main '^[^ ]*:7002 +\?\[2Jevil\?\[7m\['
"${tmux[@]}" resize-window -t main -x 20 -y 4
within 10 "small" shows main ':7000'
"${tmux[@]}" resize-window -t main -x 100 -y 40
within 10 "large" shows main '^[^ ]*:7129 '
kill -CONT "${job_pid[stuck]}"
press main q
ended() {
	[ "$("${tmux[@]}" display-message -p -t main '#{alternate_on}')" = 0 ]
}
within 10 "the end" ended

# Elsewhere one list follows the other.
start plain "$l4dstat" --listeners --netns self --top 0 0.2 2
finish plain
equal "lists" "$(grep -c '^address:port ' "$work/plain.out")" 2
equal "escapes" "$(grep -c $'\e' "$work/plain.out" || :)" 0
stop idle many stuck evil
go first
finish first
