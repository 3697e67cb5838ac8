/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets older than l4dstat: each gets its entry in the ledger, with its owner, before anything of it is counted. By
 * the files of all processes, where the kernel lets a program give a file's socket to its helpers; where it does not,
 * the files only tell whose sockets are, and the tables of each network namespace give the sockets (src/older.h).
 */
#ifndef L4_OLDER_BPF_H
#define L4_OLDER_BPF_H

#include "socket.bpf.h"

/* Whose sockets are, by their addresses: the first process that was found to hold each. Only in the beginning. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_HASH);
			__uint(max_entries, 1);
			__uint(map_flags, BPF_F_NO_PREALLOC);
			__type(key, __u64);
			__type(value, struct l4_owner);
		});
} l4_holders SEC(".maps");

static __always_inline void *l4_held(void)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(&l4_holders, &zero);
}

static __always_inline struct sock *l4_inet_sock_of(struct file *file)
{
	struct socket *socket = file ? bpf_sock_from_file(file) : NULL;
	struct sock *sk = socket ? socket->sk : NULL;

	return sk && l4_is_inet(sk) ? sk : NULL;
}

/* First pass over the files of all tasks: which ports are listened on. */
SEC("iter/task_file")
int l4_listeners(struct bpf_iter__task_file *ctx)
{
	const struct task_struct *task = ctx->task;
	struct sock *sk = l4_inet_sock_of(ctx->file);
	struct l4_owner owner = {};

	if (!task || !sk || (sk->sk_protocol != IPPROTO_TCP && sk->sk_protocol != IPPROTO_MPTCP) ||
	    sk->__sk_common.skc_state != BPF_TCP_LISTEN)
		return 0;
	l4_own(&owner, task);
	l4_note_listened(l4_netns_of(sk), sk->__sk_common.skc_num, &owner);
	return 0;
}

/* Second pass: an entry for every socket. Of several holders the first. */
SEC("iter/task_file")
int l4_find_sockets(struct bpf_iter__task_file *ctx)
{
	const struct task_struct *task = ctx->task;
	struct sock *sk = l4_inet_sock_of(ctx->file);
	struct l4_ledger *ledger;

	if (!sk || !task)
		return 0;
	if (sk->sk_protocol == IPPROTO_TCP && sk->__sk_common.skc_state != BPF_TCP_CLOSE) {
		const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

		ledger = tp ? l4_tcp_ledger(sk, tp, tp->total_retrans) : NULL;
	} else if (sk->sk_protocol == IPPROTO_TCP || sk->sk_protocol == IPPROTO_UDP || sk->sk_type == SOCK_RAW) {
		ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
		if (ledger)
			l4_udp_found(ledger, sk);
	} else {
		return 0;
	}
	if (ledger && ledger->owner.kind == L4_OWNER_UNKNOWN)
		l4_own(&ledger->owner, task);
	return 0;
}

/* The same in two parts. First: who holds them. */
SEC("iter/task_file")
int l4_note_holders(struct bpf_iter__task_file *ctx)
{
	const struct task_struct *task = ctx->task;
	const struct sock *sk = l4_inet_sock_of(ctx->file);
	const __u64 address = (__u64)sk;
	struct l4_owner owner = {};
	void *held = l4_held();

	if (!sk || !task || !held)
		return 0;
	if (sk->sk_protocol != IPPROTO_UDP &&
	    (sk->sk_protocol != IPPROTO_TCP || sk->__sk_common.skc_state == BPF_TCP_CLOSE))
		return 0;
	l4_own(&owner, task);
	bpf_map_update_elem(held, &address, &owner, BPF_NOEXIST);
	return 0;
}

/* The process that held it a moment ago. What none held, the other iterators and its end see to. */
static __always_inline const struct l4_owner *l4_holder_of(const void *sk)
{
	const __u64 address = (__u64)sk;
	void *held = l4_held();

	return held ? bpf_map_lookup_elem(held, &address) : NULL;
}

/* Second: the sockets of one network namespace. */
SEC("iter/tcp")
int l4_find_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct tcp_sock *tp = skc ? bpf_skc_to_tcp_sock(skc) : NULL;
	const struct l4_owner *holder = tp ? l4_holder_of(tp) : NULL;
	struct l4_ledger *ledger = holder ? l4_tcp_ledger((struct sock *)tp, tp, tp->total_retrans) : NULL;

	if (ledger && ledger->owner.kind == L4_OWNER_UNKNOWN)
		ledger->owner = *holder;
	return 0;
}

SEC("iter/udp")
int l4_find_udp(struct bpf_iter__udp *ctx)
{
	struct sock *sk = (struct sock *)ctx->udp_sk;
	const struct l4_owner *holder = sk ? l4_holder_of(sk) : NULL;
	struct l4_ledger *ledger =
		holder ? bpf_sk_storage_get(&l4_ledgers, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE) : NULL;

	if (!ledger)
		return 0;
	l4_udp_found(ledger, sk);
	if (ledger->owner.kind == L4_OWNER_UNKNOWN)
		ledger->owner = *holder;
	return 0;
}

#endif
