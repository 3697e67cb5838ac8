/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The live source: loads and attaches the BPF programs, and once per interval has them walk the sockets,
 * puts a fresh store of cells in place and drains the old one.
 * Not here: what the cells mean (report.c).
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cgroup.h"
#include "cover.h"
#include "feature.h"
#include "iterator.h"
#include "l4_types.h" /* the skeleton uses them */
#include "l4dstat.skel.h"
#include "memory.h"
#include "netns.h"
#include "programs.h"
#include "source.h"
#include "store.h"
#include "tallies.h"
#include "visit.h"
#include "wait.h"
#include "walk.h"

enum {
	PART = 0,      /* of the store: takes what an interval brings */
	MEANWHILE = 1, /* takes it while the other one is read */
	BATCH = 1024,  /* states per batch read; the kernel asks for more if one hash bucket holds more */
};

/* What a walk will take, in seconds, from what the last ones took: source_lead(). */
static const double WALK_TAKES_MIN = 0.005, WALK_MARGIN = 1.5, WALK_FORGETS = 0.9;

struct source {
	struct l4dstat_bpf *programs;
	struct walk walk;
	double walk_takes;	   /* seconds: the most of the last walks, of which older ones count less */
	bool states;		   /* are asked for */
	struct bpf_link *in_netns; /* NULL where the walk sees all of them */
	struct store store;
	struct snapshot meanwhile; /* what was booked while the last interval was read: of the present one */
	struct store_losses meanwhile_losses;
	unsigned int cells_max;
	uint32_t netns;			  /* the only one to look at; 0: all */
	struct timespec began;		  /* of this interval, CLOCK_MONOTONIC */
	uint64_t missed, states_overflow; /* as of its begin */
	struct tallies tallies;
	struct snapshot_listener *listeners; /* of the last interval, by socket */
	size_t listener_count;
	struct visit_listened *listened;
	struct l4_cell_key *keys; /* batch of them */
	struct l4_cell *cells;
	uint32_t batch;
};

