/* SPDX-License-Identifier: GPL-2.0 */
/* Being on time where others want all CPUs. Not here: when an interval ends (main.c). */
#ifndef L4_PRECEDENCE_H
#define L4_PRECEDENCE_H

/*
 * From here on this process goes before others: nice -10. Not if somebody has chosen another nice value than 0 for it,
 * and without CAP_SYS_NICE it stays as it is. Processes and threads that begin later inherit it.
 */
void precedence_take(void);

#endif
