/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The traffic generator of the live tests and the benchmark: exact numbers of datagrams, connections and
 * bytes, bounded in count and time, told on stdout afterwards. Anything that goes wrong is an exit of 1.
 * Not here: networks to send through (tests/lib.sh makes those), and what l4dstat should say about it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MAX_ADDRESSES = 1024,
	MAX_CONNECTIONS = 1024, /* held open at once */
	MAX_DATAGRAM = 65507,
	BUFFER = 1 << 17,
};

/* Addresses of one option, expanded. */
struct addresses {
	struct in6_addr list[MAX_ADDRESSES]; /* IPv4 in its mapped form */
	size_t count;
};

static struct {
	const char *to, *from, *bind, *mode, *name, *child_name;
	uint64_t port, ports, count, bytes, size, rcvbuf, time;
	bool connect, mapped, hold, never_read, fork, fails, abandon;
} opt = {.ports = 1, .count = 1, .size = 64, .time = 60, .mode = "sink", .child_name = "child"};

static char buffer[BUFFER]; /* what is sent (zeros) and received (ignored) */

static _Noreturn __attribute__((format(printf, 1, 2))) void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("traffic: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

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

/* "198.18.1.1+250,2001:db8::1": comma-separated, +N for N addresses in a row. Free the result. */
static struct addresses *addresses_parse(const char *text)
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

static const struct in6_addr *addresses_turn(const struct addresses *addresses, uint64_t turn)
{
	return &addresses->list[turn % addresses->count];
}

/* How a socket of this family (AF_INET6 also takes mapped addresses) is told an address. */
static socklen_t sockaddr_make(struct sockaddr_storage *storage, int family, const struct in6_addr *address,
			       uint16_t port)
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

static int family_for(const struct in6_addr *address)
{
	return is_ipv4(address) && !opt.mapped ? AF_INET : AF_INET6;
}

static int socket_open(int family, int type)
{
	const int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket: %m");
	return fd;
}

static void socket_set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("setsockopt: %m");
}

static void socket_bind(int fd, int family, const struct in6_addr *address, uint16_t port)
{
	struct sockaddr_storage name;
	const socklen_t length = sockaddr_make(&name, family, address, port);

	socket_set(fd, IPPROTO_IP, IP_FREEBIND, 1); /* any address of a subnet that is routed here */
	if (!port)
		socket_set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	if (bind(fd, (struct sockaddr *)&name, length))
		die("bind to port %u: %m", port);
}

/* 0, or -1 with errno. */
static int socket_connect(int fd, int family, const struct in6_addr *address, uint16_t port)
{
	struct sockaddr_storage name;
	const socklen_t length = sockaddr_make(&name, family, address, port);

	return connect(fd, (struct sockaddr *)&name, length);
}

/* Talking to whoever started us */

static void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

static void hold(void)
{
	char c;

	if (!opt.hold)
		return;
	say_ready();
	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		;
}

/* A descriptor that is readable once we are told to stop. */
static int stop_signal(void)
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

static void set_name(const char *name)
{
	if (name && prctl(PR_SET_NAME, name))
		die("prctl: %m");
}

/* UDP */

/* The sender's socket of each family that occurs in its addresses, -1 for the other. */
struct udp_sockets {
	int v4, v6;
};

static int udp_open(const struct in6_addr *to, const struct addresses *from)
{
	const int family = family_for(to);
	const int fd = socket_open(family, SOCK_DGRAM);

	if (from)
		socket_bind(fd, family, addresses_turn(from, 0), 0);
	if (opt.connect && socket_connect(fd, family, to, opt.port))
		die("connect: %m");
	return fd;
}

static struct udp_sockets udp_open_all(const struct addresses *to, const struct addresses *from)
{
	struct udp_sockets sockets = {-1, -1};

	for (size_t i = 0; i < to->count; i++) {
		int *fd = family_for(&to->list[i]) == AF_INET ? &sockets.v4 : &sockets.v6;

		if (*fd < 0)
			*fd = udp_open(&to->list[i], from);
	}
	return sockets;
}

static void udp_send_one(int fd, const struct in6_addr *to)
{
	struct sockaddr_storage name;
	const socklen_t length = sockaddr_make(&name, family_for(to), to, opt.port);
	const ssize_t sent = opt.connect ? send(fd, buffer, opt.size, 0)
					 : sendto(fd, buffer, opt.size, 0, (struct sockaddr *)&name, length);

	if (sent != (ssize_t)opt.size)
		die("send: %m");
}

