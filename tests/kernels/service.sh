#!/usr/bin/env bash
# In a guest whose process 1 is systemd: l4dstat as the service that the package brings. It is off, begins and ends as it
# should, takes its options apart as is said of them, counts, records and tells, with no capability left; and what it
# cannot do, systemctl says.
export L4_TEST_INSIDE=$$ # the service is in the first network namespace
. "$(dirname "$0")/../lib.sh"

readonly options="--listen 127.0.0.1:9474 --record l4dstat.jsonl.gz --alert 'udp_tx_dgrams by process > 30' --on-alert 'id -u >alerted' 1"

property() { # NAME
	systemctl show -P "$1" l4dstat
}
journal() {
	journalctl -q -b -o cat "$@" _SYSTEMD_UNIT=l4dstat.service
}
metric() { # NAME
	curl -sf http://127.0.0.1:9474/metrics | awk -v name="$1" '$1 == name { print $2 }'
}
sent() {
	[ "$(metric l4dstat_udp_sent_datagrams_total)" = 70 ]
}

equal "process 1" "$(cat /proc/1/comm)" systemd
equal "it is, where nobody has asked for it," "$(systemctl is-enabled l4dstat || :)" disabled
equal "options that come with it and are in effect" "$(grep -v '^#' /etc/default/l4dstat || :)" ""
ip link set lo up

# With options of one's own.
echo "ARGS=\"$options\"" >/etc/default/l4dstat
systemctl start l4dstat || fail "it does not start: $(journal)"
[ "$(metric l4dstat_udp_sent_datagrams_total)" ] || fail "it has begun, and serves no metrics"
first=$(property MainPID)
equal "its options" "$(tr '\0' '|' <"/proc/$first/cmdline")" "/usr/sbin/l4dstat|--listen|127.0.0.1:9474|--record|l4dstat.jsonl.gz|\
--alert|udp_tx_dgrams by process > 30|--on-alert|id -u >alerted|1|"
equal "its capabilities" "$(sed -n 's/^Cap\(Prm\|Eff\|Amb\):\t0*//p' "/proc/$first/status" | tr -d '\n')" ""
"$traffic" udp-send --to 127.0.0.1 --port 9000 --count 70 >"$work/told"
within 20 "it has counted" sent
within 20 "it runs a command" [ -s /var/lib/l4dstat/alerted ]
[ "$(cat /var/lib/l4dstat/alerted)" -gt 60000 ] || fail "the command ran as $(cat /var/lib/l4dstat/alerted)"

# And with none, after it has been begun anew.
: >/etc/default/l4dstat
systemctl restart l4dstat || fail "it does not start again: $(journal)"
equal "begun anew: datagrams sent" "$(metric l4dstat_udp_sent_datagrams_total)" 0
[ "$(property MainPID)" != "$first" ] || fail "it was not begun anew"
equal "its options" "$(tr '\0' ' ' <"/proc/$(property MainPID)/cmdline")" "/usr/sbin/l4dstat $(
	sed -n 's/^Environment="ARGS=\(.*\)"$/\1/p' /usr/lib/systemd/system/l4dstat.service) "
systemctl stop l4dstat
equal "how it ended" "$(property ActiveState) $(property Result) $(property ExecMainStatus)" "inactive success 0"
"$l4dstat" --replay /var/lib/l4dstat --json >"$work/replayed"
equal "datagrams recorded" "$(jq -s '[.[].total.udp_tx_dgrams] | add' "$work/replayed")" 70
journal >"$work/journal"
cat "$work/journal"
equal "what it said" "$(sed 's/^l4dstat: [^a-z]* //; s/is [0-9]*/is N/; s/\[[0-9]*]//' "$work/journal" | head -n 1)" \
	"alert: process $(basename "$traffic"): udp_tx_dgrams is N (udp_tx_dgrams by process > 30)"

# What cannot be is told, and not tried again.
echo "ARGS=--nosuch" >/etc/default/l4dstat
! systemctl start l4dstat 2>"$work/refused" || fail "it starts with an option that there is not"
equal "a wrong option" "$(property ActiveState) $(property ExecMainStatus)" "failed 2"
equal "what it said" "$(journal -n 1)" "l4dstat: there is no option '--nosuch'; l4dstat --help names them all"
