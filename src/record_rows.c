/* SPDX-License-Identifier: GPL-2.0 */
/* Rows as they stand in a line. Where JSON has "rows" with its quotes that is a text of its own, no part of another. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "record_rows.h"

enum { DIGITS_MAX = 19 };

static const char key[] = "\"rows\"";

struct cursor {
	const char *at, *end;
};

/* The recorder writes none. */
static void skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
		cursor->at++;
}

/* Whether that comes next; then it is passed. */
static bool passes(struct cursor *cursor, char wanted)
{
	skip_blanks(cursor);
	if (cursor->at == cursor->end || *cursor->at != wanted)
		return false;
	cursor->at++;
	return true;
}

static bool is_digit(const struct cursor *cursor)
{
	return cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9';
}

/* A whole number that fits; of any other the rest stays, which nothing goes on with. */
static bool take_number(struct cursor *cursor, int64_t *number)
{
	const bool negative = passes(cursor, '-');
	const char *first = cursor->at;
	uint64_t magnitude = 0;

	for (; is_digit(cursor) && cursor->at < first + DIGITS_MAX; cursor->at++)
		magnitude = magnitude * 10 + (*cursor->at - '0');
	*number = negative ? -magnitude : magnitude;
	return cursor->at > first && magnitude <= INT64_MAX && (*first != '0' || cursor->at == first + 1);
}

/* An address is written without escapes. */
static bool take_address(struct cursor *cursor, char address[static RECORD_ROW_ADDRESS])
{
	const char *end;
	size_t length;

	if (!passes(cursor, '"'))
		return false;
	end = memchr(cursor->at, '"', cursor->end - cursor->at);
	length = end ? (size_t)(end - cursor->at) : RECORD_ROW_ADDRESS;
	if (length >= RECORD_ROW_ADDRESS || memchr(cursor->at, '\\', length))
		return false;
	memcpy(address, cursor->at, length);
	address[length] = 0;
	cursor->at = end + 1;
	return true;
}

/* A list has room for one more afterwards. */
static void *grow(void *list, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return list;
	*capacity = *capacity ? 2 * *capacity : 64;
	return memory_resize(list, *capacity, size);
}

static bool take_counts(struct record_rows *rows, struct cursor *cursor)
{
	while (passes(cursor, ',')) {
		rows->numbers = grow(rows->numbers, rows->number_count, &rows->number_capacity, sizeof(*rows->numbers));
		if (!take_number(cursor, &rows->numbers[rows->number_count++]))
			return false;
	}
	return passes(cursor, ']');
}

static bool take_row(struct record_rows *rows, struct cursor *cursor)
{
	struct record_row *row;
	bool taken;

	rows->rows = grow(rows->rows, rows->row_count, &rows->row_capacity, sizeof(*rows->rows));
	row = &rows->rows[rows->row_count++];
	row->first = rows->number_count;
	taken = passes(cursor, '[') && take_number(cursor, &row->owner) && passes(cursor, ',') &&
		take_number(cursor, &row->port) && passes(cursor, ',') && take_address(cursor, row->address) &&
		take_counts(rows, cursor);
	row->count = rows->number_count - row->first;
	return taken;
}

static bool take_table(struct record_rows *rows, struct cursor *cursor)
{
	struct record_rows_table *table;

	if (!passes(cursor, ':') || !passes(cursor, '['))
		return false;
	rows->tables = grow(rows->tables, rows->table_count, &rows->table_capacity, sizeof(*rows->tables));
	table = &rows->tables[rows->table_count++];
	table->first = rows->row_count;
	if (!passes(cursor, ']')) {
		do {
			if (!take_row(rows, cursor))
				return false;
		} while (passes(cursor, ','));
		if (!passes(cursor, ']'))
			return false;
	}
	table->count = rows->row_count - table->first;
	return true;
}

static void add_rest(struct record_rows *rows, const char *text, size_t length)
{
	if (rows->capacity - rows->length <= length) {
		rows->capacity = 2 * (rows->length + length) + 1;
		rows->rest = memory_resize(rows->rest, rows->capacity, 1);
	}
	memcpy(rows->rest + rows->length, text, length);
	rows->length += length;
}

/* If it is a table that is there, the cursor is behind it, and nothing has changed if not. */
static bool try_table(struct record_rows *rows, struct cursor *cursor)
{
	const size_t tables = rows->table_count, row_count = rows->row_count, numbers = rows->number_count;
	struct cursor tried = *cursor;

	if (take_table(rows, &tried)) {
		*cursor = tried;
		return true;
	}
	rows->table_count = tables;
	rows->row_count = row_count;
	rows->number_count = numbers;
	return false;
}

/* What is called "rows" and is none does not look like the number of a table. */
static void disguise(struct record_rows *rows, struct cursor cursor)
{
	if (passes(&cursor, ':'))
		rows->rest[rows->length - 2] = '?';
}

void record_rows_take(struct record_rows *rows, const char *line, size_t length)
{
	struct cursor cursor = {line, line + length};
	const char *from = line;
	char number[24];

	rows->table_count = rows->row_count = rows->number_count = rows->length = 0;
	while ((cursor.at = memmem(cursor.at, cursor.end - cursor.at, key, strlen(key)))) {
		cursor.at += strlen(key);
		add_rest(rows, from, cursor.at - from);
		from = cursor.at;
		if (!try_table(rows, &cursor)) {
			disguise(rows, cursor);
			continue;
		}
		add_rest(rows, number, snprintf(number, sizeof(number), ":%zu", rows->table_count - 1));
		from = cursor.at;
	}
	add_rest(rows, from, cursor.end - from);
}

void record_rows_free(struct record_rows *rows)
{
	free(rows->tables);
	free(rows->rows);
	free(rows->numbers);
	free(rows->rest);
	*rows = (struct record_rows){};
}
