/* SPDX-License-Identifier: GPL-2.0 */
/* A recording as a source: needs no privileges and no kernel of ours. */
#ifndef L4_REPLAY_H
#define L4_REPLAY_H

#include <stdbool.h>

#include "moment.h"
#include "source.h"

enum { REPLAY_PREFIX_RECORDED = -1 };

struct replay_settings {
	const char *const
		*paths;		/* files, with what was moved away from their names, and directories; NULL-terminated */
	struct moment from, to; /* only what ended after and not later than these */
	int prefix4, prefix6;	/* what addresses are cut to, or REPLAY_PREFIX_RECORDED */
	bool tells_progress;	/* on stderr, when it takes long */
};

/* What is known when the first interval is. */
struct replay_facts {
	unsigned int prefix4, prefix6;
	const char *host;		  /* printable; changes when an interval comes from another one */
	double interval;		  /* of the first one, seconds */
	const struct host_reading *first; /* what the first one has of the host; only good until it is read */
};

/*
 * Opens them and reads the first interval. settings must outlive the source. Returns 0 or -errno, having said what is
 * wrong; -ERANGE: the prefixes asked for are longer than those that were recorded.
 */
int replay_open(struct source **opened, const struct replay_settings *settings, struct replay_facts *facts);

extern const struct source_kind source_replay;

#endif
