/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cells: adding to one, and what its key says of the remote side and of the owner.
 * Not here: finding it (store.bpf.h), who an event belongs to (ledger.bpf.h).
 */
#ifndef L4_CELL_BPF_H
#define L4_CELL_BPF_H

#include "maps.bpf.h"

static __always_inline void l4_add(struct l4_counts *counts, __u32 slot, __s64 n)
{
	__sync_fetch_and_add(&counts->count[slot], n);
}

static __always_inline void l4_add_some(struct l4_counts *counts, __u32 slot, __s64 n)
{
	if (n)
		l4_add(counts, slot, n);
}

/* What is too large for its list is number 0, which no reason and no error has. */
static __always_inline void l4_tally(__u64 list[L4_TALLY], __u32 number)
{
	if (number >= L4_TALLY)
		number = 0;
	asm volatile("" : "+r"(number)); /* else the verifier does not see that the mask holds */
	__sync_fetch_and_add(&list[number & (L4_TALLY - 1)], 1);
}

/* Raises a maximum. Others may raise it meanwhile, each of them at most once: a few tries will do. */
__noinline int l4_raise(struct l4_counts *counts, __u32 slot, __s64 value)
{
	if (!counts || slot >= L4_TCP_SLOTS)
		return 0;
	for (int i = 0; i < 3; i++) {
		const __s64 old = counts->count[slot];

		if (old >= value || __sync_val_compare_and_swap(&counts->count[slot], old, value) == old)
			return 0;
	}
	return 0;
}

static __always_inline void l4_mask_prefix(__u32 prefix[4], const volatile __u32 mask[4])
{
	for (int i = 0; i < 4; i++)
		prefix[i] &= mask[i];
}

static __always_inline void l4_set_prefix4(struct l4_cell_key *key, __be32 addr)
{
	__u32 *prefix = (__u32 *)key->prefix;

	prefix[2] = bpf_htonl(0xffff);
	prefix[3] = addr;
	l4_mask_prefix(prefix, l4_mask4);
}

/* Global, so that the verifier looks at it once, however many paths come here. */
__noinline int l4_set_prefix6(struct l4_cell_key *key, const struct in6_addr *addr)
{
	if (!key || !addr)
		return 0;
	__u32 *const prefix = (__u32 *)key->prefix;
	const __be32 *const word = addr->in6_u.u6_addr32;

	if (!word[0] && !word[1] && word[2] == bpf_htonl(0xffff)) {
		l4_set_prefix4(key, word[3]);
		return 0;
	}
	for (int i = 0; i < 4; i++)
		prefix[i] = word[i];
	if (word[0] || word[1] || word[2] || word[3] != bpf_htonl(1)) /* ::1 cut to /64 would be no prefix at all */
		l4_mask_prefix(prefix, l4_mask6);
	return 0;
}

/* The address of a socket's peer, IPv4 in its mapped form. */
static __always_inline void l4_remote_of(struct in6_addr *addr, const struct sock_common *skc)
{
	__be32 *const word = addr->in6_u.u6_addr32;

	if (skc->skc_family == AF_INET6) {
		for (int i = 0; i < 4; i++)
			word[i] = skc->skc_v6_daddr.in6_u.u6_addr32[i];
	} else {
		word[0] = word[1] = 0;
		word[2] = bpf_htonl(0xffff);
		word[3] = skc->skc_daddr;
	}
}

/* The prefix of a socket's peer. */
static __always_inline void l4_set_remote(struct l4_cell_key *key, const struct sock_common *skc)
{
	struct in6_addr addr;

	l4_remote_of(&addr, skc);
	l4_set_prefix6(key, &addr);
}

static __always_inline void l4_set_owner(struct l4_cell_key *key, const struct l4_owner *owner)
{
	key->owner = owner->kind;
	key->process = owner->process;
}

#endif
