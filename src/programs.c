/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "iterator.h"
#include "kernel.h"
#include "l4_types.h" /* the skeleton uses them */
#include "l4dstat.skel.h"
#include "older.h"
#include "programs.h"

static int print_all(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	return vfprintf(stderr, format, args);
}

static int print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static void set_mask(volatile const __u32 *knob, unsigned int first_bit, unsigned int length)
{
	__u32 *mask = (__u32 *)knob; /* read-only for the programs, not before they are loaded */

	for (unsigned int bit = first_bit + length; bit < 128; bit++)
		mask[bit / 32] &= ~htonl(1u << (31 - bit % 32));
}

static const char *attached_to(const struct bpf_program *program, const char *kind)
{
	const char *section = bpf_program__section_name(program);
	const size_t length = strlen(kind);

	return strncmp(section, kind, length) ? NULL : section + length;
}

/*
 * Leaves out the programs whose tracepoint this kernel does not have, which are those that see who uses a socket;
 * feature_check() has seen to the others. The fexit programs take their place, and only that.
 */
static void leave_out_missing(struct l4dstat_bpf *programs, const struct btf *kernel)
{
	bool sees_users = true, has_functions = true;
	struct bpf_program *program;

	bpf_object__for_each_program(program, programs->obj) {
		const char *tracepoint = attached_to(program, "tp_btf/");
		const char *function = attached_to(program, "fexit/");

		if (function && !kernel_has_function(kernel, function))
			has_functions = false;
		if (!tracepoint || kernel_has_tracepoint(kernel, tracepoint))
			continue;
		sees_users &= strncmp(tracepoint, "sock_", 5) != 0;
		bpf_program__set_autoload(program, false);
	}
	bpf_object__for_each_program(program, programs->obj) {
		if (attached_to(program, "fexit/"))
			bpf_program__set_autoload(program, !sees_users && has_functions);
	}
	programs->rodata->l4_sees_users = sees_users || has_functions;
	if (!programs->rodata->l4_sees_users)
		fputs("l4dstat: notice: this kernel does not show who sends and receives: a socket that changes hands "
		      "keeps its first owner\n",
		      stderr);
}

/*
 * A function that the kernel does not have libbpf looks for in the types of modules too, which takes CAP_SYS_ADMIN, and
 * if it may not, nothing is loaded. But it does so only once: this asks for some such function, so that it has been.
 */
static void have_modules_searched(const struct l4dstat_bpf *programs)
{
	if (!programs->rodata->l4_has_cast)
		bpf_program__set_attach_target(programs->progs.l4_set_state, 0, "bpf_rdonly_cast");
}

/* To read a dropped packet takes a cast or, before 6.2, a helper that lockdown=confidentiality forbids. */
static void leave_out_unreadable(struct l4dstat_bpf *programs)
{
	if (programs->rodata->l4_has_cast ||
	    libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_probe_read_kernel, NULL) == 1)
		return;
	fputs("l4dstat: notice: this kernel is locked down and does not let a program read dropped packets: only what "
	      "full receive buffers lose of IPv4 is seen\n",
	      stderr);
	bpf_program__set_autoload(programs->progs.l4_dropped, false);
}

/* The walk has three ways, see walk.h. */
static void leave_out_other_walks(struct l4dstat_bpf *programs, const struct btf *kernel, bool follow_files)
{
	const bool over_ledger = walk_may_go_over_ledger(kernel);

	bpf_program__set_autoload(programs->progs.l4_walk, over_ledger);
	bpf_program__set_autoload(programs->progs.l4_walk_files, !over_ledger && follow_files);
	bpf_program__set_autoload(programs->progs.l4_walk_netns, !over_ledger && follow_files);
	bpf_program__set_autoload(programs->progs.l4_walk_table, !over_ledger && !follow_files);
	bpf_program__set_autoload(programs->progs.l4_find_in_netns, over_ledger || follow_files);
	bpf_map__set_autocreate(programs->maps.l4_walked, !over_ledger && follow_files);
}

