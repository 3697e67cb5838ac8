/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP: what the sockets' own counters say, booked at rare events and once per interval.
 * No program here runs per packet.
 */
#ifndef L4_TCP_BPF_H
#define L4_TCP_BPF_H

#include "cell.bpf.h"
#include "ledger.bpf.h"

static __always_inline void l4_tcp_prefix(struct l4_cell_key *key, const struct sock_common *skc)
{
	if (skc->skc_family == AF_INET6) {
		__be32 addr[4];

		for (int i = 0; i < 4; i++)
			addr[i] = skc->skc_v6_daddr.in6_u.u6_addr32[i];
		l4_set_prefix6(key, addr);
	} else {
		l4_set_prefix4(key, skc->skc_daddr);
	}
}

static __always_inline struct l4_cell *l4_tcp_cell(const struct sock_common *remote, const struct l4_ledger *ledger)
{
	struct l4_cell_key key = {
		.proto = L4_PROTO_TCP,
		.role = ledger->role,
		.port = ledger->port,
		.netns = ledger->netns,
	};

	l4_set_owner(&key, &ledger->owner);
	l4_tcp_prefix(&key, remote);
	return l4_cell(&key, &ledger->owner);
}

/* Role and service port of a connection whose beginning we did not see. */
static __always_inline void l4_tcp_guess_role(struct l4_ledger *ledger, const struct sock *sk)
{
	const __u8 state = sk->__sk_common.skc_state;
	const __u16 local = sk->__sk_common.skc_num;

	ledger->netns = l4_netns_of(sk);
	if (state == BPF_TCP_LISTEN || state == BPF_TCP_SYN_RECV || l4_port_was_listened(ledger->netns, local)) {
		ledger->role = L4_ROLE_SERVER;
		ledger->port = local;
	} else {
		ledger->role = L4_ROLE_CLIENT;
		ledger->port = bpf_ntohs(sk->__sk_common.skc_dport);
	}
}

/*
 * The kernel's byte counters run along the sequence numbers, which a SYN and a FIN take one of each:
 * bytes_acked counts our own SYN (a child begins behind it) and FIN, bytes_received the peer's FIN.
 */
static __always_inline __u64 l4_payload_received(const struct sock *sk, const struct tcp_sock *tp)
{
	const bool fin = sk->__sk_common.skc_flags & 1ul << bpf_core_enum_value(enum sock_flags, SOCK_DONE);

	return tp->bytes_received - fin;
}

static __always_inline bool l4_fin_acked(const struct sock *sk, const struct tcp_sock *tp)
{
	switch (sk->__sk_common.skc_state) {
	case BPF_TCP_FIN_WAIT2:
		return true;
	case BPF_TCP_FIN_WAIT1:
	case BPF_TCP_CLOSING:
	case BPF_TCP_LAST_ACK:
		return tp->snd_una == tp->write_seq;
	}
	return false;
}

static __always_inline __u64 l4_payload_acked(const struct sock *sk, const struct tcp_sock *tp,
					      const struct l4_ledger *ledger)
{
	const __u64 acked = tp->bytes_acked;
	const bool syn = ledger->role == L4_ROLE_CLIENT && acked;
	const bool ended = sk->__sk_common.skc_state == BPF_TCP_CLOSE;

	return acked - syn - (ended ? ledger->fin_acked : l4_fin_acked(sk, tp));
}

static __always_inline struct l4_tcp_counts l4_tcp_counts_of(const struct sock *sk, const struct tcp_sock *tp,
							     const struct l4_ledger *ledger)
{
	return (struct l4_tcp_counts){
		.rx_bytes = l4_payload_received(sk, tp),
		.tx_bytes = l4_payload_acked(sk, tp, ledger),
		.rx_segs = tp->segs_in,
		.tx_segs = tp->segs_out,
		.rx_data_segs = tp->data_segs_in,
		.tx_data_segs = tp->data_segs_out,
		.retrans_segs = tp->total_retrans,
	};
}

