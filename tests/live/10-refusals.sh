#!/usr/bin/env bash
# What l4dstat cannot or will not do: the documented exit code, nothing on stdout, one sentence on stderr.
. "$(dirname "$0")/../lib.sh"

refused() { # EXIT WHAT-STDERR-NAMES COMMAND…
	local wanted=$1 names=$2 status=0

	shift 2
	echo "-- ${*: -4}"
	timeout 10 "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	cat "$work/err"
	equal "exit" $status "$wanted"
	equal "bytes on stdout" "$(wc -c <"$work/out")" 0
	equal "lines on stderr" "$(wc -l <"$work/err")" 1
	grep -q '^l4dstat: ' "$work/err" || fail "it does not say who speaks"
	grep -qiE -- "$names" "$work/err" || fail "it does not name '$names'"
}

# With PATH hidden behind FILE, in a mount namespace.
# shellcheck disable=SC2016 # the inner shell expands it
hiding=(unshare --mount -- sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' hiding) # FILE PATH COMMAND…

# Nobody must be able to run it, wherever the checkout is.
chmod 755 "$work"
install -m 755 "$l4dstat" "$work/l4dstat"
program=$work/l4dstat
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --)

refused 2 no-such-option "${nobody[@]}" "$program" --no-such-option
refused 2 "'?x'?" "${nobody[@]}" "$program" x
refused 2 "'?1x'?" "${nobody[@]}" "$program" 1x
refused 2 "'?0'?" "${nobody[@]}" "$program" 0
refused 2 "'?-1'?" "${nobody[@]}" "$program" -- -1
refused 2 "'?nan'?" "${nobody[@]}" "$program" nan
refused 2 "'?many'?" "${nobody[@]}" "$program" 1 many
refused 2 "'?3'?" "${nobody[@]}" "$program" 1 2 3
refused 2 planet "${nobody[@]}" "$program" --by planet
refused 2 planet "${nobody[@]}" "$program" --by subnet,planet,port
refused 2 by "${nobody[@]}" "$program" --by ''
refused 2 subnet "${nobody[@]}" "$program" --by subnet,subnet
refused 2 33 "${nobody[@]}" "$program" --prefix4 33
refused 2 129 "${nobody[@]}" "$program" --prefix6 129
refused 2 "'?x'?" "${nobody[@]}" "$program" --prefix4 x
refused 2 "'?-1'?" "${nobody[@]}" "$program" --top=-1
refused 2 "'?x'?" "${nobody[@]}" "$program" --top x
refused 2 top "${nobody[@]}" "$program" --top

refused 3 "root|CAP_" "${nobody[@]}" "$program" --json 1 1

mkdir "$work/empty"
refused 3 BTF "${hiding[@]}" "$work/empty" /sys/kernel/btf "$program" --json 1 1

# A kernel without what we hook: one type, no tracepoints.
echo 'struct task_struct { int pid; } task;' >"$work/old.c"
clang -target bpf -g -c -o "$work/old.o" "$work/old.c"
llvm-objcopy --dump-section .BTF="$work/old.btf" "$work/old.o"
refused 3 kernel "${hiding[@]}" "$work/old.btf" /sys/kernel/btf/vmlinux "$program" --json 1 1
refused 3 kernel "${hiding[@]}" "$work/old.btf" /sys/kernel/btf/vmlinux "$program" 1 1
