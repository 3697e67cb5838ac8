/* SPDX-License-Identifier: GPL-2.0 */
/* The server: libmicrohttpd does the protocol. */
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"
#include "memory.h"
#include "privileges.h"
#include "wait.h"

enum {
	CLIENTS = 64,
	CLIENTS_PER_ADDRESS = 32,
	CLIENT_MEMORY = 16 * 1024, /* for a request and its headers; more is refused (431) */
	SILENCE = 5,		   /* seconds without a byte, then the connection is closed */
	PATIENCE = 30,		   /* seconds from one answer to the end of the next, then too */
};

/* A connection, for as long as there is one. */
struct client {
	int fd; /* -1: none */
	double since;
};

struct page {
	struct MHD_Response *response;
	unsigned int status;
};

struct http {
	struct MHD_Daemon *daemon;
	struct http_source source;
	struct page hint, not_found, not_allowed;

	/* Of the server's thread alone: the last text of each format, and which renewal it is of. */
	struct MHD_Response *made[EXPOSITION_FORMATS];
	unsigned int made_at[EXPOSITION_FORMATS];

	atomic_uint renewed; /* how often; begins at 1 */
	atomic_uint read;    /* the renewal that somebody has read last; 0: none */

	pthread_mutex_t lock; /* on what follows */
	struct client clients[CLIENTS];
};

static struct page page_new(unsigned int status, const char *type, const char *text)
{
	struct page page = {MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT),
			    status};

	if (!page.response || MHD_add_response_header(page.response, "Content-Type", type) != MHD_YES)
		memory_exhausted();
	return page;
}

static enum MHD_Result answer_page(struct MHD_Connection *connection, const struct page *page)
{
	return MHD_queue_response(connection, page->status, page->response);
}

/* Each connection that still sends an older text keeps that alive by itself. */
static struct MHD_Response *newest(struct http *http, enum exposition_format format)
{
	const unsigned int renewed = atomic_load(&http->renewed);
	size_t length;
	char *text;

	if (http->made[format] && http->made_at[format] == renewed)
		return http->made[format];
	if (http->made[format])
		MHD_destroy_response(http->made[format]);
	text = http->source.text(http->source.context, format, &length);
	http->made[format] = MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
	if (!http->made[format] ||
	    MHD_add_response_header(http->made[format], "Content-Type", exposition_content_types[format]) != MHD_YES)
		memory_exhausted();
	http->made_at[format] = renewed;
	return http->made[format];
}

/* *request: the renewal whose text it gets, for when it has it. */
static enum MHD_Result answer_metrics(struct http *http, struct MHD_Connection *connection, void **request)
{
	const char *accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept");
	const enum exposition_format format = exposition_choose(accept);
	struct MHD_Response *response = newest(http, format);

	if (request)
		*request = (void *)(uintptr_t)http->made_at[format];
	return MHD_queue_response(connection, MHD_HTTP_OK, response);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *path, const char *method,
			      const char *version, const char *body, size_t *body_length, void **request)
{
	struct http *http = context;
	const bool get = !strcmp(method, "GET");

	(void)version;
	(void)body;
	if (!get && strcmp(method, "HEAD"))
		return answer_page(connection, &http->not_allowed);
	/* Who is answered before the request is whole loses the connection. */
	if (!*request || *body_length) {
		*request = http;
		*body_length = 0;
		return MHD_YES;
	}
	*request = NULL;
	if (!strcmp(path, "/metrics"))
		return answer_metrics(http, connection, get ? request : NULL);
	return answer_page(connection, strcmp(path, "/") ? &http->not_found : &http->hint);
}

static void add_client(struct http *http, struct MHD_Connection *connection, void **client)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		if (http->clients[i].fd >= 0)
			continue;
		http->clients[i] = (struct client){
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd, wait_now()};
		*client = &http->clients[i];
		return;
	}
}

