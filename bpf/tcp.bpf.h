/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP's events, all of them rare: retransmits, changes of state, resets. No program here runs per packet.
 */
#ifndef L4_TCP_BPF_H
#define L4_TCP_BPF_H

#include "packet.bpf.h"
#include "tcp_book.bpf.h"

/* Segments of this skb. Only for a socket whose total_retrans we have no earlier value of. */
static __always_inline __u32 l4_segs_of(const struct sk_buff *skb)
{
	const __u16 segs = ((const struct tcp_skb_cb *)skb->cb)->tcp_gso_segs;

	return segs ?: 1;
}

/* The timer puts the socket into the state of loss before it retransmits (tcp_enter_loss()). */
static __always_inline __u32 l4_retransmit_kind(const struct sock *sk, const struct tcp_sock *tp)
{
	if (sk->__sk_common.skc_state == BPF_TCP_SYN_SENT)
		return L4_tcp_retrans_syn;
	return L4_READ_BITS(tp, inet_conn.icsk_ca_state) == TCP_CA_LOSS ? L4_tcp_retrans_timeout : L4_tcp_retrans_fast;
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(l4_retransmit, struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct l4_ledger *ledger;
	struct l4_cell_key key;
	__s64 segs;

	if (!tp || !l4_is_tcp(sk))
		return 0;
	ledger = l4_tcp_ledger(sk, tp, tp->total_retrans - l4_segs_of(skb));
	if (!ledger) {
		l4_book_unknown(tp, L4_tcp_retrans_segs, l4_segs_of(skb));
		return 0;
	}
	segs = l4_take32(&ledger->booked.retrans_segs, tp->total_retrans);
	if (!segs)
		return 0; /* since 6.17 attempts that failed come here too */
	key = l4_tcp_key(ledger);
	l4_set_remote(&key, &sk->__sk_common);
	l4_book_tcp(&key, &ledger->owner, L4_tcp_retrans_segs, segs);
	l4_book_tcp(&key, &ledger->owner, l4_retransmit_kind(sk, tp), segs);
	return 0;
}

/* sk is the listener, or with TCP Fast Open the child, whose total_retrans then counts it too. */
SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(l4_synack, struct sock *sk, struct request_sock *req)
{
	const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct l4_ledger *ledger;

	if (!tp || !l4_is_tcp(sk))
		return 0;
	ledger = l4_tcp_ledger(sk, tp, tp->total_retrans - (sk->__sk_common.skc_state == BPF_TCP_SYN_RECV));
	if (!ledger) {
		l4_book_unknown(tp, L4_tcp_retrans_synack, 1);
		return 0;
	}
	if (sk->__sk_common.skc_state == BPF_TCP_SYN_RECV)
		__sync_fetch_and_add(&ledger->booked.retrans_segs, 1);
	l4_book_one(&req->__req_common, ledger, L4_tcp_retrans_synack, 1);
	return 0;
}

/* Process context: listen() or connect() of the task that is current. */
static __always_inline void l4_tcp_begin(struct sock *sk, const struct tcp_sock *tp, __u8 role)
{
	const __u16 port = role == L4_ROLE_SERVER ? sk->__sk_common.skc_num : bpf_ntohs(sk->__sk_common.skc_dport);
	struct l4_ledger *ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (!ledger)
		return;
	ledger->self = (__u64)sk;
	ledger->netns = l4_tcp_netns_of(tp);
	ledger->role = role;
	ledger->port = port;
	ledger->inherited = 0;
	ledger->fin_acked = 0;
	ledger->open_pending = ledger->end_pending = ledger->connect_pending = role == L4_ROLE_CLIENT;
	ledger->begun = role == L4_ROLE_CLIENT ? bpf_ktime_get_ns() : 0;
	ledger->booked = l4_tcp_counts_of(sk, tp, ledger);
	if (l4_is_kernels(sk, tp))
		ledger->owner.kind = L4_OWNER_KERNEL;
	else
		l4_own_by_current(&ledger->owner);
	if (role == L4_ROLE_SERVER)
		l4_note_listened(ledger->netns, port, &ledger->owner);
}

/*
 * AttemptFails rises in tcp_done() of a socket in SYN_SENT or SYN_RECV. A connect() that gives up
 * before the first SYN, or that its process abandons, is not a failure there: no sk_err yet.
 */
static __always_inline struct l4_tcp_step l4_tcp_end_of(const struct sock *sk, const struct tcp_sock *tp, int oldstate)
{
	switch (oldstate) {
	case BPF_TCP_SYN_SENT:
		return (struct l4_tcp_step){.failed = tp->segs_out && sk->sk_err};
	case BPF_TCP_SYN_RECV:
		return (struct l4_tcp_step){.failed = true};
	default:
		return (struct l4_tcp_step){.closed = true};
	}
}

/* A child that is established is counted at the walk or the close. */
static __always_inline void l4_state_changed(struct sock *sk, int oldstate, int newstate, bool twin)
{
	const bool ends = newstate == BPF_TCP_CLOSE && oldstate != BPF_TCP_LISTEN;
	struct l4_tcp_step step = {.connected = true};
	struct l4_ledger *ledger;
	const struct tcp_sock *tp;

	if (!l4_is_tcp(sk))
		return;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return;

	if (newstate == BPF_TCP_LISTEN || newstate == BPF_TCP_SYN_SENT) {
		l4_tcp_begin(sk, tp, newstate == BPF_TCP_LISTEN ? L4_ROLE_SERVER : L4_ROLE_CLIENT);
		return;
	}
	if (newstate != BPF_TCP_ESTABLISHED && !ends)
		return;
	ledger = l4_tcp_ledger(sk, tp, tp->total_retrans);
	if (ends)
		step = l4_tcp_end_of(sk, tp, oldstate);
	if (!ledger) {
		if (!twin && (step.failed || step.closed))
			l4_book_unknown(tp, step.failed ? L4_tcp_opens_failed : L4_tcp_closes, 1);
		return;
	}
	if (ends && ledger->end_pending)
		ledger->fin_acked = l4_fin_acked(sk, tp);
	if (__sync_lock_test_and_set(ends ? &ledger->end_pending : &ledger->connect_pending, 0))
		l4_book_step(sk, tp, ledger, step);
}

/*
 * A tracing program is skipped while it is already running on its CPU: what a softirq, or a task that preempts this
 * one, does to another socket meanwhile would go unseen, and that socket's end with it. So there are two of this
 * program, of which the other one sees the event, and behind both l4_destroy. All of the above counts once, however
 * often it is called.
 */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(l4_set_state, struct sock *sk, int oldstate, int newstate)
{
	l4_state_changed(sk, oldstate, newstate, false);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(l4_set_state_2, struct sock *sk, int oldstate, int newstate)
{
	l4_state_changed(sk, oldstate, newstate, true);
	return 0;
}

/* The last that is heard of a socket: its end, if neither of the two above saw it. */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(l4_destroy, struct sock *sk)
{
	const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct l4_ledger *ledger = tp ? bpf_sk_storage_get(&l4_ledgers, sk, NULL, 0) : NULL;
	struct l4_tcp_step end = {.closed = true};

	if (!ledger || ledger->self != (__u64)sk || !ledger->end_pending)
		return 0;
	if (ledger->connect_pending)
		end = (struct l4_tcp_step){.failed = tp->segs_out && sk->sk_err};
	ledger->fin_acked = ledger->begun && tp->snd_una == tp->write_seq;
	if (__sync_lock_test_and_set(&ledger->end_pending, 0))
		l4_book_step(sk, tp, ledger, end);
	return 0;
}

/* Resets happen in softirq or under the socket's lock, so neither program can interrupt itself. */
static __always_inline void l4_book_reset(struct sock *sk, const struct tcp_sock *tp, __u32 slot)
{
	const struct l4_ledger *ledger = l4_tcp_ledger(sk, tp, tp->total_retrans);

	if (ledger)
		l4_book_one(&sk->__sk_common, ledger, slot, 1);
	else
		l4_book_unknown(tp, slot, 1);
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(l4_reset_in, struct sock *sk)
{
	const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	if (tp && l4_is_tcp(sk))
		l4_book_reset(sk, tp, L4_tcp_resets_in);
	return 0;
}

/*
 * A reset for no socket, or for one in TIME_WAIT or half open: the kernel's own. skb is what it answers to; before 6.10
 * the tracepoint does not come for these.
 */
static __always_inline void l4_book_reset_of_nobody(const struct sk_buff *skb)
{
	const struct net_device *dev = skb ? skb->dev : NULL;
	struct l4_cell_key key = {
		.proto = L4_PROTO_TCP,
		.owner = L4_OWNER_KERNEL,
		.netns = dev ? dev->nd_net.net->ns.inum : 0,
	};
	const struct l4_packet *packet = skb && l4_has_reset_reason ? l4_packet_of(skb, L4_PACKET_RESET) : NULL;

	if (packet && packet->proto == IPPROTO_TCP) {
		key.role = L4_ROLE_SERVER;
		l4_packet_remote(&key, packet);
	}
	l4_book_tcp(&key, NULL, L4_tcp_resets_out, 1);
}

/* sk may be NULL; before 6.10 the tracepoint comes only with a full socket. */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(l4_reset_out, struct sock *sk, struct sk_buff *skb)
{
	const struct tcp_sock *tp = sk ? bpf_skc_to_tcp_sock(sk) : NULL;

	if (l4_has_reset_reason)
		l4_tally(l4_resets_out, ctx[2]);
	if (sk && tp && l4_is_tcp(sk) && sk->__sk_common.skc_state != BPF_TCP_LISTEN)
		l4_book_reset(sk, tp, L4_tcp_resets_out);
	else
		l4_book_reset_of_nobody(skb);
	return 0;
}

#endif
