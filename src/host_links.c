/* SPDX-License-Identifier: GPL-2.0 */
/* Interfaces by rtnetlink: unlike /proc/net/dev and /sys it says of what kind each one is, in one dump. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host_links.h"
#include "memory.h"
#include "text.h"

static bool all_digits(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* dstat goes by names alone: lo, bond0, eth0.5. */
static bool dstat_leaves_out(const char *name)
{
	const char *dot = strrchr(name, '.');

	return !strcmp(name, "lo") || (!strncmp(name, "bond", 4) && all_digits(name + 4)) ||
	       (dot && dot > name && all_digits(dot + 1));
}

enum host_link_role host_link_role(const char *name, const char *kind, const char *port_of)
{
	static const struct {
		const char *kind;
		enum host_link_role role;
	} roles[] = {
		{"bond", LINK_LEFT_OUT},     {"team", LINK_LEFT_OUT}, {"vlan", LINK_LEFT_OUT},
		{"veth", LINK_VETH_OR_PORT}, {"tun", LINK_TUNNEL},    {"gre", LINK_TUNNEL},
		{"gretap", LINK_TUNNEL},     {"ip6gre", LINK_TUNNEL}, {"ip6gretap", LINK_TUNNEL},
		{"ipip", LINK_TUNNEL},	     {"ip6tnl", LINK_TUNNEL}, {"sit", LINK_TUNNEL},
		{"vti", LINK_TUNNEL},	     {"vti6", LINK_TUNNEL},   {"xfrm", LINK_TUNNEL},
		{"vxlan", LINK_TUNNEL},	     {"geneve", LINK_TUNNEL}, {"wireguard", LINK_TUNNEL},
	};

	if (dstat_leaves_out(name))
		return LINK_LEFT_OUT;
	if (!strcmp(port_of, "bridge"))
		return LINK_VETH_OR_PORT;
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		if (!strcmp(kind, roles[i].kind))
			return roles[i].role;
	}
	return LINK_OWN;
}

void host_links_decide(struct host_rows *links, const enum host_link_role *roles)
{
	bool others = false;

	for (size_t i = 1; i < links->count; i++)
		others |= roles[i] == LINK_OWN && !links->rows[i].idle;
	for (size_t i = 1; i < links->count; i++)
		links->rows[i].seen_elsewhere = roles[i] == LINK_LEFT_OUT || (others && roles[i] == LINK_VETH_OR_PORT);
}

struct links_taker {
	struct host_rows *links;
	enum host_link_role *roles; /* one of each row */
};

static const char *text_of(const struct rtattr *attribute)
{
	const char *text = attribute ? RTA_DATA(attribute) : "";

	return attribute && memchr(text, 0, RTA_PAYLOAD(attribute)) ? text : "";
}

/* The attribute of that type among those in length bytes, or NULL. */
static const struct rtattr *find_attribute(const struct rtattr *first, size_t length, unsigned short type)
{
	for (const struct rtattr *attribute = first; RTA_OK(attribute, length);
	     attribute = RTA_NEXT(attribute, length)) {
		if ((attribute->rta_type & NLA_TYPE_MASK) == type)
			return attribute;
	}
	return NULL;
}

static const struct rtattr *find_inside(const struct rtattr *nest, unsigned short type)
{
	return nest ? find_attribute(RTA_DATA(nest), RTA_PAYLOAD(nest), type) : NULL;
}

static void take_statistics(struct host_row *row, const struct rtattr *attribute)
{
	struct rtnl_link_stats64 statistics = {};
	const size_t length = attribute ? RTA_PAYLOAD(attribute) : 0;

	if (length) /* older kernels have a shorter one */
		memcpy(&statistics, RTA_DATA(attribute), length < sizeof(statistics) ? length : sizeof(statistics));
	row->values.value[HOST_link_rx_bytes] = statistics.rx_bytes;
	row->values.value[HOST_link_tx_bytes] = statistics.tx_bytes;
	row->values.value[HOST_link_rx_packets] = statistics.rx_packets;
	row->values.value[HOST_link_tx_packets] = statistics.tx_packets;
	row->idle = !statistics.rx_packets && !statistics.tx_packets;
}

static void take_link(void *context, const struct nlmsghdr *message)
{
	struct links_taker *taker = context;
	const struct ifinfomsg *link = NLMSG_DATA(message);
	const struct rtattr *first = IFLA_RTA(link), *info;
	const size_t length = message->nlmsg_len < NLMSG_LENGTH(sizeof(*link)) ? 0 : IFLA_PAYLOAD(message);
	const char *name = text_of(find_attribute(first, length, IFLA_IFNAME));
	struct host_row *row;

	if (message->nlmsg_type != RTM_NEWLINK || !*name)
		return;
	row = host_add(taker->links);
	text_printable(row->name, sizeof(row->name), (const uint8_t *)name, strlen(name));
	take_statistics(row, find_attribute(first, length, IFLA_STATS64));
	info = find_attribute(first, length, IFLA_LINKINFO);
	taker->roles = memory_resize(taker->roles, taker->links->count, sizeof(*taker->roles));
	taker->roles[taker->links->count - 1] = host_link_role(name, text_of(find_inside(info, IFLA_INFO_KIND)),
							       text_of(find_inside(info, IFLA_INFO_SLAVE_KIND)));
}

int host_links_read(struct host_rows *links, struct netlink *netlink)
{
	const struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_GETLINK,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.link.ifi_family = AF_UNSPEC,
	};
	struct links_taker taker = {.links = links, .roles = memory_new(1, sizeof(*taker.roles))};
	int err;

	links->count = 0;
	strcpy(host_add(links)->name, "total");
	err = netlink_dump(netlink, NETLINK_ROUTE, &request.header, take_link, &taker);
	host_links_decide(links, taker.roles);
	free(taker.roles);
	return err;
}
