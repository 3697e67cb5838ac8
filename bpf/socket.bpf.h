/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets of either protocol: who makes, binds and uses them. Not here: those that were there before (older.bpf.h).
 */
#ifndef L4_SOCKET_BPF_H
#define L4_SOCKET_BPF_H

#include "tcp.bpf.h"
#include "udp.bpf.h"

/* Runs for sockets of processes only: what has no entry afterwards is the kernel's. */
SEC("cgroup/sock_create")
int l4_sock_create(struct bpf_sock *sk)
{
	const struct task_struct *task = l4_current();
	struct l4_ledger *ledger;

	if (sk->protocol != IPPROTO_TCP && sk->protocol != IPPROTO_UDP && sk->type != SOCK_RAW)
		return 1;
	ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (ledger) {
		ledger->netns = task->nsproxy->net_ns->ns.inum;
		l4_own(&ledger->owner, task);
	}
	return 1;
}

/* bind() that names a port makes a UDP socket a server of that port. */
static __always_inline int l4_note_bind(struct bpf_sock_addr *ctx)
{
	struct l4_ledger *ledger;

	if (ctx->protocol != IPPROTO_UDP || !ctx->user_port || !ctx->sk)
		return 1;
	ledger = bpf_sk_storage_get(&l4_ledgers, ctx->sk, NULL, 0);
	if (ledger)
		ledger->port_is_ours = 1;
	return 1;
}

SEC("cgroup/bind4")
int l4_bind4(struct bpf_sock_addr *ctx)
{
	return l4_note_bind(ctx);
}

SEC("cgroup/bind6")
int l4_bind6(struct bpf_sock_addr *ctx)
{
	return l4_note_bind(ctx);
}

/* Egress has named the sender already, unless the socket had no entry then. */
static __always_inline void l4_udp_used(struct sock *sk, bool sent)
{
	struct l4_ledger *ledger;

	if (sent && !l4_unnamed)
		return;
	ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, 0);
	if (ledger && sent)
		return;
	if (!ledger) {
		ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
		if (!ledger)
			return;
		l4_udp_found(ledger, sk);
	}
	l4_own_by_current(&ledger->owner);
}

/*
 * A call that sent nothing. Where it would have gone to, only a connected socket knows: without that the prefix is
 * not known, and of a client not even the port.
 */
static __always_inline void l4_udp_failed(struct sock *sk, int error)
{
	struct l4_ledger *ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, 0);
	const __u32 netns = l4_netns_of(sk);
	struct l4_cell_key key = {};

	l4_tally(l4_udp_send_errors, error);
	l4_udp_key(&key, ledger);
	key.netns = netns;
	key.port = key.role == L4_ROLE_SERVER ? sk->__sk_common.skc_num : bpf_ntohs(sk->__sk_common.skc_dport);
	if (sk->__sk_common.skc_dport)
		l4_set_remote(&key, &sk->__sk_common);
	l4_book_udp(&key, ledger ? &ledger->owner : NULL, L4_udp_send_errors, 1);
}

/* What the socket counted until now belongs to its owner until now, unless that was the listener. */
static __always_inline void l4_tcp_changes_hands(struct sock *sk, bool sent, int used)
{
	const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct l4_ledger *ledger;

	if (!tp || L4_READ_BITS(sk, sk_kern_sock))
		return;
	ledger = l4_tcp_ledger(sk, tp, tp->total_retrans);
	if (!ledger)
		return;
	if (!l4_is_owned_by_current(&ledger->owner)) {
		if (!ledger->inherited)
			l4_book_former(sk, tp, ledger, used, sent);
		l4_own_by_current(&ledger->owner);
	}
	ledger->inherited = 0;
}

/* Nearly always the one who uses the socket is known to be its owner, and nothing is left to do. */
static __always_inline void l4_tcp_used(struct sock *sk, bool sent, int used)
{
	const struct l4_ledger *ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, 0);
	const struct l4_user user = l4_user_of(bpf_get_current_task_btf());

	if (ledger && ledger->self == (__u64)sk && !ledger->inherited && l4_owns(&ledger->owner, &user))
		return;
	l4_tcp_changes_hands(sk, sent, used);
}

/* Who last sent or received owns the socket. */
static __always_inline void l4_used(struct sock *sk, bool sent, int used)
{
	if (!l4_is_inet(sk))
		return;
	if (sk->sk_protocol == IPPROTO_TCP)
		l4_tcp_used(sk, sent, used);
	else if (sk->sk_protocol == IPPROTO_UDP && !L4_READ_BITS(sk, sk_kern_sock))
		l4_udp_used(sk, sent);
}

static __always_inline int l4_sent(struct sock *sk, int ret)
{
	if (ret >= 0)
		l4_used(sk, true, ret);
	else if (sk->sk_protocol == IPPROTO_UDP && l4_is_inet(sk))
		l4_udp_failed(sk, -ret);
	return 0;
}

static __always_inline int l4_received(struct sock *sk, int ret)
{
	if (ret >= 0)
		l4_used(sk, false, ret);
	return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(l4_sock_send, struct sock *sk, int ret)
{
	return l4_sent(sk, ret);
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(l4_sock_recv, struct sock *sk, int ret)
{
	return l4_received(sk, ret);
}

/* Before 6.3, which has no such tracepoints: where the calls return that they tell of since. */
SEC("fexit/inet_sendmsg")
int BPF_PROG(l4_inet_send, struct socket *socket, void *message, __u64 size, int ret)
{
	return l4_sent(socket->sk, ret);
}

SEC("fexit/inet6_sendmsg")
int BPF_PROG(l4_inet6_send, struct socket *socket, void *message, __u64 size, int ret)
{
	return l4_sent(socket->sk, ret);
}

SEC("fexit/inet_recvmsg")
int BPF_PROG(l4_inet_recv, struct socket *socket, void *message, __u64 size, int flags, int ret)
{
	return l4_received(socket->sk, ret);
}

SEC("fexit/inet6_recvmsg")
int BPF_PROG(l4_inet6_recv, struct socket *socket, void *message, __u64 size, int flags, int ret)
{
	return l4_received(socket->sk, ret);
}

#endif
