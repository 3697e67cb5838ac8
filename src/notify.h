/* SPDX-License-Identifier: GPL-2.0 */
/* A service manager is told that the service it has begun is ready. */
#ifndef L4_NOTIFY_H
#define L4_NOTIFY_H

/*
 * Says so to whom NOTIFY_SOCKET names, as of sd_notify(3); 0 where nobody wants to know it. Returns 0 or -errno, having
 * said so on stderr; that is no reason to end, as the name may be inherited from who is no such manager.
 */
int notify_ready(void);

#endif
