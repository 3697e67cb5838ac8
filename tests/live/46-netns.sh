#!/usr/bin/env bash
# Network namespaces: two with the same addresses and ports are two rows, each by its name; --netns self shows only ours.
. "$(dirname "$0")/../lib.sh"

network
# Both ends of each connection are in one namespace; 127.0.0.1:7000 in both.
for view in server clients; do
	declare -n inside=$view
	start "listener-$view" "${inside[@]}" "$traffic" tcp-serve --bind 127.0.0.1 --port 7000 --mode close
	ready "listener-$view"
done
watch rows 0.3 --top 0 --by netns,port
start self "${clients[@]}" "$l4dstat" --json --netns self --top 0 --by netns 0.3
within 20 "it has written its first line" job_said self .
start few "${server[@]}" "$traffic" tcp-connect --to 127.0.0.1 --port 7000 --count 30
start many "${clients[@]}" "$traffic" tcp-connect --to 127.0.0.1 --port 7000 --count 70
finish few many
settle
unwatch rows self

here=$(netns_of server) there=$(netns_of clients)
at_least "numbers of namespaces" "$(printf '%s\n' "$here" "$there" | sort -u | wc -l)" 2
equal "accepted here" "$(sum rows rows tcp_opens_in ".netns == \"$here\" and .port == 7000")" 30
equal "accepted there" "$(sum rows rows tcp_opens_in ".netns == \"$there\" and .port == 7000")" 70
equal "name of ours" "$(jq -r ".rows[] | select(.netns == \"$here\") | .netns_name" "$work/rows.out" | sort -u)" self
equal "name of the other" "$(jq -r ".rows[] | select(.netns == \"$there\") | .netns_name" "$work/rows.out" | sort -u)" clients
equal "--netns self there: accepted" "$(sum self rows tcp_opens_in)" 70
equal "--netns self there: total" "$(total self tcp_opens_in)" 70
equal "--netns self there: namespaces" "$(jq -r '.rows[].netns' "$work/self.out" | sort -u)" "$there"
