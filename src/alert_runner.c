/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process is a loop around poll(2): the socket that alerts come by, one message each, and the descriptors of the
 * commands that run (pidfd_open(2)). While ALERT_COMMANDS run no more messages are taken, so the socket's buffer is the
 * queue, and its bound. The end of l4dstat, whatever ends it, is the end of that socket.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alert_runner.h"
#include "json_text.h"
#include "memory.h"
#include "wait.h"

enum { MESSAGE_MAX = 8192 }; /* less than a pipe holds: a command need not read it */

struct alert_runner {
	pid_t pid;
	int socket;
};

/* The process of its own */

struct command {
	pid_t pid; /* 0: none */
	int fd;	   /* becomes readable when it ends */
	double deadline;
};

struct runner {
	const char *command;
	int socket; /* -1: no more will come */
	struct command running[ALERT_COMMANDS];
	size_t count;
	double end; /* when the last command has to have ended; INFINITY: l4dstat goes on */
};

static void set_environment(const json_t *facts)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)facts, key, value)
	{
		char *name = memory_format("L4DSTAT_%s", key);
		char *text = json_is_string(value)    ? memory_format("%s", json_string_value(value))
			     : json_is_integer(value) ? memory_format("%lld", (long long)json_integer_value(value))
						      : memory_format("%.15g", json_number_value(value));

		for (char *c = name; *c; c++)
			*c = toupper((unsigned char)*c);
		setenv(name, text, 1);
		free(name);
		free(text);
	}
}

/* The command's side of fork(). It leads a group, which can be ended with all it has started. */
static void become_command(const char *command, const char *message, int input)
{
	json_t *facts = json_loads(message, 0, NULL);
	sigset_t none;

	if (facts)
		set_environment(facts);
	setsid();
	dup2(input, STDIN_FILENO);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/bin/sh", "sh", "-c", command, NULL);
	fprintf(stderr, "l4dstat: cannot run /bin/sh for --on-alert: %s\n", strerror(errno));
	_exit(127);
}

/* What a pipe holds has been written when its reader begins. Returns its reading end, or -errno. */
static int input_of(const char *message)
{
	const size_t length = strlen(message);
	int ends[2], err = 0;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	if (write(ends[1], message, length) != (ssize_t)length || write(ends[1], "\n", 1) != 1)
		err = -EIO;
	close(ends[1]);
	if (!err)
		return ends[0];
	close(ends[0]);
	return err;
}

static void run(struct runner *runner, const char *message)
{
	struct command *command = &runner->running[runner->count];
	const int input = input_of(message);

	command->pid = input < 0 ? -1 : fork();
	if (!command->pid)
		become_command(runner->command, message, input);
	if (input >= 0)
		close(input);
	command->fd = command->pid < 0 ? -1 : syscall(SYS_pidfd_open, command->pid, 0);
	command->deadline = fmin(wait_now() + ALERT_COMMAND_SECONDS, runner->end);
	if (command->pid > 0 && command->fd >= 0)
		runner->count++;
	else
		fprintf(stderr, "l4dstat: cannot run a command for --on-alert: %s\n", strerror(errno));
}

/* Takes a message, if there is one, and there is time for it. */
static void take(struct runner *runner)
{
	char message[MESSAGE_MAX + 1];
	const ssize_t length = recv(runner->socket, message, MESSAGE_MAX, MSG_DONTWAIT);

	if (length > 0 && wait_now() < runner->end) {
		message[length] = 0;
		run(runner, message);
	} else if (length >= 0 || (errno != EAGAIN && errno != EINTR)) {
		close(runner->socket);
		runner->socket = -1;
	}
}

/* l4dstat has ended. What it said last is still run. */
static void begin_to_end(struct runner *runner)
{
	runner->end = wait_now() + ALERT_COMMAND_AT_END;
	for (size_t i = 0; i < runner->count; i++)
		runner->running[i].deadline = fmin(runner->running[i].deadline, runner->end);
}

/* A process that has ended is taken off the list, one whose time is over is ended. */
static void look_after(struct runner *runner, size_t i)
{
	struct command *command = &runner->running[i];

	if (waitpid(command->pid, NULL, WNOHANG) == command->pid) {
		close(command->fd);
		*command = runner->running[--runner->count];
	} else if (wait_now() >= command->deadline) {
		fprintf(stderr, "l4dstat: a command of --on-alert had not ended in time, so it was ended: process %d\n",
			(int)command->pid);
		kill(-command->pid, SIGKILL);
		kill(command->pid, SIGKILL); /* before it has become a leader */
		command->deadline = INFINITY;
	}
}

/* Milliseconds until the next command's time is over; -1: none runs. */
static int patience(const struct runner *runner)
{
	double first = INFINITY;

	for (size_t i = 0; i < runner->count; i++)
		first = fmin(first, runner->running[i].deadline);
	return first < INFINITY ? fmax(ceil((first - wait_now()) * 1000), 0) : -1;
}

static void wait_for_any(struct runner *runner)
{
	const bool busy = runner->count == ALERT_COMMANDS, ends = runner->end < INFINITY;
	struct pollfd fds[ALERT_COMMANDS + 1];

	for (size_t i = 0; i < runner->count; i++)
		fds[i] = (struct pollfd){.fd = runner->running[i].fd, .events = POLLIN};
	fds[runner->count] = (struct pollfd){.fd = busy && ends ? -1 : runner->socket, .events = busy ? 0 : POLLIN};
	poll(fds, runner->count + 1, patience(runner));
	if (!ends && fds[runner->count].revents & POLLHUP)
		begin_to_end(runner);
}

static void serve(struct runner *runner)
{
	while (runner->socket >= 0 || runner->count) {
		wait_for_any(runner);
		for (size_t i = runner->count; i--;)
			look_after(runner, i);
		if (runner->socket >= 0 && runner->count < ALERT_COMMANDS)
			take(runner);
	}
}

/* Keys that end l4dstat in a terminal come here too: its end is what counts. */
static void become_runner(const char *command, int socket)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE};
	struct runner runner = {.command = command, .socket = socket, .end = INFINITY};
	const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	prctl(PR_SET_NAME, "l4dstat-alerts");
	if (nothing >= 0)
		dup2(nothing, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO); /* standard output is for data, and its reader waits for our end */
	serve(&runner);
	_exit(0);
}

/* Our side */

int alert_runner_start(struct alert_runner **runner, const char *command)
{
	int ends[2], err;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		err = -errno;
		fprintf(stderr, "l4dstat: cannot prepare --on-alert: %s\n", strerror(-err));
		return err;
	}
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		err = -errno;
		fprintf(stderr, "l4dstat: cannot begin a process for --on-alert: %s\n", strerror(-err));
		close(ends[0]);
		close(ends[1]);
		return err;
	}
	if (!pid) {
		close(ends[0]);
		become_runner(command, ends[1]);
	}
	close(ends[1]);
	*runner = memory_new(1, sizeof(**runner));
	**runner = (struct alert_runner){.pid = pid, .socket = ends[0]};
	return 0;
}

int alert_runner_hand(struct alert_runner *runner, const json_t *facts)
{
	char *message = json_text(facts);
	int err = 0;

	if (send(runner->socket, message, strlen(message), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		err = -errno;
	free(message);
	return err;
}

void alert_runner_stop(struct alert_runner *runner)
{
	if (!runner)
		return;
	close(runner->socket);
	while (waitpid(runner->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(runner);
}