/* Called before the descriptor is closed: while the lock is held it is that of this client. */
static void notice_client(void *context, struct MHD_Connection *connection, void **client,
			  enum MHD_ConnectionNotificationCode code)
{
	struct http *http = context;

	pthread_mutex_lock(&http->lock);
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		privileges_drop(
			&(const struct privileges_need){}); /* this thread's, before it reads what strangers send */
		add_client(http, connection, client);
	} else if (*client) {
		((struct client *)*client)->fd = -1;
	}
	pthread_mutex_unlock(&http->lock);
}

static void notice_answered(void *context, struct MHD_Connection *connection, void **request,
			    enum MHD_RequestTerminationCode code)
{
	struct http *http = context;
	struct client *client = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;

	if (*request && code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
		atomic_store(&http->read, (unsigned int)(uintptr_t)*request);
	pthread_mutex_lock(&http->lock);
	if (client)
		client->since = wait_now();
	pthread_mutex_unlock(&http->lock);
}

/* Who sends or takes a byte now and then is never silent, and would keep a place for ever. */
static void show_the_door(struct http *http)
{
	const double now = wait_now();

	pthread_mutex_lock(&http->lock);
	for (size_t i = 0; i < CLIENTS; i++) {
		if (http->clients[i].fd >= 0 && now - http->clients[i].since > PATIENCE)
			shutdown(http->clients[i].fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&http->lock);
}

static int start(struct http *http, int fd)
{
	/* clang-format off */
	http->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, http,
		MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CLIENTS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned int)CLIENTS_PER_ADDRESS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)SILENCE,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_MEMORY,
		MHD_OPTION_NOTIFY_CONNECTION, notice_client, http,
		MHD_OPTION_NOTIFY_COMPLETED, notice_answered, http,
		MHD_OPTION_END);
	/* clang-format on */
	return http->daemon ? 0 : -(errno ?: EIO);
}

static void make_pages(struct http *http)
{
	http->hint = page_new(MHD_HTTP_OK, "text/html; charset=utf-8",
			      "<!DOCTYPE html><title>l4dstat</title><h1>l4dstat</h1><p>What TCP and UDP do on this "
			      "host: <a href=\"/metrics\">/metrics</a>, for Prometheus.</p>\n");
	http->not_found = page_new(MHD_HTTP_NOT_FOUND, "text/plain", "There is only /metrics here.\n");
	http->not_allowed = page_new(MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", "Here is only something to GET.\n");
	if (MHD_add_response_header(http->not_allowed.response, "Allow", "GET, HEAD") != MHD_YES)
		memory_exhausted();
}

int http_open(struct http **http, const struct listen_address *address, const struct http_source *source)
{
	struct http *opened;
	int err, fd = listen_open(address);

	if (fd < 0)
		return fd;
	opened = memory_new(1, sizeof(*opened));
	opened->source = *source;
	atomic_store(&opened->renewed, 1);
	pthread_mutex_init(&opened->lock, NULL);
	for (size_t i = 0; i < CLIENTS; i++)
		opened->clients[i].fd = -1;
	make_pages(opened);
	err = start(opened, fd);
	if (!err) {
		*http = opened;
		return 0;
	}
	close(fd);
	http_close(opened);
	fprintf(stderr, "l4dstat: cannot serve HTTP on %s: %s\n", address->text, strerror(-err));
	return err;
}

bool http_read(struct http *http)
{
	return atomic_load(&http->read) == atomic_load(&http->renewed);
}

void http_renew(struct http *http)
{
	atomic_fetch_add(&http->renewed, 1);
	show_the_door(http);
}

void http_close(struct http *http)
{
	if (!http)
		return;
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	for (int format = 0; format < EXPOSITION_FORMATS; format++) {
		if (http->made[format])
			MHD_destroy_response(http->made[format]);
	}
	MHD_destroy_response(http->hint.response);
	MHD_destroy_response(http->not_found.response);
	MHD_destroy_response(http->not_allowed.response);
	pthread_mutex_destroy(&http->lock);
	free(http);
}
