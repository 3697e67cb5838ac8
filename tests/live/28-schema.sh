#!/usr/bin/env bash
# JSON in all its forms is as its schema says, which is made from the same metrics; rows are what collectors take by
# the rules they document: flat, a type per key, times they can read.
. "$(dirname "$0")/../lib.sh"

python3 -c 'import jsonschema' || skip "there is no python3-jsonschema here"

# What stands in a block of README, by the language it names.
block() { # LANGUAGE
	sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$root/README.md"
}

names=$(sed -nE 's/^(L4_[A-Z_]+|HOST)\((\w+),.*/"\2"/p' "$root/include/metrics.def" "$root/src/host.def" | jq -sc sort)
at_least "metrics in metrics.def" "$(jq length <<<"$names")" 50
for schema in json.json rows.json; do
	equal "metrics that $schema lacks" "$(jq -c --argjson names "$names" \
		'$names - ([.. | objects | .properties? // {} | keys] | add)' "$root/build/docs/$schema")" "[]"
done

network
start tcp-server "$traffic" tcp-serve --port 7000 --mode echo
start udp-server "$traffic" udp-recv --port 9000
ready tcp-server udp-server
all=subnet,port,process,name,cgroup,netns,proto,role
start plain "$l4dstat" --json --top 2 -o "$work/plain.rows.json" --record "$work/plain.rec.gz" --alert default \
	--alert 'opens_in by subnet,port > 1' 0.3
start columns "$l4dstat" --json -o "$work/columns.rows.json" -n -N total --tcp --socket --top-cpu-adv --top-io --top-mem 0.3
start every "$l4dstat" --json --by $all --top 2 -o "$work/every.rows.json" 0.3
start filtered "$l4dstat" --json --port 7000 --subnet "$net4.0.0/16" --prefix4 16 -o "$work/filtered.rows.json" 0.3
for name in plain every columns filtered; do
	within 20 "$name has its first interval" test -s "$work/$name.out"
done
for i in 1 2 3 4; do
	"${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.$i.1" --port 7000 --count 9 --bytes 100
	"${clients[@]}" "$traffic" udp-send --to "$net4.128.1,$net6:80::1" --port 9000 --count 70
done
"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --port 9999 --count 5 || :
settle
next_line plain
stop plain every columns filtered tcp-server udp-server

validate json "$work/plain.out" "$work/every.out" "$work/filtered.out" "$work/columns.out"
at_least "objects" "$(cat "$work/validated")" 6
validate rows "$work/plain.rows.json" "$work/every.rows.json" "$work/filtered.rows.json" "$work/columns.rows.json"
at_least "rows" "$(cat "$work/validated")" 50
validate recording "$work/plain.rec.gz"
at_least "recorded intervals" "$(cat "$work/validated")" 2
jq -c '.moons = 1' "$work/plain.out" >"$work/moons"
"$root/tests/validate" "$root/build/docs/json.json" "$work/moons" 2>/dev/null && fail "a member that is in no schema is not found"

cat "$work"/*.rows.json >"$work/rows"
for type in total system link sockets quality listener subnet port process alert "$all" udp_drops_by_reason; do
	at_least "rows of type $type" "$(jq -s --arg type "$type" 'map(select(.type == $type)) | length' "$work/rows")" 1
done
at_least "rows 'other'" "$(jq -s 'map(select(.other)) | length' "$work/rows")" 1
equal "rows with something nested" "$(jq -c 'select(map(type | . == "array" or . == "object") | any)' "$work/rows")" ""
equal "keys of two types" "$(jq -sc '[.[] | to_entries[] | {key, type: (.value | type)}] | group_by(.key) |
	map(select(map(.type) | unique | length > 1) | .[0].key)' "$work/rows")" "[]"

cat >"$work/kinds.py" <<'END'
import json, sys
kinds = {}
for row in map(json.loads, sys.stdin):
    for key, value in row.items():
        if type(value) in (int, float):
            kinds.setdefault(key, set()).add(type(value))
print(sorted(key for key, kind in kinds.items() if len(kind) > 1))
END
equal "keys whose numbers are now whole, now not" "$(/usr/bin/python3 "$work/kinds.py" <"$work/rows")" "[]"

# Telegraf drops strings that are not named; what it is told of must be there, as a string.
while read -r tag; do
	equal "rows whose $tag is no string" "$(jq -c --arg tag "$tag" 'select(has($tag)) | select(.[$tag] | type != "string")' "$work/rows")" ""
	jq -e --arg tag "$tag" '.properties | has($tag)' "$root/build/docs/rows.json" >/dev/null || fail "rows have no $tag"
done < <(block toml | sed -n 's/.*tag_keys = \[\(.*\)\]/\1/p' | tr -d ' "' | tr , '\n')

# The formats of the time: Fluent Bit's is strptime's but for fractions, Telegraf's is Go's.
format=$(block ini | sed -n 's/.*Time_Format //p')
python3 - "$(jq -r .timestamp "$work/rows" | head -n 1)" "${format//%S.%L/%S.%f}" "$(block toml | sed -n 's/.*time_format = "\(.*\)"/\1/p')" <<-'END'
	import re, sys, time
	from datetime import datetime
	stamp, fluent, go = sys.argv[1:]
	datetime.strptime(stamp, fluent)
	assert re.sub('[0-9]', '0', go) == re.sub('[0-9]', '0', stamp), (go, stamp)
	assert datetime.strptime(go, '%Y-%m-%dT%H:%M:%S.%fZ') == datetime(2006, 1, 2, 15, 4, 5)
END
python3 -c 'import tomllib' 2>/dev/null && block toml | sed '/^```/d' | python3 -c 'import sys, tomllib; tomllib.loads(sys.stdin.read())'
echo "the snippets of README can be read"
