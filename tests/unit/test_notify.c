/* SPDX-License-Identifier: GPL-2.0 */
/* What a service manager hears, wherever its socket is. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "notify.h"

/* The name as NOTIFY_SOCKET has it. */
static int listen_at(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(address.sun_path, name, strlen(name));
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + strlen(name)),
			 0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static void hears(int fd)
{
	char message[64] = "";

	assert_int_equal(notify_ready(), 0);
	assert_int_equal(recv(fd, message, sizeof(message) - 1, MSG_DONTWAIT), strlen("READY=1"));
	assert_string_equal(message, "READY=1");
	close(fd);
}

static void tells_by_path_or_name(void **state)
{
	char directory[] = "/tmp/l4notify.XXXXXX", path[64], name[64];

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/socket", directory);
	snprintf(name, sizeof(name), "@%s", directory);
	hears(listen_at(path));
	hears(listen_at(name));
	unlink(path);
	rmdir(directory);
}

static void nobody_wants_to_know(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(notify_ready(), 0);
}

static void says_what_is_wrong(void **state)
{
	char name[200];

	(void)state;
	setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
	assert_int_equal(notify_ready(), -ENOENT);
	setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
	assert_int_equal(notify_ready(), -EAFNOSUPPORT);
	memset(name, 'x', sizeof(name) - 1);
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(notify_ready(), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_by_path_or_name),
		cmocka_unit_test(nobody_wants_to_know),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
