/* SPDX-License-Identifier: GPL-2.0 */
/* The line output's columns of the host: what stands where, in which colours, as dstat has it. */
#include "lines.h"

static void add_row(struct host_rows *rows, const char *name, enum host_metric first, const double *values,
		    size_t count)
{
	struct host_row *row = host_add(rows);

	strcpy(row->name, name);
	for (size_t i = 0; i < count; i++)
		row->values.value[first + i] = values[i];
}

static void set_process(struct host_row *row, const char *name, pid_t pid, double cpu, double read, double written,
			double memory)
{
	strcpy(row->name, name);
	row->pid = pid;
	row->values.value[HOST_process_cpu] = cpu;
	row->values.value[HOST_process_read] = read;
	row->values.value[HOST_process_written] = written;
	row->values.value[HOST_process_memory] = memory;
}

/* The numbers are of two seconds. */
static struct snapshot host_snapshot(void)
{
	static const double system[] = {0.43, 0.07, 0.5, 0,   0, 1,   0,    92, 3360, 13990, 0, 8192, 98, 2, 3,
					1,    0,    50,	 200, 3, 300, 1200, 2,	1,    3,     7, 12,   1,  8};
	struct snapshot snapshot = empty_snapshot();

	snapshot.interval = snapshot.host.interval = 2;
	for (size_t i = 0; i < sizeof(system) / sizeof(*system); i++)
		snapshot.host.system.value[HOST_cpu_user + i] = system[i];
	add_row(&snapshot.host.links, "total", HOST_link_rx_bytes, (double[]){7614000, 20000, 12000, 40}, 4);
	add_row(&snapshot.host.links, "lo", HOST_link_rx_bytes, (double[]){0, 0, 0, 0}, 4);
	add_row(&snapshot.host.links, "wlp0s20f3wifi", HOST_link_rx_bytes, (double[]){7614000, 20000, 12000, 40}, 4);
	add_row(&snapshot.host.disks, "total", HOST_disk_read, (double[]){0, 49152}, 2);
	set_process(&snapshot.host.top[HOST_TOP_CPU], "qemu-system-x86", 8204, 0.291, 4334, 4780, 1e9);
	set_process(&snapshot.host.top[HOST_TOP_IO], "bash", 1322130, 0.001, 157286400, 16926720, 4e6);
	set_process(&snapshot.host.top[HOST_TOP_MEMORY], "\033[2Jmemory", 77, 0, 0, 0, 1561329664);
	return snapshot;
}

/* Whatever these columns show on a terminal so wide. */
static void assert_host(int width, const char *names, const char *expected)
{
	struct snapshot snapshot = host_snapshot();
	struct output_settings settings = width ? terminal_settings(width, 24) : pipe_settings();

	assert_lines(choose(settings, names), &snapshot, 1, expected);
	snapshot_free(&snapshot);
}

/* Its lines are what dstat 0.7.4 prints of the same numbers. */
static void the_host_is_as_dstat_has_it(void **state)
{
	(void)state;
	assert_host(0, "cpu disk net page sys",
		    "--total-cpu-usage-- -dsk/total- -net/total- ---paging-- ---system--\n"
		    "usr sys idl wai stl| read  writ| recv  send|  in   out | int   csw \n"
		    " 43   7  50   0   0|   0    24k|3718k   10k|   0  4096B|1680  6995 \n");
	assert_host(0, "tcp udp socket raw unix",
		    "------tcp-sockets------- ---udp--- --------sockets--------- raw- ----unix-sockets---\n"
		    "lis  act  syn  tim  clo |lis  act |tot  tcp  udp  raw  frg |raw |dgm  str  lis  act \n"
		    " 50  200    3  300    1k|  2    1 | 98    2    3    1    0 |  3 |  7   12    1    8 \n");
	assert_host(0, "epoch proc net-packets",
		    "--epoch--- ---procs--- -pkt/total-\n"
		    "  epoch   |run blk new|#recv #send\n"
		    "1795415492|1.0   0  46|6000    20 \n");
	assert_host(0, "top-cpu top-io top-mem",
		    "-most-expensive- ----most-expensive---- --most-expensive-\n"
		    "  cpu process   |     i/o process      |  memory process \n"
		    "qemu-system-x 29|bash         75M 8265k|?[2Jmemory  1489M\n");
	assert_host(0, "top-cpu-adv top-io-adv",
		    "-------most-expensive-cpu-process------- -------most-expensive-i/o-process-------\n"
		    "process              pid  cpu read write|process              pid  read write cpu\n"
		    "qemu-system-x86      8204  29%2167B2390B|bash              1322130   75M8265k0.1%\n");
}

