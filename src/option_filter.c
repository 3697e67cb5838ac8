/* SPDX-License-Identifier: GPL-2.0 */
/* Filters on the command line. What they let through is filter.c's. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dimension.h"
#include "memory.h"
#include "option_filter.h"
#include "option_value.h"
#include "options.h"

enum { PORT_MAX = 65535, PID_MAX = 1 << 22 /* the kernel's PID_MAX_LIMIT */, IPV4_AT = 96, LOOPBACK_BITS = 8 };

/* Each item of a list, NUL-terminated, is given to take(), which returns as an apply() does. */
static int take_list(struct filter *filter, const struct option_row *row, const char *list,
		     int (*take)(struct filter *filter, const struct option_row *row, const char *item,
				 char **complaint),
		     char **complaint)
{
	int err = 0;

	for (const char *item = list; item && !err;) {
		const size_t length = strcspn(item, ",");
		char *copy = memory_format("%.*s", (int)length, item);

		err = take(filter, row, copy, complaint);
		free(copy);
		item = item[length] ? item + length + 1 : NULL;
	}
	return err;
}

/* Counts one more, if there is room. */
static int add_item(size_t *count, const struct option_row *row, char **complaint)
{
	if (*count == FILTER_LIST_MAX)
		return option_refuse(complaint,
				     memory_format("--%s takes at most %d of them", row->name, FILTER_LIST_MAX));
	++*count;
	return 0;
}

/* A port, or two with a dash between. */
static int take_port(struct filter *filter, const struct option_row *row, const char *item, char **complaint)
{
	const size_t at = strcspn(item, "-");
	char *first_text = memory_format("%.*s", (int)at, item);
	const char *last_text = item[at] ? item + at + 1 : first_text;
	unsigned long first, last;
	const bool good = !option_read_number(first_text, 1, PORT_MAX, &first) &&
			  !option_read_number(last_text, 1, PORT_MAX, &last) && first <= last;

	free(first_text);
	if (!good)
		return option_refuse(complaint, memory_format("--%s takes ports from 1 to %d and ranges of them, such "
							      "as 443,8000-8010, not '%s'",
							      row->name, PORT_MAX, item));
	if (add_item(&filter->port_count, row, complaint))
		return -EINVAL;
	filter->ports[filter->port_count - 1] = (struct filter_ports){first, last};
	return 0;
}

/* Fills in the address, IPv4 mapped; *family_bits is how many bits the family has. */
static int read_address(const char *text, struct filter_subnet *subnet, unsigned long *family_bits)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	*family_bits = 32;
	memcpy(subnet->address, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, text, subnet->address + sizeof(mapped)) == 1)
		return 0;
	*family_bits = 128;
	return inet_pton(AF_INET6, text, subnet->address) == 1 ? 0 : -EINVAL;
}

static int read_subnet(const char *text, struct filter_subnet *subnet)
{
	const size_t length = strcspn(text, "/");
	char *address = memory_format("%.*s", (int)length, text);
	unsigned long family_bits, bits;
	int err = read_address(address, subnet, &family_bits);

	free(address);
	bits = family_bits;
	if (!err && text[length])
		err = option_read_number(text + length + 1, 0, family_bits, &bits);
	subnet->bits = bits + 128 - family_bits;
	return err;
}

/* What is left of an address when only its first bits count. */
static void clear_behind(uint8_t address[static L4_PREFIX_LEN], unsigned int bits)
{
	for (unsigned int bit = bits; bit < 8 * L4_PREFIX_LEN; bit++)
		address[bit / 8] &= ~(0x80 >> bit % 8);
}

/* 192.0.2.0/24; to be freed. */
static char *print_subnet(const struct filter_subnet *subnet)
{
	char address[DIMENSION_ADDRESS];

	dimension_print_address(address, subnet->address);
	return memory_format("%s/%u", address, subnet->bits - (dimension_is_ipv4(subnet->address) ? IPV4_AT : 0));
}

static int take_subnet(struct filter *filter, const struct option_row *row, const char *item, char **complaint)
{
	struct filter_subnet subnet, network;
	char *text;

	if (read_subnet(item, &subnet) || (dimension_is_ipv4(subnet.address) && subnet.bits < IPV4_AT))
		return option_refuse(complaint, memory_format("--%s takes networks such as 192.0.2.0/24 or "
							      "2001:db8:1:2::/64, not '%s'",
							      row->name, item));
	network = subnet;
	clear_behind(network.address, network.bits);
	if (memcmp(&network.address, &subnet.address, sizeof(network.address))) {
		text = print_subnet(&network);
		option_refuse(complaint, memory_format("--%s %s has bits set behind its prefix; the network is %s",
						       row->name, item, text));
		free(text);
		return -EINVAL;
	}
	if (add_item(&filter->subnet_count, row, complaint))
		return -EINVAL;
	filter->subnets[filter->subnet_count - 1] = network;
	return 0;
}

