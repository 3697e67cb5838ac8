/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket ledger: who owns a socket, which side of the service it is, what is booked.
 * Owners are only ever taken from process context: softirq's `current` is whoever was interrupted.
 * Not here: cells (cell.bpf.h), the hooks that call this (tcp.bpf.h, udp.bpf.h, socket.bpf.h).
 */
#ifndef L4_LEDGER_BPF_H
#define L4_LEDGER_BPF_H

#include "maps.bpf.h"

static __always_inline bool l4_is_inet(const struct sock *sk)
{
	return sk->__sk_common.skc_family == AF_INET || sk->__sk_common.skc_family == AF_INET6;
}

static __always_inline bool l4_is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP && l4_is_inet(sk); /* not MPTCP, SCTP, or netlink's 6 */
}

/*
 * The same pointer, but one that the verifier does not trust. For each pointer that is read from a trusted one, an
 * event's socket or the current task, a kernel since 6.3 looks through all the names of its types, up to four times, on
 * every way that leads there: that was half of the time that loading takes. Where this cannot be used, such a pointer
 * is read early, or once.
 */
#define L4_UNTRUSTED(type, pointer)                                                           \
	((const type *)(l4_has_cast ? bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(type)) \
				    : (const void *)(pointer)))

static __always_inline __u32 l4_netns_of(const struct sock *sk)
{
	return L4_UNTRUSTED(struct sock, sk)->__sk_common.skc_net.net->ns.inum;
}

/* What the helper gives is not trusted in the first place. */
static __always_inline __u32 l4_tcp_netns_of(const struct tcp_sock *tp)
{
	return ((const struct sock *)tp)->__sk_common.skc_net.net->ns.inum;
}

/* The task whose context this is, if it is anybody's: not in softirq. What is done for each call asks the helper, as
 * loads through this are checked when they are done. */
static __always_inline const struct task_struct *l4_current(void)
{
	return L4_UNTRUSTED(struct task_struct, bpf_get_current_task_btf());
}

/* Half of a process's name: names are compared and folded as numbers. */
static __always_inline __u64 l4_comm_word(const struct task_struct *task, int i)
{
	return *((const __u64 *)task->comm + i);
}

/* What no two programs share: start time and name, folded. */
static __always_inline __u32 l4_generation(__u64 start_boottime, __u64 name0, __u64 name1)
{
	__u64 h = start_boottime * 0x9e3779b97f4a7c15ull;

	h = (h ^ h >> 32 ^ name0) * 0xbf58476d1ce4e5b9ull;
	h = (h ^ h >> 32 ^ name1) * 0x94d049bb133111ebull;
	return h >> 32;
}

static __always_inline struct l4_process_id l4_process_of(const struct task_struct *task,
							  const struct task_struct *leader)
{
	return (struct l4_process_id){
		.tgid = task->tgid,
		.generation = l4_generation(leader->start_boottime, l4_comm_word(leader, 0), l4_comm_word(leader, 1)),
	};
}

/* Whose what a task does is: its process's, or the kernel's if it is a thread of that. */
struct l4_user {
	struct l4_process_id process;
	__u32 kind; /* enum l4_owner_kind */
};

/* All bits, or none for a thread of the kernel: without a branch, of which the verifier would follow both ways to the
 * end. */
static __always_inline __u64 l4_process_mask(const struct task_struct *task)
{
	return (task->flags / PF_KTHREAD & 1) - 1ull;
}

static __always_inline struct l4_user l4_user_led_by(const struct task_struct *leader, const struct task_struct *task)
{
	const struct l4_process_id process = l4_process_of(task, leader);
	const __u64 mask = l4_process_mask(task);

	return (struct l4_user){
		.process = {.tgid = process.tgid & mask, .generation = process.generation & mask},
		.kind = L4_OWNER_KERNEL - (mask & (L4_OWNER_KERNEL - L4_OWNER_PROCESS)),
	};
}

static __always_inline struct l4_user l4_user_of(const struct task_struct *task)
{
	return l4_user_led_by(task->group_leader, task);
}

static __always_inline bool l4_owns(const struct l4_owner *owner, const struct l4_user *user)
{
	return !((owner->process.tgid ^ user->process.tgid) | (owner->process.generation ^ user->process.generation) |
		 (owner->kind ^ user->kind));
}

/*
 * The process of this task (its group leader's name and start time) becomes the owner, unless it is so already. The
 * kernel is one owner, whichever of its threads this is: it has no name and no cgroup.
 */
static __always_inline void l4_own(struct l4_owner *owner, const struct task_struct *task)
{
	const struct task_struct *leader = task->group_leader;
	const struct l4_user user = l4_user_led_by(leader, task);
	const __u64 mask = l4_process_mask(task);

	if (l4_owns(owner, &user))
		return;
	((__u64 *)owner->comm)[0] = l4_comm_word(leader, 0) & mask;
	((__u64 *)owner->comm)[1] = l4_comm_word(leader, 1) & mask;
	owner->cgroup = task->cgroups->dfl_cgrp->kn->id & mask;
	__builtin_memcpy(&owner->process, &user.process, sizeof(user.process)); /* one aligned store */
	owner->kind = user.kind;
}

/* The next two are of the task that is current, and global, so that the verifier looks at them once. */
__noinline int l4_is_owned_by_current(const struct l4_owner *owner)
{
	const struct l4_user user = l4_user_of(l4_current());

	return owner && l4_owns(owner, &user);
}

__noinline int l4_own_by_current(struct l4_owner *owner)
{
	if (owner)
		l4_own(owner, l4_current());
	return 0;
}

static __always_inline void l4_note_listened(__u32 netns, __u16 port, const struct l4_owner *owner)
{
	struct l4_port key = {.netns = netns, .port = port};
	struct l4_owner copy = *owner; /* 6.1 does not take it from where the walk has it */

	bpf_map_update_elem(&l4_listened, &key, &copy, BPF_ANY);
}

/* Who listens, or did, on this port; NULL if nobody. */
static __always_inline const struct l4_owner *l4_listener_of(__u32 netns, __u16 port)
{
	struct l4_port key = {.netns = netns, .port = port};

	return bpf_map_lookup_elem(&l4_listened, &key);
}

#endif
