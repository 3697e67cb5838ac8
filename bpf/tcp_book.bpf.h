/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP sockets' entries in the ledger, and booking what their own counters say into cells.
 * Not here: the events at which this is done (tcp.bpf.h, socket.bpf.h).
 */
#ifndef L4_TCP_BOOK_BPF_H
#define L4_TCP_BOOK_BPF_H

#include "ledger.bpf.h"
#include "store.bpf.h"

/* All of a cell's key but the prefix. */
static __always_inline struct l4_cell_key l4_tcp_key(const struct l4_ledger *ledger)
{
	struct l4_cell_key key = {
		.proto = L4_PROTO_TCP,
		.role = ledger->role,
		.port = ledger->port,
		.netns = ledger->netns,
	};

	l4_set_owner(&key, &ledger->owner);
	return key;
}

/* Adds n to one count of a socket's. */
static __always_inline void l4_book_one(const struct sock_common *remote, const struct l4_ledger *ledger, __u32 slot,
					__s64 n)
{
	struct l4_cell_key key = l4_tcp_key(ledger);

	l4_set_remote(&key, remote);
	l4_book_tcp(&key, &ledger->owner, slot, n);
}

/*
 * Has the kernel made this socket for itself? The TCP sockets below an MPTCP socket it makes for the process that
 * connects or listens.
 */
static __always_inline bool l4_is_kernels(const struct sock *sk, const struct tcp_sock *tp)
{
	return L4_READ_BITS(sk, sk_kern_sock) && !(bpf_core_field_exists(tp->is_mptcp) && tp->is_mptcp);
}

