/* SPDX-License-Identifier: GPL-2.0 */
/* The keys. */
#include "live_keys.h"

const struct live_key live_keys[] = {
	{'q', "q", LIVE_QUIT, 0, "quit", "quit"},
	{'?', "?", LIVE_HELP, 0, "this help, page by page", "help"},
	{' ', "Space", LIVE_PAUSE, 0, "pause; counting goes on", "pause"},
	{'<', "<", LIVE_SORT_LEFT, 0, "sort by the column to the left", NULL},
	{'>', ">", LIVE_SORT_RIGHT, 0, "sort by the column to the right", "sort"},
	{LIVE_CODE_CAPITAL, "A-Z", LIVE_SORT_LETTER, 0, "sort by a column: ? names each", NULL},
	{'/', "/", LIVE_FILTER_BEGIN, 0, "only rows that contain a text", "filter"},
	{'p', "p", LIVE_BY, DIM_PROCESS, "by process", "process"},
	{'s', "s", LIVE_BY, DIM_SUBNET, "by subnet", "subnet"},
	{'c', "c", LIVE_BY, DIM_CGROUP, "by cgroup", "cgroup"},
	{'n', "n", LIVE_BY, DIM_NETNS, "by network namespace", "netns"},
	{'b', "b", LIVE_BY, DIM_COUNT, "by what --by said", NULL},
	{'t', "t", LIVE_TOTALS, 0, "totals, or rates per second", "totals"},
	{LIVE_CODE_UP, "Up", LIVE_UP, 0, "select the row above", NULL},
	{LIVE_CODE_DOWN, "Down", LIVE_DOWN, 0, "select the row below", NULL},
	{LIVE_CODE_PAGE_UP, "PgUp", LIVE_PAGE_UP, 0, "a screenful up", NULL},
	{LIVE_CODE_PAGE_DOWN, "PgDn", LIVE_PAGE_DOWN, 0, "a screenful down", NULL},
	{LIVE_CODE_HOME, "Home", LIVE_HOME, 0, "the top, nothing selected", NULL},
	{LIVE_CODE_END, "End", LIVE_END, 0, "the last row", NULL},
	{'\033', "Esc", LIVE_ESCAPE, 0, "no filter; then as Home", NULL},
};

const size_t live_key_count = sizeof(live_keys) / sizeof(*live_keys);

const struct live_key *live_key_for(unsigned int code)
{
	for (size_t i = 0; i < live_key_count; i++) {
		const struct live_key *key = &live_keys[i];

		if (key->code == code || (key->code == LIVE_CODE_CAPITAL && code >= 'A' && code <= 'Z'))
			return key;
	}
	return NULL;
}
