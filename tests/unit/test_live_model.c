/* SPDX-License-Identifier: GPL-2.0 */
/* The live table without a screen: order, filter, selection, pause, totals, history, and that the books balance. */
#include "cells.h"
#include "live_keys.h"
#include "live_model.h"

static const struct dimension_context context = {.prefix4 = 24, .prefix6 = 64};

static struct live_model *model_by(const char *dims, size_t top)
{
	struct live_settings settings = {.sort.by = {METRIC_NONE}, .top = top, .dimension = &context};
	const char *bad;
	size_t length;

	assert_int_equal(dimension_parse(dims, &settings.by, &bad, &length), 0);
	return live_new(&settings);
}

/* Datagrams that processes p1, p2... received in one interval; 0: it is not there. */
static void received(struct live_model *model, size_t count, const int *datagrams)
{
	struct snapshot snapshot = empty_snapshot();

	for (size_t i = 0; i < count; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%zu", i + 1);
		if (datagrams[i])
			add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 53, 100 + i, name)
				->count[L4_udp_rx_dgrams] = datagrams[i];
	}
	live_interval(model, &snapshot);
	snapshot_free(&snapshot);
}

#define RECEIVED(model, ...) received(model, sizeof((int[]){__VA_ARGS__}) / sizeof(int), (int[]){__VA_ARGS__})

/* The names of the rows on the screen, `*` behind the selected one. */
static void assert_screen(struct live_model *model, size_t lines, const char *expected)
{
	const struct live_picture picture = live_arrange(model, 80, lines);
	char text[1024] = "";

	for (size_t i = picture.first; i < picture.first + picture.on_screen; i++) {
		const struct live_row *row = picture.rows[i];
		char name[DIMENSION_TEXT];

		table_row_text(name, picture.table, &row->shown.row, 0, &context);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s", *text ? " " : "", name,
			 row == picture.selected ? "*" : "");
	}
	assert_string_equal(text, expected);
}

/* The rows and `other` add up to the total, whatever hides some of them. */
static void assert_balance(struct live_model *model, int64_t expected)
{
	const struct live_picture picture = live_arrange(model, 80, 20);
	int64_t sum = 0, total;

	for (size_t i = 0; i < picture.row_count; i++) {
		const struct live_data *data = &picture.rows[i]->shown;

		sum += (picture.totals ? &data->sum : &data->row.values)->counter[METRIC_udp_rx_dgrams];
	}
	if (picture.other)
		sum += (picture.totals ? &picture.other->shown.sum : &picture.other->shown.row.values)
			       ->counter[METRIC_udp_rx_dgrams];
	total = (picture.totals ? &picture.total->shown.sum : &picture.total->shown.row.values)
			->counter[METRIC_udp_rx_dgrams];
	assert_int_equal(sum, total);
	assert_int_equal(total, expected);
}

static void the_busiest_comes_first(void **state)
{
	struct live_model *model = model_by("name", 0);

	(void)state;
	assert_screen(model, 10, "");
	RECEIVED(model, 5, 9, 7);
	assert_screen(model, 10, "p2 p3 p1");
	RECEIVED(model, 9, 5, 7);
	assert_screen(model, 10, "p1 p3 p2");
	live_free(model);
}

/* 1 000 100 and 1 000 400 are both `1000k`: nobody would see why they swap. */
static void what_looks_the_same_keeps_its_place(void **state)
{
	struct live_model *model = model_by("name", 0);

	(void)state;
	RECEIVED(model, 5, 7, 7, 7);
	assert_screen(model, 10, "p2 p3 p4 p1");
	RECEIVED(model, 1000100, 1000100, 1000400, 1000300);
	assert_screen(model, 10, "p2 p3 p4 p1");
	RECEIVED(model, 2000100, 1000100, 1000400, 1000300);
	assert_screen(model, 10, "p1 p2 p3 p4");
	live_free(model);
}

