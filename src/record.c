/* SPDX-License-Identifier: GPL-2.0 */
/* What both sides of a recording call things, and an interval that has been read. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

const char *const record_owner_kinds[L4_OWNER_OTHER + 1] = {
	[L4_OWNER_UNKNOWN] = "unknown",
	[L4_OWNER_PROCESS] = "process",
	[L4_OWNER_KERNEL] = "kernel",
	[L4_OWNER_OTHER] = "other",
};

const char *const record_roles[L4_ROLE_SERVER + 1] = {
	[L4_ROLE_NONE] = "none",
	[L4_ROLE_CLIENT] = "client",
	[L4_ROLE_SERVER] = "server",
};

const char *const record_tallies[TALLY_COUNT] = {
	[TALLY_RESETS_OUT] = "resets_out_by_reason",
	[TALLY_UDP_DROPS] = "udp_drops_by_reason",
	[TALLY_UDP_SEND_ERRORS] = "udp_send_errors_by_errno",
};

int record_compare_names(const void *a, const void *b)
{
	const uint64_t left = ((const struct record_name *)a)->id, right = ((const struct record_name *)b)->id;

	return (left > right) - (left < right);
}

const char *record_name(const struct record_names *names, uint64_t id)
{
	const struct record_name wanted = {.id = id};
	const struct record_name *found =
		names->count ? bsearch(&wanted, names->list, names->count, sizeof(wanted), record_compare_names) : NULL;

	return found ? found->text : NULL;
}

void record_forget_reasons(struct record *record)
{
	for (int i = 0; i < TALLY_COUNT * L4_TALLY; i++) {
		free(record->tally_names[i / L4_TALLY][i % L4_TALLY]);
		record->tally_names[i / L4_TALLY][i % L4_TALLY] = NULL;
	}
}

/* Of IPv4 the bits from 96 on; ::1 stays whole, as it does when it is counted. */
static void shorten(uint8_t prefix[static L4_PREFIX_LEN], unsigned int prefix4, unsigned int prefix6)
{
	static const uint8_t loopback[L4_PREFIX_LEN] = {[15] = 1};
	const unsigned int bits = dimension_is_ipv4(prefix) ? 96 + prefix4 : prefix6;

	if (!memcmp(prefix, loopback, sizeof(loopback)))
		return;
	for (unsigned int byte = bits / 8; byte < L4_PREFIX_LEN; byte++)
		prefix[byte] &= byte > bits / 8 ? 0 : 0xff00 >> bits % 8;
}

void record_shorten(struct record *record, unsigned int prefix4, unsigned int prefix6)
{
	if (prefix4 == record->prefix4 && prefix6 == record->prefix6)
		return;
	for (struct snapshot_cell *cell = snapshot_first(&record->snapshot); cell;
	     cell = snapshot_next(&record->snapshot, cell))
		shorten(cell->key.prefix, prefix4, prefix6);
	record->prefix4 = prefix4;
	record->prefix6 = prefix6;
}

void record_free(struct record *record)
{
	record_forget_reasons(record);
	snapshot_free(&record->snapshot);
	free(record->cgroups.list);
	free(record->netns.list);
	record_rows_free(&record->rows);
	json_decref(record->json);
	*record = (struct record){};
}
