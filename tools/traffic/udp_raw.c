/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP datagrams made by hand and sent by a raw socket: with a checksum that is wrong, or with --spoof as from ever
 * other networks.
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

/* Adds up words of 16 bits, as the Internet checksum does (RFC 1071). size is even. */
static uint32_t sum_words(const void *bytes, size_t size)
{
	const uint8_t *byte = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += byte[i] << 8 | byte[i + 1];
	return sum;
}

/* The payload is zeros, and addresses in mapped form add up to the same as in their own but for the ffff. */
static uint16_t checksum_of(const struct udphdr *header, const struct in6_addr *from, const struct in6_addr *to)
{
	uint32_t sum = sum_words(header, sizeof(*header)) + sum_words(from, sizeof(*from)) +
		       sum_words(to, sizeof(*to)) + sizeof(*header) + opt.size + IPPROTO_UDP;

	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16); /* ffff is 0 */
	return htons((uint16_t)~sum ?: 0xffff);
}

/* A 1 is never right: the payload is zeros and the addresses are none that make it so. */
static size_t make_udp(char *at, const struct in6_addr *from, const struct in6_addr *to)
{
	struct udphdr header = {
		.source = htons(SOURCE_PORT), .dest = htons(opt.port), .len = htons(sizeof(header) + opt.size)};

	header.check = opt.spoof ? checksum_of(&header, from, to) : htons(1);
	memcpy(at, &header, sizeof(header));
	return sizeof(header) + opt.size;
}

/* The turn's network behind the first one, a /24 or a /64. */
static struct in6_addr spoofed(const struct in6_addr *first, uint32_t turn)
{
	struct in6_addr address = *first;
	uint32_t *word = (uint32_t *)&address;

	if (family_for(first) == AF_INET)
		word[3] = htonl(ntohl(word[3]) + (turn << 8));
	else
		word[1] = htonl(ntohl(word[1]) + turn);
	return address;
}

static void send_raw(int fd, int family, const struct in6_addr *from, const struct in6_addr *to)
{
	struct sockaddr_storage name;
	const socklen_t length = sockaddr_make(&name, family, to, 0);
	size_t size = (family == AF_INET ? header4 : header6)(buffer, from, to, sizeof(struct udphdr) + opt.size);

	size += make_udp(buffer + size, from, to);
	if (sendto(fd, buffer, size, 0, (struct sockaddr *)&name, length) != (ssize_t)size)
		die("send: %m");
}

void udp_raw(void)
{
	struct addresses *to = addresses_parse(opt.to), *from = addresses_parse(opt.from ?: "127.0.0.1");
	const int family = family_for(&to->list[0]);
	const int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	if (fd < 0)
		die("raw socket: %m");
	hold();
	for (uint64_t i = 0; i < opt.count; i++) {
		const struct in6_addr source = opt.spoof ? spoofed(&from->list[0], i) : *addresses_turn(from, i);

		send_raw(fd, family, &source, addresses_turn(to, i));
	}
	printf("datagrams=%" PRIu64 "\n", opt.count);
	free(to);
	free(from);
}