static void the_host_fits_the_terminal(void **state)
{
	static const char names[] = "time cpu tcp udp net top-cpu-adv";

	(void)state;
	assert_host(200, names,
		    "----system---- --total-cpu-usage-- ------tcp-sockets------- ---udp--- -net/total- "
		    "-------most-expensive-cpu-process-------\n"
		    "     time     |usr sys idl wai stl|lis  act  syn  tim  clo |lis  act | recv  send|"
		    "process              pid  cpu read write\n"
		    "23-11 06:31:32| 43   7  50   0   0| 50  200    3  300    1k|  2    1 |3718k   10k|"
		    "qemu-system-x86      8204  29%2167B2390B\n");
	assert_host(120, names,
		    "----system---- --total-cpu-usage-- ------tcp-sockets------- ---udp--- -net/total->\n"
		    "     time     |usr sys idl wai stl|lis  act  syn  tim  clo |lis  act | recv  send>\n"
		    "23-11 06:31:32| 43   7  50   0   0| 50  200    3  300    1k|  2    1 |3718k   10k>\n");
	assert_host(80, names,
		    "----system---- --total-cpu-usage-- ------tcp-sockets------- ---udp--->\n"
		    "     time     |usr sys idl wai stl|lis  act  syn  tim  clo |lis  act >\n"
		    "23-11 06:31:32| 43   7  50   0   0| 50  200    3  300    1k|  2    1 >\n");
	assert_host(40, names,
		    "----system---- --total-cpu-usage-->\n"
		    "     time     |usr sys idl wai stl>\n"
		    "23-11 06:31:32| 43   7  50   0   0>\n");
}

static void each_interface_has_its_columns(void **state)
{
	static char lo[] = "lo", total[] = "total", wireless[] = "wlp0s20f3wifi", gone[] = "gone0";
	static char *const names[] = {lo, total, wireless, gone, NULL};
	struct output_settings settings = choose(pipe_settings(), "net udp");
	struct snapshot snapshot = host_snapshot();

	(void)state;
	settings.instances[HOST_LINKS] = names;
	assert_lines(settings, &snapshot, 1,
		     "---net/lo-- -net/total- net/wlp0s20 -net/gone0- ---udp---\n"
		     " recv  send: recv  send: recv  send: recv  send|lis  act \n"
		     "   0     0 :3718k   10k:3718k   10k:   -     - |  2    1 \n");
	snapshot_free(&snapshot);
}

static void the_host_has_dstats_colours(void **state)
{
	struct output_settings settings = choose(pipe_settings(), "cpu tcp top-io-adv");
	struct snapshot snapshot = host_snapshot();
	char *text;

	(void)state;
	settings.colour = COLOURS_ON_BLACK;
	text = written(&output_dstat, settings, &snapshot, 1);
	assert_string_equal(
		strchr(strchr(text, '\n') + 1, '\n') + 1,
		"\033[1;33m 43 \033[1;31m  7 \033[1;33m 50 \033[1;30m  0 \033[1;30m  0\033[0;34m|"
		"\033[1;31m 50\033[1;30m  \033[1;31m200\033[1;30m  \033[1;31m  3\033[1;30m  \033[1;31m300\033[1;30m  "
		"\033[1;33m  1\033[1;30mk\033[0;34m|"
		"\033[0;37mbash              \033[0;34m1322130 \033[1;32m  75\033[1;30mM\033[1;33m8265\033[1;30mk"
		"\033[1;31m0.1\033[1;30m%\033[0;0m\n");
	free(text);
	snapshot_free(&snapshot);
}

/* Nothing of a process that is not there, not even its zeros. */
static void no_process_is_blank(void **state)
{
	struct snapshot snapshot = empty_snapshot();

	(void)state;
	assert_top("top-cpu", &snapshot, "                \n");
	assert_top("top-io-adv", &snapshot, "                                        \n");
}

/* What an interval has so far is dim and drawn over; the end of it is bright and stays. */
static void intervals_that_go_on_are_drawn_over(void **state)
{
	static const char header[] = "\033[0;34m---udp---\033[0;0m\033[0;0m\n"
				     "\033[1;34m\033[4mlis \033[0;0m \033[1;34m\033[4mact \033[0;0m\033[0;0m\n";
	static const char dim[] = "\033[0;31m  2\033[1;30m  \033[0;31m  1\033[1;30m \033[0;0m";
	static const char bright[] = "\033[1;31m  2\033[1;30m  \033[1;31m  1\033[1;30m \033[0;0m";
	static const char over[] = "\r\033[K";
	struct output_settings settings = choose(terminal_settings(80, 24), "udp");
	struct snapshot snapshot = host_snapshot();
	char *text = NULL, expected[1024];
	size_t size;
	void *output;

	(void)state;
	settings.colour = COLOURS_ON_BLACK;
	settings.file = open_memstream(&text, &size);
	output = output_dstat.begin(&settings);
	for (int i = 0; i < 7; i++) {
		snapshot.goes_on = i % 3 != 2;
		output_dstat.interval(output, &snapshot);
	}
	output_dstat.end(output);
	fclose(settings.file);
	snprintf(expected, sizeof(expected), "%s%s%s%s%s%s\n%s%s%s%s%s\n%s\n", header, dim, over, dim, over, bright,
		 dim, over, dim, over, bright, dim);
	assert_string_equal(text, expected);
	free(text);
	snapshot_free(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_host_is_as_dstat_has_it),
		cmocka_unit_test(the_host_fits_the_terminal),
		cmocka_unit_test(each_interface_has_its_columns),
		cmocka_unit_test(the_host_has_dstats_colours),
		cmocka_unit_test(no_process_is_blank),
		cmocka_unit_test(intervals_that_go_on_are_drawn_over),
	};

	return cmocka_run_group_tests(tests, fixed_environment, NULL);
}
