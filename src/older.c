/* SPDX-License-Identifier: GPL-2.0 */
/* The two ways; the second enters network namespaces in a thread aside. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "iterator.h"
#include "l4_types.h" /* the skeleton uses them */
#include "l4dstat.skel.h"
#include "netns.h"
#include "older.h"

enum { HELD_MAX = 1 << 20 }; /* sockets */

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

static int find_here(void *argument)
{
	const struct round *round = argument;

	return iterator_finish(round->tcp) ?: iterator_finish(round->udp);
}

static void go_round(void *argument)
{
	struct round *round = argument;
	const struct netns *list;
	size_t count;

	netns_list(&list, &count);
	for (size_t i = 0; !round->err && i < count; i++) {
		if (!netns_is_ours(&list[i])) /* that was the first */
			round->err = netns_visit(&list[i], find_here, round);
	}
}

static int find_everywhere(struct round *round)
{
	int err;

	netns_refresh();
	err = netns_aside(go_round, round);
	netns_free(); /* whoever needs the list begins it anew */
	return err ?: round->err;
}

static int find_in_tables(const struct l4dstat_bpf *programs, bool everywhere)
{
	struct round round = {};
	int err;

	round.tcp = bpf_program__attach_iter(programs->progs.l4_find_tcp, NULL);
	err = round.tcp ? 0 : -errno;
	round.udp = err ? NULL : bpf_program__attach_iter(programs->progs.l4_find_udp, NULL);
	err = err ?: round.udp ? 0 : -errno;
	err = err ?: find_here(&round) ?: everywhere ? find_everywhere(&round) : 0;
	bpf_link__destroy(round.tcp);
	bpf_link__destroy(round.udp);
	return err;
}

/* Who holds the sockets is remembered only here: a map for so many has a table of 16 MiB. */
static int find_by_holders(const struct l4dstat_bpf *programs, bool everywhere)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	const int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "l4_held", sizeof(uint64_t), sizeof(struct l4_owner), HELD_MAX,
				      &options);
	const int holders = bpf_map__fd(programs->maps.l4_holders);
	const uint32_t zero = 0;
	int err;

	if (fd < 0)
		return -errno;
	err = bpf_map_update_elem(holders, &zero, &fd, BPF_ANY) ? -errno : 0;
	err = err ?: iterator_run_once(programs->progs.l4_note_holders) ?: find_in_tables(programs, everywhere);
	err = bpf_map_delete_elem(holders, &zero) && !err ? -errno : err;
	close(fd);
	return err;
}

int older_find(const struct l4dstat_bpf *programs, bool everywhere)
{
	if (bpf_program__autoload(programs->progs.l4_find_sockets))
		return iterator_run_once(programs->progs.l4_find_sockets);
	return find_by_holders(programs, everywhere);
}
