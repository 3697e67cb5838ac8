#!/usr/bin/env bash
# On kernels that must not be asked to iterate over the ledger (src/walk.h) the walk goes by files, and counts the same.
# This one is taken for such a kernel: its types are shown with the member that tells them.
. "$(dirname "$0")/../lib.sh"

iterates() {
	"$l4dstat" --check | awk '/ iterator bpf_sk_storage_map / { print $1 }'
}

"$root/build/alter-types" "$work/types" bpf_local_storage_elem snode state
mount --bind "$work/types" /sys/kernel/btf/vmlinux
equal "it may iterate over the ledger" "$(iterates)" no

# What no process holds any more is found in its namespace's table.
orphan_shows() {
	jq -e "[.rows[] | select(.port == $port and .role == \"server\") | .tcp_fin_wait1 // 0] | add // 0 | . == 1" "$work/rows.out" >/dev/null
}
network
watch rows 0.1 --top 0 --by port,role
start closer "$traffic" tcp-serve --port "$port" --mode close
ready closer
drop "tcp sport $port tcp flags & fin == fin"
start client "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1" --port "$port"
within 10 "the orphan is counted" orphan_shows
undrop
finish client
stop closer
settle
unwatch rows
equal "connections accepted" "$(sum rows rows tcp_opens_in ".port == $port")" 1
equal "connections ended, both sides" "$(sum rows rows tcp_closes ".port == $port")" 2

# Sockets of every state; of namespaces that come and go; that nobody has accepted yet.
for name in 43-states 46-netns 62-inherited; do
	env -u L4_TEST_INSIDE bash "$root/tests/live/$name.sh" >"$work/log" 2>&1 || fail "$name: $(cat "$work/log")"
	echo "$name: ok"
done
