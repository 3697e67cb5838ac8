/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The live source: loads and attaches the BPF programs, and once per interval has them walk the sockets,
 * puts a fresh store of cells in place and drains the old one.
 * Not here: what the cells mean (report.c).
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/random.h>
#include <unistd.h>

#include "cgroup.h"
#include "cover.h"
#include "feature.h"
#include "iterator.h"
#include "kernel.h"
#include "l4_types.h" /* the skeleton uses them */
#include "l4dstat.skel.h"
#include "memory.h"
#include "netns.h"
#include "source.h"
#include "store.h"
#include "visit.h"
#include "walk.h"

enum {
	PART = 0,      /* of the store: takes what an interval brings */
	MEANWHILE = 1, /* takes it while the other one is read */
	BATCH = 1024,  /* states per batch read; the kernel asks for more if one hash bucket holds more */
};

struct source {
	struct l4dstat_bpf *programs;
	struct walk walk;
	struct bpf_link *in_netns; /* NULL unless states are asked for */
	struct store store;
	struct snapshot meanwhile; /* what was booked while the last interval was read: of the present one */
	struct store_losses meanwhile_losses;
	unsigned int cells_max;
	uint32_t netns;				 /* the only one to look at; 0: all */
	struct timespec began;			 /* of this interval, CLOCK_MONOTONIC */
	uint64_t missed, states_overflow;	 /* as of its begin */
	uint64_t tallies[TALLY_COUNT][L4_TALLY]; /* as of its begin */
	char *tally_names[TALLY_COUNT][L4_TALLY];
	bool has_tally[TALLY_COUNT];
	struct snapshot_listener *listeners; /* of the last interval, by socket */
	size_t listener_count;
	struct visit_listened *listened;
	struct l4_cell_key *keys; /* batch of them */
	struct l4_cell *cells;
	uint32_t batch;
};

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

/* The walk has two ways, see walk.h. */
static void leave_out_other_walk(struct l4dstat_bpf *programs, const struct btf *kernel)
{
	const bool over_ledger = walk_may_go_over_ledger(kernel);

	bpf_program__set_autoload(programs->progs.l4_walk, over_ledger);
	bpf_program__set_autoload(programs->progs.l4_walk_files, !over_ledger);
	bpf_program__set_autoload(programs->progs.l4_walk_netns, !over_ledger);
	bpf_map__set_autocreate(programs->maps.l4_walked, !over_ledger);
}

static void name_errors(char **names)
{
	for (int error = 1; error < L4_TALLY; error++) {
		const char *name = strerrorname_np(error);

		if (name)
			names[error] = memory_format("%s", name);
	}
}

/* By the running kernel's own names: their numbers move. */
static void name_tallies(struct source *source, const struct btf *kernel)
{
	const struct l4dstat_bpf *programs = source->programs;

	source->has_tally[TALLY_RESETS_OUT] = programs->rodata->l4_has_reset_reason;
	source->has_tally[TALLY_UDP_DROPS] = bpf_program__autoload(programs->progs.l4_dropped);
	source->has_tally[TALLY_UDP_SEND_ERRORS] = programs->rodata->l4_sees_users;
	kernel_enumerators(kernel, "sk_rst_reason", "SK_RST_REASON_", source->tally_names[TALLY_RESETS_OUT], L4_TALLY);
	kernel_enumerators(kernel, "skb_drop_reason", "SKB_DROP_REASON_", source->tally_names[TALLY_UDP_DROPS],
			   L4_TALLY);
	name_errors(source->tally_names[TALLY_UDP_SEND_ERRORS]);
}

static int fit_to_kernel(struct source *source)
{
	struct l4dstat_bpf *programs = source->programs;
	struct btf *kernel = btf__load_vmlinux_btf();

	if (!kernel)
		return -errno;
	leave_out_missing(programs, kernel);
	leave_out_other_walk(programs, kernel);
	programs->rodata->l4_has_reset_reason = kernel_tracepoint_arguments(kernel, "tcp_send_reset") >= 3;
	programs->rodata->l4_has_rx_sk = kernel_tracepoint_arguments(kernel, "kfree_skb") >= 4;
	programs->rodata->l4_has_cast = kernel_has_function(kernel, "bpf_rdonly_cast");
	have_modules_searched(programs);
	leave_out_unreadable(programs);
	name_tallies(source, kernel);
	btf__free(kernel);
	return 0;
}

