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

# Over loopback, both sides at once: that varies least, so goals are held against it. Through the device there is only
# the sender's side, which takes now more, now less with the same programs.
readonly both='((l4dstat1 + l4dstat2) - (off1 + off2))' bare='((empty1 + empty2) - (off1 + off2))'
readonly send_around='(l4dstat4 - off4)'
if [[ $sides == *bpftrace ]]; then
	readonly one_liner='bpftrace `@[pid, comm] = sum(args->ret)` on sock_send_length'
	added "$both / 2 / (bpftrace1 - off1)" |
		tell 1 "added to a 64-byte UDP datagram per side, mean of both, to what $one_liner adds to the sender's" "<= 0.5"
fi
added "$both / 2 / off1" | tell 1 "added per side, mean of both, to all of a sendto over loopback" "<= 0.06"
added "$bare / 2 / off1" | tell 1 "the same of empty programs on the same hooks" ""
added "$both / $bare" | tell 2 "added to a UDP datagram, both sides, to what empty programs on the same hooks add" "<= 1.6"
added "(off1 + off2) / (l4dstat1 + l4dstat2)" |
	tell 3 "64-byte UDP over loopback, one thread sends and receives: throughput with to without" ">= 0.93"
added "(off1 + off2) / (empty1 + empty2)" | tell 3 "the same with empty programs on the same hooks" ""
added "$send_around / ($both / 2)" |
	tell 7 "added to a datagram to ever new networks, sender alone, to one hot key per side" "<= 2"
added "(l4dstat4 - empty4) / (lru4 - empty4)" |
	tell 7 "the same to a LRU_PERCPU_HASH doing the same, both less empty programs" "<= 0.3"
added "$send_around / (lru4 - off4)" | tell 7 "the same with the hooks themselves" ""
