/* SPDX-License-Identifier: GPL-2.0 */
/* The rows, and how each kind of feature is looked for. Not here: what the kernel's types are asked (kernel.c). */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cap-ng.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup.h"
#include "confine.h"
#include "feature.h"
#include "kernel.h"
#include "walk.h"

static const char types_path[] = "/sys/kernel/btf/vmlinux";

enum kind {
	CAPABILITY,
	TYPES,
	CGROUP2,
	TRACEPOINT,
	FUNCTION,
	HOOK,
	ITERATOR,
	WALK,
	FOLLOW,
	HELPER,
	MAP,
	NETLINK,
	SECCOMP,
};

struct feature {
	enum kind kind;
	const char *name;
	unsigned int number; /* capability; tracepoint: so many arguments at least, 0: any */
	bool needed;	     /* by the main job */
	const char *lost;    /* without it */
};

static const struct feature features[] = {
	{CAPABILITY, "CAP_BPF", CAP_BPF, true, "nothing can be loaded: dstat's own columns are all there is"},
	{CAPABILITY, "CAP_PERFMON", CAP_PERFMON, true, "no program may look at the kernel's sockets"},
	{CAPABILITY, "CAP_NET_ADMIN", CAP_NET_ADMIN, true, "no program may see datagrams"},
	{CAPABILITY, "CAP_SYS_ADMIN", CAP_SYS_ADMIN, false,
	 "other network namespaces: half-open and TIME_WAIT connections, names, the kernel's own counts"},
	{CAPABILITY, "CAP_SYS_PTRACE", CAP_SYS_PTRACE, false, "the same of namespaces without a name"},
	{TYPES, types_path, 0, true, "no program can be fitted to this kernel"},
	{CGROUP2, "mounted", 0, false, "datagrams, unless it may be mounted where nobody sees it (CAP_SYS_ADMIN)"},
	{TRACEPOINT, "inet_sock_set_state", 0, true, "connections that open, fail and end"},
	{TRACEPOINT, "tcp_destroy_sock", 0, false, "the last segments of some connections"},
	{TRACEPOINT, "tcp_retransmit_skb", 0, true, "retransmits, their kinds"},
	{TRACEPOINT, "tcp_retransmit_synack", 0, true, "retransmitted SYN-ACKs"},
	{TRACEPOINT, "tcp_receive_reset", 0, false, "resets received"},
	{TRACEPOINT, "tcp_send_reset", 0, false, "resets sent"},
	{TRACEPOINT, "tcp_send_reset", 3, false, "why resets were sent"},
	{TRACEPOINT, "udp_fail_queue_rcv_skb", 0, true, "datagrams that a full receive buffer lost"},
	{TRACEPOINT, "kfree_skb", 3, false, "datagrams dropped elsewhere, and why"},
	{TRACEPOINT, "kfree_skb", 4, false, "whose dropped datagrams were"},
	{TRACEPOINT, "sock_send_length", 0, false, "nothing where there is fexit"},
	{TRACEPOINT, "sock_recv_length", 0, false, "nothing where there is fexit"},
	{FUNCTION, "inet_sendmsg", 0, false, "fexit: sockets that change hands, where there is no sock_send_length"},
	{FUNCTION, "inet_recvmsg", 0, false, "fexit: sockets that change hands, where there is no sock_recv_length"},
	{FUNCTION, "bpf_rdonly_cast", 0, false, "under lockdown=confidentiality: datagrams dropped elsewhere"},
	{HOOK, "CGROUP_INET_INGRESS", 0, true, "datagrams received"},
	{HOOK, "CGROUP_INET_EGRESS", 0, true, "datagrams sent"},
	{HOOK, "CGROUP_INET_SOCK_CREATE", 0, true, "whose new sockets are"},
	{HOOK, "CGROUP_INET4_BIND", 0, true, "which side serves"},
	{HOOK, "CGROUP_INET6_BIND", 0, true, "which side serves, IPv6"},
	{WALK, "bpf_sk_storage_map", 0, false,
	 "nothing, but it costs more: files or tables of sockets are walked instead"},
	{ITERATOR, "task_file", 0, true, "whose sockets are that were there before"},
	{FOLLOW, "task_file/socket", 0, false,
	 "without CAP_SYS_ADMIN: older connections in other network namespaces, until they are used"},
	{ITERATOR, "tcp", 0, true, "sockets by state"},
	{ITERATOR, "udp", 0, false, "nothing where files can be followed to their sockets"},
	{HELPER, "sk_storage_get", 0, true, "owners of sockets"},
	{HELPER, "skc_to_tcp_sock", 0, true, "what TCP connections count themselves"},
	{HELPER, "get_current_task_btf", 0, true, "owners of sockets"},
	{HELPER, "sock_from_file", 0, true, "whose sockets are that were there before"},
	{MAP, "SK_STORAGE", 0, true, "owners of sockets"},
	{MAP, "ARRAY_OF_MAPS", 0, true, "intervals that lose nothing"},
	{MAP, "HASH", 0, true, "counts"},
	{MAP, "PERCPU_ARRAY", 0, true, "where lost datagrams came from"},
	{NETLINK, "sock_diag", 0, false, "nothing, but states cost more"},
	{SECCOMP, "filter", 0, false, "nothing, but no system call is forbidden to l4dstat"},
};

