/* SPDX-License-Identifier: GPL-2.0 */
/* fdatasync(2) in a thread. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "memory.h"
#include "privileges.h"
#include "syncer.h"

struct syncer {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t asked;
	int fd; /* ours, to be synced next; -1: none */
	int err;
	bool ends;
};

/* Pipes and some file systems have no disk. */
static int sync_and_close(int fd)
{
	const int err = fdatasync(fd) && errno != EINVAL && errno != EROFS ? -errno : 0;

	close(fd);
	return err;
}

static void *work(void *argument)
{
	struct syncer *syncer = argument;

	privileges_drop(&(const struct privileges_need){});
	pthread_mutex_lock(&syncer->mutex);
	for (;;) {
		int fd, err;

		while (syncer->fd < 0 && !syncer->ends)
			pthread_cond_wait(&syncer->asked, &syncer->mutex);
		if (syncer->fd < 0)
			break;
		fd = syncer->fd;
		syncer->fd = -1;
		pthread_mutex_unlock(&syncer->mutex);
		err = sync_and_close(fd);
		pthread_mutex_lock(&syncer->mutex);
		syncer->err = syncer->err ?: err;
	}
	pthread_mutex_unlock(&syncer->mutex);
	return NULL;
}

/* Signals are the main thread's. */
static int start(struct syncer *syncer)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&syncer->thread, NULL, work, syncer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

struct syncer *syncer_new(void)
{
	struct syncer *syncer = memory_new(1, sizeof(*syncer));

	syncer->fd = -1;
	pthread_mutex_init(&syncer->mutex, NULL);
	pthread_cond_init(&syncer->asked, NULL);
	if (!start(syncer))
		return syncer;
	free(syncer);
	return NULL;
}

int syncer_ask(struct syncer *syncer, int fd)
{
	const int copy = dup(fd);
	int err = copy < 0 ? -errno : 0;

	pthread_mutex_lock(&syncer->mutex);
	if (copy >= 0 && syncer->fd >= 0)
		close(syncer->fd);
	if (copy >= 0)
		syncer->fd = copy;
	err = err ?: syncer->err;
	pthread_cond_signal(&syncer->asked);
	pthread_mutex_unlock(&syncer->mutex);
	return err;
}

int syncer_free(struct syncer *syncer)
{
	int err;

	if (!syncer)
		return 0;
	pthread_mutex_lock(&syncer->mutex);
	syncer->ends = true;
	pthread_cond_signal(&syncer->asked);
	pthread_mutex_unlock(&syncer->mutex);
	pthread_join(syncer->thread, NULL);
	err = syncer->err;
	pthread_cond_destroy(&syncer->asked);
	pthread_mutex_destroy(&syncer->mutex);
	free(syncer);
	return err;
}
