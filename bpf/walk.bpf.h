/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is read once per interval: the TCP sockets' own counters, and, if anybody asks, the sockets in each state
 * and the accept queues of the listeners.
 */
#ifndef L4_WALK_BPF_H
#define L4_WALK_BPF_H

#include "older.bpf.h"

_Static_assert((int)L4_GAUGE_SLOTS <= 16 && (int)L4_SLOTS >= 16, "l4_count_state() masks the slot");

/* Which gauge a state is, + 1; 0: none. */
const __u8 l4_gauge_of[16] = {
#define L4_GAUGE(name, state, ...) [BPF_TCP_##state] = L4_##name + 1,
#include "metrics.def"
};

const struct l4_cell l4_empty_cell = {};

/* User space puts into the map what takes the states that find no room. */
static __always_inline struct l4_cell *l4_other_states(void)
{
	struct l4_cell_key key = {.proto = L4_PROTO_TCP, .owner = L4_OWNER_OTHER};
	struct l4_cell *cell = bpf_map_lookup_elem(&l4_states, &key);

	__sync_fetch_and_add(cell ? &l4_states_overflow : &l4_lost, 1);
	return cell;
}

static __always_inline struct l4_cell *l4_states_of(const struct l4_cell_key *key, const struct l4_owner *owner)
{
	struct l4_cell *cell = bpf_map_lookup_elem(&l4_states, key);

	if (cell)
		return cell;
	bpf_map_update_elem(&l4_states, key, &l4_empty_cell, BPF_NOEXIST);
	cell = bpf_map_lookup_elem(&l4_states, key);
	if (!cell)
		return l4_other_states();
	if (owner) {
		__builtin_memcpy(cell->comm, owner->comm, sizeof(cell->comm));
		cell->cgroup = owner->cgroup;
	}
	return cell;
}

static __always_inline void l4_count_state(const struct l4_cell_key *key, const struct l4_owner *owner, __u8 state)
{
	const __u8 gauge = l4_gauge_of[state & 15];
	struct l4_cell *cell;

	if (!gauge)
		return;
	cell = l4_states_of(key, owner);
	if (cell)
		__sync_fetch_and_add(&cell->count[(gauge - 1) & 15], 1); /* the mask is for the verifier */
}

static __always_inline void l4_count_socket(const struct sock *sk, const struct l4_ledger *ledger)
{
	const struct l4_cell_key key = l4_tcp_key(ledger);

	l4_count_state(&key, &ledger->owner, sk->__sk_common.skc_state);
}

/* A half-open connection is no socket yet: it is whoever's listens, and known by its remote prefix. */
static __always_inline void l4_count_half_open(const struct sock_common *request)
{
	struct l4_cell_key key = {
		.proto = L4_PROTO_TCP,
		.role = L4_ROLE_SERVER,
		.port = request->skc_num,
		.netns = request->skc_net.net->ns.inum,
	};
	const struct l4_owner *owner = l4_listener_of(key.netns, key.port);

	if (owner)
		l4_set_owner(&key, owner);
	l4_set_remote(&key, request);
	l4_count_state(&key, owner, BPF_TCP_SYN_RECV);
}

static __always_inline void l4_report_listener(struct seq_file *seq, const struct sock *sk, const struct tcp_sock *tp,
					       const struct l4_ledger *ledger)
{
	struct l4_listener listener = {
		.socket = (__u64)sk,
		.process = ledger->owner.process,
		.cgroup = ledger->owner.cgroup,
		.owner = ledger->owner.kind,
		.netns = ledger->netns,
		.port = ledger->port,
		.backlog = sk->sk_ack_backlog,
		.backlog_max = sk->sk_max_ack_backlog,
		.half_open = tp->inet_conn.icsk_accept_queue.qlen.counter,
		.drops = sk->sk_drops.counter,
	};
	__u32 *address = (__u32 *)listener.address;

	__builtin_memcpy(listener.comm, ledger->owner.comm, sizeof(listener.comm));
	if (sk->__sk_common.skc_family == AF_INET6) {
		for (int i = 0; i < 4; i++)
			address[i] = sk->__sk_common.skc_v6_rcv_saddr.in6_u.u6_addr32[i];
	} else {
		address[2] = bpf_htonl(0xffff);
		address[3] = sk->__sk_common.skc_rcv_saddr;
	}
	bpf_seq_write(seq, &listener, sizeof(listener));
}

