/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A TCP connection: only amounts matter, so it is a few numbers. Zeros are sent, what comes is counted.
 */
#ifndef TRAFFIC_STREAM_H
#define TRAFFIC_STREAM_H

#include "traffic.h"

struct stream {
	int fd;
	uint64_t to_send, sent, received;
	bool echo;	 /* sends back as much as it receives */
	bool ends_first; /* says FIN once all is sent, not only after the peer has */
	bool peer_ended, ended;
};

struct tally {
	uint64_t connections, failed, sent, received;
};

/* Does what can be done without waiting. Returns whether both sides have ended. */
bool stream_pump(struct stream *stream);
/* Until both have, then closes it. */
void stream_run(struct stream *stream);
void tally_add(struct tally *tally, const struct stream *stream);
void print_connections(const struct tally *tally);
/* Becomes the program of the command line, which gets this socket as its descriptor 3. */
_Noreturn void run_program(int fd);

#endif
