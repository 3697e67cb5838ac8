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

static __always_inline __u32 l4_netns_of(const struct sock *sk)
{
	return sk->__sk_common.skc_net.net->ns.inum;
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

static __always_inline struct l4_process_id l4_process_of(const struct task_struct *task)
{
	const struct task_struct *leader = task->group_leader;

	return (struct l4_process_id){
		.tgid = task->tgid,
		.generation = l4_generation(leader->start_boottime, l4_comm_word(leader, 0), l4_comm_word(leader, 1)),
	};
}

static __always_inline bool l4_owns(const struct l4_owner *owner, struct l4_process_id process)
{
	return owner->kind == L4_OWNER_PROCESS && owner->process.tgid == process.tgid &&
	       owner->process.generation == process.generation;
}

/*
 * The process of this task (its group leader's name and start time) becomes the owner, unless it
 * is so already. Returns whether the owner changed. A kernel thread's traffic is the kernel's.
 */
static __always_inline bool l4_own(struct l4_owner *owner, const struct task_struct *task)
{
	const struct l4_process_id process = l4_process_of(task);

	if (task->flags & PF_KTHREAD) {
		if (owner->kind == L4_OWNER_KERNEL)
			return false;
		owner->process = (struct l4_process_id){};
		owner->kind = L4_OWNER_KERNEL;
		return true;
	}
	if (l4_owns(owner, process))
		return false;

	((__u64 *)owner->comm)[0] = l4_comm_word(task->group_leader, 0);
	((__u64 *)owner->comm)[1] = l4_comm_word(task->group_leader, 1);
	owner->cgroup = task->cgroups->dfl_cgrp->kn->id;
	__builtin_memcpy(&owner->process, &process, sizeof(process)); /* one aligned store */
	owner->kind = L4_OWNER_PROCESS;
	return true;
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