/*
 * The ledger entry of a TCP socket, begun if this is the first we hear of it. `retrans_before`:
 * what the socket had retransmitted before the event at hand. NULL if there is no memory.
 *
 * A clone of a listener's entry becomes the child's own here. Its total_retrans begins with the
 * request's SYN-ACK retransmissions (tcp_create_openreq_child()), which were counted as such.
 */
static __always_inline struct l4_ledger *l4_tcp_ledger(struct sock *sk, const struct tcp_sock *tp, __u32 retrans_before)
{
	struct l4_ledger *ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	__u64 self;

	if (!ledger || ledger->self == (__u64)sk)
		return ledger;
	self = __sync_lock_test_and_set(&ledger->self, (__u64)sk);
	if (self == (__u64)sk)
		return ledger;
	if (!self)
		l4_tcp_guess_role(ledger, sk);
	if (self || sk->__sk_common.skc_state == BPF_TCP_SYN_RECV) { /* a listener's child, new */
		ledger->inherited = 1;
		ledger->open_pending = 1;
	} else { /* older than we are */
		ledger->booked = l4_tcp_counts_of(sk, tp, ledger);
	}
	ledger->booked.retrans_segs = retrans_before;
	ledger->end_pending = 1;
	return ledger;
}

/*
 * The part of a counter that is not booked yet, which is booked herewith. The walk and an event can
 * do this for one socket at the same moment: one of them may get a negative difference, and the sum
 * is right whatever their order. u32 counters wrap, so their difference is taken in 32 bits.
 */
static __always_inline __s64 l4_take32(__u32 *booked, __u32 now)
{
	return *booked == now ? 0 : (__s32)(now - __sync_lock_test_and_set(booked, now));
}

static __always_inline __s64 l4_take64(__u64 *booked, __u64 now)
{
	return *booked == now ? 0 : (__s64)(now - __sync_lock_test_and_set(booked, now));
}

/*
 * Has the attempt or the child reached the count of ActiveOpens or PassiveOpens? The kernel raises
 * ActiveOpens in tcp_connect() when the first SYN is sent, PassiveOpens when it makes the child.
 */
static __always_inline __s64 l4_take_open(struct l4_ledger *ledger, const struct tcp_sock *tp)
{
	if (!ledger->open_pending || (ledger->role == L4_ROLE_CLIENT && !tp->segs_out))
		return 0;
	return __sync_lock_test_and_set(&ledger->open_pending, 0);
}

struct l4_tcp_end {
	bool failed, closed;
};

/* Books what the socket has counted since it was last booked, and how it ended if it did. */
static __always_inline void l4_book_tcp(const struct sock *sk, const struct tcp_sock *tp, struct l4_ledger *ledger,
					struct l4_tcp_end end)
{
	const struct l4_tcp_counts now = l4_tcp_counts_of(sk, tp, ledger);
	const __s64 rx_bytes = l4_take64(&ledger->booked.rx_bytes, now.rx_bytes);
	const __s64 tx_bytes = l4_take64(&ledger->booked.tx_bytes, now.tx_bytes);
	const __s64 rx_segs = l4_take32(&ledger->booked.rx_segs, now.rx_segs);
	const __s64 tx_segs = l4_take32(&ledger->booked.tx_segs, now.tx_segs);
	const __s64 rx_data_segs = l4_take32(&ledger->booked.rx_data_segs, now.rx_data_segs);
	const __s64 tx_data_segs = l4_take32(&ledger->booked.tx_data_segs, now.tx_data_segs);
	const __s64 retrans = l4_take32(&ledger->booked.retrans_segs, now.retrans_segs);
	const __s64 opened = l4_take_open(ledger, tp);
	struct l4_cell *cell;

