#!/usr/bin/env bash
# Listeners: a program that stops accepting shows a full queue and its drops, which are the kernel's ListenDrops; the
# same in --listeners for people.
. "$(dirname "$0")/../lib.sh"

network
sysctl -qw net.core.somaxconn=4
"${clients[@]}" sysctl -qw net.ipv4.tcp_syn_retries=1
start idle "$traffic" tcp-serve --bind "$net6:80::1" --port 7001 --mode sink --name l4-idle
start stuck "$traffic" tcp-serve --bind "$net4.128.1" --port 7000 --mode sink --name l4-stuck
ready idle stuck
watch listeners 0.3
start line "$l4dstat" --netns self --csv --drops --top-drop 0.3
within 20 "the line's first row" has_lines line 2
kill -STOP "${job_pid[stuck]}"
start first "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7000 --count 5 --hold
ready first
start others "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1+3" --port 7000 --count 3 --fails
finish others
next_line listeners
"$l4dstat" --listeners --top 0 0.3 1 >"$work/people"
unwatch listeners line
kill -CONT "${job_pid[stuck]}"

here=".netns == \"$(netns_of server)\""
found() { # FIELD PORT: in the last whole interval
	jq -rs ".[-2].listeners[] | select($here and .port == $2) | .$1" "$work/listeners.out"
}

dropped=$(risen server TcpExtListenDrops)
at_least "ListenDrops" "$dropped" 3
equal "drops of the stuck one, all intervals" \
	"$(jq -s "[.[].listeners[] | select($here and .port == 7000) | .drops] | add" "$work/listeners.out")" "$dropped"
equal "drops by process" "$(sum listeners by_process tcp_listen_drops ".pid == ${job_pid[stuck]}")" "$dropped"
equal "drops by subnet, which nobody knows" "$(sum listeners by_subnet tcp_listen_drops '.subnet != "unknown"')" 0
line() { # COLUMN
	python3 -c 'import csv, sys; print(sum(int(r[sys.argv[2]]) for r in csv.DictReader(open(sys.argv[1], newline=""))))' \
		"$work/line.out" "$1"
}
equal "--drops" "$(line tcp_listen_drops)" "$dropped"
equal "--top-drop" "$(line top_drop_tcp_listen_drops)" "$dropped"
grep -q ",${job_pid[stuck]},l4-stuck,.*,tcp,server,7000," "$work/line.out" || fail "--top-drop names somebody else"
equal "dropped since it was made" "$(found drops_total 7000)" "$dropped"
equal "its queue" "$(found backlog 7000)/$(found backlog_max 7000)" 5/4
equal "its owner" "$(found process 7000)[$(found pid 7000)]" "l4-stuck[${job_pid[stuck]}]"
equal "its address" "$(found address 7000)" "$net4.128.1"
equal "the idle one" "$(found address 7001) $(found process 7001) $(found backlog 7001)/$(found backlog_max 7001) $(found drops_total 7001)" \
	"$net6:80::1 l4-idle 0/4 0"

cat "$work/people"
line=$(grep -F "$net4.128.1:7000" "$work/people")
equal "for people: owner, queue, limit, full" "$(awk '{ print $2, $3, $4, $5 }' <<<"$line")" \
	"l4-stuck[${job_pid[stuck]}] 5 4 100.0"
equal "the fullest comes first" "$(sed -n 3p "$work/people")" "$line"
