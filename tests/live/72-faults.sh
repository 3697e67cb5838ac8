#!/usr/bin/env bash
# Eighty calls of all kinds fail, one in each run: exact totals, or one sentence. 'make faults' has thousands.
. "$(dirname "$0")/../lib.sh"

ip link set lo up
"$root/tests/fault/run" "$l4dstat" "$root/build/fault-memory.so" 80