/* The cell that takes the sockets whose state finds no cell. */
static int prepare_states(const struct source *source)
{
	const struct l4_cell empty = {};
	const struct l4_cell_key key = {.proto = L4_PROTO_TCP, .owner = L4_OWNER_OTHER};

	return bpf_map_update_elem(bpf_map__fd(source->programs->maps.l4_states), &key, &empty, BPF_ANY) ? -errno : 0;
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

/* Takes what was booked while the last interval was read. */
static void take_meanwhile(struct source *source, struct snapshot *snapshot, struct store_losses *losses)
{
	const struct snapshot *meanwhile = &source->meanwhile;

	for (const struct snapshot_cell *cell = snapshot_first(meanwhile); cell; cell = snapshot_next(meanwhile, cell))
		snapshot_copy(snapshot, cell);
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
	if (source->states)
		cover_read();
	clock_gettime(CLOCK_MONOTONIC, now); /* not when the kernel has seen to it that no program is behind */
	clock_gettime(CLOCK_REALTIME, clock);
	err = programs_turn_to(source->programs, MEANWHILE);
	return err ?: store_read(&source->store, PART, true, source->netns, snapshot, losses)
		   ?: programs_turn_to(source->programs, PART)
		   ?: store_read(&source->store, MEANWHILE, true, source->netns, &source->meanwhile,
				 &source->meanwhile_losses);
}

static unsigned int count_used(const struct snapshot *snapshot)
{
	unsigned int used = 0;

	for (const struct snapshot_cell *cell = snapshot_first(snapshot); cell; cell = snapshot_next(snapshot, cell))
		used += cell->key.owner != L4_OWNER_OTHER;
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
		const struct l4_cell *found = &source->cells[i];
		struct snapshot_cell *cell;

		if (is_empty(found) || !is_wanted(source, &source->keys[i]))
			continue;
		cell = snapshot_put(snapshot, &source->keys[i], found->count, L4_GAUGE_SLOTS);
		cell->kind = CELL_STATES;
		memcpy(cell->comm, found->comm, sizeof(cell->comm));
		cell->cgroup = found->cgroup;
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
	const int err = iterator_finish(source->in_netns);

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

/* What the walk does not see; in cells of the programs if the iterator was needed. */
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
	return drain_states(source, snapshot) ?: (source->in_netns ? visit(source, snapshot) : 0);
}

static int read_states(struct source *source, struct snapshot *snapshot)
{
	snapshot->has_states = source->states;
	if (!source->states)
		return 0;
	compare_drops(source, snapshot);
	keep_listeners(source, snapshot);
	snapshot_add_listener_drops(snapshot);
	cover_fill(snapshot);
	return read_all_states(source, snapshot);
}

/* What a walk is likely to take at most. Where that is next to nothing it is done when the interval ends. */
static double source_lead(const struct source *source)
{
	return source->walk_takes < WALK_TAKES_MIN ? 0 : source->walk_takes * WALK_MARGIN;
}

static int walk(struct source *source, struct snapshot *snapshot)
{
	struct listener_taker taker = {.source = source, .snapshot = snapshot};
	const double begun = wait_now();
	const int err = walk_run(&source->walk, sizeof(struct l4_listener), take_listener, &taker);

	source->walk_takes = fmax(wait_now() - begun, source->walk_takes * WALK_FORGETS);
	return err;
}

/* So that the first interval knows also the sockets that no process held, and what listeners had dropped before. */
static int find_older_sockets(struct source *source)
{
	struct snapshot nobody_reads = {};
	int err;

	if (!source->states)
		return 0;
	cover_begin(source->netns);
	err = walk(source, &nobody_reads) ?: read_states(source, &nobody_reads);
	snapshot_free(&nobody_reads);
	return err;
}

static void source_close(struct source *source);

int source_open(struct source **opened, const struct source_settings *settings)
{
	struct source *source;
	struct btf *kernel;
	int err = feature_check(&kernel);

	if (err)
		return err;
	source = memory_new(1, sizeof(*source));
	source->cells_max = settings->cells;
	source->netns = settings->netns;
	source->states = settings->states;
	source->batch = BATCH;
	source->keys = memory_new(source->batch, sizeof(*source->keys));
	source->cells = memory_new(source->batch, sizeof(*source->cells));
	err = programs_open(&source->programs, &source->store, &source->tallies, settings, kernel);
	btf__free(kernel); /* libbpf reads them once more */
	err = err ?: programs_load(source->programs, &source->store);
	if (err) {
		complain(err, "load its programs");
		goto failed;
	}
	err = prepare_states(source) ?: programs_attach(source->programs, &source->walk, &source->in_netns, settings);
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

static int source_read(struct source *source, double end, struct snapshot *snapshot)
{
	struct store_losses losses = {};
	struct timespec now, clock;
	unsigned int used;
	uint64_t missed;
	int err;

	snapshot_clear(snapshot);
	err = walk(source, snapshot);
	wait_out(end);
	err = err ?: take_interval(source, snapshot, &losses, &now, &clock);
	used = count_used(snapshot);
	if (source->walk.keeps_list)
		cover_notice(snapshot);
	err = err ?: read_states(source, snapshot);
	if (err)
		return complain(err, "read its counters");

	tallies_take(&source->tallies, source->programs, snapshot);
	missed = programs_missed(source->programs);
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
	struct store_losses losses = {};
	struct timespec now, clock;
	int err;

	snapshot_clear(snapshot);
	err = walk(source, snapshot);
	clock_gettime(CLOCK_MONOTONIC, &now);
	clock_gettime(CLOCK_REALTIME, &clock);
	take_meanwhile(source, snapshot, &losses);
	err = err ?: store_read(&source->store, PART, false, source->netns, snapshot, &losses);
	if (!err && source->states) {
		compare_drops(source, snapshot);
		snapshot_add_listener_drops(snapshot);
		err = read_all_states(source, snapshot);
	}
	if (err)
		return complain(err, "read its counters");
	snapshot->has_states = source->states;
	snapshot->timestamp = clock.tv_sec + clock.tv_nsec / 1e9;
	snapshot->ended = now.tv_sec + now.tv_nsec / 1e9;
	snapshot->interval = seconds_since(&source->began, &now);
	snapshot->quality.cells_max = source->cells_max;
	return 0;
}

bool source_enters_namespaces(const struct source *source)
{
	return !source->walk.over_ledger && source->walk.everywhere;
}

static void source_close(struct source *source)
{
	if (!source)
		return;
	walk_close(&source->walk);
	bpf_link__destroy(source->in_netns);
	store_close(&source->store);
	l4dstat_bpf__destroy(source->programs);
	snapshot_free(&source->meanwhile);
	free(source->keys);
	free(source->cells);
	free(source->listeners);
	free(source->listened);
	tallies_free(&source->tallies);
	cover_free();
	cgroup_free();
	visit_free();
	free(source);
}

const struct source_kind source_live = {
	.read = source_read,
	.lead = source_lead,
	.peek = source_peek,
	.close = source_close,
	.cgroup_path = cgroup_path,
	.netns_name = netns_name,
};
