/* SPDX-License-Identifier: GPL-2.0 */
/* Comparing offenders with rows. */
#include <string.h>

#include "alert_mark.h"

/* A process has one name and one cgroup, a service port one protocol and one side. */
static bool knows(const struct dimension_list *dims, enum dimension dim)
{
	if (dimension_listed(dims, dim))
		return true;
	if (dim == DIM_NAME || dim == DIM_CGROUP)
		return dimension_listed(dims, DIM_PROCESS);
	return (dim == DIM_PROTO || dim == DIM_ROLE) && dimension_listed(dims, DIM_PORT);
}

static const struct dimension_list *dimensions_of(const struct alert *alert)
{
	static const struct dimension_list listener = {{DIM_PORT, DIM_PROCESS, DIM_NETNS}, 3};

	return alert->rule->of_listeners ? &listener : &alert->rule->by;
}

static struct dimension_list common(const struct alert *alert, const struct dimension_list *dims)
{
	struct dimension_list both = {};

	for (int dim = 0; dim < DIM_COUNT; dim++) {
		if (knows(dimensions_of(alert), dim) && knows(dims, dim))
			both.dims[both.count++] = dim;
	}
	return both;
}

/* What of a key these dimensions keep. */
static struct dimension_key part_of(const struct dimension_key *key, const struct dimension_list *dims)
{
	struct snapshot_cell cell = {.key = key->cell, .cgroup = key->cgroup};

	memcpy(cell.comm, key->comm, sizeof(key->comm));
	return dimension_key_of(&cell, dims);
}

static bool agree(const struct dimension_key *a, const struct dimension_key *b, const struct dimension_list *dims)
{
	const struct dimension_key left = part_of(a, dims), right = part_of(b, dims);

	return !memcmp(&left, &right, sizeof(left));
}

/* The next one that fires, from *i on; NULL: there is none. */
static const struct alert *next_firing(const struct alerts *alerts, size_t *i)
{
	while (alerts && *i < alerts_count(alerts)) {
		const struct alert *alert = alerts_at(alerts, (*i)++);

		if (alert->event != ALERT_OVER)
			return alert;
	}
	return NULL;
}

bool alert_marks(const struct alerts *alerts)
{
	size_t i = 0;

	return next_firing(alerts, &i);
}

bool alert_marks_row(const struct alerts *alerts, const struct dimension_list *dims, const struct dimension_key *key)
{
	const struct alert *alert;

	if (key->cell.owner == L4_OWNER_OTHER)
		return false;
	for (size_t i = 0; (alert = next_firing(alerts, &i));) {
		const struct dimension_list both = common(alert, dims);

		if (both.count && agree(&alert->key, key, &both))
			return true;
	}
	return false;
}

bool alert_marks_total(const struct alerts *alerts, const struct dimension_list *dims)
{
	const struct alert *alert;

	for (size_t i = 0; (alert = next_firing(alerts, &i));) {
		if (!common(alert, dims).count)
			return true;
	}
	return false;
}

bool alert_marks_listener(const struct alerts *alerts, const struct l4_listener *listener)
{
	const struct alert *alert;

	for (size_t i = 0; (alert = next_firing(alerts, &i));) {
		if (alert->rule->of_listeners && alert->key.cell.netns == listener->netns &&
		    alert->key.cell.port == listener->port &&
		    !memcmp(alert->key.cell.prefix, listener->address, sizeof(listener->address)) &&
		    !memcmp(&alert->key.cell.process, &listener->process, sizeof(listener->process)))
			return true;
	}
	return false;
}
