/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rows of a recording's tables, which are nearly all of its bytes: [owner, port, "address", count, …] each. They
 * are read here without a JSON value being made of each number. Pure functions. Not here: what they mean
 * (record_read.c).
 */
#ifndef L4_RECORD_ROWS_H
#define L4_RECORD_ROWS_H

#include <stddef.h>
#include <stdint.h>

enum { RECORD_ROW_ADDRESS = 64 };

struct record_row {
	int64_t owner, port;
	char address[RECORD_ROW_ADDRESS]; /* any text */
	size_t first, count;		  /* of .numbers */
};

/* Those of one table. */
struct record_rows_table {
	size_t first, count; /* of .rows */
};

/* Zero, or from an earlier call: its memory is used again. */
struct record_rows {
	struct record_rows_table *tables; /* table_count of them, as they came */
	struct record_row *rows;
	int64_t *numbers;
	char *rest; /* where rows were there is the number of their table */
	size_t table_count, row_count, number_count, length;
	size_t table_capacity, row_capacity, number_capacity, capacity;
};

/*
 * Takes the rows out of a line: .rest and .length are the line without them. What is called "rows" and is something
 * else is not called so any more.
 */
void record_rows_take(struct record_rows *rows, const char *line, size_t length);

void record_rows_free(struct record_rows *rows);

#endif
