/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's types and the cgroup v2 root. Everything is asked of the kernel, nothing of its version. */
#include <bpf/bpf.h>
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

/* Bytes from the type's beginning; -1 if it has no such member. */
static int offset_in(const struct btf *kernel, const struct btf_type *type, const char *name)
{
	for (int i = 0; type && btf_is_composite(type) && i < btf_vlen(type); i++) {
		if (!strcmp(btf__name_by_offset(kernel, btf_members(type)[i].name_off), name))
			return btf_member_bit_offset(type, i) / 8;
	}
	return -1;
}

/* The same, also of what is in a member without a name. */
static int offset_of_member(const struct btf *kernel, const char *structure, const char *name)
{
	const int id = btf__find_by_name_kind(kernel, structure, BTF_KIND_STRUCT);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(kernel, id);
	int offset = offset_in(kernel, type, name);

	for (int i = 0; offset < 0 && type && i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const bool has_name = *btf__name_by_offset(kernel, member->name_off);
		const int inside = has_name ? -1 : offset_in(kernel, btf__type_by_id(kernel, member->type), name);

		if (inside >= 0)
			offset = btf_member_bit_offset(type, i) / 8 + inside;
	}
	return offset;
}

bool kernel_has_member(const struct btf *kernel, const char *structure, const char *name)
{
	return offset_of_member(kernel, structure, name) >= 0;
}

/* Whether a program for this iterator loads: 0 or -errno. */
static int try_iterator(const struct btf *kernel, const char *name, const struct bpf_insn *program, size_t length)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_ITER);
	char function[128];
	int id, fd;

	snprintf(function, sizeof(function), "bpf_iter_%s", name);
	id = btf__find_by_name_kind(kernel, function, BTF_KIND_FUNC);
	if (id < 0)
		return -ESRCH;
	options.attach_btf_id = id;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", program, length, &options);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

bool kernel_lets_iterate(const struct btf *kernel, const char *name)
{
	static const struct bpf_insn nothing[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return try_iterator(kernel, name, nothing, 2) != -EPERM || try_iterator(kernel, "tcp", nothing, 2) == -EPERM;
}

/* bpf_skc_to_tcp_sock(bpf_sock_from_file(context->file)->sk), with what may be NULL left alone. */
bool kernel_lets_files_be_followed(const struct btf *kernel)
{
	const int file = offset_of_member(kernel, "bpf_iter__task_file", "file");
	const int sk = offset_of_member(kernel, "socket", "sk");
	const struct bpf_insn question[] = {
		{.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 1, .off = file},
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 1, .off = 5},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_sock_from_file},
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 0, .off = 3},
		{.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 0, .off = sk},
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 1, .off = 1},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_skc_to_tcp_sock},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return file < 0 || sk < 0 ||
	       try_iterator(kernel, "task_file", question, sizeof(question) / sizeof(*question)) != -EACCES;
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