enum { TABLE_TCP, TABLE_UDP };

/* Half of the cells for each protocol; where a key goes nobody can foretell. */
static int lay_out_store(struct source *source, unsigned int cells)
{
	struct l4dstat_bpf *programs = source->programs;
	struct store_table *tcp = &source->store.tables[TABLE_TCP], *udp = &source->store.tables[TABLE_UDP];
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

static int load(struct source *source, const struct source_settings *settings)
{
	struct l4dstat_bpf *programs = l4dstat_bpf__open();
	struct bpf_program *program;
	int err;

	if (!programs)
		return -errno;
	source->programs = programs;
	bpf_object__for_each_program(program, programs->obj) {
		if (bpf_program__expected_attach_type(program) == BPF_TRACE_ITER)
			bpf_program__set_autoattach(program, false); /* iterators are run, not left attached */
	}
	programs->rodata->l4_want_states = settings->states;
	set_mask(programs->rodata->l4_mask4, 96, settings->prefix4);
	set_mask(programs->rodata->l4_mask6, 0, settings->prefix6);
	err = lay_out_store(source, settings->cells) ?: fit_to_kernel(source) ?: l4dstat_bpf__load(programs);
	source->cells_max = settings->cells;
	source->netns = settings->netns;
	/* If it has no memory to try that, libbpf believes that maps cannot be mapped, and goes on without. */
	return err ?: programs->bss && programs->rodata ? 0 : -ENOMEM;
}

static int open_store(struct source *source)
{
	const struct l4dstat_bpf *programs = source->programs;
	struct store_table *tcp = &source->store.tables[TABLE_TCP], *udp = &source->store.tables[TABLE_UDP];

	tcp->sets_fd = bpf_map__fd(programs->maps.l4_tcp_sets);
	tcp->entries_fd = bpf_map__fd(programs->maps.l4_tcp_entries);
	tcp->given = programs->bss->l4_tcp_given;
	udp->sets_fd = bpf_map__fd(programs->maps.l4_udp_sets);
	udp->entries_fd = bpf_map__fd(programs->maps.l4_udp_entries);
	udp->given = programs->bss->l4_udp_given;
	source->store.others_fd = bpf_map__fd(programs->maps.l4_others);
	return store_open(&source->store);
}

/* The cell that takes the sockets whose state finds no cell. */
static int prepare_states(const struct source *source)
{
	const struct l4_cell empty = {};
	const struct l4_cell_key key = {.proto = L4_PROTO_TCP, .owner = L4_OWNER_OTHER};

	return bpf_map_update_elem(bpf_map__fd(source->programs->maps.l4_states), &key, &empty, BPF_ANY) ? -errno : 0;
}

/* One whose program writes nothing. */
static int run_silent_iterator(const struct bpf_link *link)
{
	return iterator_run(link, 1, NULL, NULL);
}

static int run_once(struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	int err;

	if (!link)
		return -errno;
	err = run_silent_iterator(link);
	bpf_link__destroy(link);
	return err;
}

static int attach_over(struct bpf_program *program, const struct bpf_iter_attach_opts *opts, struct bpf_link **link)
{
	*link = bpf_program__attach_iter(program, opts);
	return *link ? 0 : -errno;
}

static int attach_walk(struct source *source, const struct source_settings *settings)
{
	const struct l4dstat_bpf *bpf = source->programs;
	union bpf_iter_link_info info = {.map.map_fd = bpf_map__fd(bpf->maps.l4_ledgers)};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));

	if (bpf_program__autoload(bpf->progs.l4_walk))
		return attach_over(bpf->progs.l4_walk, &opts, &source->walk.over_ledger);
	source->walk.number = &bpf->bss->l4_walk_number;
	source->walk.walked_fd = bpf_map__fd(bpf->maps.l4_walked);
	source->walk.walked_max = bpf_map__max_entries(bpf->maps.l4_walked);
	source->walk.everywhere = settings->states && !settings->netns; /* else nobody keeps the list of them */
	return attach_over(bpf->progs.l4_walk_files, NULL, &source->walk.over_files)
		       ?: attach_over(bpf->progs.l4_walk_netns, NULL, &source->walk.in_netns);
}

