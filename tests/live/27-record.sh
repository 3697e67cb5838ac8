#!/usr/bin/env bash
# A recording replayed, by a user without any rights, is by the byte what was shown live, in every view; it has
# everything, whatever the screen showed; what is cut off, too fine or no recording is told in one sentence.
. "$(dirname "$0")/../lib.sh"

replay() { # OPTION…
	setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "$l4dstat" "$@" 2>"$work/replay.err"
}

refused() { # EXIT WHAT-STDERR-NAMES OPTION…
	local wanted=$1 names=$2 status=0

	shift 2
	replay "$@" >"$work/replay.out" || status=$?
	equal "$*: exit" $status "$wanted"
	equal "$*: lines on stderr" "$(wc -l <"$work/replay.err")" 1
	grep -qE -- "$names" "$work/replay.err" || fail "it does not name '$names': $(cat "$work/replay.err")"
}

same() { # WHAT FILE FILE
	cmp "$2" "$3" || fail "$1: $(diff "$2" "$3" | head -n 6)"
	at_least "$1: the same, lines" "$(wc -l <"$2")" 3
}

network
chmod 755 "$work"
cd "$work"
export TZ=UTC0
start tcp-server "$traffic" tcp-serve --port 7000 --mode echo
start udp-server "$traffic" udp-recv --port 9000
ready tcp-server udp-server

host=(-c --net-packets -d -g -p -y --socket --tcp --udp --raw --unix --top-cpu --top-mem)
lines=(-t --retrans --conn --udp-io --drops --rtt --states --top-retrans --top-udp --top-conn)
start json "$l4dstat" --json --top 3 -o json.csv -o json.rows.jsonl --record json.rec.gz 0.3
start table "$l4dstat" --by subnet,port --record table.rec 0.3
start lines "$l4dstat" "${lines[@]}" --record lines.rec.gz 0.3
start host "$l4dstat" "${host[@]}" --conn -o host.csv -o host.jsonl --record host.rec.gz 0.3
start listeners "$l4dstat" --listeners --record listeners.rec.gz 0.3
start filtered "$l4dstat" --json --port 1 --record filtered.rec.gz 0.3
start killed "$l4dstat" --json --record killed.rec.gz 0.3
for name in json table lines host listeners filtered killed; do
	within 20 "$name has its first interval" test -s $name.out
done
"${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7000 --count 30 --bytes 100
"${clients[@]}" "$traffic" tcp-connect --to "$net6:80::1" --from "$net6:5::1" --port 7000 --count 7 --bytes 9
"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --port 9000 --count 70
settle
for _ in 1 2 3; do
	next_line json
	next_line host
	next_line killed
done
kill -KILL "${job_pid[killed]}"
stop json table lines host listeners filtered tcp-server udp-server

replay --json --top 3 -o /dev/null --replay json.rec.gz >/dev/null && fail "-o /dev/null has no format"
replay --json --top 3 --replay json.rec.gz >json.again
same "--json" json.out json.again
replay --csv --replay json.rec.gz >csv.again
same "-o .csv" json.csv csv.again
replay --json=rows --top 3 --replay json.rec.gz >rows.again
same "-o .rows.jsonl" json.rows.jsonl rows.again
replay --by subnet,port --replay table.rec >table.again
same "--by" table.out table.again
replay "${lines[@]}" --replay lines.rec.gz >lines.again
same "lines" lines.out lines.again
replay "${host[@]}" --conn --replay host.rec.gz >host.again
same "columns of the host" host.out host.again
replay "${host[@]}" --conn --csv --replay host.rec.gz >host-csv.again
same "the same as CSV" host.csv host-csv.again
replay "${host[@]}" --json --replay host.rec.gz >host-json.again
same "the same as JSON" host.jsonl host-json.again
jq -se 'all(.system.cpu_idle != null and .top_mem.pid > 0 and .links[0].link_rx_packets != null)' host.jsonl >/dev/null ||
	fail "the host's numbers are not there: $(tail -n 1 host.jsonl)"
replay --csv -c -n -f -d -p --replay json.rec.gz >unseen.again
at_least "lines of what was not shown when it was recorded" "$(wc -l <unseen.again)" 3
head -n 1 unseen.again | grep -q _link_rx_bytes || fail "there is no interface: $(head -n 1 unseen.again)"
replay --listeners --replay listeners.rec.gz >listeners.again
same "--listeners" listeners.out listeners.again

