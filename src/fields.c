/* SPDX-License-Identifier: GPL-2.0 */
/* The table of fields. */
#include <stdio.h>
#include <string.h>

#include "fields.h"

static void get_printed(struct field_value *value, enum dimension dim, const struct dimension_key *key,
			const struct dimension_context *context)
{
	value->kind = FIELD_TEXT;
	dimensions[dim].print(value->text, key, context);
}

static void get_number(struct field_value *value, int64_t number)
{
	value->kind = FIELD_NUMBER;
	value->number = number;
}

static void get_subnet(struct field_value *value, const struct dimension_key *key,
		       const struct dimension_context *context)
{
	get_printed(value, DIM_SUBNET, key, context);
}

static void get_proto(struct field_value *value, const struct dimension_key *key,
		      const struct dimension_context *context)
{
	get_printed(value, DIM_PROTO, key, context);
}

static void get_role(struct field_value *value, const struct dimension_key *key,
		     const struct dimension_context *context)
{
	get_printed(value, DIM_ROLE, key, context);
}

static void get_port(struct field_value *value, const struct dimension_key *key,
		     const struct dimension_context *context)
{
	(void)context;
	get_number(value, key->cell.port);
}

static void get_pid(struct field_value *value, const struct dimension_key *key, const struct dimension_context *context)
{
	(void)context;
	if (key->cell.owner == L4_OWNER_PROCESS)
		get_number(value, key->cell.process.tgid);
}

static void get_name(struct field_value *value, const struct dimension_key *key,
		     const struct dimension_context *context)
{
	(void)context;
	value->kind = FIELD_TEXT;
	dimension_owner_name(value->text, key);
}

/* In company: only a path that is known. */
static void get_cgroup_path(struct field_value *value, const struct dimension_key *key,
			    const struct dimension_context *context)
{
	if (context->cgroup_path && context->cgroup_path(key->cgroup))
		get_printed(value, DIM_CGROUP, key, context);
}

static void get_cgroup(struct field_value *value, const struct dimension_key *key,
		       const struct dimension_context *context)
{
	get_printed(value, DIM_CGROUP, key, context);
}

/* By number, which is unique, and by name, which need not be. */
static void get_netns(struct field_value *value, const struct dimension_key *key,
		      const struct dimension_context *context)
{
	(void)context;
	value->kind = FIELD_TEXT;
	snprintf(value->text, sizeof(value->text), "%u", key->cell.netns);
}

static void get_netns_name(struct field_value *value, const struct dimension_key *key,
			   const struct dimension_context *context)
{
	get_printed(value, DIM_NETNS, key, context);
}

/* Up to the first without a name. One of each row is called as the dimension is. */
static const struct field table[DIM_COUNT][FIELDS_PER_DIMENSION] = {
	[DIM_SUBNET] = {{"subnet", get_subnet}},
	[DIM_PORT] = {{"proto", get_proto}, {"role", get_role}, {"port", get_port}},
	[DIM_PROCESS] = {{"pid", get_pid}, {"process", get_name}, {"cgroup", get_cgroup_path}},
	[DIM_NAME] = {{"name", get_name}},
	[DIM_CGROUP] = {{"cgroup", get_cgroup}},
	[DIM_NETNS] = {{"netns", get_netns}, {"netns_name", get_netns_name}},
	[DIM_PROTO] = {{"proto", get_proto}},
	[DIM_ROLE] = {{"role", get_role}},
};

/* A dimension's own field takes the place of one that came with another dimension. */
static void add(struct field_list *list, const struct field *field, enum dimension dim)
{
	size_t i = 0;

	while (i < list->count && strcmp(list->fields[i].name, field->name))
		i++;
	if (i < list->count && strcmp(field->name, dimensions[dim].name))
		return;
	list->fields[i] = *field;
	list->of[i] = dim;
	list->count += i == list->count;
}