static int attach_in_netns(struct source *source, const struct source_settings *settings)
{
	if (!settings->states)
		return 0;
	return attach_over(source->programs->progs.l4_find_in_netns, NULL, &source->in_netns);
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
static int attach(struct source *source, const struct source_settings *settings)
{
	struct l4dstat_bpf *bpf = source->programs;
	struct bpf_program *const sockets[] = {bpf->progs.l4_sock_create, bpf->progs.l4_bind4, bpf->progs.l4_bind6};
	struct bpf_link **const socket_links[] = {&bpf->links.l4_sock_create, &bpf->links.l4_bind4,
						  &bpf->links.l4_bind6};
	struct bpf_program *const datagrams[] = {bpf->progs.l4_udp_ingress, bpf->progs.l4_udp_egress};
	struct bpf_link **const datagram_links[] = {&bpf->links.l4_udp_ingress, &bpf->links.l4_udp_egress};

	return attach_to_cgroup(sockets, socket_links, 3) ?:
	       run_once(bpf->progs.l4_listeners) ?:
	       l4dstat_bpf__attach(bpf) ?:
	       run_once(bpf->progs.l4_find_sockets) ?:
	       attach_to_cgroup(datagrams, datagram_links, 2) ?:
	       attach_in_netns(source, settings) ?:
	       attach_walk(source, settings);
}

static int complain(int err, const char *what)
{
	char why[128];

	libbpf_strerror(err, why, sizeof(why)); /* some numbers are its own */
	if (err == -EPERM || err == -EACCES)
		fprintf(stderr,
			"l4dstat: the kernel does not let this process %s (%s); run it as root outside of containers "
			"and user "
			"namespaces, or see with -v what was refused\n",
			what, why);
	else
		fprintf(stderr, "l4dstat: cannot %s (%s); -v shows what the kernel says\n", what, why);
	return err == -EACCES ? -EPERM : err;
}

/*
 * Program runs that the kernel skipped because the program was already running on that CPU, and lost bookings.
 * What one of the twin programs missed the other one saw.
 */
static uint64_t count_missed(const struct source *source)
{
	const struct l4dstat_bpf *bpf = source->programs;
	uint64_t missed = bpf->bss->l4_lost;
	struct bpf_program *program;

	bpf_object__for_each_program(program, bpf->obj) {
		struct bpf_prog_info info = {};
		__u32 length = sizeof(info);

		if (program == bpf->progs.l4_set_state || program == bpf->progs.l4_set_state_2)
			continue;
		if (bpf_program__fd(program) >= 0 && !bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length))
			missed += info.recursion_misses;
	}
	return missed;
}

/* From here on the programs book to that part of the store; when this returns none books to the other one. */
static int turn_to(struct source *source, uint32_t part)
{
	const __u32 zero = 0;
	const int any_map = bpf_map__fd(source->programs->maps.l4_barrier_inner);

	__atomic_store_n(&source->programs->bss->l4_part, part, __ATOMIC_SEQ_CST);
	return bpf_map_update_elem(bpf_map__fd(source->programs->maps.l4_barrier), &zero, &any_map, BPF_ANY) ? -errno
													     : 0;
}

/* Takes what was booked while the last interval was read. */
static void take_meanwhile(struct source *source, struct snapshot *snapshot, struct store_losses *losses)
{
	for (size_t i = 0; i < source->meanwhile.count; i++)
		*snapshot_add(snapshot) = source->meanwhile.cells[i];
	losses->refused += source->meanwhile_losses.refused;
	losses->evicted += source->meanwhile_losses.evicted;
}

/* All that was booked in this interval, and out of the store. *ended: the moment between this interval and the next. */
static int take_interval(struct source *source, struct snapshot *snapshot, struct store_losses *losses,
			 struct timespec *now, struct timespec *clock)
{
	int err;

	take_meanwhile(source, snapshot, losses);
	snapshot_clear(&source->meanwhile);
	source->meanwhile_losses = (struct store_losses){};
	if (source->in_netns)
		cover_read();
	err = turn_to(source, MEANWHILE);
	clock_gettime(CLOCK_MONOTONIC, now);
	clock_gettime(CLOCK_REALTIME, clock);
	return err ?: store_read(&source->store, PART, true, source->netns, snapshot, losses)
		   ?: turn_to(source, PART)
		   ?: store_read(&source->store, MEANWHILE, true, source->netns, &source->meanwhile,
				 &source->meanwhile_losses);
}

