#!/usr/bin/env bash
# Metrics for Prometheus: both forms are accepted by the parsers of others, hold what JSON of the same intervals says,
# the series of each view add up to the total, hostile names do no harm. The file is replaced as a whole.
. "$(dirname "$0")/../lib.sh"

metrics=127.0.0.1:9474
network
cd "$work"
start tcp-server "$traffic" tcp-serve --port 7000 --mode echo --name 'a"b\c{d="e"}'
start udp-server "$traffic" udp-recv --port 9000 --name $'\xff\xc3(\n#x'
ready tcp-server udp-server
mkdir textfiles
chmod 700 .
umask 077
watch both 0.5 --netns self --listen $metrics --textfile textfiles/l4dstat.prom

# Whoever reads the file sees a whole one, each time.
start reader bash -c 'echo ready; while [ ! -e stop ]; do
	{ tail -n 1 textfiles/*.prom | grep -q "^l4dstat_resident_memory_bytes \|^l4dstat_scrape_duration_seconds " && echo whole; } || echo torn
	ls textfiles/*.prom | grep -vx textfiles/l4dstat.prom; sleep 0.01; done'
ready reader

"${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7000 --count 40 --bytes 100 >/dev/null
"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --port 9000 --count 70 >/dev/null
settle
next_line both
curl -sS "http://$metrics/metrics" >text
curl -sS -H 'Accept: application/openmetrics-text; version=1.0.0' -D head "http://$metrics/metrics" >open
grep -qix $'content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r' head || fail "content type: $(cat head)"

value() { # FILE SAMPLE: 0 if it is not there
	sample=$2 awk 'index($0, ENVIRON["sample"] " ") == 1 { value = $NF } END { print value + 0 }' "$1"
}
name='process="a\"b\\c{d=\"e\"}"'
equal "connections of a hostile name" "$(value text "l4dstat_process_tcp_connections_accepted_total{$name}")" 40
equal "datagrams of another one" "$(value text 'l4dstat_process_udp_received_datagrams_total{process="??(?#x"}')" 70
equal "connections of the port" \
	"$(value open 'l4dstat_port_tcp_connections_accepted_total{proto="tcp",role="server",port="7000"}')" 40
equal "of the subnet" "$(value open "l4dstat_subnet_tcp_connections_accepted_total{subnet=\"$net4.1.0/24\"}")" 40
at_least "limit of its accept queue" "$(value open 'l4dstat_listener_queue_limit{port="7000"}')" 1

# A second round after both were read: only old series count, so each rises by what it has.
"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --port 9000 --count 30 >/dev/null
"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --from "$net4.77.1" --port 9000 --count 5 >/dev/null
next_line both
curl -sS "http://$metrics/metrics" >later
equal "datagrams later" "$(value later 'l4dstat_process_udp_received_datagrams_total{process="??(?#x"}')" 105
equal "a subnet that nobody had read of" "$(value later "l4dstat_subnet_udp_received_datagrams_total{subnet=\"$net4.77.0/24\"}")" 0
equal "is in other" "$(value later 'l4dstat_subnet_udp_received_datagrams_total{subnet="other"}')" 5
next_line both
"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --from "$net4.77.1" --port 9000 --count 6 >/dev/null
next_line both
curl -sS "http://$metrics/metrics" >last
equal "it counts from when that was read" "$(value last "l4dstat_subnet_udp_received_datagrams_total{subnet=\"$net4.77.0/24\"}")" 6

touch stop
finish reader
unwatch both
equal "torn files" "$(grep -c torn reader.out)" 0
at_least "whole files" "$(grep -c whole reader.out)" 20
equal "files of other names for node_exporter" "$(grep -c textfiles reader.out)" 0
equal "what is left in the directory" "$(ls textfiles)" l4dstat.prom
equal "its mode" "$(stat -c %a textfiles/l4dstat.prom)" 644

for file in text later textfiles/l4dstat.prom; do
	promtool check metrics <"$file" >complaints 2>&1 || fail "promtool on $file: $(cat complaints)"
	equal "promtool on $file" "$(cat complaints)" ""
done

# Each counter of metrics.def: the file at the end has what all intervals of the JSON have, and so has each view.
{
	sed -nE 's/^L4_(TCP|UDP)\((\w+), (\w+), "[^"]*", "(\w+)".*/\2 \3 \4/p' "$root/include/metrics.def"
} >names
at_least "counters" "$(wc -l <names)" 30
cat >check.py <<'END'
import json, sys
from prometheus_client.parser import text_string_to_metric_families as text
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics

