/* SPDX-License-Identifier: GPL-2.0 */
/* What a cgroup path tells about a container; our own namespace is found without any rights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "netns.h"

#define ID "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"
#define SHORT_ID "0a1b2c3d4e5f"

static void names_containers(void **state)
{
	static const struct {
		const char *cgroups, *name;
	} cases[] = {
		/* Docker: systemd and cgroupfs driver, cgroup v2 and v1 */
		{"0::/system.slice/docker-" ID ".scope\n", SHORT_ID},
		{"0::/docker/" ID "\n", SHORT_ID},
		{"12:pids:/docker/" ID "\n1:name=systemd:/docker/" ID "\n0::/system.slice/containerd.service\n",
		 SHORT_ID},
		{"0::/../docker-" ID ".scope\n", SHORT_ID}, /* seen from another cgroup namespace */
		{"0::/system.slice/docker-" ID ".scope/init.scope\n", SHORT_ID},
		/* Kubernetes */
		{"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1f2e.slice/cri-containerd-" ID
		 ".scope\n",
		 SHORT_ID},
		{"0::/kubepods/besteffort/pod1f2e/" ID "\n", SHORT_ID},
		{"0::/kubepods.slice/kubepods-pod1f2e.slice/crio-" ID ".scope\n", SHORT_ID},
		/* Podman, and what only guards its containers */
		{"0::/machine.slice/libpod-" ID ".scope/container\n", SHORT_ID},
		{"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope\n", SHORT_ID},
		{"0::/machine.slice/libpod-conmon-" ID ".scope\n", ""},
		/* ECS: 32 digits */
		{"0::/ecs/0a1b2c3d4e5f60718293a4b5c6d7e8f9\n", SHORT_ID},
		/* a container in a container: the inner one */
		{"0::/docker/ffff000000000000000000000000000000000000000000000000000000000000/kubepods/" ID "\n",
		 SHORT_ID},
		/* LXC, Incus, Proxmox; units inside them */
		{"0::/lxc.payload.web-1/system.slice/nginx.service\n", "web-1"},
		{"0::/lxc/101/ns/init.scope\n", "101"},
		{"0::/lxc.monitor.web-1\n", ""},
		/* machines */
		{"0::/machine.slice/machine-web\\x2d1.scope/payload\n", "web-1"},
		{"0::/machine.slice/systemd-nspawn@db.service/payload\n", "db"},
		{"0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope\n", "qemu-1-vm"},
		/* services with a network of their own */
		{"0::/system.slice/foo.service\n", "foo.service"},
		{"0::/system.slice/system-foo.slice/foo@a\\x2db.service/sub\n", "foo@a-b.service"},
		/* nothing to say */
		{"0::/\n", ""},
		{"0::/user.slice/user-0.slice/session-3.scope\n", ""},
		{"0::/lxc\n", ""},
		{"0::/abcdef\n", ""},
		{"", ""},
		{"\n\n:\n::\nnonsense", ""},
		/* hostile */
		{"0::/lxc.payload.a\033[2Jb\n", "a?[2Jb"},
		{"0::/machine.slice/machine-a\\x1b\\x00b.scope\n", "a??b"},
		{"0::/machine.slice/machine-a\\x2.scope", "a\\x2"},
		{"0::/docker/" ID, SHORT_ID}, /* cut */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char name[CONTAINER_NAME];

		assert_int_equal(container_name(name, cases[i].cgroups), *cases[i].name != '\0');
		assert_string_equal(name, cases[i].name);
	}
}

static void long_names_are_cut(void **state)
{
	char cgroups[400] = "0::/lxc.payload.", name[CONTAINER_NAME];

	(void)state;
	memset(cgroups + strlen(cgroups), 'x', 300);
	assert_true(container_name(name, cgroups));
	assert_int_equal(strlen(name), CONTAINER_NAME - 1);
}

static const struct netns *find(uint32_t inode)
{
	const struct netns *list;
	size_t count;

	netns_list(&list, &count);
	for (size_t i = 0; i < count; i++) {
		if (list[i].inode == inode)
			return &list[i];
	}
	return NULL;
}

static uint32_t our_inode(void)
{
	char link[64] = "";
	uint32_t inode;

	assert_true(readlink("/proc/self/ns/net", link, sizeof(link) - 1) > 0);
	assert_int_equal(sscanf(link, "net:[%u]", &inode), 1);
	return inode;
}

static void finds_our_own(void **state)
{
	const uint32_t inode = our_inode();
	const struct netns *ours;
	uint64_t id;

	(void)state;
	assert_int_equal(netns_refresh(), 0);
	ours = find(inode);
	assert_non_null(ours);
	assert_int_equal(ours->pid, getpid());
	assert_false(ours->noticed);
	assert_string_equal(netns_name(inode), ours->name[0] ? ours->name : "self");
	id = ours->id;
	netns_notice(inode, 0);
	assert_int_equal(netns_refresh(), 0);
	ours = find(inode);
	assert_true(ours->noticed);
	assert_int_equal(ours->id, id);
	assert_int_equal(netns_refresh(), 0);
	assert_false(find(inode)->noticed);
	netns_free();
}

static void unknown_ones_are_numbers(void **state)
{
	(void)state;
	assert_string_equal(netns_name(7), "7"); /* before the first refresh as well */
	assert_int_equal(netns_refresh(), 0);
	for (uint32_t inode = 1; inode < 1000; inode++)
		netns_notice(inode, 0);
	assert_int_equal(netns_refresh(), 0);
	assert_string_equal(netns_name(7), "7");
	netns_free();
}

static void count_up(void *number)
{
	++*(int *)number;
}

static void works_aside(void **state)
{
	int number = 0;

	(void)state;
	assert_int_equal(netns_aside(count_up, &number), 0);
	assert_int_equal(number, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_containers), cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(finds_our_own),    cmocka_unit_test(unknown_ones_are_numbers),
		cmocka_unit_test(works_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
