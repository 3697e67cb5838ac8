/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The traffic generator of the live tests and the benchmark: exact numbers of datagrams, connections and
 * bytes, bounded in count and time, told on stdout afterwards. Anything that goes wrong is an exit of 1.
 * Here: its command line. Not here: networks to send through (tests/lib.sh makes those), and what l4dstat
 * should say about it.
 */
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include "traffic.h"

struct options opt = {
	.ports = 1, .count = 1, .size = 64, .time = 60, .mode = "sink", .child_name = "child", .way = "plain"};
char buffer[BUFFER];

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("traffic: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

/* The command line: options and commands are table rows, so that help and parser cannot differ. */

static const struct option_info {
	const char *name, *argument, *help;
	const char **text;
	uint64_t *number, max;
	bool *flag;
} options[] = {
	{"to", "ADDRS", "addresses in turn: A,B,C; A+N: N in a row from A", .text = &opt.to},
	{"from", "ADDRS", "source addresses in turn; a UDP sender uses the first", .text = &opt.from},
	{"bind", "ADDRS", "addresses to listen on, a socket each; default ::, which is both families",
	 .text = &opt.bind},
	{"port", "N", "port to send to or listen on", .number = &opt.port, .max = UINT16_MAX},
	{"ports", "N", "so many ports in a row from --port", .number = &opt.ports, .max = 1024},
	{"count", "N", "datagrams or connections, default 1; a receiver ends after so many (default: at SIGTERM)",
	 .number = &opt.count, .max = UINT64_MAX},
	{"size", "BYTES", "payload of a datagram, default 64", .number = &opt.size, .max = MAX_DATAGRAM},
	{"bytes", "BYTES",
	 "what each connection sends before it ends; default 0: tcp-connect waits for its peer to end",
	 .number = &opt.bytes, .max = UINT64_MAX},
	{"connect", NULL, "connect the UDP socket", .flag = &opt.connect},
	{"way", "WAY", "how to send: plain (default), mmsg (sendmmsg), segment (UDP_SEGMENT), cork (MSG_MORE), uring",
	 .text = &opt.way},
	{"device", "NAME", "device to send multicasts by or to join groups at", .text = &opt.device},
	{"no-loop", NULL, "multicasts are not for this host", .flag = &opt.no_loop},
	{"dont-wait", NULL, "a full send buffer is a failure", .flag = &opt.dont_wait},
	{"sndbuf", "BYTES", "size of the send buffer", .number = &opt.sndbuf, .max = INT32_MAX},
	{"join", NULL, "--bind names multicast groups to join", .flag = &opt.join},
	{"gro", NULL, "take several datagrams of --size in one piece (UDP_GRO)", .flag = &opt.gro},
	{"peek", NULL, "look at each datagram before it is read", .flag = &opt.peek},
	{"truncate", NULL, "read only the first byte of each datagram; bytes are its length all the same (MSG_TRUNC)",
	 .flag = &opt.truncate},
	{"spoof", NULL,
	 "each datagram is from the next /24 or /64, beginning with that of --from, and its checksum is right",
	 .flag = &opt.spoof},
	{"pause", "MICROSECONDS", "wait so long after each datagram", .number = &opt.pause, .max = 999999},
	{"mapped", NULL, "IPv6 sockets for IPv4 addresses too (::ffff:a.b.c.d)", .flag = &opt.mapped},
	{"hold", NULL, "with sockets open, say 'ready' and wait for a line on stdin", .flag = &opt.hold},
	{"never-read", NULL, "leave everything in the receive buffer", .flag = &opt.never_read},
	{"rcvbuf", "BYTES", "size of the receive buffer, beyond rmem_max too", .number = &opt.rcvbuf, .max = INT32_MAX},
	{"mode", "MODE", "sink (default), echo, source (sends --bytes), close (at once)", .text = &opt.mode},
	{"fork", NULL, "a child process serves each connection; sends --count datagrams by the same socket",
	 .flag = &opt.fork},
	{"workers", "N", "so many children accept and serve, none else", .number = &opt.workers, .max = MAX_WORKERS},
	{"pass", NULL, "a child, older than the connections, gets each of them by SCM_RIGHTS and serves it",
	 .flag = &opt.pass},
	{"first", "BYTES", "--pass: read so many before a connection is passed on", .number = &opt.first,
	 .max = BUFFER},
	{"child-name", "NAME", "name of the children; udp-spawn and --workers add 001, 002 and so on",
	 .text = &opt.child_name},
	{"fd", "N", "descriptor N is the socket, already listening or connected", .number = &opt.fd, .max = 1024},
	{"reuseport", NULL, "others may listen on the same port", .flag = &opt.reuseport},
	{"mptcp", NULL, "speak MPTCP", .flag = &opt.mptcp},
	{"fails", NULL, "every connection, or call that sends, is to fail", .flag = &opt.fails},
	{"abandon", NULL, "close each socket before its connection is there; nobody may answer", .flag = &opt.abandon},
	{"name", "NAME", "name of this process", .text = &opt.name},
	{"time", "SECONDS", "give up after so long, default 60, times L4_TEST_PATIENCE if that is set",
	 .number = &opt.time, .max = 3600},
};

enum { OPTIONS = sizeof(options) / sizeof(*options) };

static const struct command {
	const char *name, *help;
	const char *takes; /* options, besides the common ones */
	void (*run)(void);
	uint64_t count;	     /* default of --count */
	const char *program; /* what a program that follows the options is for */
} commands[] = {
	{"udp-send", "sends datagrams from one socket per family",
	 "to from port count size connect mapped hold way device no-loop dont-wait sndbuf fails fork child-name pause",
	 udp_send, 1, NULL},
	{"udp-raw", "sends datagrams with a wrong checksum or sender, by a raw socket",
	 "to from port count size spoof hold", udp_raw, 1, NULL},
	{"udp-spawn", "sends datagrams, each from a new short-lived process", "to port count size child-name",
	 udp_spawn, 1, NULL},
	{"udp-recv", "receives datagrams", "bind port count size never-read rcvbuf join device gro peek truncate pause",
	 udp_recv, UINT64_MAX, NULL},
	{"tcp-serve", "accepts connections until SIGTERM",
	 "bind port ports mode bytes fork workers pass first child-name fd reuseport mptcp", tcp_serve, 1,
	 "runs once the first socket listens, and has it as descriptor 3"},
	{"tcp-connect", "makes connections one after the other (with --hold: opens all of them first)",
	 "to from port count bytes mapped hold fails abandon fd mptcp", tcp_connect, 1,
	 "runs once the first connection's --bytes are acknowledged, and has it as descriptor 3"},
	{"tcp-nbd", "makes connections that a thread of the kernel reads from (as /dev/nbd0)", "to port count mapped",
	 tcp_nbd, 1, NULL},
};

static const char common_options[] = "name time";

static bool is_listed(const char *words, const char *word)
{
	const size_t length = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += length) {
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	}
	return false;
}

