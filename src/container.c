/* SPDX-License-Identifier: GPL-2.0 */
/* Names of containers and units, read from cgroup paths: each runtime puts its id there in its own way. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "container.h"
#include "text.h"

enum { CONTAINER_DIGITS = 12 }; /* of an id, as `docker ps` shows */

/* The id of a container: nothing else has 32 or 64 hexadecimal digits. */
static bool is_container_id(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return false;
	}
	return length == 64 || length == 32;
}

static bool take_name(char *name, const char *text, size_t length)
{
	text_printable(name, CONTAINER_NAME, (const uint8_t *)text, length);
	return *name;
}

/* systemd writes '-' in the name of a machine as "\x2d". */
static bool take_escaped(char *name, const char *text, size_t length)
{
	char plain[CONTAINER_NAME * 4];
	size_t used = 0;

	for (size_t i = 0; i < length && used < sizeof(plain); i++) {
		unsigned int code;

		if (length - i >= 4 && sscanf(text + i, "\\x%2x", &code) == 1) {
			plain[used++] = code;
			i += 3;
		} else {
			plain[used++] = text[i];
		}
	}
	return take_name(name, plain, used);
}

struct part { /* one directory of a cgroup path */
	const char *text;
	size_t length;
};

/* Takes prefix and suffix away if both are there and something between them. */
static bool strip(struct part *part, const char *prefix, const char *suffix)
{
	const size_t before = strlen(prefix), after = strlen(suffix);

	if (part->length <= before + after || strncmp(part->text, prefix, before) ||
	    strncmp(part->text + part->length - after, suffix, after))
		return false;
	part->text += before;
	part->length -= before + after;
	return true;
}

/* docker-ID.scope, cri-containerd-ID.scope, libpod-ID, ID; not what only guards a container (libpod-conmon-ID). */
static bool name_by_id(char *name, struct part part)
{
	const char *dash;

	if (strip(&part, "libpod-conmon-", "") || strip(&part, "crio-conmon-", ""))
		return false;
	strip(&part, "", ".scope");
	dash = memrchr(part.text, '-', part.length);
	if (dash)
		part = (struct part){dash + 1, part.text + part.length - (dash + 1)};
	if (!is_container_id(part.text, part.length))
		return false;
	return take_name(name, part.text, CONTAINER_DIGITS);
}

static bool name_by_rule(char *name, struct part part)
{
	static const struct {
		const char *prefix, *suffix;
	} rules[] = {
		{"lxc.payload.", ""}, /* LXC, LXD, Incus */
		{"machine-", ".scope"},
		{"systemd-nspawn@", ".service"},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		if (strip(&part, rules[i].prefix, rules[i].suffix))
			return take_escaped(name, part.text, part.length);
	}
	return false;
}

/* From the innermost directory outwards: a container may run in a container, and its own units in it. */
static bool name_container(char *name, const char *path, size_t length)
{
	while (length) {
		const char *slash = memrchr(path, '/', length);
		const size_t before = slash ? (size_t)(slash - path) : 0;
		const size_t start = slash ? before + 1 : 0;
		const struct part part = {path + start, length - start};
		const bool below_lxc = before >= 4 && !strncmp(path + before - 4, "/lxc", 4); /* LXC 3, Proxmox */

		if (name_by_id(name, part) || name_by_rule(name, part) ||
		    (below_lxc && part.length && take_name(name, part.text, part.length)))
			return true;
		length = before;
	}
	return false;
}

/* A service with PrivateNetwork=, say: the innermost one. */
static bool name_service(char *name, const char *path, size_t length)
{
	while (length) {
		const char *slash = memrchr(path, '/', length);
		const size_t before = slash ? (size_t)(slash - path) : 0;
		const struct part part = {slash ? slash + 1 : path, length - before - !!slash};
		struct part stem = part;

		if (strip(&stem, "", ".service"))
			return take_escaped(name, part.text, part.length);
		length = before;
	}
	return false;
}

bool container_name(char name[static CONTAINER_NAME], const char *cgroups)
{
	bool (*const ways[])(char *name, const char *path, size_t length) = {name_container, name_service};

	for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
		for (const char *line = cgroups, *end; *line; line = *end ? end + 1 : end) {
			const char *path = strchr(line, ':'); /* "4:memory:/path", "0::/path" */

			end = strchrnul(line, '\n');
			path = path && path < end ? memchr(path + 1, ':', end - path - 1) : NULL;
			if (path && ways[way](name, path + 1, end - path - 1))
				return true;
		}
	}
	*name = '\0';
	return false;
}
