#!/usr/bin/env bash
# Beside the real dstat in the same second, on a host with known sockets: the same header, the same numbers. Where there is
# no dstat (Debian 12 is the last that has it) the numbers are held against ss and /proc. No programs, no privileges.
. "$(dirname "$0")/../lib.sh"

have_dstat=$([ -x /usr/bin/dstat ] && /usr/bin/dstat --version 2>/dev/null | grep -c '^Dstat' || :)
dstat=(env -u DSTAT_OPTS -u DSTAT_TIMEFMT /usr/bin/dstat)
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --)
chmod 755 "$work"
install -m 755 "$l4dstat" "$work/l4dstat"
program=("${nobody[@]}" "$work/l4dstat")

network
start listeners "$traffic" tcp-serve --bind 0.0.0.0 --port 7000 --ports 25 --name l4-dstat
start listeners6 "$traffic" tcp-serve --bind :: --port 7100 --ports 24
start closer "$traffic" tcp-serve --port 7200 --mode close
ready listeners listeners6 closer
start held "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7000 --count 120 --hold
start held6 "${clients[@]}" "$traffic" tcp-connect --to "$net6:80::1" --from "$net6:1::1" --port 7100 --count 80 --hold
start ended "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.2.1+20" --port 7200 --count 300
ready held held6
finish ended
# Sockets of every other kind that is counted.
start others python3 -c '
import socket as s, sys
kept = [s.socket(s.AF_INET, s.SOCK_RAW, 253) for _ in range(3)]
for family, address in (s.AF_INET, "127.0.0.1"), (s.AF_INET6, "::1"):
    for _ in range(4):
        kept.append(s.socket(family, s.SOCK_DGRAM)); kept[-1].bind((address, 0))
    for _ in range(3):
        kept.append(s.socket(family, s.SOCK_DGRAM)); kept[-1].connect((address, 9))
kept.append(s.socket(s.AF_UNIX, s.SOCK_STREAM)); kept[-1].bind("\0l4-dstat"); kept[-1].listen()
for _ in range(5):
    kept.append(s.socket(s.AF_UNIX, s.SOCK_STREAM)); kept[-1].connect("\0l4-dstat")
kept += s.socketpair(s.AF_UNIX, s.SOCK_DGRAM)
print("ready", flush=True)
sys.stdin.readline()'
ip link set lo up
ready others

waiting() {
	ss -tanH state time-wait | wc -l
}
enough_wait() {
	[ "$(($(waiting) + $("${clients[@]}" ss -tanH state time-wait | wc -l)))" -ge 300 ]
}
within 10 "300 connections in TIME_WAIT" enough_wait

# The values of one line, or its header.
values() { # COMMAND…
	"$@" 2>/dev/null | tail -n 1
}
header() { # COMMAND…
	"$@" 2>/dev/null | sed 's/\x1b\[[0-9;]*[a-zA-Z]//g' | head -n 2
}

gauges=(--tcp --udp --socket --raw --unix)

# TIME_WAIT ends at some time, so ours before and after theirs have to agree with each other first.
same_moment() {
	ours=$(values "${program[@]}" "${gauges[@]}" 0.01 1)
	theirs=$(values "${dstat[@]}" "${gauges[@]}" 1 1)
	[ "$ours" = "$(values "${program[@]}" "${gauges[@]}" 0.01 1)" ]
}

if [ "$have_dstat" ]; then
	# A socket that has been closed is counted by the kernel until it is freed, which dstat may see and we not.
	for _ in 1 2 3 4 5; do
		within 20 "a second without a change" same_moment
		[ "$ours" != "$theirs" ] || break
	done
	equal "sockets" "$ours" "$theirs"
	# dstat's first line is of the time since boot, which overflows the columns of *-adv: their lines are of a second.
	for options in "--tcp --udp --net --socket" -tnp "--tcp --udp --socket" "--tcp --net" \
		"-t --tcp --net --socket --top-cpu --top-io" "-T -c -y -n -N lo,total" "-n -c --sys" -a -cdngy \
		"--raw --unix --net-packets --top-cpu-adv --top-io-adv" "--net-packets -N total,lo -n" --top-mem "-f -n -N to-clients"; do
		# shellcheck disable=SC2086 # words are options
		equal "header of $options" "$(header "$l4dstat" $options 0.01 1)" "$(header "${dstat[@]}" $options 1 1)"
		# shellcheck disable=SC2086
		equal "bars of $options" "$("$l4dstat" $options 0.01 1 | tail -n 1 | sed 's/[^|:]/ /g; s/ *$//; s/:/ /g')" \
			"$(values "${dstat[@]}" $options 1 "$([[ $options = *-adv* ]] && echo 2 || echo 1)" | sed 's/\x1b\[[0-9;]*[a-zA-Z]//g; s/[^|:]/ /g; s/ *$//; s/:/ /g')"
	done
fi

