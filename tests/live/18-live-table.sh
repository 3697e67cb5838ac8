#!/usr/bin/env bash
# The live table as a user sees it: sorting, filter, dimensions, pause, totals, help, selection, another size, small
# screens, colours and none, UTF-8 and ASCII, and that a hostile name stays a name.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

# Whether the first of two names stands above the second.
above() { # NAME FIRST SECOND
	screen "$1" | awk -v first="^$2" -v second="^$3" '
		$0 ~ first && !seen { seen = NR }
		$0 ~ second && !later { later = NR }
		END { exit !(seen && later && seen < later) }'
}

# What a row has under a title; counted from the right, for bars have blanks in them.
cell() { # NAME ROW TITLE
	screen "$1" | awk -v row="^$2" -v title="$3" '
		/ (conn|\*conn)/ { for (i = 1; i <= NF; i++) if ($i == title) at = NF - i }
		$0 ~ row { print $(NF - at); exit }'
}

# More than one interval of l4dstat passes; it is another that tells.
intervals() { # COUNT
	"$l4dstat" --json 0.1 "$1" >/dev/null
}

ip link set lo up
tag=x$port # no other test run on this host has it in its names
start many "$traffic" udp-recv --bind 127.0.0.1 --port 9001 --name $tag-many
start few "$traffic" udp-recv --bind 127.0.0.1 --port 9002 --name $tag-few
start bystander "$traffic" udp-recv --bind 127.0.0.1 --port 9004 --name bystander
ready many few bystander
terminal main 100 24 "'$l4dstat'" --by process 0.2
within 20 "the table" shows main '^process '
"$traffic" udp-send --to 127.0.0.1 --port 9001 --count 3000 --size 10 --name $tag-tx-many >/dev/null
"$traffic" udp-send --to 127.0.0.1 --port 9002 --count 200 --size 1000 --name $tag-tx-few >/dev/null
"$traffic" udp-send --to 127.0.0.1 --port 9004 --count 10 --name bystander >/dev/null

# Totals are exact, and by them the order is known, whatever else happens on this host.
then_shows main t ' totals since '
press main /
press main -l $tag-
press main Enter
within 10 "all rows there" shows main "^$tag-few"
then_shows main I "^$tag-many.* "
then_shows main D '^process .*\*dg-in'
within 10 "by datagrams in" above main $tag-many $tag-few
equal "datagrams in, of the two receivers" "$(cell main $tag-many '*dg-in') $(cell main $tag-few '*dg-in')" "3000 200"
then_shows main V '\*recv'
within 10 "by bytes in" above main $tag-few $tag-many
then_shows main '>' '\*send'
within 10 "by bytes out" above main $tag-tx-few $tag-tx-many
then_shows main '<' '\*recv'
shows main '^other ' || fail "what the filter hides is not in 'other'"
shows main " /$tag- 4 of " || fail "the filter does not say how many it leaves"

# The filter, while it is typed and after.
press main /
press main BSpace
press main -l -- -TX-M
within 10 "a filter without regard to case" hides main "^$tag-many"
shows main "^$tag-tx-many" || fail "the filter hides what it should leave"
press main Escape
within 10 "no filter" hides main ' of [0-9]'
press main /
press main -l $tag-
press main Enter
within 10 "the filter again" shows main " /$tag- 4 of "

# A selected row is reversed and named below, and stays selected where the order puts it.
press main V
press main Down
within 10 "the first row is selected" shows main "^$tag-few\\[[0-9]+\\] *\$"
screen main -e | grep -qE $'\e\\[[0-9;]*7m(\e\\[[0-9;]*m)*'"$tag-few\\[" || fail "the selected row is not reversed"
press main D
within 10 "the row has moved" above main $tag-many $tag-few
shows main "^$tag-few\\[[0-9]+\\] *\$" || fail "the selection has left its row"
press main Home

# Dimensions, by keys.
then_shows main s '^subnet '
press main Escape
then_shows main s '^127.0.0.0/24 '
then_shows main n '^netns '
then_shows main c '^cgroup '
then_shows main p '^process '

# Paused, nothing moves, but counting goes on.
press main /
press main -l $tag-m
press main Enter
within 10 "one row" shows main " /$tag-m 1 of "
then_shows main Space ' paused'
before=$(screen main)
"$traffic" udp-send --to 127.0.0.1 --port 9001 --count 50 --size 10 --name $tag-tx-many >/dev/null
intervals 10
equal "the screen, paused" "$(screen main)" "$before"
press main Space
within 10 "what was counted meanwhile" shows main "^$tag-many.* 3050 "
hides main ' paused' || fail "it still says that it is paused"

# Help, which names each column, and the way back.
then_shows main '?' '^q +quit'
then_shows main q '^process '

# Another size, while it waits for an interval that does not end.
terminal sizes 80 24 "'$l4dstat'" --by process,subnet 600
within 20 "a screen before the first interval" shows sizes 'first numbers after 600 s'
"${tmux[@]}" resize-window -t sizes -x 40 -y 10
within 5 "another size at once" shows sizes '^q quit  \? help  Space pause  > sort *$'
"${tmux[@]}" resize-window -t main -x 40 -y 10
within 10 "a small screen" shows main '^q quit  \? help  Space pause  > sort *$'
shows main '^total ' || fail "40x10 has no total"
"${tmux[@]}" resize-window -t main -x 7 -y 2
within 10 "it lives on 7x2" shows main '^[0-9]'
"${tmux[@]}" resize-window -t main -x 120 -y 40
within 10 "a large screen" shows main '^process .* drops'
press main q
press sizes q

# A name that would clear the screen; no colours; ASCII.
evil=$(printf '\033[2Jevil\033[7m')
start evil "$traffic" udp-recv --bind 127.0.0.1 --port 9003 --name "$evil"
ready evil
terminal ascii 80 24 LC_ALL=C NO_COLOR=1 "'$l4dstat'" --by process 0.2
terminal bars 80 24 "'$l4dstat'" --by process 0.2
for name in ascii bars; do
	within 20 "$name: the table" shows $name '^process '
done
"$traffic" udp-send --to 127.0.0.1 --port 9003 --count 500 >/dev/null
within 10 "the evil one in ASCII" shows ascii '^\?\[2Jevil\?\[7m\[[0-9]+\] +[.:=+*#@-]'
within 10 "the evil one with blocks" shows bars '^\?\[2Jevil\?\[7m\[[0-9]+\] +[▁▂▃▄▅▆▇█]'
[[ $(screen ascii -e) != *$'\e['[0-9\;]*3[0-9]m* ]] || fail "colours in spite of NO_COLOR"
[[ $(screen bars -e) == *$'\e['*3[0-9]m* ]] || fail "no colours"
press bars a
press bars "$(printf '\377')"
then_shows bars '?' '^q +quit'
stop many few bystander evil
