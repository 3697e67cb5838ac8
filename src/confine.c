/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The filter of system calls, by libseccomp.
 *
 * It lists what is allowed. What is not is answered with ENOSYS. Not by killing the process: the C library chooses
 * which system call is behind a function, and a newer one may choose another, at 3 AM, in a case that no test has seen.
 * Not with EPERM: a library that tries a newer call takes the older one if this kernel does not have it, and gives up
 * if it is forbidden (so did containers when clone3() came). What cannot be done without fails as if the kernel could
 * not do it, and is told of like any other failure. For who has taken over the process it makes no difference.
 *
 * Threads have no filters of their own: who has taken over one of them writes to the memory of the others.
 */
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"

/*
 * Sanitizers make calls of their own, and ptrace() their own process. Elsewhere the arguments stand in other places
 * (s390: of clone() and mmap()), or many calls have other names (32 bits).
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNCONFINED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__s390__) || !defined(__LP64__)
#define UNCONFINED 1
#endif
#ifndef UNCONFINED
#define UNCONFINED 0
#endif

/* What part of the program needs a call. */
enum part {
	ALL = 0,
	PROGRAMS = 1 << 0,
	NAMESPACES = 1 << 1,
	CREATES = 1 << 2,
	SERVES = 1 << 3,
};

enum {
	ANY_THREAD = CLONE_THREAD | CLONE_VM | CLONE_SIGHAND,
	NEW_NAMESPACE = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
			CLONE_NEWNET,
};

static const uint64_t whole = UINT32_MAX; /* of an argument that is an int, or a flag beyond those */

/* A row allows a call, if it has a mask only where argument & mask == value. Rows of one call add up. */
static const struct call {
	const char *name;
	unsigned int parts; /* one of these is in use; ALL: always */
	unsigned int argument;
	uint64_t mask, value;
} calls[] = {
	/* Memory, of which nothing becomes a program. */
	{"brk"},
	{"madvise"},
	{"mmap", ALL, 2, PROT_EXEC, 0},
	{"mmap", ALL, 2, PROT_WRITE, 0}, /* a library's code: glibc loads character sets late */
	{"mprotect", ALL, 2, PROT_EXEC, 0},
	{"mremap"},
	{"munmap"},

	/* Time, signals, threads, and what the process is told of itself. */
	{"clock_getres"},
	{"clock_gettime"},
	{"clock_nanosleep"},
	{"clone", ALL, 0, ANY_THREAD | NEW_NAMESPACE,
	 ANY_THREAD}, /* clone3() has its flags where no filter sees them */
	{"exit"},
	{"exit_group"},
	{"futex"},
	{"getegid"},
	{"geteuid"},
	{"getgid"},
	{"getpid"},
	{"getrandom"},
	{"getrusage"},
	{"gettid"},
	{"gettimeofday"},
	{"getuid"},
	{"kill", ALL, 1, whole, SIGTSTP}, /* the live table stops itself */
	{"nanosleep"},
	{"prctl", ALL, 0, whole, PR_CAPBSET_READ},
	{"prctl", ALL, 0, whole, PR_CAP_AMBIENT},
	{"prctl", ALL, 0, whole, PR_SET_NAME},
	{"prlimit64", ALL, 2, UINT64_MAX, 0}, /* asks, and sets nothing */
	{"restart_syscall"},
	{"rseq"},
	{"rt_sigaction"},
	{"rt_sigprocmask"},
	{"rt_sigreturn"},
	{"sched_getaffinity"},
	{"sched_yield"},
	{"set_robust_list"},
	{"sysinfo"},
	{"tgkill", ALL, 2, whole, SIGABRT}, /* abort() */
	{"uname"},
	{"wait4"},

	/* Capabilities, of which there are only fewer. */
	{"capget"},
	{"capset"},

	/* Files that are open, and reading others. */
	{"close"},
	{"dup"},
	{"dup2"},
	{"dup3"},
	{"fcntl"},
	{"fdatasync"},
	{"fstat"},
	{"fsync"},
	{"getdents64"},
	{"lseek"},
	{"newfstatat"},
	{"openat", ALL, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY},
	{"poll"},
	{"ppoll"},
	{"pread64"},
	{"read"},
	{"readlink"},
	{"readlinkat"},
	{"readv"},
	{"statx"},
	{"write"},
	{"writev"},

	/* The terminal; what types for its user (TIOCSTI) is not there. */
	{"ioctl", ALL, 1, whole, TCFLSH},
	{"ioctl", ALL, 1, whole, TCGETS},
	{"ioctl", ALL, 1, whole, TCSBRK},
	{"ioctl", ALL, 1, whole, TCSETS},
	{"ioctl", ALL, 1, whole, TCSETSF},
	{"ioctl", ALL, 1, whole, TCSETSW},
	{"ioctl", ALL, 1, whole, TIOCGWINSZ},
#ifdef TCGETS2 /* glibc 2.42 */
	{"ioctl", ALL, 1, whole, TCGETS2},
	{"ioctl", ALL, 1, whole, TCSETS2},
	{"ioctl", ALL, 1, whole, TCSETSF2},
	{"ioctl", ALL, 1, whole, TCSETSW2},
#endif

	/* The kernel's answers about sockets and interfaces, and alerts to the process that runs commands. */
	{"recvfrom"},
	{"recvmsg"},
	{"sendmsg"},
	{"sendto"},
	{"socket", ALL, 0, whole, AF_NETLINK},

	/* Maps and iterators; no program is loaded or attached. */
	{"bpf", PROGRAMS, 0, whole, BPF_ITER_CREATE},
	{"bpf", PROGRAMS, 0, whole, BPF_MAP_LOOKUP_AND_DELETE_BATCH},
	{"bpf", PROGRAMS, 0, whole, BPF_MAP_LOOKUP_BATCH},
	{"bpf", PROGRAMS, 0, whole, BPF_MAP_LOOKUP_ELEM},
	{"bpf", PROGRAMS, 0, whole, BPF_MAP_UPDATE_ELEM},
	{"bpf", PROGRAMS, 0, whole, BPF_OBJ_GET_INFO_BY_FD},

	/* Other network namespaces. */
	{"setns", NAMESPACES, 1, whole, CLONE_NEWNET},

	/* The files of a recording, and the one for the textfile collector. */
	{"fchmod", CREATES},
	{"openat", CREATES},
	{"rename", CREATES},
	{"renameat", CREATES},
	{"renameat2", CREATES},
	{"unlink", CREATES},
	{"unlinkat", CREATES},

	/* HTTP. */
	{"accept", SERVES},
	{"accept4", SERVES},
	{"epoll_ctl", SERVES},
	{"epoll_pwait", SERVES},
	{"epoll_wait", SERVES},
	{"getpeername", SERVES},
	{"getsockname", SERVES},
	{"getsockopt", SERVES},
	{"sendfile", SERVES},
	{"setsockopt", SERVES},
	{"shutdown", SERVES},
};