	if (!(rx_bytes | tx_bytes | rx_segs | tx_segs | retrans | opened) && !end.failed && !end.closed)
		return;
	cell = l4_tcp_cell(&sk->__sk_common, ledger);
	if (!cell)
		return;
	if (rx_bytes)
		l4_add(cell, L4_tcp_rx_bytes, rx_bytes);
	if (tx_bytes)
		l4_add(cell, L4_tcp_tx_bytes, tx_bytes);
	if (rx_segs)
		l4_add(cell, L4_tcp_rx_segs, rx_segs);
	if (tx_segs)
		l4_add(cell, L4_tcp_tx_segs, tx_segs);
	if (rx_data_segs)
		l4_add(cell, L4_tcp_rx_data_segs, rx_data_segs);
	if (tx_data_segs)
		l4_add(cell, L4_tcp_tx_data_segs, tx_data_segs);
	if (retrans)
		l4_add(cell, L4_tcp_retrans_segs, retrans);
	if (opened)
		l4_add(cell, ledger->role == L4_ROLE_CLIENT ? L4_tcp_opens_out : L4_tcp_opens_in, opened);
	if (end.failed)
		l4_add(cell, L4_tcp_opens_failed, 1);
	if (end.closed)
		l4_add(cell, L4_tcp_closes, 1);
}

/*
 * The same from outside the socket's lock. If the connection ended meanwhile, what was read here may be older
 * than what its end booked, and nothing would set that right any more: then once again, with the final counts.
 */
static __always_inline void l4_book_tcp_unlocked(const struct sock *sk, const struct tcp_sock *tp,
						 struct l4_ledger *ledger)
{
	const struct l4_tcp_end no_end = {};

	if (!ledger->end_pending)
		return;
	l4_book_tcp(sk, tp, ledger, no_end);
	if (!*(volatile __u32 *)&ledger->end_pending)
		l4_book_tcp(sk, tp, ledger, no_end);
}

/* An event of a socket for which there is no memory: counted all the same, owner unknown. */
static __always_inline void l4_book_unknown(const struct sock *sk, __u32 slot, __s64 n)
{
	struct l4_ledger nobody = {};
	struct l4_cell *cell;

	l4_tcp_guess_role(&nobody, sk);
	cell = l4_tcp_cell(&sk->__sk_common, &nobody);
	if (cell)
		l4_add(cell, slot, n);
}