static void idle_rows_stay_as_long_as_their_bars(void **state)
{
	struct live_model *model = model_by("name", 0);

	(void)state;
	RECEIVED(model, 5, 9);
	for (int i = 1; i < LIVE_HISTORY; i++) {
		RECEIVED(model, 5, 0);
		assert_screen(model, 10, "p1 p2");
	}
	RECEIVED(model, 5, 0);
	assert_screen(model, 10, "p1");
	live_totals(model);
	assert_screen(model, 10, "p1 p2");
	assert_balance(model, 5 * (LIVE_HISTORY + 1) + 9);
	live_free(model);
}

static void totals_are_since_the_start(void **state)
{
	struct live_model *model = model_by("name", 0);

	(void)state;
	RECEIVED(model, 5, 9);
	RECEIVED(model, 5, 0);
	assert_screen(model, 10, "p1 p2");
	assert_balance(model, 5);
	live_totals(model);
	assert_screen(model, 10, "p1 p2");
	assert_balance(model, 19);
	live_totals(model);
	assert_balance(model, 5);
	live_free(model);
}

static void what_the_filter_hides_is_other(void **state)
{
	struct live_model *model = model_by("name", 0);
	struct live_picture picture;

	(void)state;
	RECEIVED(model, 5, 9, 7);
	live_filter(model, "P3");
	assert_screen(model, 10, "p3");
	assert_balance(model, 21);
	picture = live_arrange(model, 80, 10);
	assert_int_equal(picture.row_count, 1);
	assert_int_equal(picture.all, 3);
	assert_int_equal(picture.other->shown.row.values.counter[METRIC_udp_rx_dgrams], 14);
	live_filter(model, "nobody");
	assert_screen(model, 10, "");
	assert_balance(model, 21);
	live_filter(model, "");
	assert_screen(model, 10, "p2 p3 p1");
	assert_null(live_arrange(model, 80, 10).other);
	live_free(model);
}

/* What stands in the column of processes is shown too. */
static void the_filter_finds_processes_behind_a_row(void **state)
{
	struct live_model *model = model_by("subnet", 0);
	struct snapshot snapshot = busy_snapshot();

	(void)state;
	live_interval(model, &snapshot);
	live_filter(model, "iperf3[1000]");
	assert_screen(model, 10, "192.0.2.0/24");
	live_filter(model, "203.0");
	assert_screen(model, 10, "203.0.113.0/24");
	snapshot_free(&snapshot);
	live_free(model);
}

static void top_cuts_and_other_has_the_rest(void **state)
{
	struct live_model *model = model_by("name", 2);

	(void)state;
	RECEIVED(model, 5, 9, 7);
	assert_screen(model, 10, "p2 p3");
	assert_balance(model, 21);
	live_free(model);
}

static void the_selection_stays_with_its_row(void **state)
{
	struct live_model *model = model_by("name", 0);

	(void)state;
	RECEIVED(model, 9, 8, 7, 6, 5);
	assert_screen(model, 3, "p1 p2 p3");
	live_select(model, 1);
	assert_screen(model, 3, "p1* p2 p3");
	live_select(model, 1);
	assert_screen(model, 3, "p1 p2* p3");
	RECEIVED(model, 9, 1, 7, 6, 5);
	assert_screen(model, 3, "p4 p5 p2*");
	RECEIVED(model, 9, 8, 7, 6, 5);
	assert_screen(model, 3, "p2* p3 p4");
	live_select_end(model);
	assert_screen(model, 3, "p3 p4 p5*");
	live_select(model, -100);
	assert_screen(model, 3, "p1* p2 p3");
	live_select(model, 100);
	assert_screen(model, 3, "p3 p4 p5*");
	live_filter(model, "p2");
	assert_screen(model, 3, "p2");
	live_filter(model, "");
	assert_screen(model, 3, "p3 p4 p5*");
	live_unselect(model);
	assert_screen(model, 3, "p1 p2 p3");
	live_free(model);
}

