/* SPDX-License-Identifier: GPL-2.0 */
/* The two ways; the second enters network namespaces in a thread aside. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "iterator.h"
#include "l4_types.h" /* the skeleton uses them */
#include "l4dstat.skel.h"
#include "memory.h"
#include "netns.h"
#include "older.h"

enum { BATCH = 1024 };

/* The second pass of the second way. */
struct round {
	struct bpf_link *tcp, *udp;
	int err;
};

void older_choose(struct l4dstat_bpf *programs, bool follow_files)
{
	bpf_program__set_autoload(programs->progs.l4_find_sockets, follow_files);
	bpf_program__set_autoload(programs->progs.l4_note_holders, !follow_files);
	bpf_program__set_autoload(programs->progs.l4_find_tcp, !follow_files);
	bpf_program__set_autoload(programs->progs.l4_find_udp, !follow_files);
	bpf_map__set_autocreate(programs->maps.l4_holders, !follow_files);
	programs->rodata->l4_has_all_senders = follow_files;
}

static int run_once(struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	int err;

	if (!link)
		return -errno;
	err = iterator_run(link, 1, NULL, NULL);
	bpf_link__destroy(link);
	return err;
}

static void find_here(struct round *round)
{
	round->err = iterator_run(round->tcp, 1, NULL, NULL) ?: iterator_run(round->udp, 1, NULL, NULL);
}

static void go_round(void *argument)
{
	struct round *round = argument;
	const struct netns *list;
	size_t count;

	netns_list(&list, &count);
	for (size_t i = 0; !round->err && i < count; i++) {
		if (netns_is_ours(&list[i])) /* it was the first */
			continue;
		round->err = netns_enter(&list[i]);
		if (!round->err)
			find_here(round);
		else if (netns_is_closed(round->err))
			round->err = 0;
	}
}

/* It holds what it was told until all of it is taken out. */
static int empty(int map)
{
	uint64_t *sockets = memory_new(BATCH, sizeof(*sockets));
	struct l4_owner *owners = memory_new(BATCH, sizeof(*owners));
	uint32_t position, count;
	int err;

	do {
		count = BATCH;
		err = bpf_map_lookup_and_delete_batch(map, NULL, &position, sockets, owners, &count, NULL) ? -errno : 0;
	} while (!err || (err == -ENOSPC && count));
	free(owners);
	free(sockets);
	return err == -ENOENT ? 0 : err; /* that was the end */
}

static int find_in_tables(const struct l4dstat_bpf *programs, bool everywhere)
{
	struct round round = {};
	int err;

	round.tcp = bpf_program__attach_iter(programs->progs.l4_find_tcp, NULL);
	err = round.tcp ? 0 : -errno;
	round.udp = err ? NULL : bpf_program__attach_iter(programs->progs.l4_find_udp, NULL);
	err = err ?: round.udp ? 0 : -errno;
	if (!err)
		find_here(&round);
	if (!err && !round.err && everywhere) {
		netns_refresh();
		err = netns_aside(go_round, &round);
		netns_free(); /* whoever needs the list begins it anew */
	}
	bpf_link__destroy(round.tcp);
	bpf_link__destroy(round.udp);
	return err ?: round.err;
}

int older_find(const struct l4dstat_bpf *programs, bool everywhere)
{
	if (bpf_program__autoload(programs->progs.l4_find_sockets))
		return run_once(programs->progs.l4_find_sockets);
	return run_once(programs->progs.l4_note_holders)
		       ?: find_in_tables(programs, everywhere)
		       ?: empty(bpf_map__fd(programs->maps.l4_holders));
}