static unsigned int count_used(const struct snapshot *snapshot)
{
	unsigned int used = 0;

	for (size_t i = 0; i < snapshot->count; i++)
		used += snapshot->cells[i].key.owner != L4_OWNER_OTHER;
	return used;
}

static bool is_empty(const struct l4_cell *cell)
{
	for (int i = 0; i < L4_SLOTS; i++) {
		if (cell->count[i])
			return false;
	}
	return true;
}

/* What found no cell is kept whatever is asked for: nobody knows what it was. */
static bool is_wanted(const struct source *source, const struct l4_cell_key *key)
{
	return !source->netns || key->netns == source->netns || key->owner == L4_OWNER_OTHER;
}

static void take_states(struct source *source, struct snapshot *snapshot, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct snapshot_cell *cell;

		if (is_empty(&source->cells[i]) || !is_wanted(source, &source->keys[i]))
			continue;
		cell = snapshot_add(snapshot);
		cell->kind = CELL_STATES;
		cell->key = source->keys[i];
		cell->cell = source->cells[i];
	}
}

/* Takes all there is in the map of states, and out of it. */
static int drain_states(struct source *source, struct snapshot *snapshot)
{
	const int fd = bpf_map__fd(source->programs->maps.l4_states);
	uint32_t position, count;
	void *from = NULL;
	int err;

	do {
		count = source->batch;
		err = bpf_map_lookup_and_delete_batch(fd, from, &position, source->keys, source->cells, &count, NULL)
			      ? -errno
			      : 0;
		if (err == -ENOSPC) { /* one bucket holds more than a batch */
			source->batch *= 2;
			source->keys = memory_resize(source->keys, source->batch, sizeof(*source->keys));
			source->cells = memory_resize(source->cells, source->batch, sizeof(*source->cells));
			continue;
		}
		if (err && err != -ENOENT)
			return err;
		take_states(source, snapshot, count);
		from = &position;
	} while (err != -ENOENT);
	return prepare_states(source);
}

static double seconds_since(const struct timespec *then, const struct timespec *now)
{
	return (now->tv_sec - then->tv_sec) + (now->tv_nsec - then->tv_nsec) / 1e9;
}

static int compare_listeners(const void *a, const void *b)
{
	const uint64_t left = ((const struct snapshot_listener *)a)->listener.socket;
	const uint64_t right = ((const struct snapshot_listener *)b)->listener.socket;

	return (left > right) - (left < right);
}

/* For walk_run(). */
struct listener_taker {
	const struct source *source;
	struct snapshot *snapshot;
};

static void take_listener(void *context, const void *record)
{
	const struct listener_taker *taker = context;
	struct l4_listener listener;

	memcpy(&listener, record, sizeof(listener));
	if (!taker->source->netns || listener.netns == taker->source->netns)
		snapshot_add_listener(taker->snapshot)->listener = listener;
}

/* What each listener has dropped since the last interval. */
static void compare_drops(const struct source *source, struct snapshot *snapshot)
{
	const size_t size = sizeof(*snapshot->listeners);

	if (snapshot->listener_count)
		qsort(snapshot->listeners, snapshot->listener_count, size, compare_listeners);
	for (size_t i = 0; i < snapshot->listener_count; i++) {
		struct snapshot_listener *now = &snapshot->listeners[i];
		const struct snapshot_listener *before =
			source->listener_count
				? bsearch(now, source->listeners, source->listener_count, size, compare_listeners)
				: NULL;

		now->drops = now->listener.drops - (before ? before->listener.drops : 0);
	}
}

static void keep_listeners(struct source *source, const struct snapshot *snapshot)
{
	const size_t size = sizeof(*snapshot->listeners);

	source->listeners = memory_resize(source->listeners, snapshot->listener_count + 1, size);
	if (snapshot->listener_count)
		memcpy(source->listeners, snapshot->listeners, snapshot->listener_count * size);
	source->listener_count = snapshot->listener_count;
}

