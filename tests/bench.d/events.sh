#!/usr/bin/env bash
# What l4dstat adds to a UDP datagram: rows 1, 2, 7, and of 3 what one thread has of it.
. "$(dirname "$0")/turns.sh"

rounds=$(few 25 5) datagrams=$(few 100000 60000)
sides="off l4dstat empty lru"

# Of the object's programs those that are left attached.
hooks_of() { # OBJECT
	readelf -SW "$1" | grep -oE ' (tp_btf|cgroup_skb|cgroup)/[a-z_0-9]+' | sort -u
}

added() { # EXPRESSION
	of_rounds events "$sides" "$1"
}

equal "hooks of the empty programs" "$(hooks_of "$tools/empty.bpf.o" | tr -d '\n')" \
	"$(hooks_of "$root/build/l4dstat.bpf.o" | tr -d '\n')" >/dev/null
mount -t tracefs bench /sys/kernel/tracing # in our own mount namespace
! command -v bpftrace >/dev/null || sides+=" bpftrace"
sink_device 1.0.0.0/8 2.0.0.0/7 4.0.0.0/6 8.0.0.0/5 16.0.0.0/4 32.0.0.0/3 64.0.0.0/8
take_turns "$rounds" events "$sides" "${alone[@]}" "$tools/udp_cost" "$datagrams" sink

remark "sendto over loopback, recv, sendto, sendto to ever other networks; medians in ns:"
for side in $sides; do
	remark "$side: $(for i in 1 2 3 4; do median "$work/events.$side" "\$$i"; done | tr '\n' ' ')"
done

readonly send='(l4dstat3 - off3)' receive='((l4dstat1 + l4dstat2 - l4dstat3) - (off1 + off2 - off3))'
readonly bare_receive='((empty1 + empty2 - empty3) - (off1 + off2 - off3))'
if [[ $sides == *bpftrace ]]; then
	readonly one_liner='bpftrace `@[pid, comm] = sum(args->ret)` on sock_send_length'
	added "$send / (bpftrace3 - off3)" |
		tell 1 "added to a UDP datagram, sender's side, to what $one_liner adds" "<= 0.5"
	added "$receive / (bpftrace3 - off3)" |
		tell 1 "added to a UDP datagram, receiver's side, to what that adds to the sender's" "<= 0.5"
fi
added "$send / off1" | tell 1 "added to a 64-byte datagram, sender's side, to all of a sendto over loopback" "<= 0.06"
added "$receive / off1" | tell 1 "the same of the receiver's side" "<= 0.06"
added "(empty3 - off3) / off1" | tell 1 "of that the bare hooks, sender's side" ""
added "$bare_receive / off1" | tell 1 "of that the bare hooks, receiver's side" ""
added "$send / (empty3 - off3)" | tell 2 "added to a UDP datagram, sender's side, to empty programs on the same hooks" "<= 1.6"
added "$receive / $bare_receive" | tell 2 "the same of the receiver's side" "<= 1.6"
added "(off1 + off2) / (l4dstat1 + l4dstat2)" |
	tell 3 "64-byte UDP over loopback, one thread sends and receives: throughput with to without" ">= 0.93"
added "(off1 + off2) / (empty1 + empty2)" | tell 3 "the same with empty programs on the same hooks" ""
added "(l4dstat4 - off4) / $send" | tell 7 "added per datagram to ever new networks, to one hot key" "<= 2"
added "(l4dstat4 - empty4) / (lru4 - empty4)" |
	tell 7 "the same to a LRU_PERCPU_HASH doing the same, both less empty programs" "<= 0.3"
added "(l4dstat4 - off4) / (lru4 - off4)" | tell 7 "the same with the hooks themselves" ""