static void print_datagrams(uint64_t datagrams, uint64_t bytes)
{
	printf("datagrams=%" PRIu64 " bytes=%" PRIu64 "\n", datagrams, bytes);
}

static void udp_send(void)
{
	struct addresses *to = addresses_parse(opt.to), *from = opt.from ? addresses_parse(opt.from) : NULL;
	const struct udp_sockets sockets = udp_open_all(to, from);

	if (opt.connect && to->count > 1)
		die("--connect takes one address");
	hold();
	for (uint64_t i = 0; i < opt.count; i++) {
		const struct in6_addr *address = addresses_turn(to, i);

		udp_send_one(family_for(address) == AF_INET ? sockets.v4 : sockets.v6, address);
	}
	print_datagrams(opt.count, opt.count * opt.size);
	free(to);
	free(from);
}

/* fork(); the child is named, bounded in time like us, and does not outlive us. */
static pid_t fork_child(const char *name)
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

static void udp_spawn_one(const struct in6_addr *to, unsigned int number)
{
	char name[16];
	int status;
	pid_t pid;

	snprintf(name, sizeof(name), "%.11s%03u", opt.child_name, number);
	pid = fork_child(name);
	if (!pid) {
		udp_send_one(udp_open(to, NULL), to);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) < 0 || status)
		die("%s failed", name);
}

static void udp_spawn(void)
{
	struct addresses *to = addresses_parse(opt.to);

	for (uint64_t i = 0; i < opt.count; i++)
		udp_spawn_one(addresses_turn(to, i), i + 1);
	print_datagrams(opt.count, opt.count * opt.size);
	free(to);
}

static int udp_listen(const struct in6_addr *address)
{
	const int family = family_for(address);
	const int fd = socket_open(family, SOCK_DGRAM);

	if (opt.rcvbuf)
		socket_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, opt.rcvbuf / 2); /* the kernel doubles it */
	socket_bind(fd, family, address, opt.port);
	return fd;
}

/* Reads what is there now, at most until --count datagrams. */
static void udp_drain(int fd, uint64_t *datagrams, uint64_t *bytes)
{
	while (*datagrams < opt.count) {
		const ssize_t n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			die("recv: %m");
		*bytes += n;
		++*datagrams;
	}
}

static void udp_recv(void)
{
	struct addresses *at = addresses_parse(opt.bind ?: "::");
	struct pollfd polls[MAX_ADDRESSES + 1] = {{.fd = stop_signal(), .events = POLLIN}};
	const nfds_t first_deaf = opt.never_read ? 1 : at->count + 1;
	uint64_t datagrams = 0, bytes = 0;

	for (size_t i = 0; i < at->count; i++)
		polls[i + 1] = (struct pollfd){.fd = udp_listen(&at->list[i]), .events = POLLIN};
	say_ready();
	while (datagrams < opt.count && !polls[0].revents) {
		if (poll(polls, first_deaf, -1) < 0)
			die("poll: %m");
		for (nfds_t i = 1; i < first_deaf; i++)
			udp_drain(polls[i].fd, &datagrams, &bytes);
	}
	print_datagrams(datagrams, bytes);
	free(at);
}

/* TCP. Only amounts matter, so a connection is a few numbers: zeros are sent, what comes is counted. */

struct stream {
	int fd;
	uint64_t to_send, sent, received;
	bool echo;	 /* sends back as much as it receives */
	bool ends_first; /* says FIN once all is sent, not only after the peer has */
	bool peer_ended, ended;
};

