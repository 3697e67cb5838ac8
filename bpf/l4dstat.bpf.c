/* SPDX-License-Identifier: GPL-2.0 */
/* All programs, one object. Each header is one room; none is included anywhere else. */
#include "maps.bpf.h"
#include "tcp.bpf.h"
#include "udp.bpf.h"
#include "drop.bpf.h"
#include "socket.bpf.h"
#include "older.bpf.h"
#include "walk.bpf.h"

char LICENSE[] SEC("license") = "GPL";
