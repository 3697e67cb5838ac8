/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP: a connection's data, and the side that opens connections.
 */
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include "stream.h"

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

bool stream_pump(struct stream *stream)
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

void stream_run(struct stream *stream)
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

void tally_add(struct tally *tally, const struct stream *stream)
{
	tally->connections++;
	tally->sent += stream->sent;
	tally->received += stream->received;
}

void print_connections(const struct tally *tally)
{
	printf("connections=%" PRIu64 " failed=%" PRIu64 " sent=%" PRIu64 " received=%" PRIu64 "\n", tally->connections,
	       tally->failed, tally->sent, tally->received);
}

void run_program(int fd)
{
	if (dup2(fd, 3) < 0)
		die("dup2: %m");
	if (fd == 3 && fcntl(fd, F_SETFD, 0))
		die("fcntl: %m");
	execvp(opt.program[0], opt.program);
	die("%s: %m", opt.program[0]);
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

/* Sends what is to be sent, and returns when the peer has acknowledged it. */
static void stream_send_all(struct stream *stream)
{
	int outstanding = 1;

	while (stream->to_send || outstanding) {
		struct pollfd ready = {.fd = stream->fd, .events = stream->to_send ? POLLOUT : 0};

		stream_send(stream);
		if (ioctl(stream->fd, SIOCOUTQ, &outstanding) || poll(&ready, 1, stream->to_send ? -1 : 1) < 0)
			die("waiting for acknowledgements: %m");
	}
}

static void tcp_run(int fd, struct tally *tally)
{
	struct stream stream = {.fd = fd, .to_send = opt.bytes, .ends_first = opt.bytes};

	if (opt.program) {
		stream_send_all(&stream);
		run_program(fd);
	}
	stream_run(&stream);
	tally_add(tally, &stream);
}

/* What another program has begun. */
static void tcp_continue(void)
{
	struct tally tally = {};

	hold();
	tcp_run(opt.fd, &tally);
	print_connections(&tally);
}

static void tcp_connect_new(void)
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

void tcp_connect(void)
{
	if (opt.fd)
		tcp_continue();
	else
		tcp_connect_new();
}
