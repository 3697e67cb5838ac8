#!/usr/bin/env bash
# Connections per second: row 5. Each round has a network namespace of its own, so that none begins with the TIME_WAIT
# sockets of the one before.
. "$(dirname "$0")/turns.sh"

sides="off l4dstat empty"

connect_all() {
	"${alone[@]}" unshare --net sh -c "ip link set lo up && exec $tools/connect_cost $(few 10000 5000)"
}

take_turns "$(few 25 5)" connections "$sides" connect_all
remark "a connection, ns: $(for side in $sides; do median "$work/connections.$side" '$1'; done | tr '\n' ' ')($sides)"
of_rounds connections "$sides" "off1 / l4dstat1" | tell 5 "connections per second (connect, accept, close), with to without" ">= 0.95"
of_rounds connections "$sides" "off1 / empty1" | tell 5 "the same with empty programs on the same hooks" ""