static bool has_capability(const struct feature *feature, const struct btf *kernel)
{
	(void)kernel;
	if (capng_get_caps_process())
		return false;
	return capng_have_capability(CAPNG_EFFECTIVE, feature->number) ||
	       (feature->needed && capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN));
}

static bool has_types(const struct feature *feature, const struct btf *kernel)
{
	(void)feature;
	return kernel;
}

static bool has_cgroup2(const struct feature *feature, const struct btf *kernel)
{
	char path[CGROUP_PATH];

	(void)feature;
	(void)kernel;
	return !cgroup_find_mount(path);
}

static bool has_tracepoint(const struct feature *feature, const struct btf *kernel)
{
	return feature->number ? kernel_tracepoint_arguments(kernel, feature->name) >= feature->number
			       : kernel_has_tracepoint(kernel, feature->name);
}

static bool has_function(const struct feature *feature, const struct btf *kernel)
{
	return kernel_has_function(kernel, feature->name);
}

static bool has_iterator(const struct feature *feature, const struct btf *kernel)
{
	return kernel_has_iterator(kernel, feature->name);
}

static bool has_walk(const struct feature *feature, const struct btf *kernel)
{
	(void)feature;
	return walk_may_go_over_ledger(kernel);
}

static bool has_follow(const struct feature *feature, const struct btf *kernel)
{
	(void)feature;
	return kernel_lets_files_be_followed(kernel);
}

static bool has_hook(const struct feature *feature, const struct btf *kernel)
{
	return kernel_has_enumerator(kernel, "bpf_attach_type", "BPF_", feature->name);
}

static bool has_helper(const struct feature *feature, const struct btf *kernel)
{
	return kernel_has_enumerator(kernel, "bpf_func_id", "BPF_FUNC_", feature->name);
}

static bool has_map(const struct feature *feature, const struct btf *kernel)
{
	return kernel_has_enumerator(kernel, "bpf_map_type", "BPF_MAP_TYPE_", feature->name);
}

