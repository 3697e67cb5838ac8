// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the running kernel's types (BTF) to a file, with one member of a structure renamed: where a test mounts that
 * over the kernel's own, this kernel is taken for one that has the member.
 * alter-types FILE STRUCTURE MEMBER NEW-NAME
 */
#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>

/* Types are read-only for others; this copy of them is ours. */
static int rename_member(struct btf *types, const char *structure, const char *from, const char *to)
{
	const int name = btf__add_str(types, to);
	const int id = btf__find_by_name_kind(types, structure, BTF_KIND_STRUCT);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(types, id);
	struct btf_member *members = type ? btf_members(type) : NULL;

	for (int i = 0; name >= 0 && type && i < btf_vlen(type); i++) {
		if (strcmp(btf__name_by_offset(types, members[i].name_off), from))
			continue;
		members[i].name_off = name;
		return 0;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct btf *types = argc == 5 ? btf__parse("/sys/kernel/btf/vmlinux", NULL) : NULL;
	FILE *file = types ? fopen(argv[1], "w") : NULL;
	const void *data;
	__u32 size;
	int failed = 1;

	if (file && !rename_member(types, argv[2], argv[3], argv[4])) {
		data = btf__raw_data(types, &size);
		failed = !data || fwrite(data, size, 1, file) != 1;
	}
	if (file)
		failed |= fclose(file) != 0;
	btf__free(types);
	if (failed)
		fputs("alter-types: Usage: alter-types FILE STRUCTURE MEMBER NEW-NAME; all of them must be there\n",
		      stderr);
	return failed;
}