/*
 * What an accepted connection received before anybody used it belongs to whoever will: only that it was accepted is
 * booked, to the listener's owner.
 */
static __always_inline void l4_book_running(const struct sock *sk, const struct tcp_sock *tp, struct l4_ledger *ledger)
{
	if (ledger->inherited && l4_sees_users)
		l4_book_open(sk, tp, ledger);
	else
		l4_book_so_far(sk, tp, ledger);
}

static __always_inline void l4_walk_socket(struct seq_file *seq, const struct sock *sk, const struct tcp_sock *tp,
					   struct l4_ledger *ledger)
{
	if (sk->__sk_common.skc_state != BPF_TCP_LISTEN)
		l4_book_running(sk, tp, ledger);
	if (!l4_want_states)
		return;
	l4_count_socket(sk, ledger);
	if (sk->__sk_common.skc_state == BPF_TCP_LISTEN) {
		l4_note_listened(ledger->netns, ledger->port, &ledger->owner);
		l4_report_listener(seq, sk, tp, ledger);
	}
}

/* Once per interval, every socket in the ledger, of all network namespaces. Not on every kernel: src/walk.h. */
SEC("iter/bpf_sk_storage_map")
int l4_walk(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct l4_ledger *ledger = ctx->value;
	struct sock *sk = ctx->sk;
	const struct tcp_sock *tp;

	if (!sk || !ledger || !l4_is_tcp(sk) || ledger->self != (__u64)sk)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (tp)
		l4_walk_socket(ctx->meta->seq, sk, tp, ledger);
	return 0;
}

/* How many sockets of a network namespace this walk has found among the files of processes. */
static __always_inline void l4_note_walked(__u32 netns)
{
	const __u32 one = 1;
	__u32 *count = bpf_map_lookup_elem(&l4_walked, &netns);

	if (count)
		*count += 1; /* one walk at a time */
	else
		bpf_map_update_elem(&l4_walked, &netns, &one, BPF_ANY);
}

/* Is it in the ledger, and not yet visited by this walk? Several processes may hold it. */
static __always_inline struct l4_ledger *l4_unwalked(struct tcp_sock *tp)
{
	struct l4_ledger *ledger = bpf_sk_storage_get(&l4_ledgers, tp, NULL, 0);

	if (!ledger || ledger->self != (__u64)tp || ledger->walked == l4_walk_number)
		return NULL;
	ledger->walked = l4_walk_number;
	return ledger;
}

/* The same walk by another way, first part: the sockets that processes hold. */
SEC("iter/task_file")
int l4_walk_files(struct bpf_iter__task_file *ctx)
{
	struct sock *sk = l4_inet_sock_of(ctx->file);
	struct tcp_sock *tp = sk && l4_is_tcp(sk) ? bpf_skc_to_tcp_sock(sk) : NULL;
	struct l4_ledger *ledger = tp ? l4_unwalked(tp) : NULL;

	if (!ledger)
		return 0;
	if (sk->__sk_common.skc_state != BPF_TCP_CLOSE)
		l4_note_walked(ledger->netns);
	l4_walk_socket(ctx->meta->seq, sk, tp, ledger);
	return 0;
}

/* Second part: those of one network namespace that no process holds. */
SEC("iter/tcp")
int l4_walk_netns(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct tcp_sock *tp = skc ? bpf_skc_to_tcp_sock(skc) : NULL;
	struct l4_ledger *ledger = tp ? l4_unwalked(tp) : NULL;

	if (ledger)
		l4_walk_socket(ctx->meta->seq, (struct sock *)tp, tp, ledger);
	return 0;
}

