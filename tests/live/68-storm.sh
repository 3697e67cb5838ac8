#!/usr/bin/env bash
# 100 000 connections, opened and closed as fast as the machine can: each is counted on both sides, with its owner, and
# nothing is left of them in the ledger afterwards.
. "$(dirname "$0")/../lib.sh"

readonly iterator=/sys/fs/bpf/ledger # in a bpffs of our own

# Of all maps of our l4dstat the one of type 24, BPF_MAP_TYPE_SK_STORAGE.
ledger_id() {
	cat "/proc/${job_pid[joined]}/fdinfo/"* |
		awk '$1 == "map_type:" { type = $2 } $1 == "map_id:" && type == 24 { print $2 }' | sort -u
}

# Reading the ledger, which bpftool does only with a program: it writes the network namespace of each socket in there.
make_iterator() {
	cat >"$work/ledger.bpf.c" <<-'END'
		#include "kernel.bpf.h"

		char LICENSE[] SEC("license") = "GPL";

		SEC("iter/bpf_sk_storage_map")
		int netns(struct bpf_iter__bpf_sk_storage_map *ctx)
		{
			const struct sock *sk = ctx->sk;
			__u64 netns;

			if (!sk)
				return 0;
			netns = sk->__sk_common.skc_net.net->ns.inum;
			bpf_seq_printf(ctx->meta->seq, "%u\n", sizeof("%u\n"), &netns, sizeof(netns));
			return 0;
		}
	END
	clang -g -O2 -target bpf -mcpu=v3 -I"$root/bpf" -I"$root/include" -I"$root/vmlinux" \
		-idirafter "/usr/include/$(cc -print-multiarch)" -c "$work/ledger.bpf.c" -o "$work/ledger.bpf.o"
	mount -t bpf l4test /sys/fs/bpf
	bpftool iter pin "$work/ledger.bpf.o" "$iterator" map id "$(ledger_id)"
}

ledger_entries() {
	grep -cEx "$(netns_of server)|$(netns_of clients)" "$iterator" || :
}

ledger_is_as_before() {
	[ "$(ledger_entries)" = "$before" ]
}

# Some kernels run no tracing program on top of process 1 (those of sandboxes whose agent it is): what a softirq does
# that interrupts it, nobody's program sees. The kernel's own tracing does, and tells which connections ended there.
tracing=$work/tracing
instance=$tracing/instances/l4test-$$

trace_process_1() {
	local task tasks=

	mkdir "$tracing"
	mount -t tracefs l4test "$tracing" && mkdir "$instance" || return 0
	for task in /proc/1/task/*; do
		tasks+=${tasks:+ || }"common_pid == ${task##*/}"
	done
	echo "$tasks" >"$instance/events/tcp/tcp_destroy_sock/filter"
	echo 1 >"$instance/events/tcp/tcp_destroy_sock/enable"
}

ended_on_process_1() { # FIELD=PORT…
	cat "$instance/trace" 2>/dev/null | grep -cE "tcp_destroy_sock: .* ($(tr ' ' '|' <<<"$*")) " || :
}

# All of them, or all but those.
counted() { # WHAT GOT WANTED FIELD=PORT…
	local unseen

	unseen=$(ended_on_process_1 "${@:4}")
	if [ "$unseen" != 0 ] && [ "$2" = $(($3 - unseen)) ]; then
		echo "$1: $2, and $unseen that ended on top of process 1"
	else
		equal "$1" "$2" "$3"
	fi
}

clean_up_tracing() {
	if [ -d "$instance" ]; then
		echo 0 >"$instance/events/enable" && rmdir "$instance" || :
	fi
	umount "$tracing" 2>/dev/null || :
	clean_up
}
trap clean_up_tracing EXIT

# Since 7.0 the kernel must not be asked to iterate over the ledger (src/walk.h): then all but that is looked at.
iterates=$("$l4dstat" --check | awk '/ iterator bpf_sk_storage_map / { print $1 }')
[[ $iterates == @(yes|no) ]] || fail "--check does not say whether it may iterate over the ledger"
network
trace_process_1
start listener "$traffic" tcp-serve --port 7000 --ports 4 --mode close --name l4-listener
ready listener
watch joined 0.5 --top 0 --by netns,port,process,role
if [ "$iterates" = yes ]; then
	make_iterator
	before=$(ledger_entries)
	at_least "ledger entries before, the listeners" "$before" 4
fi
for i in 1 2 3 4; do
	start "client-$i" "${clients[@]}" "$traffic" tcp-connect --to "$net4.128.1,$net6:80::1" \
		--from "$net4.$i.1,$net6:$i::1,$net4.$i.2,$net6:$i::2" --port $((6999 + i)) --count 25000 --name "l4-client-$i"
done
finish client-{1,2,3,4}
settle
if [ "$iterates" = yes ]; then
	within 10 "the ledger is as before" ledger_is_as_before
	equal "ledger entries afterwards" "$(ledger_entries)" "$before"
fi
next_line joined
next_line joined
stop listener
unwatch joined

here=".netns == \"$(netns_of server)\""
there=".netns == \"$(netns_of clients)\""
equal "PassiveOpens" "$(risen server TcpPassiveOpens)" 100000
equal "ActiveOpens" "$(risen clients TcpActiveOpens)" 100000
listener="$here and .process == \"l4-listener\" and .role == \"server\""
served=(sport=7000 sport=7001 sport=7002 sport=7003)
counted "accepted by the listener" "$(sum joined rows tcp_opens_in "$listener")" 100000 "${served[@]}"
counted "ended by the listener" "$(sum joined rows tcp_closes "$listener")" 100000 "${served[@]}"
for i in 1 2 3 4; do
	client="$there and .pid == ${job_pid[client-$i]} and .process == \"l4-client-$i\" and .port == $((6999 + i))"
	equal "opened by client $i" "$(sum joined rows tcp_opens_out "$client")" 25000
	counted "ended by client $i" "$(sum joined rows tcp_closes "$client")" 25000 "dport=$((6999 + i))"
done
for metric in tcp_opens_in tcp_opens_out tcp_closes tcp_opens_failed; do
	equal "$metric of others" "$(sum joined rows $metric "($here or $there) and (.process | startswith(\"l4-\") | not)")" 0
done
for quality in missed cell_overflow; do
	equal "$quality" "$(jq -s "map(.quality.$quality) | add" "$work/joined.out")" 0
done
equal "cells of the last interval" "$(jq -s "[.[-2].rows[] | select($there)] | length" "$work/joined.out")" 0
