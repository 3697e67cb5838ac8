/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Serving one text over HTTP, in a thread of its own: whatever clients do, whoever made the text is not held up.
 * Clients are bounded in number, time and memory. Not here: what the text says.
 */
#ifndef L4_HTTP_H
#define L4_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "exposition.h"
#include "listen.h"

struct http;

struct http_source {
	/* Makes the text, in the server's thread. Returns it, to be freed, never NULL. */
	char *(*text)(void *context, enum exposition_format format, size_t *length);
	void *context;
};

/* Begins to serve. Signals must be blocked. source is copied. Returns 0, or -errno, having said why. */
int http_open(struct http **http, const struct listen_address *address, const struct http_source *source);

/* Whether anybody has got the text as it is, whole. */
bool http_read(struct http *http);

/*
 * The text has changed: whoever asks from now on gets a new one, which is made once for each format. Also shows clients
 * that took too long the door.
 */
void http_renew(struct http *http);

/* Ends all connections and the thread. NULL is fine. */
void http_close(struct http *http);

#endif
