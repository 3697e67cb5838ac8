/* SPDX-License-Identifier: GPL-2.0 */
/* The network interfaces of our network namespace: what passed them, and which of them make the total. */
#ifndef L4_HOST_LINKS_H
#define L4_HOST_LINKS_H

#include "host.h"
#include "netlink.h"

/*
 * What an interface is to the total.
 *
 * What passes a bond, a VLAN, a bridge's port or a veth of the host passes another interface too, so they are left out,
 * as loopback is. But where veths and ports are all there is, as in a container, they are the total. Tunnels count, as
 * in dstat; they are no reason to leave veths out.
 */
enum host_link_role { LINK_OWN, LINK_TUNNEL, LINK_VETH_OR_PORT, LINK_LEFT_OUT };

/* kind: as of ip(8), `ip -d link`; port_of: the kind of what it belongs to; both "" if it has none. */
enum host_link_role host_link_role(const char *name, const char *kind, const char *port_of);

/* Sets seen_elsewhere of each row but the first, the total; roles: one of each row. */
void host_links_decide(struct host_rows *links, const enum host_link_role *roles);

/* Fills in *links, the total first and all zero yet. Returns 0 or -errno. Needs no privilege. */
int host_links_read(struct host_rows *links, struct netlink *netlink);

#endif
