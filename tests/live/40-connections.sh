#!/usr/bin/env bash
# Connections: 3 000 from 250 addresses of one subnet to one port are one row of 3 000, the first one. Opened,
# accepted and failed are what the kernel counts.
. "$(dirname "$0")/../lib.sh"

network
# An address in each of four subnets, so that no row of the client side is as large as the server's.
to=$net4.128.1,$net4.129.1,$net4.130.1,$net4.131.1
"${clients[@]}" sysctl -qw net.ipv4.tcp_syn_retries=1 # so that what nobody answers fails soon
start listener "$traffic" tcp-serve --bind 0.0.0.0 --port 7000 --mode close --name l4-listener
start listener6 "$traffic" tcp-serve --bind "$net6:80::1" --port 7000 --mode sink --name l4-listener6
ready listener listener6
watch ranked 1 --top 0 --by subnet,port
watch joined 0.3 --top 0 --by netns,subnet,port,process
connect=("${clients[@]}" "$traffic" tcp-connect --port)
start crowd "${connect[@]}" 7000 --to "$to" --from "$net4.1.1+250" --count 3000 --name l4-crowd
start others "${connect[@]}" 7000 --to "$to" --from "$net4.2.1+20" --count 60 --name l4-others
start others6 "${connect[@]}" 7000 --to "$net6:80::1" --from "$net6:2::1+20" --count 40 --bytes 100 --name l4-others6
start refused "${connect[@]}" 7001 --to "$to" --from "$net4.3.1" --count 12 --fails --name l4-refused
start refused6 "${connect[@]}" 7001 --to "$net6:80::1" --from "$net6:3::1" --count 8 --fails --name l4-refused6
start unheard "${connect[@]}" 7002 --to "$net4.200.1" --from "$net4.3.1" --count 1 --fails --name l4-unheard
start abandoned "${connect[@]}" 7003 --to "$net4.200.1" --from "$net4.3.1" --count 5 --abandon --name l4-abandoned
finish crowd others others6 refused refused6 unheard abandoned
stop listener listener6
settle
unwatch joined ranked

crowd=".subnet == \"$net4.1.0/24\" and .port == 7000"
# Of one handshake two CPUs may make two children; the kernel counts both, and undoes one. So nearly always 3000 and 100.
accepted=$(risen server TcpPassiveOpens)
of_crowd=$(sum ranked rows tcp_opens_in "$crowd")
of_others=$(($(sum ranked rows tcp_opens_in ".subnet == \"$net4.2.0/24\" and .port == 7000") +
	$(sum ranked rows tcp_opens_in ".subnet == \"$net6:2::/64\" and .port == 7000")))
at_least "the crowd's row" "$of_crowd" 3000
at_least "the others' rows" "$of_others" 100
equal "both" $((of_crowd + of_others)) "$accepted"

# Of the rows that are ours; it may be spread over two intervals: the one with most of it has it first.
ours="[.rows[] | select(.subnet | startswith(\"$net4.\") or startswith(\"$net6:\"))]"
equal "first row of the busiest interval" "$(jq -sr "max_by([.rows[] | select($crowd) | .tcp_opens_in] | add // 0) |
	${ours}[0] | \"\(.subnet) \(.port)\"" "$work/ranked.out")" "$net4.1.0/24 7000"
equal "intervals whose rows are not in the order of connections" "$(jq -s '[.[] | [.rows[] | select(.subnet != "other") |
	(.tcp_opens_in // 0) + (.tcp_opens_out // 0)] | select(. != (sort | reverse))] | length' "$work/ranked.out")" 0

here=".netns == \"$(netns_of server)\""
there=".netns == \"$(netns_of clients)\""
at_least "connections that were accepted" $((3100 + $(risen server TcpAttemptFails))) "$accepted"
equal "accepted, by process" "$(($(sum joined rows tcp_opens_in "$here and .process == \"l4-listener\"") +
	$(sum joined rows tcp_opens_in "$here and .process == \"l4-listener6\"")))" "$accepted"
equal "accepted, in the server's namespace" "$(sum joined rows tcp_opens_in "$here")" "$accepted"
equal "accepted, in the clients'" "$(sum joined rows tcp_opens_in "$there")" 0

opened=$(risen clients TcpActiveOpens)
equal "ActiveOpens" "$opened" 3126
equal "opened, in the clients' namespace" "$(sum joined rows tcp_opens_out "$there")" "$opened"
equal "opened, in the server's" "$(sum joined rows tcp_opens_out "$here")" 0
for process in crowd:3000 others:60 others6:40 refused:12 refused6:8 unheard:1 abandoned:5; do
	equal "opened by ${process%:*}" \
		"$(sum joined rows tcp_opens_out "$there and .pid == ${job_pid[${process%:*}]}")" "${process#*:}"
done

failed=$(risen clients TcpAttemptFails)
equal "AttemptFails" "$failed" 21
equal "failed, in the clients' namespace" "$(sum joined rows tcp_opens_failed "$there")" "$failed"
equal "failed, to port 7001" "$(sum joined rows tcp_opens_failed \
	"$there and .port == 7001 and .role == \"client\" and (.process | startswith(\"l4-refused\"))")" 20
equal "failed, to port 7002" "$(sum joined rows tcp_opens_failed "$there and .port == 7002 and .process == \"l4-unheard\"")" 1
equal "failed, in the server's" "$(sum joined rows tcp_opens_failed "$here")" "$(risen server TcpAttemptFails)"

equal "ended, in the server's" "$(sum joined rows tcp_closes "$here")" 3100
equal "ended, in the clients'" "$(sum joined rows tcp_closes "$there")" 3100
