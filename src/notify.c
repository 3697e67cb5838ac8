/* SPDX-License-Identifier: GPL-2.0 */
/* One datagram: sd_notify(3) calls the protocol stable, and fit to be spoken without its library, which loads five
 * others. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify.h"

/* The name of a socket is a path, or @ and what stands for no file. */
static int address_of(const char *name, struct sockaddr_un *address, socklen_t *length)
{
	const size_t characters = strlen(name);

	if (name[0] != '/' && name[0] != '@')
		return -EAFNOSUPPORT;
	if (characters >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, name, characters);
	if (name[0] == '@')
		address->sun_path[0] = '\0';
	*length = offsetof(struct sockaddr_un, sun_path) + characters;
	return 0;
}

static int send_to(const char *name, const char *message)
{
	struct sockaddr_un address;
	socklen_t length;
	int err = address_of(name, &address, &length), fd;

	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, message, strlen(message), MSG_NOSIGNAL, (struct sockaddr *)&address, length) < 0)
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

int notify_ready(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const int err = name ? send_to(name, "READY=1") : 0;

	if (err)
		fprintf(stderr,
			"l4dstat: notice: cannot tell the service manager (NOTIFY_SOCKET) that it is ready: %s\n",
			strerror(-err));
	return err;
}