static void stream_receive(struct stream *stream)
{
	ssize_t n;

	while ((n = recv(stream->fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
		stream->received += n;
		stream->to_send += stream->echo ? n : 0;
	}
	if (n < 0 && errno != EAGAIN)
		die("receive: %m");
	stream->peer_ended = !n;
}

static void stream_send(struct stream *stream)
{
	while (stream->to_send) {
		const size_t size = stream->to_send < sizeof(buffer) ? stream->to_send : sizeof(buffer);
		const ssize_t n = send(stream->fd, buffer, size, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			die("send: %m");
		stream->to_send -= n;
		stream->sent += n;
	}
}

/* Does what can be done without waiting. Returns whether both sides have ended. */
static bool stream_pump(struct stream *stream)
{
	if (!stream->peer_ended)
		stream_receive(stream);
	stream_send(stream);
	if (!stream->to_send && !stream->ended && (stream->peer_ended || stream->ends_first)) {
		if (shutdown(stream->fd, SHUT_WR))
			die("shutdown: %m");
		stream->ended = true;
	}
	return stream->ended && stream->peer_ended;
}

static void stream_run(struct stream *stream)
{
	while (!stream_pump(stream)) {
		struct pollfd ready = {.fd = stream->fd, .events = stream->to_send ? POLLIN | POLLOUT : POLLIN};

		if (stream->peer_ended)
			ready.events = POLLOUT;
		if (poll(&ready, 1, -1) < 0)
			die("poll: %m");
	}
	close(stream->fd);
}

struct tally {
	uint64_t connections, failed, sent, received;
};

static void tally_add(struct tally *tally, const struct stream *stream)
{
	tally->connections++;
	tally->sent += stream->sent;
	tally->received += stream->received;
}

static void print_connections(const struct tally *tally)
{
	printf("connections=%" PRIu64 " failed=%" PRIu64 " sent=%" PRIu64 " received=%" PRIu64 "\n", tally->connections,
	       tally->failed, tally->sent, tally->received);
}

/* What a server does with a connection. */
static const struct serve_mode {
	const char *name;
	bool close, echo, source;
} serve_modes[] = {
	{.name = "sink"},
	{.name = "echo", .echo = true},
	{.name = "source", .source = true},
	{.name = "close", .close = true},
};

static const struct serve_mode *serve_mode_find(const char *name)
{
	for (size_t i = 0; i < sizeof(serve_modes) / sizeof(*serve_modes); i++) {
		if (!strcmp(serve_modes[i].name, name))
			return &serve_modes[i];
	}
	die("'%s' is no mode", name);
}

struct server {
	const struct serve_mode *mode;
	int epoll;
	bool stopped;
	struct tally tally;
};

/* Something the server's epoll waits for: the stop signal, a listener, or a connection. */
struct watched {
	void (*ready)(struct server *server, struct watched *watched);
	struct stream stream; /* of the others only .fd */
};

static struct watched *server_watch(struct server *server, struct stream stream, uint32_t events,
				    void (*ready)(struct server *, struct watched *))
{
	struct watched *watched = calloc(1, sizeof(*watched));
	struct epoll_event event = {.events = events, .data.ptr = watched};

	if (!watched)
		die("no memory");
	*watched = (struct watched){.ready = ready, .stream = stream};
	if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, stream.fd, &event))
		die("epoll_ctl: %m");
	return watched;
}

static void server_stop(struct server *server, struct watched *watched)
{
	(void)watched;
	server->stopped = true;
}

static void server_pump(struct server *server, struct watched *watched)
{
	if (!stream_pump(&watched->stream))
		return;
	tally_add(&server->tally, &watched->stream);
	close(watched->stream.fd);
	free(watched);
}

/* A child serves the connection; its bytes are not in our tally. */
static void server_fork(struct server *server, struct stream *stream)
{
	if (!fork_child(opt.child_name)) {
		stream_run(stream);
		_exit(0);
	}
	close(stream->fd);
	server->tally.connections++;
}

static void server_accept(struct server *server, struct watched *listener)
{
	const int fd = accept4(listener->stream.fd, NULL, NULL, SOCK_CLOEXEC);
	struct stream stream = {
		.fd = fd,
		.echo = server->mode->echo,
		.to_send = server->mode->source ? opt.bytes : 0,
		.ends_first = server->mode->source,
	};

	if (fd < 0)
		die("accept: %m");
	if (server->mode->close) {
		tally_add(&server->tally, &stream);
		close(fd);
	} else if (opt.fork) {
		server_fork(server, &stream);
	} else {
		server_watch(server, stream, EPOLLIN | EPOLLOUT | EPOLLET, server_pump);
	}
}

static void server_listen(struct server *server, const struct in6_addr *address, uint16_t port)
{
	const int family = family_for(address);
	const int fd = socket_open(family, SOCK_STREAM);

	socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	socket_bind(fd, family, address, port);
	if (listen(fd, 4096))
		die("listen on port %u: %m", port);
	server_watch(server, (struct stream){.fd = fd}, EPOLLIN, server_accept);
}

static void reap_children(void)
{
	int status;

	while (wait(&status) > 0) {
		if (status)
			die("a child failed");
	}
}

static void tcp_serve(void)
{
	struct server server = {.mode = serve_mode_find(opt.mode), .epoll = epoll_create1(EPOLL_CLOEXEC)};
	struct addresses *at = addresses_parse(opt.bind ?: "::");

	server_watch(&server, (struct stream){.fd = stop_signal()}, EPOLLIN, server_stop);
	for (size_t i = 0; i < at->count * opt.ports; i++)
		server_listen(&server, addresses_turn(at, i), opt.port + i / at->count);
	say_ready();
	while (!server.stopped) {
		struct epoll_event event;
		struct watched *watched;

		if (epoll_wait(server.epoll, &event, 1, -1) != 1)
			die("epoll_wait: %m");
		watched = event.data.ptr;
		watched->ready(&server, watched);
	}
	reap_children();
	print_connections(&server.tally);
	free(at);
}

/* The descriptor of a new connection, -1 if it failed or is given up, as the options say it must be. */
static int tcp_open(const struct in6_addr *to, const struct in6_addr *from)
{
	const int family = family_for(to);
	const int fd = socket_open(family, opt.abandon ? SOCK_STREAM | SOCK_NONBLOCK : SOCK_STREAM);
	const int failure = opt.abandon ? EINPROGRESS : opt.fails ? ECONNREFUSED : 0;
	int err;

	if (from)
		socket_bind(fd, family, from, 0);
	err = socket_connect(fd, family, to, opt.port) ? errno : 0;
	if (err != failure && !(opt.fails && err == ETIMEDOUT))
		die("connect: %s", strerror(err));
	if (!err)
		return fd;
	close(fd);
	return -1;
}

static void tcp_run(int fd, struct tally *tally)
{
	struct stream stream = {.fd = fd, .to_send = opt.bytes, .ends_first = opt.bytes};

	stream_run(&stream);
	tally_add(tally, &stream);
}

static void tcp_connect(void)
{
	struct addresses *to = addresses_parse(opt.to), *from = opt.from ? addresses_parse(opt.from) : NULL;
	const uint64_t batch = opt.hold ? opt.count : 1;
	struct tally tally = {};
	int fds[MAX_CONNECTIONS];

	if (batch > MAX_CONNECTIONS)
		die("--hold takes at most %d connections", MAX_CONNECTIONS);
	for (uint64_t done = 0; done < opt.count; done += batch) {
		for (uint64_t i = 0; i < batch; i++)
			fds[i] = tcp_open(addresses_turn(to, done + i), from ? addresses_turn(from, done + i) : NULL);
		hold();
		for (uint64_t i = 0; i < batch; i++) {
			if (fds[i] < 0)
				tally.failed++;
			else
				tcp_run(fds[i], &tally);
		}
	}
	print_connections(&tally);
	free(to);
	free(from);
}

/* The command line: options and commands are table rows, so that help and parser cannot differ. */

static const struct option_info {
	const char *name, *argument, *help;
	const char **text;
	uint64_t *number, max;
	bool *flag;
} options[] = {
	{"to", "ADDRS", "addresses in turn: A,B,C; A+N: N in a row from A", .text = &opt.to},
	{"from", "ADDRS", "source addresses in turn; a UDP sender uses the first", .text = &opt.from},
	{"bind", "ADDRS", "addresses to listen on, a socket each; default ::, which is both families",
	 .text = &opt.bind},
	{"port", "N", "port to send to or listen on", .number = &opt.port, .max = UINT16_MAX},
	{"ports", "N", "so many ports in a row from --port", .number = &opt.ports, .max = 1024},
	{"count", "N", "datagrams or connections, default 1; a receiver ends after so many (default: at SIGTERM)",
	 .number = &opt.count, .max = UINT64_MAX},
	{"size", "BYTES", "payload of a datagram, default 64", .number = &opt.size, .max = MAX_DATAGRAM},
	{"bytes", "BYTES",
	 "what each connection sends before it ends; default 0: tcp-connect waits for its peer to end",
	 .number = &opt.bytes, .max = UINT64_MAX},
	{"connect", NULL, "connect the UDP socket", .flag = &opt.connect},
	{"mapped", NULL, "IPv6 sockets for IPv4 addresses too (::ffff:a.b.c.d)", .flag = &opt.mapped},
	{"hold", NULL, "with sockets open, say 'ready' and wait for a line on stdin", .flag = &opt.hold},
	{"never-read", NULL, "leave everything in the receive buffer", .flag = &opt.never_read},
	{"rcvbuf", "BYTES", "size of the receive buffer, beyond rmem_max too", .number = &opt.rcvbuf, .max = INT32_MAX},
	{"mode", "MODE", "sink (default), echo, source (sends --bytes), close (at once)", .text = &opt.mode},
	{"fork", NULL, "a child process serves each connection", .flag = &opt.fork},
	{"child-name", "NAME", "name of the children; udp-spawn adds 001, 002 and so on", .text = &opt.child_name},
	{"fails", NULL, "every connection must be refused or time out", .flag = &opt.fails},
	{"abandon", NULL, "close each socket before its connection is there; nobody may answer", .flag = &opt.abandon},
	{"name", "NAME", "name of this process", .text = &opt.name},
	{"time", "SECONDS", "give up after so long, default 60", .number = &opt.time, .max = 3600},
};

enum { OPTIONS = sizeof(options) / sizeof(*options) };

static const struct command {
	const char *name, *help;
	const char *takes; /* options, besides the common ones */
	void (*run)(void);
	uint64_t count; /* default of --count */
} commands[] = {
	{"udp-send", "sends datagrams from one socket per family", "to from port count size connect mapped hold",
	 udp_send, 1},
	{"udp-spawn", "sends datagrams, each from a new short-lived process", "to port count size child-name",
	 udp_spawn, 1},
	{"udp-recv", "receives datagrams", "bind port count never-read rcvbuf", udp_recv, UINT64_MAX},
	{"tcp-serve", "accepts connections until SIGTERM", "bind port ports mode bytes fork child-name", tcp_serve, 1},
	{"tcp-connect", "makes connections one after the other (with --hold: opens all of them first)",
	 "to from port count bytes mapped hold fails abandon", tcp_connect, 1},
};

static const char common_options[] = "name time";

static bool is_listed(const char *words, const char *word)
{
	const size_t length = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += length) {
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	}
	return false;
}