static int take_pid(struct filter *filter, const struct option_row *row, const char *item, char **complaint)
{
	unsigned long pid;

	if (option_read_number(item, 1, PID_MAX, &pid))
		return option_refuse(complaint, memory_format("--%s takes process ids from 1 to %d, not '%s'",
							      row->name, PID_MAX, item));
	if (add_item(&filter->pid_count, row, complaint))
		return -EINVAL;
	filter->pids[filter->pid_count - 1] = pid;
	return 0;
}

static int take_proto(struct filter *filter, const struct option_row *row, const char *item, char **complaint)
{
	bool *const protos[] = {&filter->tcp, &filter->udp};

	for (size_t i = 0; i < sizeof(protos) / sizeof(*protos); i++) {
		if (!strcmp(option_word(row, i), item)) {
			*protos[i] = true;
			return 0;
		}
	}
	return option_refuse(complaint, memory_format("--%s takes %s or %s, not '%s'", row->name, option_word(row, 0),
						      option_word(row, 1), item));
}

int option_apply_ports(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	return take_list(&options->filter, row, value, take_port, complaint);
}

int option_apply_subnets(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	return take_list(&options->filter, row, value, take_subnet, complaint);
}

int option_apply_pids(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	return take_list(&options->filter, row, value, take_pid, complaint);
}

int option_apply_protos(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	return take_list(&options->filter, row, value, take_proto, complaint);
}

/* Names stay where they are, on the command line. */
int option_apply_names(struct options *options, const struct option_row *row, const char *value, char **complaint)
{
	struct filter *filter = &options->filter;

	for (const char *item = value; item;) {
		const size_t length = strcspn(item, ",");

		if (!length)
			return option_refuse(complaint, memory_format("--%s takes names of processes with commas "
								      "between, and in '%s' one is empty",
								      row->name, value));
		if (add_item(&filter->name_count, row, complaint))
			return -EINVAL;
		filter->names[filter->name_count - 1] = (struct filter_name){item, length};
		item = item[length] ? item + length + 1 : NULL;
	}
	return 0;
}

/* A prefix is all that is kept of an address; of ::1 everything is. */
static int check_subnet(const struct options *options, const struct filter_subnet *subnet, char **complaint)
{
	static const uint8_t loopback[L4_PREFIX_LEN] = {[15] = 1};
	const bool ipv4 = dimension_is_ipv4(subnet->address);
	const unsigned long kept = ipv4 ? IPV4_AT + options->prefix4 : options->prefix6;
	char *text;

	if (subnet->bits <= kept || !memcmp(subnet->address, loopback, sizeof(loopback)))
		return 0;
	text = print_subnet(subnet);
	if (options->replay[0])
		option_refuse(
			complaint,
			memory_format(
				"--subnet %s is finer than the /%lu that %s addresses were recorded by; ask for a "
				"shorter one",
				text, ipv4 ? options->prefix4 : options->prefix6, ipv4 ? "IPv4" : "IPv6"));
	else
		option_refuse(
			complaint,
			memory_format("--subnet %s is finer than the /%lu that %s addresses are counted by; add %s",
				      text, ipv4 ? options->prefix4 : options->prefix6, ipv4 ? "IPv4" : "IPv6",
				      ipv4 ? "--prefix4 32" : "--prefix6 128"));
	free(text);
	return -EINVAL;
}

int option_check_filter(const struct options *options, char **complaint)
{
	const struct filter *filter = &options->filter;
	int err = 0;

	if (filter_has_address(filter) && !options->prefix6)
		return option_refuse(complaint, memory_format("--prefix6 0 leaves nothing to tell IPv6 by, which "
							      "--subnet, -4, -6 and --no-loopback need; let it be at "
							      "least 1"));
	if (filter->no_loopback && options->prefix4 < LOOPBACK_BITS)
		return option_refuse(complaint, memory_format("--no-loopback cannot tell 127.0.0.0/8 when --prefix4 is "
							      "%lu; let it be at least %d",
							      options->prefix4, LOOPBACK_BITS));
	for (size_t i = 0; i < filter->subnet_count && !err; i++)
		err = check_subnet(options, &filter->subnets[i], complaint);
	return err;
}
