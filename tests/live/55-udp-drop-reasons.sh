#!/usr/bin/env bash
# Datagrams that nobody listens for, whose checksum is wrong, that the firewall drops, or that a slow reader has no room
# for: each is counted once, by port and source prefix, with the kernel's name of the reason; the sums are the kernel's
# own NoPorts, InCsumErrors, RcvbufErrors, InErrors.
. "$(dirname "$0")/../lib.sh"

# In the rows of the server's namespace.
here() { # METRIC [JQ-CONDITION]
	sum joined rows "$1" ".netns == \"$(netns_of server)\" and (${2-true})"
}

# Of both families.
both() { # COUNTER
	echo $(($(risen server "Udp$1") + $(risen server "Udp6$1")))
}

firewalled() { # COUNTER-NAME
	nft -j list counter inet l4test "$1" | jq '.nftables[] | .counter | values | .packets'
}

network
nft -f - <<-END
	table inet l4test {
		counter in-udp { }
		counter in-tcp { }
		counter out-udp { }
		chain input { type filter hook input priority 0;
			udp dport 9004 counter name in-udp drop
			tcp dport 9004 counter name in-tcp drop
		}
		chain output { type filter hook output priority 0;
			udp dport 9005 counter name out-udp drop
		}
	}
END
"${clients[@]}" sysctl -qw net.ipv4.tcp_syn_retries=1

start slow "$traffic" udp-recv --port 9002 --rcvbuf 40000 --pause 100 --name l4-slow
start checks "$traffic" udp-recv --port 9003 --rcvbuf 10000000 --name l4-checks
ready slow checks
watch joined 0.5 --top 0 --by netns,subnet,port,process
send=("${clients[@]}" "$traffic" udp-send --size 200)
"${send[@]}" --port 9001 --count 100000 --to "$net4.128.1" --from "$net4.1.1"
"${send[@]}" --port 9001 --count 1000 --to "$net6:80::1" --from "$net6:1::1"
"${send[@]}" --port 9002 --count 5000 --to "$net4.128.1" --from "$net4.2.1"
raw=("${clients[@]}" "$traffic" udp-raw)
"${raw[@]}" --port 9003 --size 200 --count 300 --to "$net4.128.1" --from "$net4.3.1"
"${raw[@]}" --port 9003 --size 200 --count 200 --to "$net6:80::1" --from "$net6:3::1"
"${raw[@]}" --port 9001 --count 100 --to "$net4.128.1" --from "$net4.4.1"
"${send[@]}" --port 9003 --count 50 --to "$net4.128.1" --from "$net4.3.1"
"${send[@]}" --port 9004 --count 400 --to "$net4.128.1" --from "$net4.5.1"
"${send[@]}" --port 9004 --count 400 --to "$net6:80::1" --from "$net6:5::1"
"${clients[@]}" "$traffic" tcp-connect --port 9004 --to "$net4.128.1" --from "$net4.6.1" --count 1 --fails
start denied "$traffic" udp-send --port 9005 --count 70 --to "$net4.7.1" --fails --name l4-denied
finish denied

# Its socket is the one of IPv6 that is bound to port 9002.
slow_has_read() {
	awk '$2 ~ /:232A$/ && $5 !~ /:00000000$/ { exit 1 }' /proc/net/udp6
}
within 20 "the slow reader has read what there is" slow_has_read
stop slow checks
unwatch joined

equal "NoPorts" "$(both NoPorts)" 101000
equal "no socket" "$(here udp_no_socket)" 101000
equal "no socket, port 9001, by IPv4 prefix" \
	"$(here udp_no_socket ".port == 9001 and .subnet == \"$net4.1.0/24\" and .process == \"kernel\"")" 100000
equal "no socket, port 9001, by IPv6 prefix" \
	"$(here udp_no_socket ".port == 9001 and .subnet == \"$net6:1::/64\" and .process == \"kernel\"")" 1000

equal "InCsumErrors" "$(both InCsumErrors)" 600
equal "wrong checksums" "$(here udp_csum_errors)" 600
equal "wrong checksums, by who reads them" \
	"$(here udp_csum_errors ".port == 9003 and .process == \"l4-checks\" and .pid == ${job_pid[checks]}")" 500
equal "wrong checksums, IPv6" "$(here udp_csum_errors ".subnet == \"$net6:3::/64\"")" 200
equal "wrong checksums for nobody" "$(here udp_csum_errors ".port == 9001 and .process == \"kernel\"")" 100
equal "what was right beside them" "$(told checks datagrams)" 50

at_least "RcvbufErrors" "$(both RcvbufErrors)" 1000
equal "drops of the slow reader" "$(here udp_rx_drops ".port == 9002 and .process == \"l4-slow\"")" "$(both RcvbufErrors)"
equal "arrived less dropped is what it read" \
	$(($(here udp_rx_dgrams ".port == 9002") - $(here udp_rx_drops ".port == 9002"))) "$(told slow datagrams)"
equal "InErrors" "$(both InErrors)" "$(($(here udp_rx_drops) + $(here udp_csum_errors)))"
equal "refused otherwise" "$(here udp_rx_errors) $(here udp_mem_drops) $(here udp_other_drops)" "0 0 0"

equal "firewall, datagrams in" "$(here udp_filtered '.port == 9004')" "$(firewalled in-udp)"
equal "firewall, by prefix" "$(here udp_filtered ".subnet == \"$net4.5.0/24\"") $(here udp_filtered ".subnet == \"$net6:5::/64\"")" "400 400"
at_least "firewall, segments in" "$(firewalled in-tcp)" 2
equal "firewall, segments in" "$(here tcp_filtered ".port == 9004 and .subnet == \"$net4.6.0/24\"")" "$(firewalled in-tcp)"
equal "firewall, datagrams out" "$(firewalled out-udp)" 70
equal "firewall, datagrams out, by who sent them" \
	"$(here udp_filtered ".port == 9005 and .subnet == \"$net4.7.0/24\" and .process == \"l4-denied\"")" 70
equal "they were not sent" "$(sum joined rows udp_tx_dgrams '.process == "l4-denied"')" 0
equal "calls that failed" "$(sum joined rows udp_send_errors ".process == \"l4-denied\" and .pid == ${job_pid[denied]}")" 70

by_reason() { # NAME
	jq -s "[.[].udp_drops_by_reason.$1 // 0] | add" "$work/joined.out"
}
at_least "by reason: NO_SOCKET" "$(by_reason NO_SOCKET)" 101000
at_least "by reason: SOCKET_RCVBUFF" "$(by_reason SOCKET_RCVBUFF)" "$(both RcvbufErrors)"
at_least "by reason: UDP_CSUM" "$(by_reason UDP_CSUM)" 600
at_least "by reason: NETFILTER_DROP" "$(by_reason NETFILTER_DROP)" 870
at_least "by errno: EPERM" "$(jq -s '[.[].udp_send_errors_by_errno.EPERM // 0] | add' "$work/joined.out")" 70
