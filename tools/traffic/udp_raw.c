/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP datagrams made by hand and sent by a raw socket, with a checksum that is wrong.
 */
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include "traffic.h"

enum { SOURCE_PORT = 9, TTL = 64 };

static size_t header4(char *packet, const struct in6_addr *from, const struct in6_addr *to, size_t payload)
{
	struct iphdr header = {.version = 4, .ihl = 5, .ttl = TTL, .protocol = IPPROTO_UDP};

	(void)payload; /* the kernel fills in length and checksum */
	memcpy(&header.saddr, &from->s6_addr[12], sizeof(header.saddr));
	memcpy(&header.daddr, &to->s6_addr[12], sizeof(header.daddr));
	memcpy(packet, &header, sizeof(header));
	return sizeof(header);
}

static size_t header6(char *packet, const struct in6_addr *from, const struct in6_addr *to, size_t payload)
{
	struct ip6_hdr header = {.ip6_hlim = TTL, .ip6_nxt = IPPROTO_UDP, .ip6_src = *from, .ip6_dst = *to};

	header.ip6_vfc = 6 << 4;
	header.ip6_plen = htons(payload);
	memcpy(packet, &header, sizeof(header));
	return sizeof(header);
}

/* A 1 is never right: the payload is zeros and the addresses are none that make it so. */
static size_t make_udp(char *at)
{
	const struct udphdr header = {.source = htons(SOURCE_PORT),
				      .dest = htons(opt.port),
				      .len = htons(sizeof(header) + opt.size),
				      .check = htons(1)};

	memcpy(at, &header, sizeof(header));
	return sizeof(header) + opt.size;
}

void udp_raw(void)
{
	struct addresses *to = addresses_parse(opt.to), *from = addresses_parse(opt.from ?: "127.0.0.1");
	const int family = family_for(&to->list[0]);
	const int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	if (fd < 0)
		die("raw socket: %m");
	for (uint64_t i = 0; i < opt.count; i++) {
		const struct in6_addr *source = addresses_turn(from, i), *target = addresses_turn(to, i);
		struct sockaddr_storage name;
		const socklen_t length = sockaddr_make(&name, family, target, 0);
		size_t size = (family == AF_INET ? header4 : header6)(buffer, source, target,
								      sizeof(struct udphdr) + opt.size);

		size += make_udp(buffer + size);
		if (sendto(fd, buffer, size, 0, (struct sockaddr *)&name, length) != (ssize_t)size)
			die("send: %m");
	}
	printf("datagrams=%" PRIu64 "\n", opt.count);
	free(to);
	free(from);
}