static bool command_takes(const struct command *command, const struct option_info *option)
{
	return is_listed(command->takes, option->name) || is_listed(common_options, option->name);
}

static void print_options(const char *takes)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		if (is_listed(takes, options[i].name))
			printf("  --%-10s %-7s  %s\n", options[i].name, options[i].argument ?: "", options[i].help);
	}
}

static void print_help(void)
{
	puts("Usage: traffic COMMAND [options]\n\nSends or receives exactly what it is told to, then says how much "
	     "that was.\n");
	for (size_t c = 0; c < sizeof(commands) / sizeof(*commands); c++) {
		printf("%s: %s\n", commands[c].name, commands[c].help);
		print_options(commands[c].takes);
		putchar('\n');
	}
	puts("every command:");
	print_options(common_options);
}

static void option_set(const struct option_info *option, const char *value)
{
	char *end;

	if (option->flag)
		*option->flag = true;
	if (option->text)
		*option->text = value;
	if (!option->number)
		return;
	errno = 0;
	*option->number = strtoull(value, &end, 10);
	if (errno || *end || end == value || *value == '-' || *option->number > option->max)
		die("--%s: '%s' is no number from 0 to %" PRIu64, option->name, value, option->max);
}

static void parse(const struct command *command, int argc, char **argv)
{
	struct option longs[OPTIONS + 1] = {};

	for (size_t i = 0; i < OPTIONS; i++)
		longs[i] = (struct option){options[i].name, options[i].argument ? required_argument : no_argument, NULL,
					   0};
	opt.count = command->count;
	for (int i, c; (c = getopt_long(argc, argv, "", longs, &i)) != -1;) {
		if (c == '?')
			exit(2); /* getopt has said why */
		if (!command_takes(command, &options[i]))
			die("%s takes no --%s", command->name, options[i].name);
		option_set(&options[i], optarg);
	}
	if (optind < argc)
		die("'%s' is one word too many", argv[optind]);
	if (is_listed(command->takes, "to") && !opt.to)
		die("%s needs --to", command->name);
	if (!opt.port)
		die("%s needs --port", command->name);
}

static void time_is_up(int signal)
{
	static const char message[] = "traffic: time is up\n";

	(void)signal;
	_exit(write(STDERR_FILENO, message, sizeof(message) - 1) < 0 ? 2 : 1);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		print_help();
		return 0;
	}
	for (size_t c = 0; argc > 1 && c < sizeof(commands) / sizeof(*commands); c++) {
		if (strcmp(argv[1], commands[c].name))
			continue;
		parse(&commands[c], argc - 1, argv + 1);
		set_name(opt.name);
		signal(SIGALRM, time_is_up);
		alarm(opt.time);
		commands[c].run();
		return fflush(stdout) ? 1 : 0;
	}
	die("say which command; --help lists them");
}