replay --json --replay filtered.rec.gz >filtered.again
equal "connections that the screen's filter hid" "$(total filtered tcp_opens_in)" 0
at_least "connections in that recording" "$(jq -s 'map(.total.tcp_opens_in) | add' filtered.again)" 37
replay --json --port 1 --replay filtered.rec.gz >filtered.again
same "the same filter" filtered.out filtered.again
replay --json --port 7000 --subnet "$net4.1.0/24" --replay filtered.rec.gz >filtered.again
equal "connections that a filter lets through afterwards" "$(jq -s 'map(.total.tcp_opens_in + .total.tcp_opens_out) | add' filtered.again)" 30
replay --json --prefix4 16 --top 0 --replay json.rec.gz >wide
equal "connections by a coarser subnet" "$(jq -s "map(.by_subnet[] | select(.subnet == \"$net4.0.0/16\") | .tcp_opens_in // 0) | add" wide)" 30
replay --json --replay killed.rec.gz >killed.again
cmp killed.out killed.again || fail "what was killed has not recorded all that it has shown"

# From the second interval to the third.
mapfile -t ts < <(jq '.ts + 0.001' json.out)
replay --json --top 3 --replay json.rec.gz --from "${ts[1]}" --to "${ts[2]}" >part
cmp part <(sed -n 3p json.out) || fail "--from and --to leave another interval than the third"

# A recording made of a recording, and both at once: one recording after the other.
replay --json --top 3 --replay json.rec.gz --record copy.rec >/dev/null && fail "a user without rights has written"
"$l4dstat" --json --top 3 --replay json.rec.gz --record copy.rec >/dev/null
cmp copy.rec <(zcat json.rec.gz) || fail "the copy is not the same"
equal "lines of two" "$(replay --json --replay json.rec.gz --replay lines.rec.gz | wc -l)" \
	"$(($(zcat json.rec.gz | wc -l) + $(zcat lines.rec.gz | wc -l)))"

# On a terminal: the table is drawn, progress is told when it takes long and goes away.
chmod 777 "$work"
script -qec "'$l4dstat' --by port --replay json.rec.gz --speed 0" drawn >/dev/null </dev/null
grep -q 7000/tcp drawn || fail "the table on a terminal does not show the port"
script -qec "'$l4dstat' --json --top 3 --replay json.rec.gz --speed 0.5 >slow.again" progress >/dev/null </dev/null
same "slowly" json.out slow.again
grep -q '[0-9] %  ' progress || fail "no progress is told"
grep -q $'\r\033\\[K' progress || fail "progress stays on the terminal"

# What is not as it should be.
head -c -30 json.rec.gz >cut.rec.gz
refused 1 "cut.rec.gz.*cut off.*read up to" --json --top 3 --replay cut.rec.gz
cmp replay.out <(head -n $(($(wc -l <json.out) - 1)) json.out) || fail "what is before the cut is not replayed"
refused 1 "no recording" --replay json.csv
refused 1 "absent.rec" --replay absent.rec
refused 1 "--from" --replay json.rec.gz --from 2001-01-01 --to 2001-01-02
refused 2 "--prefix4 24" --replay json.rec.gz --prefix4 32
refused 2 "finer" --replay json.rec.gz --subnet 10.0.0.1
refused 2 "--top-cpu" --replay json.rec.gz --top-cpu
refused 2 "there is no interface 'eth9'.*lo" --replay json.rec.gz -N eth9
zcat json.rec.gz | jq -c 'del(.system, .links, .disks)' >older.rec
refused 2 "--cpu was not recorded" --replay older.rec --cpu
replay --json --top 3 --replay older.rec >older.again
same "an older recording" json.out older.again
refused 2 "delay" --replay json.rec.gz 1
refused 1 "json.csv.*no recording" --record json.csv --replay json.rec.gz
mkdir disk && mount -t tmpfs -o size=16k l4test disk
status=0
"$l4dstat" --json --record disk/full.rec 0.01 >/dev/null 2>full.err || status=$?
umount disk
equal "exit when the disk is full" $status 1
equal "what it says" "$(cat full.err)" "l4dstat: cannot write to disk/full.rec: No space left on device"