static bool command_takes(const struct command *command, const struct option_info *option)
{
	return is_listed(command->takes, option->name) || is_listed(common_options, option->name);
}

static void print_options(const char *takes)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		if (is_listed(takes, options[i].name))
			printf("  --%-10s %-7s  %s\n", options[i].name, options[i].argument ?: "", options[i].help);
	}
}

static void print_help(void)
{
	puts("Usage: traffic COMMAND [options]\n\nSends or receives exactly what it is told to, then says how much "
	     "that was.\n");
	for (size_t c = 0; c < sizeof(commands) / sizeof(*commands); c++) {
		printf("%s: %s\n", commands[c].name, commands[c].help);
		print_options(commands[c].takes);
		if (commands[c].program)
			printf("  -- PROGRAM ARGUMENTS  %s\n", commands[c].program);
		putchar('\n');
	}
	puts("every command:");
	print_options(common_options);
}

static void option_set(const struct option_info *option, const char *value)
{
	char *end;

	if (option->flag)
		*option->flag = true;
	if (option->text)
		*option->text = value;
	if (!option->number)
		return;
	errno = 0;
	*option->number = strtoull(value, &end, 10);
	if (errno || *end || end == value || *value == '-' || *option->number > option->max)
		die("--%s: '%s' is no number from 0 to %" PRIu64, option->name, value, option->max);
}

static void parse(const struct command *command, int argc, char **argv)
{
	struct option longs[OPTIONS + 1] = {};

	for (size_t i = 0; i < OPTIONS; i++)
		longs[i] = (struct option){options[i].name, options[i].argument ? required_argument : no_argument, NULL,
					   0};
	opt.count = command->count;
	for (int i, c; (c = getopt_long(argc, argv, "", longs, &i)) != -1;) {
		if (c == '?')
			exit(2); /* getopt has said why */
		if (!command_takes(command, &options[i]))
			die("%s takes no --%s", command->name, options[i].name);
		option_set(&options[i], optarg);
	}
	if (optind < argc && !command->program)
		die("'%s' is one word too many", argv[optind]);
	opt.program = optind < argc ? argv + optind : NULL;
	if (is_listed(command->takes, "to") && !opt.to && !opt.fd)
		die("%s needs --to", command->name);
	if (!opt.port && !opt.fd)
		die("%s needs --port", command->name);
}

static void time_is_up(int signal)
{
	static const char message[] = "traffic: time is up\n";

	(void)signal;
	_exit(write(STDERR_FILENO, message, sizeof(message) - 1) < 0 ? 2 : 1);
}

/* How many times as long all may last: emulated CPUs are slow, and slower where others want the real ones. */
static unsigned long patience(void)
{
	const char *times = getenv("L4_TEST_PATIENCE");

	return times ? strtoul(times, NULL, 10) : 1;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		print_help();
		return 0;
	}
	for (size_t c = 0; argc > 1 && c < sizeof(commands) / sizeof(*commands); c++) {
		if (strcmp(argv[1], commands[c].name))
			continue;
		opt.time *= patience();
		parse(&commands[c], argc - 1, argv + 1);
		set_name(opt.name);
		signal(SIGALRM, time_is_up);
		alarm(opt.time);
		commands[c].run();
		return fflush(stdout) ? 1 : 0;
	}
	die("say which command; --help lists them");
}
