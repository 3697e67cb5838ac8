/* SPDX-License-Identifier: GPL-2.0 */
/* Capabilities, BTF and the cgroup v2 root. Everything is asked of the kernel, nothing of its version. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup.h"
#include "kernel.h"
#include "memory.h"

static const char btf_path[] = "/sys/kernel/btf/vmlinux";

static int check_capabilities(void)
{
	static const struct {
		unsigned int capability;
		const char *name;
	} needed[] = {
		{CAP_BPF, "CAP_BPF"},
		{CAP_PERFMON, "CAP_PERFMON"},
		{CAP_NET_ADMIN, "CAP_NET_ADMIN"},
	};
	char missing[64] = "";

	capng_get_caps_process();
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN))
		return 0;
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		if (!capng_have_capability(CAPNG_EFFECTIVE, needed[i].capability)) {
			strcat(missing, *missing ? " and " : "");
			strcat(missing, needed[i].name);
		}
	}
	if (!*missing)
		return 0;
	fprintf(stderr, "l4dstat: loading programs into the kernel needs %s; run it as root: sudo l4dstat\n", missing);
	return -EPERM;
}

static bool has_enumerator(const struct btf *kernel, const char *enumeration, const char *name)
{
	const int id = btf__find_by_name_kind(kernel, enumeration, BTF_KIND_ENUM);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(kernel, id);

	for (int i = 0; type && i < btf_vlen(type); i++) {
		if (!strcmp(btf__name_by_offset(kernel, btf_enum(type)[i].name_off), name))
			return true;
	}
	return false;
}

bool kernel_has_tracepoint(const struct btf *kernel, const char *name)
{
	char typedef_name[128];

	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	return btf__find_by_name_kind(kernel, typedef_name, BTF_KIND_TYPEDEF) > 0;
}

bool kernel_has_function(const struct btf *kernel, const char *name)
{
	return btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC) > 0;
}

unsigned int kernel_tracepoint_arguments(const struct btf *kernel, const char *name)
{
	const struct btf_type *type;
	char typedef_name[128];
	int id;

	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	id = btf__find_by_name_kind(kernel, typedef_name, BTF_KIND_TYPEDEF);
	type = id < 0 ? NULL : btf__type_by_id(kernel, id);
	while (type && (btf_is_typedef(type) || btf_is_ptr(type)))
		type = btf__type_by_id(kernel, type->type);
	return type && btf_is_func_proto(type) && btf_vlen(type) ? btf_vlen(type) - 1 : 0; /* the first is void * */
}

void kernel_enumerators(const struct btf *kernel, const char *enumeration, const char *prefix, char **names,
			unsigned int count)
{
	const int id = btf__find_by_name_kind(kernel, enumeration, BTF_KIND_ENUM);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(kernel, id);

	for (int i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_enum *value = &btf_enum(type)[i];
		const char *name = btf__name_by_offset(kernel, value->name_off);
		const size_t skip = strncmp(name, prefix, strlen(prefix)) ? 0 : strlen(prefix);

		if (value->val >= 0 && (unsigned int)value->val < count && !names[value->val])
			names[value->val] = memory_format("%s", name + skip);
	}
}

/* Names the first thing the main job cannot do without and this kernel does not have, NULL if none. */
static const char *missing_feature(const struct btf *kernel)
{
	static const char *const helpers[] = {
		"BPF_FUNC_sk_storage_get",
		"BPF_FUNC_skc_to_tcp_sock",
		"BPF_FUNC_get_current_task_btf",
		"BPF_FUNC_sock_from_file",
	};
	static const char *const tracepoints[] = {
		"inet_sock_set_state",
		"tcp_retransmit_skb",
		"tcp_retransmit_synack",
		"udp_fail_queue_rcv_skb",
	};

	for (size_t i = 0; i < sizeof(helpers) / sizeof(*helpers); i++) {
		if (!has_enumerator(kernel, "bpf_func_id", helpers[i]))
			return helpers[i];
	}
	for (size_t i = 0; i < sizeof(tracepoints) / sizeof(*tracepoints); i++) {
		if (!kernel_has_tracepoint(kernel, tracepoints[i]))
			return tracepoints[i];
	}
	if (btf__find_by_name_kind(kernel, "bpf_iter__bpf_sk_storage_map", BTF_KIND_STRUCT) < 0)
		return "the BPF iterator over sockets";
	return NULL;
}

static int cannot_read_btf(int err)
{
	char why[128];

	libbpf_strerror(err, why, sizeof(why));
	fprintf(stderr, "l4dstat: cannot read the kernel's types in %s (%s); see that it can be read as it is\n",
		btf_path, why);
	return err == ENOMEM ? -ENOMEM : -EOPNOTSUPP;
}

static int check_btf(void)
{
	struct utsname host = {};
	const char *missing;
	struct btf *kernel;

	uname(&host);
	kernel = btf__parse(btf_path, NULL);
	if (!kernel && errno != ENOENT)
		return cannot_read_btf(errno);
	if (!kernel) {
		fprintf(stderr,
			"l4dstat: this kernel (%s) does not describe its types in %s, without which no program can be "
			"fitted to it; "
			"boot a kernel built with CONFIG_DEBUG_INFO_BTF\n",
			host.release, btf_path);
		return -EOPNOTSUPP;
	}
	missing = missing_feature(kernel);
	if (missing)
		fprintf(stderr, "l4dstat: this kernel (%s) is too old: it has no %s; boot Linux 6.1 or newer\n",
			host.release, missing);
	btf__free(kernel);
	return missing ? -EOPNOTSUPP : 0;
}

int kernel_check(void)
{
	return check_capabilities() ?: check_btf();
}

int kernel_open_cgroup_root(void)
{
	char path[CGROUP_PATH];
	int fs, mount, err;

	if (!cgroup_find_mount(path)) {
		const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		return fd < 0 ? -errno : fd;
	}
	fs = syscall(SYS_fsopen, "cgroup2", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -errno;
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) {
		err = -errno;
		close(fs);
		return err;
	}
	mount = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	err = -errno;
	close(fs);
	return mount < 0 ? err : mount;
}
