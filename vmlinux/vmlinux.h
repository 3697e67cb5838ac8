/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel types our programs read, and of each only the members they read.
 * CO-RE finds the real offsets in the running kernel's BTF, so neither order nor
 * completeness matters here and the build needs no BTF of the build host.
 * `make check-vmlinux` holds every member against a kernel's BTF.
 * Not here: the BPF user API (linux/bpf.h) and what we define ourselves (include/).
 */
#ifndef L4_VMLINUX_H
#define L4_VMLINUX_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* include/net/sock.h */
enum sock_flags {
	SOCK_DONE = 1, /* the peer's FIN has come */
};

/* include/net/dropreason-core.h; the numbers are of no kernel */
enum skb_drop_reason {
	SKB_DROP_REASON_NO_SOCKET,
	SKB_DROP_REASON_SOCKET_RCVBUFF,
	SKB_DROP_REASON_PROTO_MEM,
	SKB_DROP_REASON_UDP_CSUM,
	SKB_DROP_REASON_NETFILTER_DROP,
	SKB_DROP_REASON_PACKET_SOCK_ERROR, /* from 6.11 on: ask before use */
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be32 u6_addr32[4];
	} in6_u;
};

typedef struct {
	int counter;
} atomic_t;

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	unsigned long skc_flags; /* 1 << enum sock_flags */
};

struct file;

struct socket {
	struct sock *sk;
};

struct sock {
	struct sock_common __sk_common;
	__u8 sk_userlocks : 4; /* before 6.18, and by L4_READ_BITS only */
	int sk_err;
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
	atomic_t sk_drops;
	__u16 sk_protocol;
	__u16 sk_type;
	__u8 sk_kern_sock : 1; /* L4_READ_BITS only */
};

struct sock___618 {
	__u8 sk_userlocks; /* from 6.18 on */
};

struct request_sock {
	struct sock_common __req_common;
};

struct request_sock_queue {
	atomic_t qlen;
};

struct inet_connection_sock {
	struct request_sock_queue icsk_accept_queue;
	__u8 icsk_ca_state : 5; /* L4_READ_BITS only */
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u32 srtt_us; /* eighths of microseconds */
	__u32 rcv_nxt;
	__u32 copied_seq;
	__u32 snd_una;
	__u32 write_seq;
	__u32 segs_out;
	__u32 data_segs_out;
	__u64 bytes_received;
	__u32 segs_in;
	__u32 data_segs_in;
	__u64 bytes_acked;
	__u32 total_retrans;
	bool is_mptcp; /* not in kernels without MPTCP */
};

struct inet_timewait_sock {
	volatile unsigned char tw_substate;
};

struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk;
};

struct net_device {
	possible_net_t nd_net;
};

struct sk_buff {
	struct net_device *dev; /* not of what a UDP socket has queued */
	struct sock *sk;
	char cb[48];
	int skb_iif;
	__be16 protocol;
	__u16 network_header;
	unsigned char *head;
	unsigned char *data;
};

struct tcp_skb_cb {
	__u16 tcp_gso_segs;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct nsproxy {
	struct net *net_ns;
};

struct task_struct {
	unsigned int flags;
	int tgid;
	struct task_struct *group_leader;
	__u64 start_boottime;
	char comm[16];
	struct nsproxy *nsproxy;
	struct css_set *cgroups;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_map;

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
};

struct udp_sock; /* begins with a struct sock */

struct bpf_iter__udp {
	struct bpf_iter_meta *meta;
	struct udp_sock *udp_sk;
};

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	struct sock *sk;
	void *value;
};

#pragma clang attribute pop

#endif
