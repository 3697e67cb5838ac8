/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's types and the cgroup v2 root. Everything is asked of the kernel, nothing of its version. */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "kernel.h"
#include "memory.h"

bool kernel_has_enumerator(const struct btf *kernel, const char *enumeration, const char *prefix, const char *name)
{
	const int id = btf__find_by_name_kind(kernel, enumeration, BTF_KIND_ENUM);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(kernel, id);
	const size_t length = strlen(prefix);

	for (int i = 0; type && i < btf_vlen(type); i++) {
		const char *full = btf__name_by_offset(kernel, btf_enum(type)[i].name_off);

		if (!strncmp(full, prefix, length) && !strcmp(full + length, name))
			return true;
	}
	return false;
}

bool kernel_has_iterator(const struct btf *kernel, const char *name)
{
	char context[128];

	snprintf(context, sizeof(context), "bpf_iter__%s", name);
	return btf__find_by_name_kind(kernel, context, BTF_KIND_STRUCT) > 0;
}

bool kernel_has_member(const struct btf *kernel, const char *structure, const char *name)
{
	const int id = btf__find_by_name_kind(kernel, structure, BTF_KIND_STRUCT);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(kernel, id);

	for (int i = 0; type && i < btf_vlen(type); i++) {
		if (!strcmp(btf__name_by_offset(kernel, btf_members(type)[i].name_off), name))
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