# Without dstat too: a row of CSV has the same numbers.
"${program[@]}" "${gauges[@]}" --csv 0.01 1 >"$work/row.csv"
cell() { # COLUMN
	python3 -c 'import csv, sys; print(list(csv.DictReader(open(sys.argv[1], newline="")))[-1][sys.argv[2]])' "$work/row.csv" "$1"
}
equal "listening" "$(cell tcp_lis)" "$(ss -tlnH | wc -l)"
equal "listening" "$(cell tcp_lis)" 50
equal "established" "$(cell tcp_act)" 200
equal "established, by ss" "$(ss -tnH state established | wc -l)" 200
[ "$(cell tcp_tim)" -le 300 ] || fail "more in TIME_WAIT than there were connections"
equal "UDP, not connected" "$(cell udp_lis)" 8
equal "UDP, connected" "$(cell udp_act)" 6
equal "raw" "$(cell raw)" 3
equal "sockets of /proc" "$(cell sockets_tcp) $(cell sockets_udp) $(cell sockets_raw)" \
	"$(awk '$1 ~ /^(TCP|UDP|RAW):/ { printf "%s%s", sep, $3; sep = " " }' <(awk '/TCP/; /UDP:/; /RAW/' /proc/net/sockstat))"
equal "Unix, connected or not" "$(cell unix_str)" "$(awk '$5 == "0001"' /proc/net/unix | wc -l)"

# Bytes and packets of loopback, exact: what a rate of dstat's says is what the rows add up to.
start rows "$l4dstat" -n -N lo,total --net-packets --csv 0.3
row_count() {
	[ "$(wc -l <"$work/rows.out")" -ge "$1" ]
}
within 10 "the first row" row_count 2
if [ "$have_dstat" ]; then
	start theirs "${dstat[@]}" --noupdate -n --net-packets -N lo,total 3 2
	within 10 "dstat's first line" job_said theirs '^ *[0-9]'
fi
start receiver "$traffic" udp-recv --bind 127.0.0.1 --port 9000 --size 1000 --never-read --rcvbuf 16000000
ready receiver
"$traffic" udp-send --to 127.0.0.1 --port 9000 --count 3000 --size 1000 --dont-wait >"$work/sent"
[ ! "$have_dstat" ] || finish theirs
have=$(wc -l <"$work/rows.out")
within 10 "two more rows" row_count $((have + 2))
stop rows
summed() { # COLUMN
	python3 -c 'import csv, sys; print(sum(int(r[sys.argv[2]]) for r in csv.DictReader(open(sys.argv[1], newline=""))))' "$work/rows.out" "$1"
}
equal "bytes over loopback" "$(summed lo_link_rx_bytes)" $((3000 * (20 + 8 + 1000)))
equal "packets over loopback" "$(summed lo_link_tx_packets)" 3000
if [ "$have_dstat" ]; then
	cat "$work/theirs.out"
	equal "dstat's rates" "$(tail -n 1 "$work/theirs.out" | sed 's/:.*|/|/; s/:.*//' | tr -d ' ')" \
		"$(python3 -c 'print("%dk%dk|%d%d" % (round(3084000 / 3 / 1024), round(3084000 / 3 / 1024), 1000, 1000))')"
fi

# veths are the way out of a namespace that has nothing else; beside another interface that is used they are counted once.
total_is_veth() {
	[ "$("${program[@]}" -n --csv 0.3 1 | tail -n 1 | cut -d, -f3)" -ge 60000 ]
}
start stream bash -c "for i in \$(seq 60); do \"\$@\" >/dev/null; sleep 0.05; done" stream "${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --port 9 --count 100 --size 1000
within 10 "a veth makes the total where it is alone" total_is_veth
if ip link add l4-bridge type bridge 2>"$work/err"; then
	ip link add l4-port type veth peer name l4-end
	ip link set l4-port master l4-bridge
	for device in l4-bridge l4-port l4-end; do
		ip link set $device up
	done
	ip route add 192.0.2.0/24 dev l4-bridge
	ip neighbour add 192.0.2.1 dev l4-bridge lladdr 02:00:00:00:00:07 nud permanent
	sent() {
		"$traffic" udp-send --to 192.0.2.1 --port 9 --count 3 --size 10 >"$work/sent"
		[ "$(ip -s -j link show l4-bridge | jq '.[0].stats64.tx.packets')" -gt 0 ]
	}
	within 10 "the bridge is used" sent
	"$l4dstat" -N total,to-clients,l4-bridge,l4-port,l4-end --csv 0.5 1 | tail -n 1 >"$work/row"
	cat "$work/row"
	equal "total beside another interface: the bridge without its port, no veth" "$(cut -d, -f3,4 "$work/row")" "$(cut -d, -f7,8 "$work/row")"
	at_least "the veth itself" "$(cut -d, -f5 "$work/row")" 1000
fi
finish stream

status=0
"${program[@]}" -N lo,nosuch 1 1 2>"$work/err" || status=$?
equal "exit with an unknown interface" $status 2
equal "what it says" "$(cat "$work/err")" "l4dstat: there is no interface 'nosuch'; there are $(ip -o link | awk -F'[ :@]+' '{ printf "%s, ", $2 }')total"
