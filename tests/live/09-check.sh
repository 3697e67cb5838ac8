#!/usr/bin/env bash
# --check: a line per feature that says whether it is here; exit 0 only if the main job can run, by root and by others.
. "$(dirname "$0")/../lib.sh"

check() { # EXIT COMMAND…
	local status=0

	"${@:2}" --check >"$work/check" 2>"$work/err" || status=$?
	equal "exit of ${*: -1}" $status "$1"
	equal "lines that are no row" "$(tail -n +2 "$work/check" | grep -cvE '^(yes|no) +(yes|no) +[a-z0-9]+ [^ ]+ +[^ ].*$')" 0
	equal "lines on stderr" "$(wc -l <"$work/err")" "$([ "$1" = 0 ] && echo 0 || echo 1)"
}

here() { # FEATURE
	awk -v name="$1" 'substr($0, 13, length(name) + 1) == name " " { print $1 }' "$work/check"
}

chmod 755 "$work"
install -m 755 "$l4dstat" "$work/l4dstat"
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --)

check 0 "$l4dstat"
for feature in "capability CAP_BPF" "capability CAP_SYS_ADMIN" "types /sys/kernel/btf/vmlinux" "cgroup2 mounted" \
	"tracepoint tcp_retransmit_skb" "hook CGROUP_INET_EGRESS" "iterator task_file" "helper sk_storage_get" \
	"map SK_STORAGE" "netlink sock_diag" "seccomp filter" "programs attached"; do
	equal "$feature" "$(here "$feature")" yes
done
equal "features that are needed and not here" "$(grep -c '^no *yes' "$work/check")" 0

check 3 "${nobody[@]}" "$work/l4dstat"
for feature in "capability CAP_BPF" "capability CAP_PERFMON" "capability CAP_NET_ADMIN" "programs attached"; do
	equal "$feature, for nobody" "$(here "$feature")" no
done
equal "types, for nobody" "$(here "types /sys/kernel/btf/vmlinux")" yes
grep -q "CAP_BPF and CAP_PERFMON and CAP_NET_ADMIN" "$work/err" || fail "it does not say which capabilities are missing"

capabilities=+bpf,+perfmon,+net_admin
check 0 setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all,$capabilities --ambient-caps=$capabilities \
	--bounding-set=-all,$capabilities -- "$work/l4dstat"
equal "CAP_SYS_ADMIN, with the needed ones alone" "$(here "capability CAP_SYS_ADMIN")" no

umount -l "$(findmnt -nt cgroup2 -o TARGET | head -n 1)"
check 0 "$l4dstat"
equal "cgroup2, not mounted" "$(here "cgroup2 mounted")" no
mkdir "$work/empty"
mount --bind "$work/empty" /sys/kernel/btf
check 3 "$l4dstat"
equal "types, without them" "$(here "types /sys/kernel/btf/vmlinux")" no
equal "hooks, without types" "$(here "hook CGROUP_INET_EGRESS")" no
