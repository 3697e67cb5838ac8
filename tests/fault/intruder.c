/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A library to be preloaded: what somebody might try who has taken over l4dstat. At SIGUSR1 each attempt is made once,
 * in whatever thread gets it, and how it ended goes to the file INTRUDER_TOLD, a line each: its name and the errno's,
 * or "done". An attempt that is not refused fails all the same, or does no harm.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int told = -1;

struct attempt {
	const char *name;
	long number;
	long arguments[6];
};

static void try(const struct attempt *attempt)
{
	const long *a = attempt->arguments;
	const long result = syscall(attempt->number, a[0], a[1], a[2], a[3], a[4], a[5]);

	if (!result && attempt->number == SYS_clone)
		_exit(0);
	dprintf(told, "%s %s\n", attempt->name, result < 0 ? strerrorname_np(errno) : "done");
}

static void intrude(int number)
{
	static char *const nothing[] = {NULL};
	const long nowhere = (long)"/nowhere/at-all", none = -1, all = PROT_READ | PROT_WRITE | PROT_EXEC;
	const struct attempt attempts[] = {
		{"execve", SYS_execve, {nowhere, (long)nothing, (long)nothing}},
		{"execveat", SYS_execveat, {AT_FDCWD, nowhere, (long)nothing, (long)nothing}},
		{"fork", SYS_clone, {SIGCHLD}},
		{"user-namespace", SYS_unshare, {CLONE_NEWUSER}},
		{"ptrace", SYS_ptrace, {PTRACE_ATTACH, none}},
		{"memory-of-others", SYS_process_vm_readv, {none}},
		{"kill", SYS_kill, {1, 0}},
		{"load-program", SYS_bpf, {BPF_PROG_LOAD}},
		{"attach-program", SYS_bpf, {BPF_LINK_CREATE}},
		{"read-map", SYS_bpf, {BPF_MAP_LOOKUP_ELEM}},
		{"internet-socket", SYS_socket, {AF_INET, SOCK_DGRAM}},
		{"packet-socket", SYS_socket, {AF_PACKET, SOCK_RAW}},
		{"connect", SYS_connect, {none}},
		{"accept", SYS_accept4, {none}},
		{"io_uring", SYS_io_uring_setup, {0}},
		{"module", SYS_finit_module, {none}},
		{"mount", SYS_mount, {0, nowhere}},
		{"enter-network", SYS_setns, {none, CLONE_NEWNET}},
		{"enter-mounts", SYS_setns, {none, CLONE_NEWNS}},
		{"code-in-data", SYS_mmap, {0, 4096, all, MAP_PRIVATE | MAP_ANONYMOUS, -1}},
		{"data-to-code", SYS_mprotect, {0, 4096, PROT_READ | PROT_EXEC}},
		{"be-dumpable", SYS_prctl, {PR_SET_DUMPABLE, 1}},
		{"type-for-user", SYS_ioctl, {none, TIOCSTI}},
		{"write-file", SYS_openat, {AT_FDCWD, nowhere, O_WRONLY}},
		{"make-file", SYS_openat, {AT_FDCWD, nowhere, O_RDONLY | O_CREAT}},
		{"delete-file", SYS_unlinkat, {AT_FDCWD, nowhere}},
		{"rename-file", SYS_renameat2, {AT_FDCWD, nowhere, AT_FDCWD, nowhere}},
		{"own-file", SYS_fchownat, {AT_FDCWD, nowhere}},
		{"read-file", SYS_openat, {AT_FDCWD, nowhere, O_RDONLY}},
	};

	(void)number;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		try(&attempts[i]);
	dprintf(told, "end\n");
}

/* Before anything is forbidden. Programs that l4dstat runs get none of it. */
__attribute__((constructor)) static void prepare(void)
{
	const char *path = getenv("INTRUDER_TOLD");

	if (!path)
		return;
	told = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	unsetenv("LD_PRELOAD");
	signal(SIGUSR1, intrude);
}
