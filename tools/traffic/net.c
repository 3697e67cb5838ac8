/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses, sockets, child processes, and talking to whoever started us.
 */
#include <net/if.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include "traffic.h"

#ifndef IPPROTO_MPTCP
enum { IPPROTO_MPTCP = 262 };
#endif

/* Addresses */

static bool is_ipv4(const struct in6_addr *address)
{
	return IN6_IS_ADDR_V4MAPPED(address);
}

static struct in6_addr address_parse(const char *text)
{
	struct in6_addr address = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	if (!inet_pton(AF_INET, text, &address.s6_addr[12]) && !inet_pton(AF_INET6, text, &address))
		die("'%s' is no address", text);
	return address;
}

static void address_increment(struct in6_addr *address)
{
	for (int i = 15; i >= 0 && !++address->s6_addr[i]; i--)
		;
}

struct addresses *addresses_parse(const char *text)
{
	struct addresses *addresses = calloc(1, sizeof(*addresses));
	char *copy = strdup(text), *rest = copy;

	if (!addresses || !copy)
		die("no memory");
	for (char *word; (word = strsep(&rest, ","));) {
		const char *plus = strchrnul(word, '+');
		unsigned long n = *plus ? strtoul(plus + 1, NULL, 10) : 1;
		struct in6_addr address;

		word[plus - word] = '\0';
		address = address_parse(word);
		for (; n; n--, address_increment(&address)) {
			if (addresses->count == MAX_ADDRESSES)
				die("more than %d addresses", MAX_ADDRESSES);
			addresses->list[addresses->count++] = address;
		}
	}
	free(copy);
	return addresses;
}

const struct in6_addr *addresses_turn(const struct addresses *addresses, uint64_t turn)
{
	return &addresses->list[turn % addresses->count];
}

socklen_t sockaddr_make(struct sockaddr_storage *storage, int family, const struct in6_addr *address, uint16_t port)
{
	struct sockaddr_in *in = (void *)storage;
	struct sockaddr_in6 *in6 = (void *)storage;

	memset(storage, 0, sizeof(*storage));
	storage->ss_family = family;
	if (family == AF_INET) {
		memcpy(&in->sin_addr, &address->s6_addr[12], sizeof(in->sin_addr));
		in->sin_port = htons(port);
		return sizeof(*in);
	}
	in6->sin6_addr = *address;
	in6->sin6_port = htons(port);
	return sizeof(*in6);
}

/* Sockets */

int family_for(const struct in6_addr *address)
{
	return is_ipv4(address) && !opt.mapped ? AF_INET : AF_INET6;
}

int socket_open(int family, int type)
{
	const int protocol = opt.mptcp ? IPPROTO_MPTCP : 0;
	const int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		die("socket: %m");
	return fd;
}

void socket_set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("setsockopt: %m");
}

void socket_bind(int fd, int family, const struct in6_addr *address, uint16_t port)
{
	struct sockaddr_storage name;
	const socklen_t length = sockaddr_make(&name, family, address, port);

	socket_set(fd, IPPROTO_IP, IP_FREEBIND, 1); /* any address of a subnet that is routed here */
	if (!port)
		socket_set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	if (bind(fd, (struct sockaddr *)&name, length))
		die("bind to port %u: %m", port);
}

int socket_connect(int fd, int family, const struct in6_addr *address, uint16_t port)
{
	struct sockaddr_storage name;
	const socklen_t length = sockaddr_make(&name, family, address, port);

	return connect(fd, (struct sockaddr *)&name, length);
}

int device_index(void)
{
	const unsigned int index = opt.device ? if_nametoindex(opt.device) : 0;

	if (opt.device && !index)
		die("there is no device '%s'", opt.device);
	return index;
}

void multicast_from(int fd)
{
	const struct ip_mreqn request = {.imr_ifindex = device_index()};

	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof(request)))
		die("setsockopt: %m");
}

/* Talking to whoever started us */

void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

void hold(void)
{
	char c;

	if (!opt.hold)
		return;
	say_ready();
	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		;
}

int stop_signal(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		die("signalfd: %m");
	return fd;
}

void set_name(const char *name)
{
	if (name && prctl(PR_SET_NAME, name))
		die("prctl: %m");
}

/* Child processes */

pid_t fork_child(const char *name)
{
	const pid_t pid = fork();

	if (pid < 0)
		die("fork: %m");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(opt.time);
	set_name(name);
	return 0;
}

void reap_children(void)
{
	int status;

	while (wait(&status) > 0) {
		if (status)
			die("a child failed");
	}
}
