/* SPDX-License-Identifier: GPL-2.0 */
/* The bare hooks. */
#include "hooks.bpf.h"

EMPTY(egress, "cgroup_skb/egress", 1)
