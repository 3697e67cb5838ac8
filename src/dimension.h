/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dimensions cells can be grouped by: one table row each, saying how a dimension is called, which
 * part of a cell it keeps, and how its value is written. Adding one is a row here.
 */
#ifndef L4_DIMENSION_H
#define L4_DIMENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"

enum dimension { DIM_SUBNET, DIM_PORT, DIM_PROCESS, DIM_NAME, DIM_CGROUP, DIM_NETNS, DIM_PROTO, DIM_ROLE, DIM_COUNT };

/* The value of one row in all dimensions; those it is not grouped by are zero. Compared as bytes. */
struct dimension_key {
	struct l4_cell_key cell;
	uint8_t comm[L4_COMM_LEN];
	uint64_t cgroup;
};

/* An ordered set: the columns of a view from left to right. */
struct dimension_list {
	enum dimension dims[DIM_COUNT];
	size_t count;
};

struct dimension_context {
	unsigned int prefix4, prefix6;		   /* prefix lengths the remote addresses are masked to */
	const char *(*cgroup_path)(uint64_t id);   /* NULL-able; returns NULL if not known */
	const char *(*netns_name)(uint32_t inode); /* NULL-able; never returns NULL */
};

enum { DIMENSION_TEXT = 256 };

struct dimension_info {
	const char *name;  /* as in --by and in JSON */
	const char *title; /* column head of a table */
	const char *help;
	unsigned int width; /* of that column */
	/* Copies what this dimension keeps of a cell into key. */
	void (*keep)(struct dimension_key *key, const struct snapshot_cell *cell);
	/* Writes the value for people, printable, NUL-terminated, at most DIMENSION_TEXT bytes. */
	void (*print)(char *text, const struct dimension_key *key, const struct dimension_context *context);
};

extern const struct dimension_info dimensions[DIM_COUNT];

/*
 * Reads "subnet,port". Returns 0, or -EINVAL with *bad, *bad_length set to the word that is no
 * dimension (or is there twice). *list is untouched on failure.
 */
int dimension_parse(const char *text, struct dimension_list *list, const char **bad, size_t *bad_length);

/* What these dimensions keep of a cell. */
struct dimension_key dimension_key_of(const struct snapshot_cell *cell, const struct dimension_list *dims);

/* The same for equal keys, but another in each run of the program: nobody can aim at one place in a table. */
uint64_t dimension_hash(const struct dimension_key *key);

bool dimension_listed(const struct dimension_list *list, enum dimension dim);

/* Whether there is an address; all zeros where none could be had. */
bool dimension_is_known(const uint8_t address[static L4_PREFIX_LEN]);

/* ::ffff:a.b.c.d */
bool dimension_is_ipv4(const uint8_t address[static L4_PREFIX_LEN]);

/* An address, IPv4 if it is mapped. text: DIMENSION_ADDRESS bytes. */
enum { DIMENSION_ADDRESS = 48 };
void dimension_print_address(char *text, const uint8_t address[static L4_PREFIX_LEN]);

/*
 * The name of an owner: its process name with unprintable bytes replaced, `unknown`, `kernel`, `other`. A process that
 * is called like one of these, with any number of quotes around it, has one more: no other name looks like that.
 */
void dimension_owner_name(char *text, const struct dimension_key *key);

#endif
