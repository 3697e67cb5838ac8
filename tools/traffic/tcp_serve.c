/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP: the side that listens and serves, by itself or through other processes.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include "stream.h"

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

enum { MAX_LISTENERS = 1024 };

struct listeners {
	int fds[MAX_LISTENERS];
	size_t count;
};

struct server {
	const struct serve_mode *mode;
	int epoll;
	int pass_to; /* connections are passed through this Unix socket; 0: are not */
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
	/* close() alone does not end the watch while the process that passed us the socket has it too */
	epoll_ctl(server->epoll, EPOLL_CTL_DEL, watched->stream.fd, NULL);
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

static void server_serve(struct server *server, int fd)
{
	struct stream stream = {
		.fd = fd,
		.echo = server->mode->echo,
		.to_send = server->mode->source ? opt.bytes : 0,
		.ends_first = server->mode->source,
	};

	if (opt.fork)
		server_fork(server, &stream);
	else
		server_watch(server, stream, EPOLLIN | EPOLLOUT | EPOLLET, server_pump);
}

/* The other side of --pass: a message with a connection, or nothing as none will follow. */
static void server_receive(struct server *server, struct watched *from)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec data = {&byte, 1};
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	const ssize_t n = recvmsg(from->stream.fd, &message, MSG_CMSG_CLOEXEC);
	int fd;

	if (n < 0)
		die("recvmsg: %m");
	if (!n) {
		server->stopped = true;
		return;
	}
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	server_serve(server, fd);
}

/* Another process serves the connection, after we have read the first bytes of it. */
static void server_pass(struct server *server, struct stream *stream)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec data = {buffer, 1};
	const struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};

	if (opt.first && recv(stream->fd, buffer, opt.first, MSG_WAITALL) != (ssize_t)opt.first)
		die("receive the first bytes: %m");
	stream->received = opt.first;
	memcpy(CMSG_DATA(&control.header), &stream->fd, sizeof(int));
	if (sendmsg(server->pass_to, &message, 0) < 0)
		die("sendmsg: %m");
	tally_add(&server->tally, stream);
	close(stream->fd);
}

static void server_accept(struct server *server, struct watched *listener)
{
	const int fd = accept4(listener->stream.fd, NULL, NULL, SOCK_CLOEXEC);
	struct stream stream = {.fd = fd};

	if (fd < 0 && errno == EAGAIN) /* another process was faster */
		return;
	if (fd < 0)
		die("accept: %m");
	if (server->mode->close) {
		tally_add(&server->tally, &stream);
		close(fd);
	} else if (server->pass_to) {
		server_pass(server, &stream);
	} else {
		server_serve(server, fd);
	}
}

static void server_run(struct server *server)
{
	while (!server->stopped) {
		struct epoll_event event;
		struct watched *watched;

		if (epoll_wait(server->epoll, &event, 1, -1) != 1) {
			if (errno == EINTR) /* SIGCONT does that */
				continue;
			die("epoll_wait: %m");
		}
		watched = event.data.ptr;
		watched->ready(server, watched);
	}
}

static struct server server_make(void)
{
	struct server server = {.mode = serve_mode_find(opt.mode), .epoll = epoll_create1(EPOLL_CLOEXEC)};

	server_watch(&server, (struct stream){.fd = stop_signal()}, EPOLLIN, server_stop);
	return server;
}

/* Serves what arrives at these descriptors; .ready accepts it or receives it. */
static struct server server_loop(struct server server, const struct listeners *listeners,
				 void (*ready)(struct server *, struct watched *))
{
	for (size_t i = 0; i < listeners->count; i++)
		server_watch(&server, (struct stream){.fd = listeners->fds[i]}, EPOLLIN, ready);
	server_run(&server);
	return server;
}

static void print_worker(const char *name, const struct tally *tally)
{
	printf("%s: ", name);
	print_connections(tally);
	fflush(stdout);
}

/* Children that accept from the sockets they have inherited; we only wait until we are told to stop. */
static void serve_by_workers(const struct listeners *listeners)
{
	struct pollfd stop = {.fd = stop_signal(), .events = POLLIN};
	pid_t workers[MAX_WORKERS];

	for (unsigned int i = 0; i < opt.workers; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%.11s%03u", opt.child_name, i + 1);
		workers[i] = fork_child(name);
		if (!workers[i]) {
			const struct server server = server_loop(server_make(), listeners, server_accept);

			print_worker(name, &server.tally);
			_exit(0);
		}
	}
	say_ready();
	if (poll(&stop, 1, -1) < 0)
		die("poll: %m");
	for (unsigned int i = 0; i < opt.workers; i++)
		kill(workers[i], SIGTERM);
	reap_children();
}

/* A child that gets its connections from us. Returns the socket that leads to it. */
static int start_passed_to(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		die("socketpair: %m");
	if (!fork_child(opt.child_name)) {
		const struct listeners from = {.fds = {pair[1]}, .count = 1};
		struct server server;

		close(pair[0]);
		server = server_loop(server_make(), &from, server_receive);
		print_worker(opt.child_name, &server.tally);
		_exit(0);
	}
	close(pair[1]);
	return pair[0];
}

static void serve(const struct listeners *listeners)
{
	const int pass_to = opt.pass ? start_passed_to() : 0;
	struct server server = server_make();

	server.pass_to = pass_to;
	say_ready();
	server = server_loop(server, listeners, server_accept);
	if (pass_to)
		close(pass_to);
	reap_children();
	print_connections(&server.tally);
}

static int listener_open(const struct in6_addr *address, uint16_t port)
{
	const int family = family_for(address);
	const int fd = socket_open(family, SOCK_STREAM | SOCK_NONBLOCK);

	socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	socket_set(fd, SOL_SOCKET, SO_REUSEPORT, opt.reuseport);
	socket_bind(fd, family, address, port);
	if (listen(fd, 4096))
		die("listen on port %u: %m", port);
	return fd;
}

void tcp_serve(void)
{
	struct addresses *at = addresses_parse(opt.bind ?: "::");
	struct listeners listeners = {.count = at->count * opt.ports};

	if (listeners.count > MAX_LISTENERS)
		die("more than %d listening sockets", MAX_LISTENERS);
	if (opt.fd)
		listeners = (struct listeners){.fds = {opt.fd}, .count = 1};
	for (size_t i = 0; i < listeners.count && !opt.fd; i++)
		listeners.fds[i] = listener_open(addresses_turn(at, i), opt.port + i / at->count);
	free(at);
	if (opt.program)
		run_program(listeners.fds[0]);
	else if (opt.workers)
		serve_by_workers(&listeners);
	else
		serve(&listeners);
}
