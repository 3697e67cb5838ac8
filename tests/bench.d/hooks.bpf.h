/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Empty programs on the hooks of l4dstat, so that what they cost by themselves is known. Not here: the hook of what is
 * sent, which differs. tests/bench.d/events.sh sees to it that none is missing.
 */
#ifndef L4_BENCH_HOOKS_BPF_H
#define L4_BENCH_HOOKS_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define EMPTY(name, section, verdict)                       \
	SEC(section)                                        \
	int name(void *context __attribute__((__unused__))) \
	{                                                   \
		return verdict;                             \
	}

EMPTY(ingress, "cgroup_skb/ingress", 1)
EMPTY(sock_create, "cgroup/sock_create", 1)
EMPTY(bind4, "cgroup/bind4", 1)
EMPTY(bind6, "cgroup/bind6", 1)
EMPTY(send_length, "tp_btf/sock_send_length", 0)
EMPTY(recv_length, "tp_btf/sock_recv_length", 0)
EMPTY(set_state, "tp_btf/inet_sock_set_state", 0)
EMPTY(destroy_sock, "tp_btf/tcp_destroy_sock", 0)
EMPTY(retransmit, "tp_btf/tcp_retransmit_skb", 0)
EMPTY(retransmit_synack, "tp_btf/tcp_retransmit_synack", 0)
EMPTY(send_reset, "tp_btf/tcp_send_reset", 0)
EMPTY(receive_reset, "tp_btf/tcp_receive_reset", 0)
EMPTY(fail_queue, "tp_btf/udp_fail_queue_rcv_skb", 0)
EMPTY(dropped, "tp_btf/kfree_skb", 0)

char LICENSE[] SEC("license") = "GPL";

#endif