static void fit_to_kernel(struct l4dstat_bpf *programs, struct tallies *tallies, const struct btf *kernel)
{
	const bool follow_files = kernel_lets_files_be_followed(kernel);

	leave_out_missing(programs, kernel);
	leave_out_other_walks(programs, kernel, follow_files);
	older_choose(programs, follow_files);
	programs->rodata->l4_has_reset_reason = kernel_tracepoint_arguments(kernel, "tcp_send_reset") >= 3;
	programs->rodata->l4_has_rx_sk = kernel_tracepoint_arguments(kernel, "kfree_skb") >= 4;
	programs->rodata->l4_has_cast = kernel_has_function(kernel, "bpf_rdonly_cast");
	have_modules_searched(programs);
	leave_out_unreadable(programs);
	tallies_name(tallies, programs, kernel);
}

enum { TABLE_TCP, TABLE_UDP };

/* Half of the cells for each protocol; where a key goes nobody can foretell. */
static int lay_out_store(struct l4dstat_bpf *programs, struct store *store, unsigned int cells)
{
	struct store_table *tcp = &store->tables[TABLE_TCP], *udp = &store->tables[TABLE_UDP];
	__u64 *factors = (__u64 *)programs->rodata->l4_factors;

	*tcp = (struct store_table){.proto = L4_PROTO_TCP, .entry = sizeof(struct l4_entry), .slots = L4_TCP_SLOTS};
	*udp = (struct store_table){
		.proto = L4_PROTO_UDP, .entry = sizeof(struct l4_udp_entry), .slots = L4_UDP_SLOTS, .other = L4_PARTS};
	store_layout(&tcp->layout, cells / 2);
	store_layout(&udp->layout, cells / 2);
	memcpy((void *)programs->rodata->l4_tcp_parts, tcp->layout.parts, sizeof(tcp->layout.parts));
	memcpy((void *)programs->rodata->l4_udp_parts, udp->layout.parts, sizeof(udp->layout.parts));
	if (getrandom(factors, sizeof(programs->rodata->l4_factors), 0) != sizeof(programs->rodata->l4_factors))
		return -errno;
	for (size_t i = 0; i < sizeof(programs->rodata->l4_factors) / sizeof(*factors); i++)
		factors[i] |= 1;
	return bpf_map__set_max_entries(programs->maps.l4_tcp_sets, tcp->layout.sets) ?:
	       bpf_map__set_max_entries(programs->maps.l4_udp_sets, udp->layout.sets) ?:
	       bpf_map__set_max_entries(programs->maps.l4_tcp_entries, tcp->layout.entries) ?:
	       bpf_map__set_max_entries(programs->maps.l4_udp_entries, udp->layout.entries);
}

static int open_store(const struct l4dstat_bpf *programs, struct store *store)
{
	struct store_table *tcp = &store->tables[TABLE_TCP], *udp = &store->tables[TABLE_UDP];

	tcp->sets_fd = bpf_map__fd(programs->maps.l4_tcp_sets);
	tcp->entries_fd = bpf_map__fd(programs->maps.l4_tcp_entries);
	tcp->given = programs->bss->l4_tcp_given;
	udp->sets_fd = bpf_map__fd(programs->maps.l4_udp_sets);
	udp->entries_fd = bpf_map__fd(programs->maps.l4_udp_entries);
	udp->given = programs->bss->l4_udp_given;
	store->others_fd = bpf_map__fd(programs->maps.l4_others);
	return store_open(store);
}

int programs_open(struct l4dstat_bpf **opened, struct store *store, struct tallies *tallies,
		  const struct source_settings *settings, const struct btf *kernel)
{
	struct l4dstat_bpf *programs;
	struct bpf_program *program;

	libbpf_set_print(settings->verbose ? print_all : print_nothing);
	*opened = programs = l4dstat_bpf__open();
	if (!programs)
		return -errno;
	bpf_object__for_each_program(program, programs->obj) {
		if (bpf_program__expected_attach_type(program) == BPF_TRACE_ITER)
			bpf_program__set_autoattach(program, false); /* iterators are run, not left attached */
	}
	programs->rodata->l4_want_states = settings->states;
	set_mask(programs->rodata->l4_mask4, 96, settings->prefix4);
	set_mask(programs->rodata->l4_mask6, 0, settings->prefix6);
	fit_to_kernel(programs, tallies, kernel);
	return lay_out_store(programs, store, settings->cells);
}

int programs_load(struct l4dstat_bpf *programs, struct store *store)
{
	const int err = l4dstat_bpf__load(programs);

	if (err)
		return err;
	/* If it has no memory to try that, libbpf believes that maps cannot be mapped, and goes on without. */
	return programs->bss && programs->rodata ? open_store(programs, store) : -ENOMEM;
}

