#!/usr/bin/env bash
# Who attacks whom: a process that sends to many subnets and ports, and one that a flood from many subnets hits, with the
# share that is lost. In one interval, exact, in JSON, CSV and tables.
. "$(dirname "$0")/../lib.sh"

network

# One that waits for a line, then sends $3 datagrams to each address at each port, from each of its sources.
cat >"$work/send.py" <<'PYTHON'
import socket, sys
count, size, sources, targets, ports = int(sys.argv[1]), int(sys.argv[2]), *(a.split(",") for a in sys.argv[3:6])
open("/proc/self/comm", "w").write(sys.argv[6])
def sender(source):
    made = socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((source, 0))
    return made
senders = [sender(source) for source in sources]
print("ready", flush=True)
sys.stdin.readline()
for made in senders:
    for target in targets:
        for port in ports:
            for _ in range(count):
                if (":" in target) == (made.family == socket.AF_INET6):
                    made.sendto(b"x" * size, (target, int(port)))
PYTHON
many() { # FIRST LAST PREFIX SUFFIX: addresses with a number between
	seq -f "$3%g$4" -s, "$1" "$2"
}
many6() { # FIRST LAST
	for i in $(seq "$1" "$2"); do
		printf '%s%s:%x::1' "${sep-}" "$net6" "$i"
		sep=,
	done
}

# All that is counted until it is stopped is one interval, in $work/NAME.out and NAME.csv. Once that has its heading,
# counting has begun.
one_interval() { # NAME OPTION…
	start "$1" "$l4dstat" "${@:2}" --json -o "$work/$1.csv" --top 0 600
	within 20 "$1 counts" test -s "$work/$1.csv"
}

start deaf "$traffic" udp-recv --port 9001 --rcvbuf 40000 --never-read --name l4-deaf
start hears "$traffic" udp-recv --port 9002 --rcvbuf 10000000 --name l4-hears
start bot "${clients[@]}" python3 "$work/send.py" 2 10 0.0.0.0,:: "$(many 128 167 "$net4." .1),$(sep='' many6 144 163)" \
	"$(many 20001 20007 '' '')" l4-bot
start flood "${clients[@]}" python3 "$work/send.py" 40 200 "$(many 1 50 "$net4." .1)" "$net4.128.1" 9001 l4-flood
start few "${clients[@]}" python3 "$work/send.py" 5 200 "$(many 60 62 "$net4." .1)" "$net4.128.1" 9002 l4-few
ready deaf hears bot flood few
one_interval lists
one_interval sockets --by process,port --proto udp --sort remotes_in
one_interval rows --by process --port 9001,9002,20001-20007
go bot flood few
finish bot flood few
stop lists sockets rows deaf hears

row() { # NAME LIST CONDITION: from, to, ports
	jq -r ".$2[] | select($3) | [.remotes_in // 0, .remotes_out // 0, .ports // 0] | join(\" \")" "$work/$1.out"
}
of() { # JOB
	echo ".pid == ${job_pid[$1]}"
}

# 40 subnets of IPv4, 20 of IPv6, 7 ports; nobody answers.
equal "the bot sends to" "$(row lists by_process "$(of bot)")" "0 60 7"
equal "its datagrams" "$(sum lists by_process udp_tx_dgrams "$(of bot)")" $((2 * 60 * 7))
equal "the flood is from" "$(row lists by_process "$(of deaf)")" "50 0 1"
equal "the flood's sender" "$(row lists by_process "$(of flood)")" "0 1 1"
equal "the other receiver" "$(row lists by_process "$(of hears)")" "3 0 1"
equal "a subnet's row does not count subnets" "$(row lists by_subnet ".subnet == \"$net4.7.0/24\"")" "0 0 1"
equal "a port's row" "$(row lists by_port ".port == 9001 and .role == \"server\"")" "50 0 0"
equal "a port that is attacked" "$(row lists by_port '.port == 20003 and .role == "client"')" "0 60 0"

# Which socket is hit, and how much of it is lost.
hit=$(jq -c '.rows[0]' "$work/sockets.out")
echo "$hit"
equal "most are from" "$(jq -r '[.process, .pid, .port, .role, .remotes_in] | join(" ")' <<<"$hit")" \
	"l4-deaf ${job_pid[deaf]} 9001 server 50"
dropped=$(risen server UdpRcvbufErrors)
at_least "lost" "$dropped" 1000
equal "lost, by row" "$(jq -r .udp_rx_drops <<<"$hit")" "$dropped"
equal "share that is lost" "$(jq -r '.udp_drop_ratio * 2000 | round' <<<"$hit")" "$dropped"

python3 - "$work/rows.csv" "${job_pid[bot]}" "${job_pid[deaf]}" <<'PYTHON' || fail "CSV says something else"
import csv, sys
rows = {r["pid"]: [int(r[k]) for k in ("remotes_in", "remotes_out", "ports")] for r in csv.DictReader(open(sys.argv[1], newline=""))}
assert rows[sys.argv[2]] == [0, 60, 7], rows
assert rows[sys.argv[3]] == [50, 0, 1], rows
PYTHON