static bool has_sock_diag(const struct feature *feature, const struct btf *kernel)
{
	const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	(void)feature;
	(void)kernel;
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool has_seccomp(const struct feature *feature, const struct btf *kernel)
{
	(void)feature;
	(void)kernel;
	return confine_possible();
}

static const struct {
	const char *name;
	bool (*here)(const struct feature *feature, const struct btf *kernel);
	bool by_types; /* the kernel's types tell */
} kinds[] = {
	[CAPABILITY] = {"capability", has_capability},
	[TYPES] = {"types", has_types},
	[CGROUP2] = {"cgroup2", has_cgroup2},
	[TRACEPOINT] = {"tracepoint", has_tracepoint, true},
	[FUNCTION] = {"function", has_function, true},
	[HOOK] = {"hook", has_hook, true},
	[ITERATOR] = {"iterator", has_iterator, true},
	[WALK] = {"iterator", has_walk, true},
	[FOLLOW] = {"iterator", has_follow, true},
	[HELPER] = {"helper", has_helper, true},
	[MAP] = {"map", has_map, true},
	[NETLINK] = {"netlink", has_sock_diag},
	[SECCOMP] = {"seccomp", has_seccomp},
};

enum { FEATURES = sizeof(features) / sizeof(*features) };

static bool is_here(const struct feature *feature, const struct btf *kernel)
{
	return (kernel || !kinds[feature->kind].by_types) && kinds[feature->kind].here(feature, kernel);
}

bool feature_print(FILE *to)
{
	struct btf *kernel = btf__parse(types_path, NULL);
	bool enough = true;

	fputs("here needed feature                             lost without it\n", to);
	for (size_t i = 0; i < FEATURES; i++) {
		const struct feature *feature = &features[i];
		const bool here = is_here(feature, kernel);
		char name[64];

		snprintf(name, sizeof(name), feature->kind == TRACEPOINT && feature->number ? "%s %s/%u" : "%s %s",
			 kinds[feature->kind].name, feature->name, feature->number);
		fprintf(to, "%-4s %-6s %-35s %s\n", here ? "yes" : "no", feature->needed ? "yes" : "no", name,
			feature->lost);
		enough &= here || !feature->needed;
	}
	btf__free(kernel);
	return enough;
}

static int check_capabilities(void)
{
	char missing[64] = "";

	for (size_t i = 0; i < FEATURES; i++) {
		if (features[i].kind != CAPABILITY || !features[i].needed || is_here(&features[i], NULL))
			continue;
		strcat(missing, *missing ? " and " : "");
		strcat(missing, features[i].name);
	}
	if (!*missing)
		return 0;
	fprintf(stderr, "l4dstat: loading programs into the kernel needs %s; run it as root: sudo l4dstat\n", missing);
	return -EPERM;
}

/* The first that the main job cannot do without and this kernel does not have, NULL if none. */
static const struct feature *missing_feature(const struct btf *kernel)
{
	for (size_t i = 0; i < FEATURES; i++) {
		if (features[i].needed && !is_here(&features[i], kernel))
			return &features[i];
	}
	return NULL;
}

static int cannot_read_types(int err)
{
	char why[128];

	libbpf_strerror(err, why, sizeof(why));
	fprintf(stderr, "l4dstat: cannot read the kernel's types in %s (%s); see that it can be read as it is\n",
		types_path, why);
	return err == ENOMEM ? -ENOMEM : -EOPNOTSUPP;
}

static int check_kernel(struct btf **types)
{
	struct btf *kernel = btf__parse(types_path, NULL);
	const int err = kernel ? 0 : errno;
	const struct feature *missing;
	struct utsname host = {};

	if (err && err != ENOENT)
		return cannot_read_types(err);
	missing = missing_feature(kernel);
	uname(&host);
	if (!kernel)
		fprintf(stderr,
			"l4dstat: this kernel (%s) does not describe its types in %s, without which no program can be "
			"fitted to it; boot a kernel built with CONFIG_DEBUG_INFO_BTF\n",
			host.release, types_path);
	else if (missing)
		fprintf(stderr, "l4dstat: this kernel (%s) is too old: it has no %s %s; boot Linux 6.1 or newer\n",
			host.release, kinds[missing->kind].name, missing->name);
	if (!missing && types)
		*types = kernel;
	else
		btf__free(kernel);
	return missing ? -EOPNOTSUPP : 0;
}

int feature_check(struct btf **kernel)
{
	return check_capabilities() ?: check_kernel(kernel);
}
