/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <sys/resource.h>

#include "precedence.h"

enum { NICE = -10 };

void precedence_take(void)
{
	errno = 0;
	if (getpriority(PRIO_PROCESS, 0) == 0 && !errno)
		setpriority(PRIO_PROCESS, 0, NICE);
}