/* What the kernel keeps as TIME_WAIT: that, and orphans in FIN_WAIT2. */
static __always_inline void l4_count_time_wait(struct sock_common *skc)
{
	const struct tcp_timewait_sock *tw = bpf_skc_to_tcp_timewait_sock(skc);
	struct l4_cell_key key = {.proto = L4_PROTO_TCP, .owner = L4_OWNER_KERNEL};

	if (!tw)
		return;
	key.netns = skc->skc_net.net->ns.inum;
	key.role = l4_listener_of(key.netns, skc->skc_num) ? L4_ROLE_SERVER : L4_ROLE_CLIENT;
	key.port = key.role == L4_ROLE_SERVER ? skc->skc_num : bpf_ntohs(skc->skc_dport);
	l4_count_state(&key, NULL, tw->tw_sk.tw_substate);
}

static __always_inline void l4_count_no_socket(struct sock_common *skc)
{
	if (skc->skc_state == BPF_TCP_TIME_WAIT)
		l4_count_time_wait(skc);
	else
		l4_count_half_open(skc);
}

/*
 * A socket that no process held when we started: the kernel's, nobody's any more, or below the MPTCP socket that the
 * process holds. Of those the listeners are known by the port.
 */
static __always_inline void l4_own_unheld(const struct sock *sk, const struct tcp_sock *tp, struct l4_ledger *ledger)
{
	const struct l4_owner *owner;

	if (!L4_READ_BITS(sk, sk_kern_sock))
		return;
	if (l4_is_kernels(sk, tp)) {
		ledger->owner.kind = L4_OWNER_KERNEL;
		return;
	}
	owner = ledger->role == L4_ROLE_SERVER ? l4_listener_of(ledger->netns, ledger->port) : NULL;
	if (owner)
		ledger->owner = *owner;
}

/* An entry for a socket that has none; NULL: no memory for it. */
static __always_inline struct l4_ledger *l4_tcp_begin_unheld(struct tcp_sock *tp)
{
	struct l4_ledger *ledger = l4_tcp_ledger((struct sock *)tp, tp, tp->total_retrans);

	if (!ledger)
		return NULL;
	l4_own_unheld((struct sock *)tp, tp, ledger);
	l4_found++;
	return ledger;
}

/*
 * Every TCP socket of one network namespace, for what the ledger cannot know: TIME_WAIT, half-open connections, and
 * sockets that no process held when we started, which get their entry here. src/visit.c says when, and counts the
 * first two itself (in the same way, in cells of the same keys) where there is nothing else to find.
 */
SEC("iter/tcp")
int l4_find_in_netns(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct l4_ledger *ledger;
	struct tcp_sock *tp;

	if (!skc)
		return 0;
	if (skc->skc_state == BPF_TCP_TIME_WAIT || skc->skc_state == BPF_TCP_NEW_SYN_RECV) {
		l4_count_no_socket(skc);
		return 0;
	}
	tp = bpf_skc_to_tcp_sock(skc);
	if (!tp)
		return 0;
	ledger = bpf_sk_storage_get(&l4_ledgers, tp, NULL, 0);
	if (ledger && ledger->self == (__u64)tp)
		return 0;
	ledger = l4_tcp_begin_unheld(tp);
	if (ledger)
		l4_count_socket((struct sock *)tp, ledger);
	return 0;
}

/*
 * All of the above at once, where a namespace's table is the only way to its sockets: listeners come first there, so
 * that whose a half-open connection is and which side is in TIME_WAIT is known by then.
 */
SEC("iter/tcp")
int l4_walk_table(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct l4_ledger *ledger;
	struct tcp_sock *tp;

	if (!skc)
		return 0;
	l4_met++;
	if (skc->skc_state == BPF_TCP_TIME_WAIT || skc->skc_state == BPF_TCP_NEW_SYN_RECV) {
		if (l4_want_states)
			l4_count_no_socket(skc);
		return 0;
	}
	tp = bpf_skc_to_tcp_sock(skc);
	if (!tp)
		return 0;
	ledger = bpf_sk_storage_get(&l4_ledgers, tp, NULL, 0);
	if (!ledger || ledger->self != (__u64)tp)
		ledger = l4_tcp_begin_unheld(tp);
	if (ledger && ledger->walked != l4_walk_number) {
		ledger->walked = l4_walk_number; /* it may move to where the iterator comes later */
		l4_walk_socket(ctx->meta->seq, (struct sock *)tp, tp, ledger);
	}
	return 0;
}

#endif