/* For visit_namespaces(): the iterator sees the network namespace of the thread that makes it. */
static int iterate_netns(void *context, uint64_t *found)
{
	struct source *source = context;
	const uint64_t before = source->programs->bss->l4_found;
	const int err = run_silent_iterator(source->in_netns);

	*found = source->programs->bss->l4_found - before;
	return err;
}

/* For visit_namespaces(): all at once. */
static int read_listened(void *context, struct visit_listened **listened, size_t *found)
{
	struct source *source = context;
	const struct bpf_map *map = source->programs->maps.l4_listened;
	uint32_t position, count = bpf_map__max_entries(map);
	struct l4_port *ports = memory_new(count, sizeof(*ports));
	struct l4_owner *owners = memory_new(count, sizeof(*owners));
	int err = bpf_map_lookup_batch(bpf_map__fd(map), NULL, &position, ports, owners, &count, NULL) ? -errno : 0;

	err = err == -ENOENT ? 0 : err; /* that was the end */
	count = err ? 0 : count;
	source->listened = memory_resize(source->listened, count + 1, sizeof(*source->listened));
	for (uint32_t i = 0; i < count; i++)
		source->listened[i] = (struct visit_listened){.port = ports[i], .owner = owners[i]};
	free(owners);
	free(ports);
	*listened = source->listened;
	*found = count;
	return err;
}

/* What the walk over the ledger cannot see; in cells of the programs if the iterator was needed. */
static int visit(struct source *source, struct snapshot *snapshot)
{
	const struct visit_tools tools = {
		.context = source,
		.netns = source->netns,
		.mask4 = source->programs->rodata->l4_mask4,
		.mask6 = source->programs->rodata->l4_mask6,
		.iterate = iterate_netns,
		.listened = read_listened,
	};
	bool iterated;
	int err = visit_namespaces(&tools, snapshot, &iterated);

	if (!err && iterated)
		err = drain_states(source, snapshot);
	return err;
}

static int read_all_states(struct source *source, struct snapshot *snapshot)
{
	return drain_states(source, snapshot) ?: visit(source, snapshot);
}

static int read_states(struct source *source, struct snapshot *snapshot)
{
	snapshot->has_states = source->in_netns;
	if (!source->in_netns)
		return 0;
	compare_drops(source, snapshot);
	keep_listeners(source, snapshot);
	snapshot_add_listener_drops(snapshot);
	cover_fill(snapshot);
	return read_all_states(source, snapshot);
}

/* So that the first interval knows also the sockets that no process held, and what listeners had dropped before. */
static int find_older_sockets(struct source *source)
{
	struct snapshot nobody_reads = {};
	struct listener_taker taker = {.source = source, .snapshot = &nobody_reads};
	int err;

	if (!source->in_netns)
		return 0;
	cover_begin(source->netns);
	err = walk_run(&source->walk, sizeof(struct l4_listener), take_listener, &taker)
		      ?: read_states(source, &nobody_reads);
	snapshot_free(&nobody_reads);
	return err;
}

static void source_close(struct source *source);

int source_open(struct source **opened, const struct source_settings *settings)
{
	struct source *source;
	int err = feature_check();

	if (err)
		return err;
	libbpf_set_print(settings->verbose ? print_all : print_nothing);
	source = memory_new(1, sizeof(*source));
	source->batch = BATCH;
	source->keys = memory_new(source->batch, sizeof(*source->keys));
	source->cells = memory_new(source->batch, sizeof(*source->cells));
	err = load(source, settings);
	if (err) {
		complain(err, "load its programs");
		goto failed;
	}
	err = open_store(source) ?: prepare_states(source) ?: attach(source, settings);
	if (err) {
		complain(err, "attach its programs");
		goto failed;
	}
	err = find_older_sockets(source);
	if (err) {
		complain(err, "look at the sockets that are there");
		goto failed;
	}
	clock_gettime(CLOCK_MONOTONIC, &source->began);
	malloc_trim(0); /* the kernel's BTF was several times as large as what we need from now on */
	*opened = source;
	return 0;
failed:
	source_close(source);
	return err;
}

