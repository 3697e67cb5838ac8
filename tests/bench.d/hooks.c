/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Other programs in the place of l4dstat's: `hooks OBJECT` attaches all programs of that object, cgroup's at the root
 * of cgroup v2, says "ready" and goes at SIGTERM. Hooks that this kernel does not have are left out.
 *
 * `hooks --stats` attaches nothing: as long as it runs, the kernel takes the time of all programs.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

static bool is_there(const struct btf *kernel, const char *section)
{
	static const char prefix[] = "tp_btf/";

	return strncmp(section, prefix, strlen(prefix)) || kernel_has_tracepoint(kernel, section + strlen(prefix));
}

static void attach(struct bpf_program *program, int cgroup)
{
	const bool at_cgroup = !strncmp(bpf_program__section_name(program), "cgroup", strlen("cgroup"));
	const struct bpf_link *link =
		at_cgroup ? bpf_program__attach_cgroup(program, cgroup) : bpf_program__attach(program);

	if (!link)
		err(1, "%s", bpf_program__name(program));
}

static void attach_all(const char *path)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	const int cgroup = kernel_open_cgroup_root();
	struct bpf_program *program;

	if (!kernel || !object || cgroup < 0)
		errx(1, "%s: cannot be opened, or no BTF, or no cgroup v2", path);
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, is_there(kernel, bpf_program__section_name(program)));
	if (bpf_object__load(object))
		err(1, "%s", path);
	bpf_object__for_each_program(program, object) {
		if (bpf_program__autoload(program))
			attach(program, cgroup);
	}
}

int main(int argc, char **argv)
{
	sigset_t ends;
	int signal;

	if (argc != 2)
		errx(2, "usage: hooks OBJECT|--stats");
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	libbpf_set_print(quiet);
	if (strcmp(argv[1], "--stats"))
		attach_all(argv[1]);
	else if (bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
		err(1, "BPF_ENABLE_STATS");
	puts("ready");
	fflush(stdout);
	sigwait(&ends, &signal);
	return 0;
}