struct field_list fields_of(const struct dimension_list *dims)
{
	struct field_list list = {};

	for (size_t i = 0; i < dims->count; i++) {
		const enum dimension dim = dims->dims[i];

		for (size_t f = 0; f < FIELDS_PER_DIMENSION && table[dim][f].name; f++)
			add(&list, &table[dim][f], dim);
	}
	return list;
}

void field_get(struct field_value *value, const struct field_list *list, size_t i, const struct dimension_key *key,
	       const struct dimension_context *context)
{
	value->kind = FIELD_NONE;
	if (key->cell.owner != L4_OWNER_OTHER) {
		list->fields[i].get(value, key, context);
	} else if (!strcmp(list->fields[i].name, dimensions[list->of[i]].name)) {
		value->kind = FIELD_TEXT;
		strcpy(value->text, "other");
	}
}

static struct dimension_key owner_of(const struct l4_listener *listener)
{
	struct dimension_key key = {
		.cell = {.process = listener->process, .owner = listener->owner, .netns = listener->netns},
		.cgroup = listener->cgroup};

	memcpy(key.comm, listener->comm, sizeof(key.comm));
	return key;
}

static void get_listener_proto(struct field_value *value, const struct snapshot_listener *listener)
{
	(void)listener;
	value->kind = FIELD_TEXT;
	strcpy(value->text, "tcp");
}

static void get_listener_address(struct field_value *value, const struct snapshot_listener *listener)
{
	value->kind = FIELD_TEXT;
	dimension_print_address(value->text, listener->listener.address);
}

static void get_listener_port(struct field_value *value, const struct snapshot_listener *listener)
{
	get_number(value, listener->listener.port);
}

static void get_backlog(struct field_value *value, const struct snapshot_listener *listener)
{
	get_number(value, listener->listener.backlog);
}

static void get_backlog_max(struct field_value *value, const struct snapshot_listener *listener)
{
	get_number(value, listener->listener.backlog_max);
}

static void get_half_open(struct field_value *value, const struct snapshot_listener *listener)
{
	get_number(value, listener->listener.half_open);
}

static void get_drops(struct field_value *value, const struct snapshot_listener *listener)
{
	get_number(value, listener->drops);
}

static void get_drops_total(struct field_value *value, const struct snapshot_listener *listener)
{
	get_number(value, listener->listener.drops);
}

/* Whose it is comes from the table of dimensions: field 0 of netns, 2 of process… */
static const struct listener_field {
	const char *name;
	void (*get)(struct field_value *value, const struct snapshot_listener *listener);
	const struct field *owner; /* instead of get */
} listener_fields[] = {
	{"proto", get_listener_proto, NULL},	{"address", get_listener_address, NULL},
	{"port", get_listener_port, NULL},	{NULL, NULL, &table[DIM_NETNS][0]},
	{NULL, NULL, &table[DIM_NETNS][1]},	{NULL, NULL, &table[DIM_PROCESS][0]},
	{NULL, NULL, &table[DIM_PROCESS][1]},	{NULL, NULL, &table[DIM_PROCESS][2]},
	{"backlog", get_backlog, NULL},		{"backlog_max", get_backlog_max, NULL},
	{"half_open", get_half_open, NULL},	{"drops", get_drops, NULL},
	{"drops_total", get_drops_total, NULL},
};

const size_t listener_field_count = sizeof(listener_fields) / sizeof(*listener_fields);

const char *listener_field_name(size_t i)
{
	return listener_fields[i].owner ? listener_fields[i].owner->name : listener_fields[i].name;
}

void listener_field_get(struct field_value *value, size_t i, const struct snapshot_listener *listener,
			const struct dimension_context *context)
{
	const struct dimension_key key = owner_of(&listener->listener);

	value->kind = FIELD_NONE;
	if (listener_fields[i].owner)
		listener_fields[i].owner->get(value, &key, context);
	else
		listener_fields[i].get(value, listener);
}