/* Segments of this skb. Only for a socket whose total_retrans we have no earlier value of. */
static __always_inline __u32 l4_segs_of(const struct sk_buff *skb)
{
	const __u16 segs = ((const struct tcp_skb_cb *)skb->cb)->tcp_gso_segs;

	return segs ?: 1;
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(l4_retransmit, struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct l4_ledger *ledger;
	struct l4_cell *cell;
	__s64 segs;

	if (!tp || !l4_is_tcp(sk))
		return 0;
	ledger = l4_tcp_ledger(sk, tp, tp->total_retrans - l4_segs_of(skb));
	if (!ledger) {
		l4_book_unknown(sk, L4_tcp_retrans_segs, l4_segs_of(skb));
		return 0;
	}
	segs = l4_take32(&ledger->booked.retrans_segs, tp->total_retrans);
	if (!segs)
		return 0; /* since 6.17 attempts that failed come here too */
	cell = l4_tcp_cell(&sk->__sk_common, ledger);
	if (cell)
		l4_add(cell, L4_tcp_retrans_segs, segs);
	return 0;
}

/* sk is the listener, or with TCP Fast Open the child, whose total_retrans then counts it too. */
SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(l4_synack, struct sock *sk, struct request_sock *req)
{
	const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct l4_ledger *ledger;
	struct l4_cell *cell;

	if (!tp || !l4_is_tcp(sk))
		return 0;
	ledger = l4_tcp_ledger(sk, tp, tp->total_retrans - (sk->__sk_common.skc_state == BPF_TCP_SYN_RECV));
	if (!ledger) {
		l4_book_unknown(sk, L4_tcp_retrans_synack, 1);
		return 0;
	}
	if (sk->__sk_common.skc_state == BPF_TCP_SYN_RECV)
		__sync_fetch_and_add(&ledger->booked.retrans_segs, 1);
	cell = l4_tcp_cell(&req->__req_common, ledger);
	if (cell)
		l4_add(cell, L4_tcp_retrans_synack, 1);
	return 0;
}

/* Process context: listen() or connect() of the task that is current. */
static __always_inline void l4_tcp_begin(struct sock *sk, const struct tcp_sock *tp, __u8 role, __u16 port)
{
	struct l4_ledger *ledger = bpf_sk_storage_get(&l4_ledgers, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (!ledger)
		return;
	ledger->self = (__u64)sk;
	ledger->netns = l4_netns_of(sk);
	ledger->role = role;
	ledger->port = port;
	ledger->inherited = 0;
	ledger->fin_acked = 0;
	ledger->open_pending = ledger->end_pending = role == L4_ROLE_CLIENT;
	ledger->booked = l4_tcp_counts_of(sk, tp, ledger);
	if (L4_READ_BITS(sk, sk_kern_sock))
		ledger->owner.kind = L4_OWNER_KERNEL;
	else
		l4_own(&ledger->owner, bpf_get_current_task_btf());
}

/*
 * AttemptFails rises in tcp_done() of a socket in SYN_SENT or SYN_RECV. A connect() that gives up
 * before the first SYN, or that its process abandons, is not a failure there: no sk_err yet.
 */
static __always_inline struct l4_tcp_end l4_tcp_end_of(const struct sock *sk, const struct tcp_sock *tp, int oldstate)
{
	switch (oldstate) {
	case BPF_TCP_SYN_SENT:
		return (struct l4_tcp_end){.failed = tp->segs_out && sk->sk_err};
	case BPF_TCP_SYN_RECV:
		return (struct l4_tcp_end){.failed = true};
	default:
		return (struct l4_tcp_end){.closed = true};
	}
}

static __always_inline void l4_tcp_finish(struct sock *sk, const struct tcp_sock *tp, int oldstate, bool twin)
{
	const struct l4_tcp_end end = l4_tcp_end_of(sk, tp, oldstate);
	struct l4_ledger *ledger = l4_tcp_ledger(sk, tp, tp->total_retrans);

	if (!ledger && !twin && (end.failed || end.closed))
		l4_book_unknown(sk, end.failed ? L4_tcp_opens_failed : L4_tcp_closes, 1);
	if (!ledger || !ledger->end_pending)
		return;
	ledger->fin_acked = l4_fin_acked(sk, tp);
	if (__sync_lock_test_and_set(&ledger->end_pending, 0))
		l4_book_tcp(sk, tp, ledger, end);
}

static __always_inline void l4_state_changed(struct sock *sk, int oldstate, int newstate, bool twin)
{
	const struct tcp_sock *tp;

	if (!l4_is_tcp(sk))
		return;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return;

	if (newstate == BPF_TCP_LISTEN)
		l4_tcp_begin(sk, tp, L4_ROLE_SERVER, sk->__sk_common.skc_num);
	else if (newstate == BPF_TCP_SYN_SENT)
		l4_tcp_begin(sk, tp, L4_ROLE_CLIENT, bpf_ntohs(sk->__sk_common.skc_dport));
	else if (oldstate == BPF_TCP_SYN_RECV && newstate == BPF_TCP_ESTABLISHED)
		l4_tcp_ledger(sk, tp, tp->total_retrans); /* counted at the walk or the close */
	else if (newstate == BPF_TCP_CLOSE && oldstate != BPF_TCP_LISTEN)
		l4_tcp_finish(sk, tp, oldstate, twin);
}

/*
 * A tracing program is skipped while it is already running on its CPU: a softirq that changes one socket's
 * state while a process is in here with another's would go unseen, and that socket's end with it. So there
 * are two of this program. A softirq interrupts one of them at most, and the other sees its event. All of
 * the above counts once, however often it is called.
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

#endif
