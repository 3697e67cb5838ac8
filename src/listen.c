/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses to listen on. No name is ever looked up. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "listen.h"
#include "option_value.h"

enum { BACKLOG = 64, ADDRESS_MAX = 64 };

/* The part before the last colon, without the brackets an IPv6 address has to have; empty: 127.0.0.1. */
static int split(const char *text, char host[static ADDRESS_MAX], int *family, const char **port)
{
	const char *colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;

	if (!colon || length >= ADDRESS_MAX)
		return -EINVAL;
	*port = colon + 1;
	*family = *text == '[' ? AF_INET6 : AF_INET;
	if (*family == AF_INET6) {
		if (text[length - 1] != ']')
			return -EINVAL;
		text++;
		length -= 2;
	}
	snprintf(host, ADDRESS_MAX, "%.*s", (int)length, text);
	if (*family == AF_INET && !length)
		strcpy(host, "127.0.0.1");
	return 0;
}

/* Not what inet_aton(3) also takes for an address of IPv4, such as 1 or 0x7f.1. */
static bool is_plain(const char *host)
{
	struct in_addr address;

	return inet_pton(AF_INET, host, &address) == 1;
}

int listen_parse(const char *text, struct listen_address *address)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	char host[ADDRESS_MAX];
	unsigned long number;
	const char *port;

	if (split(text, host, &hints.ai_family, &port) || option_read_number(port, 1, UINT16_MAX, &number) ||
	    (hints.ai_family == AF_INET && !is_plain(host)) || getaddrinfo(host, port, &hints, &found))
		return -EINVAL;
	*address = (struct listen_address){.length = found->ai_addrlen, .text = text};
	memcpy(&address->address, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return 0;
}

/* Where the system does not say otherwise (net.ipv6.bindv6only), [::] is IPv4 as well. */
static int bind_and_listen(int fd, const struct listen_address *address)
{
	const int yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)); /* connections of before are in TIME_WAIT */
	if (bind(fd, (const struct sockaddr *)&address->address, address->length) || listen(fd, BACKLOG))
		return -errno;
	return 0;
}

int listen_open(const struct listen_address *address)
{
	const int fd = socket(address->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int err = fd < 0 ? -errno : bind_and_listen(fd, address);

	if (!err)
		return fd;
	if (fd >= 0)
		close(fd);
	fprintf(stderr, "l4dstat: cannot listen on %s: %s%s\n", address->text, strerror(-err),
		err == -EADDRINUSE	? "; is another l4dstat running? name another port"
		: err == -EACCES	? "; ports below 1024 are not for us, name another one"
		: err == -EADDRNOTAVAIL ? "; name an address of this host"
					: "");
	return err;
}