static int attach_over(struct bpf_program *program, const struct bpf_iter_attach_opts *opts, struct bpf_link **link)
{
	*link = bpf_program__attach_iter(program, opts);
	return *link ? 0 : -errno;
}

static int attach_walk(const struct l4dstat_bpf *bpf, struct walk *walk, const struct source_settings *settings)
{
	union bpf_iter_link_info info = {.map.map_fd = bpf_map__fd(bpf->maps.l4_ledgers)};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));

	if (bpf_program__autoload(bpf->progs.l4_walk))
		return attach_over(bpf->progs.l4_walk, &opts, &walk->over_ledger);
	walk->number = &bpf->bss->l4_walk_number;
	if (bpf_program__autoload(bpf->progs.l4_walk_table)) {
		walk->met = &bpf->bss->l4_met;
		walk->states = settings->states;
		walk->everywhere = !settings->netns;
		walk->keeps_list = walk->everywhere && !settings->states; /* who looks at states does */
		return attach_over(bpf->progs.l4_walk_table, NULL, &walk->over_table);
	}
	walk->walked_fd = bpf_map__fd(bpf->maps.l4_walked);
	walk->walked_max = bpf_map__max_entries(bpf->maps.l4_walked);
	walk->everywhere = !settings->netns && settings->states;
	return attach_over(bpf->progs.l4_walk_files, NULL, &walk->over_files)
		       ?: attach_over(bpf->progs.l4_walk_netns, NULL, &walk->in_netns);
}

static int attach_to_cgroup(struct bpf_program *const *programs, struct bpf_link **const *links, size_t count)
{
	const int root = kernel_open_cgroup_root();
	int err = root < 0 ? root : 0;

	for (size_t i = 0; !err && i < count; i++) {
		*links[i] = bpf_program__attach_cgroup(programs[i], root);
		if (!*links[i])
			err = -errno;
	}
	if (root >= 0)
		close(root);
	return err;
}

/*
 * The order matters: from sock_create on every new socket of a process has an entry in the ledger, then the
 * older ones get theirs, and only then datagrams are counted: what has no entry now is the kernel's own.
 */
int programs_attach(struct l4dstat_bpf *programs, struct walk *walk, struct bpf_link **in_netns,
		    const struct source_settings *settings)
{
	struct bpf_program *const sockets[] = {programs->progs.l4_sock_create, programs->progs.l4_bind4,
					       programs->progs.l4_bind6};
	struct bpf_link **const socket_links[] = {&programs->links.l4_sock_create, &programs->links.l4_bind4,
						  &programs->links.l4_bind6};
	struct bpf_program *const datagrams[] = {programs->progs.l4_udp_ingress, programs->progs.l4_udp_egress};
	struct bpf_link **const datagram_links[] = {&programs->links.l4_udp_ingress, &programs->links.l4_udp_egress};

	return attach_to_cgroup(sockets, socket_links, 3) ?:
	       iterator_run_once(programs->progs.l4_listeners) ?:
	       l4dstat_bpf__attach(programs) ?:
	       older_find(programs, !settings->netns) ?:
	       attach_to_cgroup(datagrams, datagram_links, 2) ?:
	       (settings->states && bpf_program__autoload(programs->progs.l4_find_in_netns)
			? attach_over(programs->progs.l4_find_in_netns, NULL, in_netns)
			: 0) ?:
	       attach_walk(programs, walk, settings);
}

int programs_turn_to(const struct l4dstat_bpf *programs, uint32_t part)
{
	const __u32 zero = 0;
	const int any_map = bpf_map__fd(programs->maps.l4_barrier_inner);

	__atomic_store_n(&programs->bss->l4_part, part, __ATOMIC_SEQ_CST);
	return bpf_map_update_elem(bpf_map__fd(programs->maps.l4_barrier), &zero, &any_map, BPF_ANY) ? -errno : 0;
}

uint64_t programs_missed(const struct l4dstat_bpf *programs)
{
	uint64_t missed = programs->bss->l4_lost;
	struct bpf_program *program;

	bpf_object__for_each_program(program, programs->obj) {
		struct bpf_prog_info info = {};
		__u32 length = sizeof(info);

		if (program == programs->progs.l4_set_state || program == programs->progs.l4_set_state_2)
			continue;
		if (bpf_program__fd(program) >= 0 && !bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length))
			missed += info.recursion_misses;
	}
	return missed;
}
