#!/usr/bin/env bash
# check-vmlinux: vmlinux.h fits the running kernel; and what does not fit is named, one line for each, nothing else.
. "$(dirname "$0")/../lib.sh"

clang=${CLANG:-clang}
multiarch=$("${CC:-cc}" -print-multiarch 2>/dev/null || :)

# Reaches every struct of vmlinux.h that a socket or a task leads to.
readonly program='
#include "kernel.bpf.h"

SEC("tp_btf/none")
int BPF_PROG(l4_reads, struct sock *sk, struct task_struct *task)
{
	const struct sock___618 *byte = (const void *)sk;

#ifdef ASK
	if (bpf_core_field_exists(sk->l4_new))
		return sk->l4_new;
#endif
	if (bpf_core_enum_value(enum sock_flags, SOCK_DONE))
		return 1;
	return sk->sk_type + byte->sk_userlocks + task->nsproxy->net_ns->ns.inum;
}

char LICENSE[] SEC("license") = "GPL";'

check() { # WHAT EXIT-STATUS LINES COMMAND…
	local what=$1 wanted="exit $2: $3" got status=0

	shift 3
	got=$("$@") || status=$?
	got="exit $status: $got"
	# shellcheck disable=SC2053 # what the kernel has instead may differ between kernels: there the lines say *
	[[ $got == $wanted ]] || fail "$what: $got, should be $wanted"
	echo "$what: $got"
}

# Edits vmlinux.h, builds the program with it, and expects these lines.
edited() { # WHAT SED-SCRIPT LINES CLANG-OPTION…
	sed "$2" "$root/vmlinux/vmlinux.h" >"$work/vmlinux.h"
	echo "$program" >"$work/program.bpf.c"
	"$clang" -g -O2 -target bpf -mcpu=v3 "-I$work" "-I$root/bpf" -idirafter "/usr/include/$multiarch" "${@:4}" \
		-c -o "$work/program.bpf.o" "$work/program.bpf.c"
	check "$1" "$([ -z "$3" ] && echo 0 || echo 1)" "$3" "$root/build/check-vmlinux" "$work/program.bpf.o"
}

[ -e /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"

check "our object" 0 "" "$root/build/check-vmlinux" "$root/build/l4dstat.bpf.o"
check "the same, another kernel's BTF named" 0 "" \
	"$root/build/check-vmlinux" "$root/build/l4dstat.bpf.o" /sys/kernel/btf/vmlinux
check "no arguments" 2 "" "$root/build/check-vmlinux" 2>"$work/err"
check "no object" 1 "" "$root/build/check-vmlinux" "$work/err" 2>/dev/null

edited "vmlinux.h as it is" '' ''
edited "a member that no kernel has" '/^struct sock {/a int l4_no_such;' \
	'struct sock, member l4_no_such: the kernel does not have it'
edited "the same, asked about before it is read" '/^struct sock {/a int l4_new;' '' -DASK
edited "the same within a nameless union" '/^struct sock {/a union { int l4_no_such; int sk_mark; };' \
	'struct sock, member l4_no_such: the kernel does not have it'
edited "a type that no kernel has" 's/struct nsproxy/struct l4_nsproxy/' \
	'struct task_struct, member nsproxy: a pointer to struct l4_nsproxy in vmlinux.h, a pointer to struct nsproxy in the kernel
struct l4_nsproxy, member net_ns: the kernel does not even have the type'
edited "another size" 's/int sk_err;/__u64 sk_err;/' \
	'struct sock, member sk_err: an integer of 8 bytes in vmlinux.h, an integer of 4 bytes in the kernel'
edited "a pointer that is none" 's/int sk_err;/void *sk_err;/' \
	'struct sock, member sk_err: a pointer in vmlinux.h, an integer of 4 bytes in the kernel'
edited "bits that are no bit-field here" 's/sk_kern_sock : 1/sk_kern_sock/' \
	'struct sock, member sk_kern_sock: an integer of 1 bytes in vmlinux.h, a bit-field in the kernel'
edited "an array too long" 's/comm\[16\]/comm[1600]/' \
	'struct task_struct, member comm: an array of 1600 in vmlinux.h, an array of * in the kernel'
edited "an array of something else" 's/char comm\[16\]/int comm[4]/' \
	'struct task_struct, member comm: an array of 4 in vmlinux.h, an array of * in the kernel'
edited "a nameless type with another member" 's/u6_addr8\[16\]/u6_addr9[16]/' \
	'struct in6_addr, member in6_u: a nameless union, but of something else in the kernel'
edited "every flavour wrong" 's/__u8 sk_userlocks.*;/__u64 sk_userlocks;/' \
	'struct sock, member sk_userlocks: an integer of 8 bytes in vmlinux.h, * in the kernel'
edited "an enumerator that no kernel has" 's/SOCK_DONE/&, L4_NO_SUCH/' \
	'enum sock_flags, L4_NO_SUCH: the kernel does not have it'
