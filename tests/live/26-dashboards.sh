#!/usr/bin/env bash
# Rules, the example configuration and the dashboard: Prometheus reads them, each alert does what it says (by promtool's
# tests), and all they ask for is something that l4dstat exposes.
. "$(dirname "$0")/../lib.sh"

command -v promtool >/dev/null || skip "there is no promtool here, and on this system none to be had"

rules=$root/tools/prometheus/l4dstat.rules.yml
dashboard=$root/tools/grafana/l4dstat.json
cd "$work"
promtool check config "$root/tools/prometheus/prometheus.yml" >log 2>&1 || fail "prometheus.yml: $(cat log)"
promtool test rules "$root/tests/prometheus/l4dstat.rules.test.yml" >log 2>&1 || fail "rules: $(cat log)"
sed -n 's/.*- alert: //p' "$rules" | sort >alerts
equal "alerts without a test" "$(sed -n 's/.*alertname: //p' "$root/tests/prometheus/l4dstat.rules.test.yml" | sort -u | comm -23 alerts -)" ""
at_least "alerts" "$(wc -l <alerts)" 8

# Provisioned by a file, Grafana asks nobody what a name in __inputs stands for.
equal "id and uid" "$(jq -c '[.id, .uid]' "$dashboard")" '[null,"l4dstat"]'
equal "what an export for sharing has" "$(jq -c 'keys | map(select(startswith("__")))' "$dashboard")" '[]'
equal "data sources" "$(jq -c '[.. | objects | select(has("datasource")) | .datasource] | unique' "$dashboard")" \
	'[{"type":"prometheus","uid":"${datasource}"}]'
equal "its variables" "$(jq -c '[.templating.list[].name]' "$dashboard")" '["datasource","instance"]'
equal "panels without a unit or a title" "$(jq '[.panels[] | select(.type != "row") |
	select((.fieldConfig.defaults.unit and (.title | length > 0)) | not)] | length' "$dashboard")" 0
equal "panels of one id" "$(jq '[.panels[].id] | length - (unique | length)' "$dashboard")" 0
equal "panels that overlap" "$(jq '[.panels[].gridPos | . as $p | range(.x; .x + .w) as $x | range(.y; .y + .h) as $y | [$x, $y]] |
	length - (unique | length)' "$dashboard")" 0

# Every expression, with Grafana's variables filled in, as a rule.
jq -r '.panels[] | .targets[]?.expr' "$dashboard" | sed 's/\$__rate_interval/1m/g; s/\$instance/.*/g' >expressions
at_least "expressions of the dashboard" "$(wc -l <expressions)" 25
equal "variables that are none" "$(grep -c '\$' expressions || :)" 0
{
	echo "groups: [{name: dashboard, rules: ["
	jq -Rc '{record: "x\(input_line_number)", expr: .}, ","' expressions | sed 's/^","$/,/'
	echo "]}]"
} >dashboard.yml
promtool check rules dashboard.yml >log 2>&1 || fail "an expression of the dashboard: $(cat log)"

"$l4dstat" --textfile all.prom --metrics-top 1 0.2 2
sed -nE 's/^# TYPE (\S+) (\S+)$/\1 \2/p' all.prom | sort >exposed
sed -nE 's/.*- record: (\S+)$/\1 gauge/p' "$rules" | sort - exposed >exist
promtool check rules "$rules" >/dev/null 2>&1 || fail "rules"
grep -vE '^ *(#|summary:|description:|- name:)' "$rules" | cat - expressions >used
grep -oE '[a-z0-9_:]*l4dstat_[a-z0-9_:]+' used | sort -u >asked
at_least "names that are asked for" "$(wc -l <asked)" 30
equal "and do not exist" "$(cut -d ' ' -f 1 exist | sort | comm -13 - asked)" ""
grep -oE 'rate\([a-z0-9_:]+' used | sed 's/rate(//; s/$/ counter/' | sort -u >rated
equal "rates of what is no counter" "$(sort exist | comm -13 - rated)" ""
