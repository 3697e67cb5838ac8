/* SPDX-License-Identifier: GPL-2.0 */
/* The id of a cgroup is the inode number of its directory (kernfs), so one walk over the hierarchy names all. */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cgroup.h"
#include "memory.h"

struct name {
	uint64_t id;
	char *path;
};

static struct name *names; /* by id, ascending */
static size_t name_count, name_capacity;
static time_t looked; /* when names was filled, CLOCK_MONOTONIC */

int cgroup_find_mount(char path[static CGROUP_PATH])
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	int err = -ENOENT;

	if (!mounts)
		return -errno;
	while (err && getline(&line, &size, mounts) > 0) {
		const char *type = strstr(line, " - ");
		char root[CGROUP_PATH];

		if (type && !strncmp(type, " - cgroup2 ", 11) &&
		    sscanf(line, "%*d %*d %*s %4095s %4095s", root, path) == 2 && !strcmp(root, "/"))
			err = 0;
	}
	free(line);
	fclose(mounts);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct name *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

void cgroup_free(void)
{
	for (size_t i = 0; i < name_count; i++)
		free(names[i].path);
	free(names);
	names = NULL;
	name_count = name_capacity = 0;
	looked = 0;
}

static void add_name(uint64_t id, const char *path)
{
	if (name_count == name_capacity) {
		name_capacity = name_capacity ? name_capacity * 2 : 64;
		names = memory_resize(names, name_capacity, sizeof(*names));
	}
	names[name_count++] = (struct name){.id = id, .path = memory_format("%s", *path ? path : "/")};
}

static void look(void)
{
	char mount[CGROUP_PATH];
	char *const roots[] = {mount, NULL};
	FTSENT *entry;
	FTS *tree;

	cgroup_free();
	if (cgroup_find_mount(mount))
		return;
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	if (!tree)
		return;
	while ((entry = fts_read(tree))) {
		if (entry->fts_info == FTS_D)
			add_name(entry->fts_statp->st_ino, entry->fts_path + strlen(mount));
	}
	fts_close(tree);
	if (name_count)
		qsort(names, name_count, sizeof(*names), compare);
}

static const struct name *find(uint64_t id)
{
	const struct name wanted = {.id = id};

	return name_count ? bsearch(&wanted, names, name_count, sizeof(*names), compare) : NULL;
}

const char *cgroup_path(uint64_t id)
{
	const struct name *name = find(id);
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!name && id && (!looked || now.tv_sec > looked)) {
		look();
		looked = now.tv_sec;
		name = find(id);
	}
	return name ? name->path : NULL;
}
