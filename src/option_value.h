/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the value of an option is read, checked in full and taken over: the apply() functions of option_table.c's rows,
 * most of them shared by several. Each returns 0, or -EINVAL with *complaint one sentence, to be freed.
 */
#ifndef L4_OPTION_VALUE_H
#define L4_OPTION_VALUE_H

#include "option_table.h"

/* *complaint = sentence; returns -EINVAL. */
int option_refuse(char **complaint, char *sentence);

/*
 * Digits only: no sign, no space, no other base. Returns 0, -EINVAL (no number) or -ERANGE (below min, above max); then
 * *number is as it was.
 */
int option_read_number(const char *text, unsigned long min, unsigned long max, unsigned long *number);

/* Sets the bool at row->field. */
int option_apply_flag(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets the unsigned int at row->field to row->chosen. */
int option_apply_chosen(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets the unsigned int at row->field to row->min + the position of the word in row->words; without one to row->chosen.
 */
int option_apply_word(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets the unsigned long at row->field to a number from row->min to row->max. */
int option_apply_number(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets the struct dimension_list at row->field. */
int option_apply_dimensions(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets the struct report_sort at row->field. */
int option_apply_metric(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Adds a column to the line. A column twice is a column once, as in dstat. */
void option_add_column(struct options *options, const struct column_group *group);

/* Sets the string at row->field to the value itself, which must not be empty. */
int option_apply_text(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Adds the columns of the names in row->words to the line. */
int option_apply_columns(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Adds row->column to the line, once. */
int option_apply_column(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets the unsigned long at row->field to a number of bytes: 500M, 1G; k, M, G, T are powers of 1024. */
int option_apply_size(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets the unsigned long at row->field to a number of seconds: 90s, 30m, 12h, 7d. */
int option_apply_age(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets the struct moment at row->field. */
int option_apply_moment(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets options->speed. */
int option_apply_speed(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Adds a file or directory to options->replay. */
int option_apply_replay(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Adds a file to options->files, if its name says a format; `-` is --csv. */
int option_apply_output(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets options->listen. */
int option_apply_listen(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Sets options->textfile, whose name must end as node_exporter wants it. */
int option_apply_textfile(struct options *options, const struct option_row *row, const char *value, char **complaint);

/* Adds a rule, or those that the program has, to options->alerts. */
int option_apply_alert(struct options *options, const struct option_row *row, const char *value, char **complaint);

#endif
