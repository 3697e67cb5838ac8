/* SPDX-License-Identifier: GPL-2.0 */
/* The keys. */
#include "live_keys.h"

const struct live_key live_keys[] = {
	{'q', "q", LIVE_QUIT, 0, "quit", "quit", false},
	{'?', "?", LIVE_HELP, 0, "this help, page by page", "help", false},
	{' ', "Space", LIVE_PAUSE, 0, "pause; counting goes on", "pause", false},
	{'<', "<", LIVE_SORT_LEFT, 0, "sort by the column to the left", NULL, false},
	{'>', ">", LIVE_SORT_RIGHT, 0, "sort by the column to the right", "sort", false},
	{LIVE_CODE_CAPITAL, "A-Z", LIVE_SORT_LETTER, 0, "sort by a column: ? names each", NULL, false},
	{'/', "/", LIVE_FILTER_BEGIN, 0, "only rows that contain a text", "filter", false},
	{'p', "p", LIVE_BY, DIM_PROCESS, "by process", "process", true},
	{'s', "s", LIVE_BY, DIM_SUBNET, "by subnet", "subnet", true},
	{'c', "c", LIVE_BY, DIM_CGROUP, "by cgroup", "cgroup", true},
	{'n', "n", LIVE_BY, DIM_NETNS, "by network namespace", "netns", true},
	{'b', "b", LIVE_BY, DIM_COUNT, "by what --by said", NULL, true},
	{'t', "t", LIVE_TOTALS, 0, "totals, or rates per second", "totals", true},
	{LIVE_CODE_UP, "Up", LIVE_UP, 0, "select the row above", NULL, false},
	{LIVE_CODE_DOWN, "Down", LIVE_DOWN, 0, "select the row below", NULL, false},
	{LIVE_CODE_PAGE_UP, "PgUp", LIVE_PAGE_UP, 0, "a screenful up", NULL, false},
	{LIVE_CODE_PAGE_DOWN, "PgDn", LIVE_PAGE_DOWN, 0, "a screenful down", NULL, false},
	{LIVE_CODE_HOME, "Home", LIVE_HOME, 0, "the top, nothing selected", NULL, false},
	{LIVE_CODE_END, "End", LIVE_END, 0, "the last row", NULL, false},
	{'\033', "Esc", LIVE_ESCAPE, 0, "no filter; then as Home", NULL, false},
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
