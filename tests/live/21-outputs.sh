#!/usr/bin/env bash
# Several outputs at once: files by their extension while the screen goes on, standard output by the name it was given,
# CSV that an independent parser reads; what is there is continued or left alone, a full disk is said.
. "$(dirname "$0")/../lib.sh"

refused() { # EXIT WHAT-STDERR-NAMES OPTION…
	local wanted=$1 names=$2 status=0

	shift 2
	timeout 20 "$l4dstat" "$@" >"$work/refused.out" 2>"$work/refused.err" || status=$?
	equal "$*: exit" $status "$wanted"
	equal "$*: lines on stderr" "$(wc -l <"$work/refused.err")" 1
	grep -qE -- "$names" "$work/refused.err" || fail "it does not name '$names': $(cat "$work/refused.err")"
}

# Sum of a column over all rows, read by Python's csv; every row must be as long as the heading, which is there once.
column_sum() { # FILE COLUMN
	python3 - "$1" "$2" <<-'END'
		import csv, gzip, sys
		opened = gzip.open if sys.argv[1].endswith('.gz') else open
		rows = list(csv.reader(opened(sys.argv[1], 'rt', newline=''), strict=True))
		assert len(set(rows[0])) == len(rows[0]), 'two columns of one name'
		assert all(len(row) == len(rows[0]) for row in rows), 'not rectangular'
		assert rows.count(rows[0]) == 1, 'the heading is there twice'
		print(sum(int(row[rows[0].index(sys.argv[2])]) for row in rows[1:]))
	END
}

network
cd "$work"
start tcp-server "$traffic" tcp-serve --port 7000 --mode echo
start udp-server "$traffic" udp-recv --port 9000
ready tcp-server udp-server
start screen "$l4dstat" --netns self --conn --udp-io -o a.csv -o a.json -o a.rows.jsonl --output=z.csv.gz --output z.json.gz 0.3
start stdout bash -c "exec '$l4dstat' --by port --top 0 0.3 >table.csv"
start listeners bash -c "exec '$l4dstat' --listeners 0.3 >listeners.csv"
start lines bash -c "exec '$l4dstat' --conn 0.3 >lines.json"
start table bash -c "exec '$l4dstat' --conn 0.3 >lines.txt"
for file in a.json lines.json lines.txt table.csv listeners.csv; do
	within 20 "the first interval in $file" test -s $file
done
"${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --from "$net4.1.1" --port 7000 --count 40 --bytes 100
"${clients[@]}" "$traffic" udp-send --to "$net4.128.1" --port 9000 --count 70
settle
has_all() { # every interval is in the files when it is over, not at the end
	[ "$(column_sum a.csv udp_rx_dgrams)" = 70 ] && [ "$(zcat z.csv.gz 2>/dev/null | wc -l)" -ge 2 ] &&
		[ "$(jq -s '[.[].total.udp_rx_dgrams] | add' a.json)" = 70 ]
}
within 20 "the traffic in files that are still open" has_all
grep -q -- '-connections-' screen.out || fail "the screen shows no lines"
stop screen stdout listeners lines table tcp-server udp-server

# Exact, as only this namespace is looked at.
for file in a.csv z.csv.gz; do
	equal "$file: datagrams" "$(column_sum $file udp_rx_dgrams)" 70
	equal "$file: connections" "$(column_sum $file tcp_opens_in)" 40
done
cmp <(zcat z.csv.gz) a.csv || fail "a.csv and z.csv.gz differ"
cmp <(zcat z.json.gz) a.json || fail "a.json and z.json.gz differ"
equal "columns of a.csv" "$(head -n 1 a.csv | tr -d '\r')" \
	timestamp,interval,tcp_opens_in,tcp_opens_out,tcp_opens_failed,tcp_resets_in,tcp_resets_out,udp_rx_dgrams,udp_tx_dgrams
equal "lines that do not end as in RFC 4180" "$(grep -vc $'\r$' a.csv)" 0
equal "a.rows.jsonl: connections" "$(jq -s 'map(select(.type == "port" and .port == 7000 and .role == "server") |
	.tcp_opens_in // 0) | add' a.rows.jsonl)" 40
equal "a.json: objects without a total" "$(jq -s 'map(select(has("total") | not)) | length' a.json)" 0
equal "table.csv: connections in the row of the port" "$(python3 -c "
import csv
print(sum(int(r['tcp_opens_in']) for r in csv.DictReader(open('table.csv', newline='')) if r['port'] == '7000' and r['role'] == 'server'))")" 40
at_least "listeners.csv: rows of the port" "$(grep -c ',0.0.0.0,7000,\|,::,7000,' listeners.csv)" 1
equal "lines.json: not JSON" "$(jq -s 'map(select(.v != 1)) | length' lines.json)" 0
grep -q -- '-connections-' lines.txt || fail "lines.txt is not what the screen would show"

# What is there is continued, if it is of the same kind.
before=$(wc -l <a.csv)
"$l4dstat" --netns self --conn --udp-io -o a.csv -o z.csv.gz -o a.json 0.1 2 >screen
equal "a.csv: lines after two intervals more" "$(wc -l <a.csv)" $((before + 2))
equal "z.csv.gz: the same" "$(zcat z.csv.gz | wc -l)" $((before + 2))
"$l4dstat" --netns self --conn --udp-io --csv 0.1 2 >>a.csv
equal "a.csv: datagrams, when >> has added two intervals" "$(column_sum a.csv udp_rx_dgrams)" 70
sum=$(cat a.csv a.json z.csv.gz | cksum)
refused 1 "a[.]csv.*begins otherwise" --conn -o a.csv 0.1 1
echo '{"name": "other"}' >other.json
refused 1 "other[.]json.*begins otherwise" -o other.json 0.1 1
cp a.json cut.json && truncate -s -5 cut.json
refused 1 "cut[.]json.*middle of a line" -o cut.json 0.1 1
cp z.csv.gz cut.csv.gz && truncate -s -9 cut.csv.gz
refused 1 "cut[.]csv[.]gz.*damaged" --conn --udp-io -o cut.csv.gz 0.1 1
refused 1 "a[.]json and [.]/a[.]json are one file" -o a.json -o ./a.json 0.1 1
refused 1 "no-such/x[.]csv.*No such" -o no-such/x.csv 0.1 1
refused 2 "x[.]xls.*[.]csv.*[.]jsonl.*[.]gz" -o x.xls
equal "what was refused is as it was" "$(cat a.csv a.json z.csv.gz | cksum)" "$sum"
[ ! -e x.xls ] || fail "x.xls is there"

# A full disk, and a reader that goes.
mkdir disk && mount -t tmpfs -o size=16k l4test disk
for file in x.csv x.json x.csv.gz x.rows.json; do
	refused 1 "disk/$file: No space" --by port -o disk/$file 0.01 100000
	rm disk/$file
done
ln -s /dev/full full.csv
refused 1 "full.csv: No space" -o full.csv 0.1 9
status=$("$l4dstat" --csv -o head.json.gz 0.05 2>head.err | head -n 2 >head.out; echo "${PIPESTATUS[0]}")
equal "exit when the reader has gone" "$status" 0
equal "and what it says" "$(cat head.err)" ""
at_least "and the intervals in the file" "$(zcat head.json.gz | jq -s length)" 1
umount disk