/* Role and service port of a connection whose beginning we did not see. */
static __always_inline void l4_tcp_guess_role(struct l4_ledger *ledger, const struct tcp_sock *tp)
{
	const struct sock *sk = (const struct sock *)tp;
	const __u8 state = sk->__sk_common.skc_state;
	const __u16 local = sk->__sk_common.skc_num;

	ledger->netns = l4_tcp_netns_of(tp);
	if (state == BPF_TCP_LISTEN || state == BPF_TCP_SYN_RECV || l4_listener_of(ledger->netns, local)) {
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
static __always_inline bool l4_fin_received(const struct sock *sk)
{
	return sk->__sk_common.skc_flags & 1ul << bpf_core_enum_value(enum sock_flags, SOCK_DONE);
}

static __always_inline __u64 l4_payload_received(const struct sock *sk, const struct tcp_sock *tp)
{
	return tp->bytes_received - l4_fin_received(sk);
}

static __always_inline bool l4_fin_acked(const struct sock *sk, const struct tcp_sock *tp)
{
	const __u32 fin_sent = 1u << BPF_TCP_FIN_WAIT1 | 1u << BPF_TCP_CLOSING | 1u << BPF_TCP_LAST_ACK;
	const __u8 state = sk->__sk_common.skc_state;

	return state == BPF_TCP_FIN_WAIT2 || ((fin_sent >> (state & 31) & 1) & (tp->snd_una == tp->write_seq));
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
		l4_tcp_guess_role(ledger, tp);
	if (self || sk->__sk_common.skc_state == BPF_TCP_SYN_RECV) { /* a listener's child, new */
		ledger->inherited = 1;
		ledger->open_pending = 1;
		ledger->begun = bpf_ktime_get_ns();
	} else { /* older than we are */
		ledger->booked = l4_tcp_counts_of(sk, tp, ledger);
	}
	ledger->booked.retrans_segs = retrans_before;
	ledger->end_pending = sk->__sk_common.skc_state != BPF_TCP_LISTEN;
	return ledger;
}

/*
 * The part of a counter that is not booked yet, which is booked herewith. u32 counters wrap, so their difference is
 * taken in 32 bits. This is for who has the socket's lock, or is the last who hears of it.
 */
static __always_inline __s32 l4_take32(__u32 *booked, __u32 now)
{
	return *booked == now ? 0 : (__s32)(now - __sync_lock_test_and_set(booked, now));
}

static __always_inline __s64 l4_take64(__u64 *booked, __u64 now)
{
	return *booked == now ? 0 : (__s64)(now - __sync_lock_test_and_set(booked, now));
}

/*
 * The same from outside the lock, where `now` may be old when it comes to this: an event may have booked more since, or
 * the connection has ended, which booked all, and tcp_disconnect() has set the counters back to 0. So it only goes on
 * from what was booked `before`, and forward; what is left here the next to book finds.
 */
static __always_inline __s32 l4_advance32(__u32 *booked, __u32 before, __u32 now)
{
	const __s32 more = now - before;

	return more > 0 && __sync_val_compare_and_swap(booked, before, now) == before ? more : 0;
}

static __always_inline __s64 l4_advance64(__u64 *booked, __u64 before, __u64 now)
{
	const __s64 more = now - before;

	return more > 0 && __sync_val_compare_and_swap(booked, before, now) == before ? more : 0;
}

/*
 * All of a socket's counters that were not booked yet: they are now. No wider than needed: before 6.9 the stacks of all
 * functions that are open at once, each in steps of 32 bytes, may have 512 bytes and no more.
 */
struct l4_tcp_news {
	__s64 rx_bytes, tx_bytes;
	__s32 rx_segs, tx_segs, rx_data_segs, tx_data_segs, retrans_segs;
};

/*
 * Has the attempt or the child reached the count of ActiveOpens or PassiveOpens? The kernel raises
 * ActiveOpens in tcp_connect() when the first SYN is sent, PassiveOpens when it makes the child.
 */
static __always_inline __s64 l4_take_open(struct l4_ledger *ledger, bool sent)
{
	if (!ledger->open_pending || (ledger->role == L4_ROLE_CLIENT && !sent))
		return 0;
	return __sync_lock_test_and_set(&ledger->open_pending, 0);
}

/* How far a connection or an attempt has come. */
struct l4_tcp_step {
	bool connected, failed, closed;
};

/* Why a connect() failed, as it is told. */
static __always_inline void l4_book_failure(struct l4_counts *counts, int err)
{
	l4_add(counts, L4_tcp_opens_failed, 1);
	if (err == ECONNREFUSED)
		l4_add(counts, L4_tcp_failed_refused, 1);
	else if (err == ETIMEDOUT)
		l4_add(counts, L4_tcp_failed_timeout, 1);
	else if (err == EHOSTUNREACH || err == ENETUNREACH)
		l4_add(counts, L4_tcp_failed_unreachable, 1);
}

static __always_inline void l4_book_close(struct l4_counts *counts, const struct l4_ledger *ledger)
{
	l4_add(counts, L4_tcp_closes, 1);
	if (!ledger->begun)
		return;
	l4_add(counts, L4_tcp_lifetimes, 1);
	l4_add(counts, L4_tcp_lifetime_sum_us, (bpf_ktime_get_ns() - ledger->begun) / 1000);
}

/* From the SYN to here. */
static __always_inline void l4_book_connect(struct l4_counts *counts, const struct l4_ledger *ledger)
{
	const __u64 us = (bpf_ktime_get_ns() - ledger->begun) / 1000;

	l4_add(counts, L4_tcp_connects, 1);
	l4_add(counts, L4_tcp_connect_sum_us, us);
	l4_raise(counts, L4_tcp_connect_max_us, us);
}

/* One reading of the smoothed round trip time, of a socket that is being used. */
static __always_inline void l4_book_rtt(struct l4_counts *counts, __u32 rtt_us)
{
	if (!rtt_us)
		return;
	l4_add(counts, L4_tcp_rtt_samples, 1);
	l4_add(counts, L4_tcp_rtt_sum_us, rtt_us);
	l4_raise(counts, L4_tcp_rtt_max_us, rtt_us);
}

/* What a socket says of itself when it is booked. */
struct l4_reading {
	struct l4_tcp_counts now, before; /* before: what was booked, if it is read without the lock */
	__u32 rtt_us;			  /* smoothed */
	struct in6_addr remote;
	int err;
	bool sent; /* anything at all */
	bool unlocked;
	struct l4_tcp_step step;
};

static __always_inline bool l4_same_counts(const struct l4_tcp_counts *a, const struct l4_tcp_counts *b)
{
	return a->rx_bytes == b->rx_bytes && a->tx_bytes == b->tx_bytes && a->rx_segs == b->rx_segs &&
	       a->tx_segs == b->tx_segs && a->retrans_segs == b->retrans_segs;
}

/* Global functions, so that the verifier looks at them once. What one writes for another it takes for any number. */
__noinline int l4_take(struct l4_tcp_news *news, struct l4_ledger *ledger, const struct l4_reading *reading)
{
	if (!news || !ledger || !reading)
		return 0;
	struct l4_tcp_counts *const booked = &ledger->booked;
	const struct l4_tcp_counts *const now = &reading->now;

	news->rx_bytes = l4_take64(&booked->rx_bytes, now->rx_bytes);
	news->tx_bytes = l4_take64(&booked->tx_bytes, now->tx_bytes);
	news->rx_segs = l4_take32(&booked->rx_segs, now->rx_segs);
	news->tx_segs = l4_take32(&booked->tx_segs, now->tx_segs);
	news->rx_data_segs = l4_take32(&booked->rx_data_segs, now->rx_data_segs);
	news->tx_data_segs = l4_take32(&booked->tx_data_segs, now->tx_data_segs);
	news->retrans_segs = l4_take32(&booked->retrans_segs, now->retrans_segs);
	return 0;
}

__noinline int l4_advance(struct l4_tcp_news *news, struct l4_ledger *ledger, const struct l4_reading *reading)
{
	if (!news || !ledger || !reading)
		return 0;
	struct l4_tcp_counts *const booked = &ledger->booked;
	const struct l4_tcp_counts *const before = &reading->before, *const now = &reading->now;

	news->rx_bytes = l4_advance64(&booked->rx_bytes, before->rx_bytes, now->rx_bytes);
	news->tx_bytes = l4_advance64(&booked->tx_bytes, before->tx_bytes, now->tx_bytes);
	news->rx_segs = l4_advance32(&booked->rx_segs, before->rx_segs, now->rx_segs);
	news->tx_segs = l4_advance32(&booked->tx_segs, before->tx_segs, now->tx_segs);
	news->rx_data_segs = l4_advance32(&booked->rx_data_segs, before->rx_data_segs, now->rx_data_segs);
	news->tx_data_segs = l4_advance32(&booked->tx_data_segs, before->tx_data_segs, now->tx_data_segs);
	news->retrans_segs = l4_advance32(&booked->retrans_segs, before->retrans_segs, now->retrans_segs);
	return 0;
}

/* How far the connection has come. */
__noinline int l4_book_progress(struct l4_counts *counts, const struct l4_ledger *ledger,
				const struct l4_reading *reading)
{
	if (!counts || !ledger || !reading)
		return 0;
	if (reading->step.connected)
		l4_book_connect(counts, ledger);
	if (reading->step.failed)
		l4_book_failure(counts, reading->err);
	if (reading->step.closed)
		l4_book_close(counts, ledger);
	return 0;
}

__noinline int l4_book_reading(struct l4_ledger *ledger, const struct l4_reading *reading)
{
	const struct l4_tcp_step *step;
	struct l4_tcp_news news = {};
	struct l4_cell_key key;
	struct l4_counts *counts;
	__s64 opened;

	if (!ledger || !reading)
		return 0;
	step = &reading->step;
	if (reading->unlocked)
		l4_advance(&news, ledger, reading);
	else
		l4_take(&news, ledger, reading);
	opened = l4_take_open(ledger, reading->sent);
	if (!(news.rx_bytes | news.tx_bytes | news.rx_segs | news.tx_segs | news.retrans_segs | opened) &&
	    !step->connected && !step->failed && !step->closed)
		return 0;
	key = l4_tcp_key(ledger);
	l4_set_prefix6(&key, &reading->remote);
	counts = l4_cell_of_tcp(&key, &ledger->owner);
	if (!counts)
		return 0;
	l4_add_some(counts, L4_tcp_rx_bytes, news.rx_bytes);
	l4_add_some(counts, L4_tcp_tx_bytes, news.tx_bytes);
	l4_add_some(counts, L4_tcp_rx_segs, news.rx_segs);
	l4_add_some(counts, L4_tcp_tx_segs, news.tx_segs);
	l4_add_some(counts, L4_tcp_rx_data_segs, news.rx_data_segs);
	l4_add_some(counts, L4_tcp_tx_data_segs, news.tx_data_segs);
	l4_add_some(counts, L4_tcp_retrans_segs, news.retrans_segs);
	l4_add_some(counts, ledger->role == L4_ROLE_CLIENT ? L4_tcp_opens_out : L4_tcp_opens_in, opened);
	if (news.rx_segs)
		l4_book_rtt(counts, reading->rtt_us);
	if (step->connected || step->failed || step->closed)
		l4_book_progress(counts, ledger, reading);
	return 0;
}

static __always_inline void l4_book_counts(const struct sock *sk, const struct tcp_sock *tp, struct l4_ledger *ledger,
					   struct l4_reading *reading)
{
	reading->sent = tp->segs_out;
	reading->rtt_us = tp->srtt_us >> 3;
	reading->err = sk->sk_err;
	l4_remote_of(&reading->remote, &sk->__sk_common);
	l4_book_reading(ledger, reading);
}

/* Books what the socket has counted since it was last booked, and how far it has come. */
static __always_inline void l4_book_step(const struct sock *sk, const struct tcp_sock *tp, struct l4_ledger *ledger,
					 struct l4_tcp_step step)
{
	struct l4_reading reading = {.now = l4_tcp_counts_of(sk, tp, ledger), .step = step};

	l4_book_counts(sk, tp, ledger, &reading);
}

/*
 * Books what belongs to the owner until now when another process has sent or received `used` bytes: not what
 * those were acknowledged of already, nor what was and is left to be read.
 */
static __always_inline void l4_book_former(const struct sock *sk, const struct tcp_sock *tp, struct l4_ledger *ledger,
					   __u32 used, bool sent)
{
	struct l4_reading reading = {.unlocked = true, .before = ledger->booked};
	struct l4_tcp_counts now = l4_tcp_counts_of(sk, tp, ledger);
	const __u32 outstanding = tp->write_seq - tp->snd_una;
	const __u32 to_read = tp->rcv_nxt - tp->copied_seq;
	const __u32 unread =
		to_read - ((to_read != 0) & l4_fin_received(sk)); /* the FIN has a number of its own, the last */
	const __u64 acked_of_used = sent && used > outstanding ? used - outstanding : 0;
	const __u64 not_read_before = unread + (sent ? 0 : used);

	if (!ledger->end_pending)
		return;
	now.rx_bytes -= not_read_before;
	now.tx_bytes -= acked_of_used;
	reading.now = now;
	l4_book_counts(sk, tp, ledger, &reading);
}

/* Only that the connection is there. */
static __always_inline void l4_book_open(const struct sock *sk, const struct tcp_sock *tp, struct l4_ledger *ledger)
{
	const __s64 opened = l4_take_open(ledger, tp->segs_out);

	if (opened)
		l4_book_one(&sk->__sk_common, ledger, L4_tcp_opens_in, opened);
}

/* What a connection has counted so far, read without its lock. What has ended is booked. */
static __always_inline void l4_book_so_far(const struct sock *sk, const struct tcp_sock *tp, struct l4_ledger *ledger)
{
	struct l4_reading reading = {.unlocked = true, .before = ledger->booked};

	if (!ledger->end_pending)
		return;
	reading.now = l4_tcp_counts_of(sk, tp, ledger);
	if (!l4_same_counts(&reading.before, &reading.now) || ledger->open_pending)
		l4_book_counts(sk, tp, ledger, &reading);
}

/* An event of a socket for which there is no memory: counted all the same, owner unknown. */
static __always_inline void l4_book_unknown(const struct tcp_sock *tp, __u32 slot, __s64 n)
{
	struct l4_ledger nobody = {};

	l4_tcp_guess_role(&nobody, tp);
	l4_book_one(&((const struct sock *)tp)->__sk_common, &nobody, slot, n);
}

#endif
