/* SPDX-License-Identifier: GPL-2.0 */
/* The table of extensions. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "extension.h"

/* The longer one comes first where another is its end. */
#define EXTENSIONS(X)                    \
	X(".csv", FILE_CSV)              \
	X(".rows.json", FILE_JSON_ROWS)  \
	X(".rows.jsonl", FILE_JSON_ROWS) \
	X(".json", FILE_JSON)            \
	X(".jsonl", FILE_JSON)

static const struct {
	const char *text;
	enum file_format format;
} table[] = {
#define ROW(text, format) {text, format},
	EXTENSIONS(ROW)
#undef ROW
};

#define NAME(text, format) text ", "
const char extension_names[] = EXTENSIONS(NAME) "each also with .gz";
#undef NAME

/* Whether the first length bytes of name end so, with something before it. */
static bool ends_with(const char *name, size_t length, const char *end)
{
	return length > strlen(end) && !strncasecmp(name + length - strlen(end), end, strlen(end));
}

int extension_of(const char *name, struct extension *extension)
{
	static const char gz[] = ".gz";
	const bool gzip = ends_with(name, strlen(name), gz);
	const size_t length = strlen(name) - (gzip ? strlen(gz) : 0);

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (ends_with(name, length, table[i].text)) {
			*extension = (struct extension){table[i].format, gzip};
			return 0;
		}
	}
	return -ENOENT;
}
