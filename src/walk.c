/* SPDX-License-Identifier: GPL-2.0 */
/* The two ways; the second enters network namespaces in a thread aside. */
#include <bpf/bpf.h>
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

/* One walk by the second way. */
struct round {
	const struct walk *walk;
	size_t size;
	void (*take)(void *context, const void *record);
	void *context;
	uint32_t *met_netns, *met; /* how many sockets were met by file in which namespace */
	uint32_t met_count;
	int err;
};

bool walk_may_go_over_ledger(const struct btf *kernel)
{
	return kernel_has_iterator(kernel, "bpf_sk_storage_map") &&
	       !kernel_has_member(kernel, "bpf_local_storage_elem", "state") &&
	       kernel_lets_iterate(kernel, "bpf_sk_storage_map");
}

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
	int err;

	++*walk->number;
	if (walk->keeps_list)
		netns_refresh();
	err = (walk->over_files ? iterator_run(walk->over_files, round->size, round->take, round->context) : 0)
		      ?: read_met(round);
	if (err)
		return err;
	if (walk->everywhere)
		return netns_aside(go_round, round) ?: round->err;
	return walk_here(round);
}

int walk_run(const struct walk *walk, size_t size, void (*take)(void *context, const void *record), void *context)
{
	struct round round = {.walk = walk, .size = size, .take = take, .context = context};
	int err;

	if (walk->over_ledger)
		return iterator_run(walk->over_ledger, size, take, context);
	err = walk_by_files(&round);
	free(round.met_netns);
	free(round.met);
	return err;
}