static void take_tallies(struct source *source, struct snapshot *snapshot)
{
	const __u64 *const counts[TALLY_COUNT] = {
		[TALLY_RESETS_OUT] = source->programs->bss->l4_resets_out,
		[TALLY_UDP_DROPS] = source->programs->bss->l4_udp_drops,
		[TALLY_UDP_SEND_ERRORS] = source->programs->bss->l4_udp_send_errors,
	};

	for (int t = 0; t < TALLY_COUNT; t++) {
		snapshot->tallies[t].names = source->has_tally[t] ? source->tally_names[t] : NULL;
		for (int i = 0; i < L4_TALLY; i++) {
			const uint64_t now = counts[t][i];

			snapshot->tallies[t].count[i] = now - source->tallies[t][i];
			source->tallies[t][i] = now;
		}
	}
}

static int source_read(struct source *source, struct snapshot *snapshot)
{
	struct listener_taker taker = {.source = source, .snapshot = snapshot};
	struct store_losses losses = {};
	struct timespec now, clock;
	unsigned int used;
	uint64_t missed;
	int err;

	snapshot_clear(snapshot);
	err = walk_run(&source->walk, sizeof(struct l4_listener), take_listener, &taker)
		      ?: take_interval(source, snapshot, &losses, &now, &clock);
	used = count_used(snapshot);
	err = err ?: read_states(source, snapshot);
	if (err)
		return complain(err, "read its counters");

	take_tallies(source, snapshot);
	missed = count_missed(source);
	snapshot->timestamp = clock.tv_sec + clock.tv_nsec / 1e9;
	snapshot->ended = now.tv_sec + now.tv_nsec / 1e9;
	snapshot->interval = seconds_since(&source->began, &now);
	snapshot->quality.cells_max = source->cells_max;
	snapshot->quality.missed = missed - source->missed;
	snapshot->quality.cells_used = used;
	snapshot->quality.evictions = losses.evicted;
	snapshot->quality.cell_overflow =
		losses.refused + source->programs->bss->l4_states_overflow - source->states_overflow;
	source->began = now;
	source->missed = missed;
	source->states_overflow = source->programs->bss->l4_states_overflow;
	return 0;
}

/*
 * The walk books what the sockets have counted so far; the store stays where it is and is only looked at. A cell that
 * changes meanwhile is seen as it was or as it is; the interval's end is exact.
 */
static int source_peek(struct source *source, struct snapshot *snapshot)
{
	struct listener_taker taker = {.source = source, .snapshot = snapshot};
	struct store_losses losses = {};
	struct timespec now, clock;
	int err;

	snapshot_clear(snapshot);
	err = walk_run(&source->walk, sizeof(struct l4_listener), take_listener, &taker);
	clock_gettime(CLOCK_MONOTONIC, &now);
	clock_gettime(CLOCK_REALTIME, &clock);
	take_meanwhile(source, snapshot, &losses);
	err = err ?: store_read(&source->store, PART, false, source->netns, snapshot, &losses);
	if (!err && source->in_netns) {
		compare_drops(source, snapshot);
		snapshot_add_listener_drops(snapshot);
		err = read_all_states(source, snapshot);
	}
	if (err)
		return complain(err, "read its counters");
	snapshot->has_states = source->in_netns;
	snapshot->timestamp = clock.tv_sec + clock.tv_nsec / 1e9;
	snapshot->ended = now.tv_sec + now.tv_nsec / 1e9;
	snapshot->interval = seconds_since(&source->began, &now);
	snapshot->quality.cells_max = source->cells_max;
	return 0;
}

static void source_close(struct source *source)
{
	if (!source)
		return;
	bpf_link__destroy(source->walk.over_ledger);
	bpf_link__destroy(source->walk.over_files);
	bpf_link__destroy(source->walk.in_netns);
	bpf_link__destroy(source->in_netns);
	store_close(&source->store);
	l4dstat_bpf__destroy(source->programs);
	snapshot_free(&source->meanwhile);
	free(source->keys);
	free(source->cells);
	free(source->listeners);
	free(source->listened);
	for (int i = 0; i < TALLY_COUNT * L4_TALLY; i++)
		free(source->tally_names[i / L4_TALLY][i % L4_TALLY]);
	cover_free();
	cgroup_free();
	visit_free();
	free(source);
}

const struct source_kind source_live = {
	.read = source_read,
	.peek = source_peek,
	.close = source_close,
	.cgroup_path = cgroup_path,
	.netns_name = netns_name,
};
