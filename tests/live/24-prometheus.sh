#!/usr/bin/env bash
# A real Prometheus scrapes two l4dstat in two network namespaces and is asked: it has every datagram of a flood by
# process, every segment retransmitted by subnet, and takes an l4dstat that begins anew for what it is.
. "$(dirname "$0")/../lib.sh"

command -v prometheus >/dev/null || skip "there is no Prometheus here, and on this system none to be had"

network
ip link set lo up
cd "$work"
sysctl -qw net.ipv4.tcp_early_retrans=0
start feeder "$traffic" tcp-serve --port 7000 --mode source --bytes 3000000 --name l4-feeder
start reader "$traffic" udp-recv --port 9000 --name l4-reader
ready feeder reader

start at-server "$l4dstat" --netns self --listen 127.0.0.1:9474 0.3
start at-clients "${clients[@]}" "$l4dstat" --netns self --listen "$net4.255.2:9474" 0.3
cp "$root/tools/prometheus/l4dstat.rules.yml" .
sed -i 's/\[[15]m\]/[10s]/' l4dstat.rules.yml
cat >prometheus.yml <<END
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [l4dstat.rules.yml]
scrape_configs:
  - job_name: l4dstat
    static_configs: [{targets: ["127.0.0.1:9474", "$net4.255.2:9474"]}]
END
start prometheus prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:9090 \
	--log.level=error

ask() { # EXPRESSION: the values, in a line
	curl -sSf -G http://127.0.0.1:9090/api/v1/query --data-urlencode "query=$1" 2>/dev/null |
		jq -r '[.data.result[].value[1]] | sort | join(" ")'
}
says() { # EXPRESSION VALUES
	[ "$(ask "$1")" = "$2" ]
}
scraped() { # until what has happened by now is in it
	local now

	now=$(date +%s.%N)
	within 20 "both are scraped" says "count(l4dstat_interval_end_timestamp_seconds - l4dstat_interval_seconds > $now)" 2
}
here='instance="127.0.0.1:9474"'
there='instance!="127.0.0.1:9474"'
within 20 "Prometheus scrapes both" says 'sum(up)' 2
scraped

# Both rows are known before the traffic that counts.
flood() { # DATAGRAMS
	"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --from "$net4.1.1" --port 9000 --count "$1" --name l4-flood >/dev/null
}
fetch() { # SUBNET
	"${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.$1.1" --port 7000 --count 1 >/dev/null
}
flood 1
fetch 2
fetch 3
received="l4dstat_process_udp_received_datagrams_total{$here,process=\"l4-reader\"}"
sent="l4dstat_process_udp_sent_datagrams_total{$there,process=\"l4-flood\"}"
lossy="l4dstat_subnet_tcp_retransmitted_segments_total{$here,subnet=\"$net4.2.0/24\"}"
within 20 "it has both processes and the subnet" says "count($received or $sent or $lossy)" 3
scraped
declare -A before
for expression in "$received" "$sent" "$lossy"; do
	before[$expression]=$(ask "$expression")
done
retransmitted=$(risen server TcpRetransSegs)

flood 12345
"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --from "$net4.1.1" --port 9 --count 5 >/dev/null # for nobody
drop "ip daddr $net4.2.0/24 tcp sport 7000 tcp flags & (syn | rst) == 0x0 numgen inc mod 20 == 0"
fetch 2
undrop
fetch 3
done_with() { # in hexadecimal; the scrapes' own connections stay
	! cat /proc/net/tcp /proc/net/tcp6 | awk -v port=":$1" '$2 ~ port "$" && $4 !~ /^(06|0A)$/' | grep -q .
}
within 20 "the end of all connections" done_with 1B58
scraped
# Whatever a panel of the dashboard asks for is there, with the variables of Grafana filled in.
jq -r '.panels[] | .title as $title | .targets[]? | [$title, .expr] | @tsv' "$root/tools/grafana/l4dstat.json" |
	sed 's/\$__rate_interval/10s/g; s/\$instance/.+/g' >panels
shows() { # EXPRESSION
	[ -n "$(ask "$1")" ]
}
while IFS=$'\t' read -r title expression; do
	within 20 "panel '$title' shows something: $expression" shows "$expression"
done <panels
at_least "expressions of panels that show something" "$(wc -l <panels)" 25

risen_in() { # EXPRESSION
	echo $(($(ask "$1") - ${before[$1]}))
}
retransmitted=$(($(risen server TcpRetransSegs) - retransmitted))
at_least "RetransSegs" $retransmitted 5
equal "datagrams of the flood, by who received it" "$(risen_in "$received")" 12345
equal "by who sent it, in the other namespace" "$(risen_in "$sent")" 12345
equal "segments retransmitted to the lossy subnet" "$(risen_in "$lossy")" $retransmitted
equal "to the other subnet" "$(ask "l4dstat_subnet_tcp_retransmitted_segments_total{$here,subnet=\"$net4.3.0/24\"}")" 0
equal "of what happened since the first scrape a view has as much as the total" "$(ask "
	sum(max_over_time(l4dstat_process_udp_received_datagrams_total{$here}[10m]) -
		min_over_time(l4dstat_process_udp_received_datagrams_total{$here}[10m])) -
	sum(max_over_time(l4dstat_udp_received_datagrams_total{$here}[10m]) -
		min_over_time(l4dstat_udp_received_datagrams_total{$here}[10m]))")" 0
has_rule() {
	[ "$(ask "subnet:l4dstat_tcp_retransmitted_segments:ratio5m{subnet=\"$net4.2.0/24\"} > 0")" ]
}
within 20 "the rule has its share" has_rule
equal "rules in trouble" "$(curl -sS http://127.0.0.1:9090/api/v1/rules | jq '[.data.groups[].rules[] | select(.health == "err")] | length')" 0

# Anew: a reset, and what it counts from then on.
stop at-server
start at-server-again "$l4dstat" --netns self --listen 127.0.0.1:9474 0.3
anew() {
	[ "$(ask "resets(l4dstat_udp_received_datagrams_total{$here}[10m])")" = 1 ] &&
		says "l4dstat_udp_received_datagrams_total{$here}" 0
}
within 20 "Prometheus sees a reset" anew
flood 77
scraped
equal "datagrams since then" "$(ask "l4dstat_udp_received_datagrams_total{$here}")" 77
equal "resets" "$(ask "resets(l4dstat_udp_received_datagrams_total{$here}[10m])")" 1
stop at-server-again at-clients feeder reader prometheus
