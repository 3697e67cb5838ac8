/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel's headers would give us and BTF cannot: constants, and reading a bit-field.
 * Not here: types (vmlinux/vmlinux.h).
 */
#ifndef L4_KERNEL_BPF_H
#define L4_KERNEL_BPF_H

#include <stdbool.h>
#include <linux/bpf.h>
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_core_read.h> /* the relocation kinds, nothing that reads */

enum {
	AF_INET = 2,
	AF_INET6 = 10,
	ETH_P_IP = 0x0800,
	ETH_P_IPV6 = 0x86dd,
	SOCK_RAW = 3,
	IPPROTO_HOPOPTS = 0,
	IPPROTO_TCP = 6,
	IPPROTO_UDP = 17,
	IPPROTO_ROUTING = 43,
	IPPROTO_FRAGMENT = 44,
	IPPROTO_AH = 51,
	IPPROTO_DSTOPTS = 60,
	IPPROTO_MPTCP = 262,
	ENOMEM = 12,
	ENOBUFS = 105,
	EEXIST = 17,
	ENETUNREACH = 101,
	ETIMEDOUT = 110,
	ECONNREFUSED = 111,
	EHOSTUNREACH = 113,
	TCP_CA_LOSS = 4,	 /* enum tcp_ca_state */
	PF_KTHREAD = 0x00200000, /* include/linux/sched.h */
	SOCK_BINDPORT_LOCK = 8,	 /* sk_userlocks: bind() named the port */
};

/* Gives what is at an address the type of that BTF number. */
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;

/* The packet of a program that is given a copy of some of it. */
extern void *bpf_cast_to_kern_ctx(void *context) __ksym __weak;

/*
 * A bit-field by typed load: the relocations give the byte it is in and how to shift it into place.
 * The barrier keeps the offset out of the load itself, where libbpf would check it as a member.
 */
static __always_inline __u64 l4_shift_bits(const void *object, __u64 offset, __u64 left, __u64 right)
{
	const __u8 *byte = object + offset;

	asm volatile("" : "+r"(byte));
	return (__u64)*byte << left >> right;
}

#define L4_READ_BITS(ptr, member)                                                               \
	l4_shift_bits(ptr, __builtin_preserve_field_info((ptr)->member, BPF_FIELD_BYTE_OFFSET), \
		      __builtin_preserve_field_info((ptr)->member, BPF_FIELD_LSHIFT_U64),       \
		      __builtin_preserve_field_info((ptr)->member, BPF_FIELD_RSHIFT_U64))

/* Did bind() name the port? The bits became a byte in 6.18, which one relocation cannot bridge. */
static __always_inline bool l4_port_is_bound(const struct sock *sk)
{
	const struct sock___618 *byte = (const void *)sk;

	if (__builtin_preserve_field_info(byte->sk_userlocks, BPF_FIELD_RSHIFT_U64) == 64 - 8)
		return byte->sk_userlocks & SOCK_BINDPORT_LOCK;
	return L4_READ_BITS(sk, sk_userlocks) & SOCK_BINDPORT_LOCK;
}

#endif
