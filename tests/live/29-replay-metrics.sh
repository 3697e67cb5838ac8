#!/usr/bin/env bash
# A recording replayed for Prometheus, by a user without any rights: the file at the end has the sums of all intervals,
# and whoever asks on the way gets those of the intervals until then, in total and in each view.
. "$(dirname "$0")/../lib.sh"

metrics=127.0.0.1:9476

replay() { # OPTION…
	setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "$l4dstat" --replay busy.rec.gz "$@"
}

network
cd "$work"
chmod 755 .
start tcp-server "$traffic" tcp-serve --port 7000 --mode echo
start udp-server "$traffic" udp-recv --port 9000
ready tcp-server udp-server
watch busy 0.3 --netns self --record busy.rec.gz
for ((round = 1; round <= 6; round++)); do
	"${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.$round.1" --port 7000 --count $round \
		--bytes 100 >/dev/null
	"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --port 9000 --count $((10 * round)) >/dev/null
	next_line busy
done
unwatch busy
chmod 644 busy.rec.gz
stop tcp-server udp-server
mkdir textfiles
chown 65534 textfiles

replay --textfile textfiles/all.prom --metrics-top 50 >out 2>&1 || fail "exit $?: $(cat out)"
equal "what --textfile prints" "$(cat out)" ""
promtool check metrics <textfiles/all.prom >out 2>&1 || fail "promtool: $(cat out)"

start served setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \
	"$l4dstat" --replay busy.rec.gz --speed 0.5 --listen $metrics --metrics-top 50
three_are_there() {
	curl -sS "http://$metrics/metrics" >served.prom 2>/dev/null &&
		[ "$(sed -n 's/^l4dstat_intervals_total //p' served.prom)" -ge 3 ] 2>/dev/null
}
within 20 "three intervals are served" three_are_there
finish served

sed -nE 's/^L4_(TCP|UDP)\((\w+), (\w+), "[^"]*", "(\w+)".*/\2 \3 \4/p' "$root/include/metrics.def" >names
cat >check.py <<'END'
import json, sys
from prometheus_client.parser import text_string_to_metric_families

lines = [json.loads(line) for line in open('busy.out')]
families = {f.name: f.samples for f in text_string_to_metric_families(open(sys.argv[1], encoding='utf-8').read())}
count = int(families['l4dstat_intervals'][0].value)
assert count == len(lines) if sys.argv[2] == 'all' else 3 <= count <= len(lines), (count, len(lines))
for line in open('names'):
    metric, unit, name = line.split()
    base = name + {'COUNT': '', 'BYTES': '_bytes', 'US': '_seconds'}[unit]
    total = sum(l['total'][metric] for l in lines[:count]) / (1e6 if unit == 'US' else 1)
    for family in [base] + [f'{view}_{base}' for view in ('port', 'subnet', 'process')]:
        found = sum(s.value for s in families['l4dstat_' + family])
        assert abs(found - total) < 1e-9 * max(total, 1), (family, found, total)
states = {s.labels['state']: s.value for s in families['l4dstat_tcp_connections']}
assert states['listen'] == lines[count - 1]['sockets']['tcp_listen'], states
print(int(sum(s.value for s in families['l4dstat_tcp_connections_accepted'])))
END
equal "connections in the file" "$(/usr/bin/python3 check.py textfiles/all.prom all)" 21
at_least "connections that were served on the way" "$(/usr/bin/python3 check.py served.prom some)" 1