static void paused_the_screen_stands_still_and_counting_goes_on(void **state)
{
	struct live_model *model = model_by("name", 0);

	(void)state;
	RECEIVED(model, 5, 9);
	live_pause(model);
	RECEIVED(model, 50, 9, 70);
	RECEIVED(model, 50, 0, 70);
	assert_true(live_arrange(model, 80, 10).paused);
	assert_screen(model, 10, "p2 p1");
	assert_balance(model, 14);
	live_totals(model);
	assert_balance(model, 14);
	live_filter(model, "p1");
	assert_screen(model, 10, "p1");
	live_filter(model, "");
	live_by(model, DIM_SUBNET);
	assert_balance(model, 14);
	live_by(model, DIM_COUNT);
	live_pause(model);
	assert_screen(model, 10, "p3 p1 p2");
	assert_balance(model, 14 + 129 + 120);
	live_free(model);
}

static void a_view_has_its_past_when_it_is_first_looked_at(void **state)
{
	struct live_model *model = model_by("name", 0);
	struct live_picture picture;
	char bar[LIVE_BAR];

	(void)state;
	RECEIVED(model, 4);
	RECEIVED(model, 8);
	live_by(model, DIM_PROCESS);
	assert_screen(model, 10, "p1[100]");
	picture = live_arrange(model, 80, 10);
	assert_string_equal(live_bar(bar, picture.table, picture.rows[0], 6, false), "    +@");
	live_by(model, DIM_NETNS);
	assert_screen(model, 10, "0");
	live_by(model, DIM_CGROUP);
	assert_screen(model, 10, "cgroup:0");
	live_by(model, DIM_COUNT);
	assert_screen(model, 10, "p1");
	live_free(model);
}

static const char *sorted(struct live_model *model)
{
	const struct table *table = live_table(model);
	const char *title = "";

	for (size_t i = 0; i < table->count; i++) {
		if (table->slots[i].sorted)
			title = table->slots[i].column.title;
	}
	return title;
}

static char letter_of(const struct live_model *model, size_t slot)
{
	const char *titles[TABLE_COLUMNS_MAX];

	assert_true(slot < table_titles(live_table(model), titles));
	return live_letter(titles, slot);
}

static void keys_choose_what_is_sorted_by(void **state)
{
	struct live_model *model = model_by("port", 0);
	struct snapshot snapshot = busy_snapshot();

	(void)state;
	live_interval(model, &snapshot);
	assert_string_equal(sorted(model), "conn/s");
	assert_screen(model, 10, "443/tcp >443/tcp 5201/udp >53/udp");
	live_sort_next(model, 1);
	assert_string_equal(sorted(model), table_columns[1].title);
	live_sort_next(model, -1);
	live_sort_next(model, -1);
	assert_string_equal(sorted(model), table_columns[table_column_count - 1].title);
	live_sort_next(model, 1);
	assert_string_equal(sorted(model), "conn/s");
	for (size_t i = 0; i < live_table(model)->count; i++) {
		const struct column *column = &live_table(model)->slots[i].column;
		const char *before;

		live_by(model, DIM_SUBNET);
		before = sorted(model);
		live_by(model, DIM_COUNT);
		assert_true(live_sort_letter(model, letter_of(model, i)));
		assert_string_equal(sorted(model), column->title);
		live_by(model, DIM_SUBNET); /* which has no column for how many subnets there are */
		assert_string_equal(sorted(model),
				    metrics[column->sum[0]].kind == METRIC_DISTINCT ? before : column->title);
		live_by(model, DIM_COUNT);
	}
	assert_false(live_sort_letter(model, 'Z'));
	snapshot_free(&snapshot);
	live_free(model);
}

/* By the right of two columns that are sorted by together, and by the left of them. */
static void from_two_columns_to_one(void **state)
{
	struct live_model *model = model_by("name", 0);

	(void)state;
	live_sort_next(model, 1);
	assert_string_equal(sorted(model), "drops");
	live_sort_next(model, -1);
	assert_string_equal(sorted(model), "dg-out");
	live_free(model);
	model = model_by("name", 0);
	live_sort_next(model, -1);
	assert_string_equal(sorted(model), "send");
	live_free(model);
}

