/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "record_value.h"

int record_complain(char **complaint, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(complaint, format, arguments) < 0)
		memory_exhausted();
	va_end(arguments);
	return -EINVAL;
}

int record_get_list(char **complaint, const json_t *object, const char *key, json_t **list)
{
	*list = json_object_get(object, key);
	return json_is_array(*list) ? 0 : record_complain(complaint, "'%s' is no list", key);
}

int record_get_real(char **complaint, const json_t *object, const char *key, double min, double max, double *real)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_number(value))
		return record_complain(complaint, "'%s' is no number", key);
	*real = json_number_value(value) + 0.0; /* there is no -0 */
	return *real >= min && *real <= max ? 0 : record_complain(complaint, "'%s' is out of its range", key);
}

int record_take_unsigned(char **complaint, const json_t *value, const char *what, uint64_t max, uint64_t *number)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0 || (uint64_t)json_integer_value(value) > max)
		return record_complain(complaint, "'%s' is no whole number from 0 to %llu", what,
				       (unsigned long long)max);
	*number = json_integer_value(value);
	return 0;
}

int record_get_unsigned(char **complaint, const json_t *object, const char *key, uint64_t max, uint64_t *number)
{
	return record_take_unsigned(complaint, json_object_get(object, key), key, max, number);
}

int record_take_32(char **complaint, const json_t *list, size_t i, const char *what, uint32_t *number)
{
	uint64_t wide = 0;
	const int err = record_take_unsigned(complaint, json_array_get(list, i), what, UINT32_MAX, &wide);

	if (!err)
		*number = wide;
	return err;
}

int record_take_port(char **complaint, const json_t *value, uint16_t *port)
{
	uint64_t wide = 0;
	const int err = record_take_unsigned(complaint, value, "port", UINT16_MAX, &wide);

	if (!err)
		*port = wide;
	return err;
}

int record_take_word(char **complaint, const json_t *value, const char *what, const char *const *words, size_t count,
		     uint8_t *place)
{
	const char *text = json_string_value(value);

	for (size_t i = 0; text && i < count; i++) {
		if (!strcmp(words[i], text)) {
			*place = i;
			return 0;
		}
	}
	return record_complain(complaint, "'%s' is none of those there are", what);
}

int record_take_address(char **complaint, const char *text, uint8_t address[static L4_PREFIX_LEN])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (text && strchr(text, ':') && inet_pton(AF_INET6, text, address) == 1)
		return 0;
	if (!text || inet_pton(AF_INET, text, address + 12) != 1)
		return record_complain(complaint, "there is an address that is none");
	memcpy(address, mapped, sizeof(mapped));
	return 0;
}

int record_take_comm(char **complaint, const json_t *value, uint8_t comm[static L4_COMM_LEN])
{
	const size_t length = json_is_string(value) ? json_string_length(value) : json_array_size(value);

	if ((!json_is_string(value) && !json_is_array(value)) || length > L4_COMM_LEN)
		return record_complain(complaint, "there is a process name that is none, or is longer than %d bytes",
				       L4_COMM_LEN);
	if (json_is_string(value))
		memcpy(comm, json_string_value(value), length);
	for (size_t i = 0; json_is_array(value) && i < length; i++) {
		const json_t *byte = json_array_get(value, i);

		if (!json_is_integer(byte) || json_integer_value(byte) < 0 || json_integer_value(byte) > UINT8_MAX)
			return record_complain(complaint, "there is a process name with a byte that is none");
		comm[i] = json_integer_value(byte);
	}
	return 0;
}
