/* SPDX-License-Identifier: GPL-2.0 */
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "l4_types.h" /* the skeleton uses them */
#include "l4dstat.skel.h"
#include "memory.h"
#include "tallies.h"

static void name_errors(char **names)
{
	for (int error = 1; error < L4_TALLY; error++) {
		const char *name = strerrorname_np(error);

		if (name)
			names[error] = memory_format("%s", name);
	}
}

void tallies_name(struct tallies *tallies, const struct l4dstat_bpf *programs, const struct btf *kernel)
{
	tallies->counted[TALLY_RESETS_OUT] = programs->rodata->l4_has_reset_reason;
	tallies->counted[TALLY_UDP_DROPS] = bpf_program__autoload(programs->progs.l4_dropped);
	tallies->counted[TALLY_UDP_SEND_ERRORS] = programs->rodata->l4_sees_users;
	kernel_enumerators(kernel, "sk_rst_reason", "SK_RST_REASON_", tallies->names[TALLY_RESETS_OUT], L4_TALLY);
	kernel_enumerators(kernel, "skb_drop_reason", "SKB_DROP_REASON_", tallies->names[TALLY_UDP_DROPS], L4_TALLY);
	name_errors(tallies->names[TALLY_UDP_SEND_ERRORS]);
}

void tallies_take(struct tallies *tallies, const struct l4dstat_bpf *programs, struct snapshot *snapshot)
{
	const __u64 *const counts[TALLY_COUNT] = {
		[TALLY_RESETS_OUT] = programs->bss->l4_resets_out,
		[TALLY_UDP_DROPS] = programs->bss->l4_udp_drops,
		[TALLY_UDP_SEND_ERRORS] = programs->bss->l4_udp_send_errors,
	};

	for (int t = 0; t < TALLY_COUNT; t++) {
		snapshot->tallies[t].names = tallies->counted[t] ? tallies->names[t] : NULL;
		for (int i = 0; i < L4_TALLY; i++) {
			const uint64_t now = counts[t][i];

			snapshot->tallies[t].count[i] = now - tallies->before[t][i];
			tallies->before[t][i] = now;
		}
	}
}

void tallies_free(struct tallies *tallies)
{
	for (int i = 0; i < TALLY_COUNT * L4_TALLY; i++)
		free(tallies->names[i / L4_TALLY][i % L4_TALLY]);
}
