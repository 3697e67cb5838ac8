// SPDX-License-Identifier: GPL-2.0
/*
 * `verified ID...` prints what it took the verifier to accept each of these programs: kernel, major version of the
 * compiler of the programs (L4_CLANG), name, instructions.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static int print_program(__u32 id, const char *kernel)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);
	const int fd = bpf_prog_get_fd_by_id(id);
	const int err = fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	if (!err)
		printf("%s\t%d\t%s\t%u\n", kernel, L4_CLANG, info.name, info.verified_insns);
	return err;
}

int main(int argc, char **argv)
{
	struct utsname host = {};
	int err = 0;

	uname(&host);
	for (int i = 1; !err && i < argc; i++)
		err = print_program(strtoul(argv[i], NULL, 10), host.release);
	if (err)
		fprintf(stderr, "verified: cannot look at the programs: %s\n", strerror(-err));
	return err != 0;
}