families = {f.name: f for f in openmetrics(open('open', encoding='utf-8').read())}
assert families['l4dstat_build'].type == 'info' and families['l4dstat_tcp_received_bytes'].unit == 'bytes'
for f in families.values():
    assert f.documentation and f.type in ('counter', 'gauge', 'info'), f.name

states = {s.labels['state'] for s in families['l4dstat_tcp_connections'].samples}
assert states == set('close_wait closing established fin_wait_1 fin_wait_2 last_ack listen syn_received syn_sent time_wait'.split())

def sums(name):
    return {f.name: sum(s.value for s in f.samples) for f in text(open(name, encoding='utf-8').read())}

before, after = sums('text'), sums('textfiles/l4dstat.prom')
lines = [json.loads(line) for line in open('both.out')]
checked = 0
for line in open('names'):
    metric, unit, name = line.split()
    base = name + {'COUNT': '', 'BYTES': '_bytes', 'US': '_seconds'}[unit]
    total = sum(l['total'][metric] for l in lines) / (1e6 if unit == 'US' else 1)
    for family in [base] + [f'{view}_{base}' for view in ('port', 'subnet', 'process')]:
        found = after['l4dstat_' + family]
        assert abs(found - total) < 1e-9 * max(total, 1), (family, found, total)
        assert found >= before['l4dstat_' + family]
    checked += 1
print(checked)
END
equal "counters that agree everywhere" "$(/usr/bin/python3 check.py)" "$(wc -l <names)"

# Alone it prints nothing; a row that is asked for is printed; the number of series is bounded.
"$l4dstat" --textfile textfiles/x.prom --metrics-top 1 0.2 2 >out 2>&1
equal "what --textfile alone prints" "$(cat out)" ""
at_least "series of one family" "$(grep -c '^l4dstat_process_tcp_sent_bytes_total' textfiles/x.prom)" 1
for view in port subnet process; do
	[ "$(grep -c "^l4dstat_${view}_tcp_sent_bytes_total" textfiles/x.prom)" -le 2 ] || fail "$view has more than one and other"
done
"$l4dstat" --textfile textfiles/x.prom --retrans 0.2 1 >out
grep -q retransmits out || fail "columns that were asked for are not there"
"$l4dstat" --textfile textfiles/x.prom -o x.csv 0.2 1 >out
equal "what -o adds to standard output" "$(cat out)" ""
equal "lines in its file" "$(wc -l <x.csv)" 2

refused() { # EXIT WHAT-STDERR-NAMES OPTION…
	local wanted=$1 names=$2 status=0

	shift 2
	timeout 20 "$l4dstat" "$@" >refused.out 2>refused.err || status=$?
	equal "$*: exit" $status "$wanted"
	equal "$*: lines on stderr" "$(wc -l <refused.err)" 1
	grep -qE -- "$names" refused.err || fail "it does not name '$names': $(cat refused.err)"
}
start taken "$l4dstat" --listen '[::1]:9475' 1
within 20 "it listens" curl -gsSo /dev/null 'http://[::1]:9475/'
refused 1 "9475.*in use.*another" --listen '[::1]:9475' 1 1
stop taken
refused 1 "203.0.113.99.*not|annot.*address" --listen 203.0.113.99:9475 1 1
refused 2 "127.0.0.1:9474.*'localhost:1'" --listen localhost:1
refused 2 "[.]prom.*'x.txt'" --textfile x.txt
refused 2 "0 to 50.*'51'" --metrics-top 51 --textfile x.prom
refused 1 "no-such/x[.]prom.*No such" --textfile no-such/x.prom 0.1 1
mkdir disk && mount -t tmpfs -o size=16k l4test disk
refused 1 "disk/x[.]prom: No space" --textfile disk/x.prom 0.1 9
equal "what a full disk leaves" "$(ls disk)" ""
umount disk