bool confine_possible(void)
{
	const unsigned int action = SECCOMP_RET_ERRNO;

	return !UNCONFINED && !syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

static unsigned int parts_in_use(const struct privileges_need *need)
{
	return (need->programs ? PROGRAMS : 0) | (need->namespaces ? NAMESPACES : 0) | (need->creates ? CREATES : 0) |
	       (need->serves ? SERVES : 0);
}

/* What this machine or this libseccomp has no such call of needs none. */
static int allow(scmp_filter_ctx filter, const struct call *call)
{
	const struct scmp_arg_cmp limit = {call->argument, SCMP_CMP_MASKED_EQ, call->mask, call->value};
	const int number = seccomp_syscall_resolve_name(call->name);

	return number < 0 ? 0 : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, call->mask ? 1 : 0, &limit);
}

static int allow_all(scmp_filter_ctx filter, unsigned int parts)
{
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(calls) / sizeof(*calls); i++) {
		if (!calls[i].parts || calls[i].parts & parts)
			err = allow(filter, &calls[i]);
	}
	return err;
}

/* no_new_privs has been set; the kernel's own errors are wanted. */
static int load(unsigned int parts)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int err;

	if (!filter)
		return -ENOMEM;
	err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0)
		      ?: seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1)
		      ?: seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1)
		      ?: seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS)
		      ?: allow_all(filter, parts) ?: seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

int confine(const struct privileges_need *need)
{
	int err;

	if (!confine_possible()) {
		fputs(UNCONFINED ? "l4dstat: notice: this build does not confine its system calls\n"
				 : "l4dstat: notice: this kernel has no filter of system calls "
				   "(CONFIG_SECCOMP_FILTER), so none are forbidden to l4dstat\n",
		      stderr);
		return 0;
	}
	err = load(parts_in_use(need));
	if (err)
		fprintf(stderr,
			"l4dstat: cannot confine its system calls (%s); see whether what it runs in forbids "
			"seccomp(2)\n",
			strerror(-err));
	return err;
}