static void bars_grow_with_the_numbers(void **state)
{
	static const int datagrams[] = {0, 1, 50, 100, 0, 200, 400, 300};
	struct live_model *model = model_by("name", 0);
	struct live_picture picture;
	char bar[LIVE_BAR];

	(void)state;
	for (size_t i = 0; i < sizeof(datagrams) / sizeof(*datagrams); i++)
		RECEIVED(model, datagrams[i]);
	picture = live_arrange(model, 80, 10);
	assert_string_equal(live_bar(bar, picture.table, picture.rows[0], 8, true),
			    " \u2581\u2582\u2583 \u2585\u2588\u2586");
	assert_string_equal(live_bar(bar, picture.table, picture.rows[0], 8, false), " .:- +@*");
	assert_string_equal(live_bar(bar, picture.table, picture.rows[0], LIVE_HISTORY, false), "         .:- +@*");
	live_free(model);
}

/* A flood of names, other ones each interval. */
static void memory_is_bounded_and_nothing_is_lost(void **state)
{
	struct live_model *model = model_by("process", 0);
	int64_t sum = 0;

	(void)state;
	for (int round = 0; round < 6; round++) {
		struct snapshot snapshot = empty_snapshot();

		for (int i = 0; i < 1500; i++) {
			add_cell(&snapshot, L4_PROTO_UDP, L4_ROLE_SERVER, "::ffff:192.0.2.0", 53, 1 + 1500 * round + i,
				 "flood")
				->count[L4_udp_rx_dgrams] = 1 + i;
			sum += 1 + i;
		}
		if (round == 3)
			live_pause(model);
		live_interval(model, &snapshot);
		if (round == 5)
			live_pause(model);
		assert_in_range(live_arrange(model, 80, 10).row_count, LIVE_ROWS, LIVE_ROWS_KEPT);
		snapshot_free(&snapshot);
	}
	assert_balance(model, 1500 * 1501 / 2);
	live_totals(model);
	assert_balance(model, sum);
	live_free(model);
}

static void every_key_has_one_meaning_and_fits_its_help(void **state)
{
	(void)state;
	for (size_t i = 0; i < live_key_count; i++) {
		const unsigned int code = live_keys[i].code == LIVE_CODE_CAPITAL ? 'Q' : live_keys[i].code;

		assert_ptr_equal(live_key_for(code), &live_keys[i]);
		assert_in_range(strlen(live_keys[i].name), 1, LIVE_NAME_WIDTH);
		assert_in_range(strlen(live_keys[i].help), 1, LIVE_HELP_WIDTH);
	}
	assert_null(live_key_for('z'));
	assert_null(live_key_for(LIVE_CODE_OTHER));
}

static void no_size_is_too_small(void **state)
{
	struct live_model *model = model_by("subnet,port,process", 0);
	struct snapshot snapshot = busy_snapshot();

	(void)state;
	live_interval(model, &snapshot);
	live_select(model, 1);
	for (unsigned int columns = 1; columns < 200; columns++) {
		for (size_t lines = 0; lines < 8; lines++) {
			const struct live_picture picture = live_arrange(model, columns, lines);

			assert_in_range(picture.on_screen, 1, lines ?: 1);
		}
	}
	snapshot_free(&snapshot);
	live_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_busiest_comes_first),
		cmocka_unit_test(what_looks_the_same_keeps_its_place),
		cmocka_unit_test(idle_rows_stay_as_long_as_their_bars),
		cmocka_unit_test(totals_are_since_the_start),
		cmocka_unit_test(what_the_filter_hides_is_other),
		cmocka_unit_test(the_filter_finds_processes_behind_a_row),
		cmocka_unit_test(top_cuts_and_other_has_the_rest),
		cmocka_unit_test(the_selection_stays_with_its_row),
		cmocka_unit_test(paused_the_screen_stands_still_and_counting_goes_on),
		cmocka_unit_test(a_view_has_its_past_when_it_is_first_looked_at),
		cmocka_unit_test(keys_choose_what_is_sorted_by),
		cmocka_unit_test(from_two_columns_to_one),
		cmocka_unit_test(bars_grow_with_the_numbers),
		cmocka_unit_test(memory_is_bounded_and_nothing_is_lost),
		cmocka_unit_test(every_key_has_one_meaning_and_fits_its_help),
		cmocka_unit_test(no_size_is_too_small),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
