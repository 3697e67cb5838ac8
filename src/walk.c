/* SPDX-License-Identifier: GPL-2.0 */
/* The three ways; the second and the third enter network namespaces in a thread aside. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "iterator.h"
#include "kernel.h"
#include "memory.h"
#include "netns.h"
#include "sockstat.h"
#include "walk.h"

/* One walk by the second or the third way. */
struct round {
	const struct walk *walk;
	size_t size;
	void (*take)(void *context, const void *record);
	void *context;
	uint32_t *met_netns, *met; /* by files: how many sockets in which namespace */
	uint32_t met_count;
	uint64_t *busy; /* by tables: namespaces where something was met */
	size_t busy_count;
	int err;
};

bool walk_may_go_over_ledger(const struct btf *kernel)
{
	return kernel_has_iterator(kernel, "bpf_sk_storage_map") &&
	       !kernel_has_member(kernel, "bpf_local_storage_elem", "state") &&
	       kernel_lets_iterate(kernel, "bpf_sk_storage_map");
}

/* By files */

/* All at once, and out of the map. */
static int read_met(struct round *round)
{
	uint32_t position;

	round->met_count = round->walk->walked_max;
	round->met_netns = memory_new(round->met_count, sizeof(*round->met_netns));
	round->met = memory_new(round->met_count, sizeof(*round->met));
	if (!bpf_map_lookup_and_delete_batch(round->walk->walked_fd, NULL, &position, round->met_netns, round->met,
					     &round->met_count, NULL) ||
	    errno == ENOENT) /* that was the end */
		return 0;
	round->met_count = 0;
	return -errno;
}

static uint32_t met_in(const struct round *round, uint32_t netns)
{
	for (uint32_t i = 0; i < round->met_count; i++) {
		if (round->met_netns[i] == netns)
			return round->met[i];
	}
	return 0;
}

/* Has it sockets that were not met? */
static bool has_more(const struct round *round, const struct netns *netns)
{
	struct sockstat kernel = {};
	char directory[32];

	if (!netns->pid || !netns->inode)
		return true;
	snprintf(directory, sizeof(directory), "/proc/%d/net", netns->pid);
	return sockstat_read(&kernel, directory, netns->files) || kernel.tcp_in_use != met_in(round, netns->inode);
}

static int walk_here(void *argument)
{
	const struct round *round = argument;

	return iterator_run(round->walk->in_netns, round->size, round->take, round->context);
}

/* The one that the thread is in: also where we may enter none. */
static bool ours_has_more(const struct round *round, const struct netns *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (netns_is_ours(&list[i]))
			return has_more(round, &list[i]);
	}
	return true;
}

static void go_round(void *argument)
{
	struct round *round = argument;
	const struct netns *list;
	size_t count;

	netns_list(&list, &count);
	if (ours_has_more(round, list, count))
		round->err = walk_here(round);
	for (size_t i = 0; !round->err && i < count; i++) {
		if (!netns_is_ours(&list[i]) && has_more(round, &list[i]))
			round->err = netns_visit(&list[i], walk_here, round);
	}
}

static int walk_by_files(struct round *round)
{
	const struct walk *walk = round->walk;
	const int err = iterator_run(walk->over_files, round->size, round->take, round->context) ?: read_met(round);

	if (err)
		return err;
	if (walk->everywhere)
		return netns_aside(go_round, round) ?: round->err;
	return walk_here(round);
}

/* By tables */

static bool was_busy(const struct walk *walk, uint64_t id)
{
	for (size_t i = 0; i < walk->busy_count; i++) {
		if (walk->busy[i] == id)
			return true;
	}
	return false;
}

/*
 * What is half open can be there without a socket and is in no statistics: where anything was, the next walk looks once
 * more.
 */
static bool has_any(const struct walk *walk, const struct netns *netns)
{
	struct sockstat kernel = {};
	char directory[32];

	if (!netns->pid)
		return true;
	snprintf(directory, sizeof(directory), "/proc/%d/net", netns->pid);
	return sockstat_read(&kernel, directory, netns->files) || kernel.tcp_in_use ||
	       (walk->states && (kernel.tcp_time_wait || was_busy(walk, netns->id)));
}

static int walk_table(void *argument)
{
	const struct round *round = argument;

	return iterator_run(round->walk->over_table, round->size, round->take, round->context);
}

static void walk_there(struct round *round, const struct netns *netns, bool is_ours)
{
	const struct walk *walk = round->walk;
	const uint64_t before = *walk->met;

	if (round->err || netns_is_ours(netns) != is_ours || !has_any(walk, netns))
		return;
	round->err = is_ours ? walk_table(round) : netns_visit(netns, walk_table, round);
	if (*walk->met != before)
		round->busy[round->busy_count++] = netns->id;
}

/* Ours first: the thread does not come back to it. */
static void go_by_tables(void *argument)
{
	const struct netns *list;
	size_t count;

	netns_list(&list, &count);
	for (size_t i = 0; i < count; i++)
		walk_there(argument, &list[i], true);
	for (size_t i = 0; i < count; i++)
		walk_there(argument, &list[i], false);
}

static int walk_by_tables(struct walk *walk, struct round *round)
{
	const struct netns *list;
	size_t count;
	int err;

	if (!walk->everywhere)
		return walk_table(round);
	if (walk->keeps_list)
		netns_refresh();
	netns_list(&list, &count);
	round->busy = memory_new(count + 1, sizeof(*round->busy));
	err = netns_aside(go_by_tables, round) ?: round->err;
	free(walk->busy);
	walk->busy = round->busy;
	walk->busy_count = round->busy_count;
	return err;
}

int walk_run(struct walk *walk, size_t size, void (*take)(void *context, const void *record), void *context)
{
	struct round round = {.walk = walk, .size = size, .take = take, .context = context};
	int err;

	if (walk->over_ledger)
		return iterator_run(walk->over_ledger, size, take, context);
	++*walk->number;
	if (walk->over_table)
		return walk_by_tables(walk, &round);
	err = walk_by_files(&round);
	free(round.met_netns);
	free(round.met);
	return err;
}

void walk_close(struct walk *walk)
{
	bpf_link__destroy(walk->over_ledger);
	bpf_link__destroy(walk->over_files);
	bpf_link__destroy(walk->in_netns);
	bpf_link__destroy(walk->over_table);
	free(walk->busy);
}
