// SPDX-License-Identifier: GPL-2.0
/*
 * Prints what it took the verifier to accept each program of l4dstat's that is loaded: kernel, major version of the
 * compiler of the programs (L4_CLANG), name, instructions.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static int print_program(int fd, const char *kernel)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &length))
		return -errno;
	if (!strncmp(info.name, "l4_", 3))
		printf("%s\t%d\t%s\t%u\n", kernel, L4_CLANG, info.name, info.verified_insns);
	return 0;
}

int main(void)
{
	struct utsname host = {};
	__u32 id = 0;
	int err = 0;

	uname(&host);
	while (!err && !bpf_prog_get_next_id(id, &id)) {
		const int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0) { /* it may be gone by now */
			err = errno == ENOENT ? 0 : -errno;
			continue;
		}
		err = print_program(fd, host.release);
		close(fd);
	}
	if (err)
		fprintf(stderr, "verified: cannot look at the loaded programs: %s\n", strerror(-err));
	return err != 0;
}
