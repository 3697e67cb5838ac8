#!/usr/bin/env bash
# UDP throughput over loopback, sender and receiver on CPUs of their own: row 3.
. "$(dirname "$0")/turns.sh"

sides="off l4dstat"
take_turns "$(few 25 5)" rate "$sides" taskset -c "0-$last_cpu" "$tools/udp_rate" 400 "$last_cpu" "$first_cpu"
of_rounds rate "$sides" "l4dstat1 / off1" |
	tell 3 "64-byte UDP over loopback, two threads: datagrams sent per second of CPU, with to without" ">= 0.93"
of_rounds rate "$sides" "l4dstat2 / off2" | tell 3 "datagrams received per second of CPU, with to without" ">= 0.93"
