/* SPDX-License-Identifier: GPL-2.0 */
/* Giving up rights. Not here: which ones are needed to begin with (feature.c). */
#include <cap-ng.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "privileges.h"

bool privileges_are_borrowed(void)
{
	if (getuid() == geteuid() && getgid() == getegid())
		return false;
	fputs("l4dstat: it does not run setuid or setgid, as it would read and write files for whoever calls it; take "
	      "the "
	      "bit away (chmod ug-s) and run it by sudo\n",
	      stderr);
	return true;
}

void privileges_freeze(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int privileges_drop(const struct privileges_need *need)
{
	const struct {
		unsigned int capability;
		bool needed;
	} kept[] = {
		{CAP_SYS_ADMIN, need->namespaces},
		{CAP_SYS_PTRACE, need->namespaces || need->processes},
		{CAP_DAC_OVERRIDE, need->files},
	};
	const bool known = !capng_get_caps_process();
	bool had[sizeof(kept) / sizeof(*kept)];

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		had[i] = known && capng_have_capability(CAPNG_EFFECTIVE, kept[i].capability);
	capng_clear(CAPNG_SELECT_CAPS);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		if (had[i] && kept[i].needed)
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, kept[i].capability);
	}
	if (!capng_apply(CAPNG_SELECT_CAPS))
		return 0;
	fprintf(stderr, "l4dstat: cannot give up its capabilities (%s); a kernel's security module may forbid capset\n",
		strerror(errno));
	return -EPERM;
}
