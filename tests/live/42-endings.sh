#!/usr/bin/env bash
# How connections begin and end: why attempts failed, resets either way, handshakes and lives that were timed.
. "$(dirname "$0")/../lib.sh"

network
"${clients[@]}" sysctl -qw net.ipv4.tcp_syn_retries=1 # so that what nobody answers fails soon
watch joined 0.5 --top 0 --by netns,subnet,port,process
start server "$traffic" tcp-serve --port 7000 --mode sink
ready server
start talk "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7000 --count 50 --bytes 100
finish talk
start unheard "${clients[@]}" "$traffic" tcp-connect --to "$net4.200.1" --from "$net4.1.1" --port 7002 --count 1 --fails
start refused "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7001 --count 20 --fails
finish refused unheard
start refused6 "${clients[@]}" "$traffic" tcp-connect --to "$net6:80::1" --from "$net6:1::1" --port 7001 --count 8 --fails
finish refused6
stop server
settle
unwatch joined

there=".netns == \"$(netns_of clients)\""
here=".netns == \"$(netns_of server)\""
equal "AttemptFails" "$(risen clients TcpAttemptFails)" 29
equal "failed" "$(sum joined rows tcp_opens_failed "$there")" 29
equal "failed: refused" "$(sum joined rows tcp_failed_refused "$there")" 28
equal "failed: no answer" "$(sum joined rows tcp_failed_timeout "$there")" 1
at_least "SYNs sent again" "$(risen clients TcpExtTCPSynRetrans)" 1
equal "its SYN sent again" "$(sum joined rows tcp_retrans_syn "$there and .port == 7002")" "$(risen clients TcpExtTCPSynRetrans)"
equal "resets received, to port 7001" "$(sum joined rows tcp_resets_in "$there and .port == 7001")" 28
at_least "OutRsts of the server" "$(risen server TcpOutRsts)" 28
equal "resets sent by the server's namespace" "$(sum joined rows tcp_resets_out "$here")" "$(risen server TcpOutRsts)"
equal "resets sent by the clients' namespace" "$(sum joined rows tcp_resets_out "$there")" "$(risen clients TcpOutRsts)"
equal "resets sent less their reasons, of all intervals" \
	"$(jq -s 'map(.total.tcp_resets_out - ([.resets_out_by_reason[]] | add // 0)) | add' "$work/joined.out")" 0
at_least "of these because nobody listened" "$(jq -s 'map(.resets_out_by_reason.NO_SOCKET // 0) | add' "$work/joined.out")" 28
if jq -se '.[0] | has("resets_out_by_reason")' "$work/joined.out" >"$work/has"; then # else nobody tells of these
	for subnet in "$net4.1.0/24=20" "$net6:1::/64=8"; do
		equal "resets sent to ${subnet%=*}, from port 7001" "$(sum joined rows tcp_resets_out \
			"$here and .port == 7001 and .subnet == \"${subnet%=*}\"")" "${subnet#*=}"
	done
fi
equal "handshakes timed" "$(sum joined rows tcp_connects "$there")" 50
at_least "their time, microseconds" "$(sum joined rows tcp_connect_sum_us "$there")" 50
equal "ends" "$(sum joined rows tcp_closes "$there or $here")" 100
equal "lives timed" "$(sum joined rows tcp_lifetimes "$there or $here")" 100
at_least "readings of round trip times" "$(sum joined rows tcp_rtt_samples "$there")" 50
at_least "their sum, microseconds" "$(sum joined rows tcp_rtt_sum_us "$there")" 50
