/* SPDX-License-Identifier: GPL-2.0 */
/* Alerts as text. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert_text.h"
#include "columns.h"
#include "json_build.h"
#include "memory.h"

enum { VALUE_TEXT = 64 };

static const struct dimension_list listener_dims = {{DIM_PORT, DIM_PROCESS, DIM_NETNS}, 3};

/* The offender */

/* `listener 192.0.2.1:443 of nginx[811]` */
static char *listener_text(const struct alert *alert, const struct dimension_context *context)
{
	char address[DIMENSION_ADDRESS], process[DIMENSION_TEXT];

	dimension_print_address(address, alert->key.cell.prefix);
	dimensions[DIM_PROCESS].print(process, &alert->key, context);
	return memory_format("listener %s%s%s:%u of %s", strchr(address, ':') ? "[" : "", address,
			     strchr(address, ':') ? "]" : "", alert->key.cell.port, process);
}

/* `subnet 203.0.113.0/24, port 443/tcp` */
static char *offender_text(const struct alert *alert, const struct dimension_context *context)
{
	const struct dimension_list *by = &alert->rule->by;
	char *text;

	if (alert->rule->of_listeners)
		return listener_text(alert, context);
	text = memory_format("%s", by->count ? "" : "total");
	for (size_t i = 0; i < by->count; i++) {
		char value[DIMENSION_TEXT], *longer;

		column_dimension(value, by->dims[i], &alert->key, context, by);
		longer = memory_format("%s%s%s %s", text, i ? ", " : "", dimensions[by->dims[i]].name, value);
		free(text);
		text = longer;
	}
	return text;
}

/* What it did */

/* `distinct port of udp_no_socket`; to be freed. */
static char *measure_text(const struct alert_condition *condition)
{
	const struct alert_measure measure = alert_measure(condition->measure);

	if (!condition->is_distinct || measure.kind == METRIC_DISTINCT)
		return memory_format("%s", measure.name);
	return memory_format("distinct %s of %s", dimensions[condition->distinct].name, measure.name);
}

/* With as many digits as mean something. */
static void value_text(char text[static VALUE_TEXT], const struct alert_condition *condition, double value)
{
	enum metric_unit unit = condition->is_distinct ? UNIT_COUNT : alert_measure(condition->measure).unit;
	const char *suffix = "";

	if (unit == UNIT_RATIO) {
		value *= 100;
		suffix = "%";
	} else if (unit == UNIT_US) {
		suffix = value >= 1e6 ? "s" : value >= 1e3 ? "ms" : "us";
		value /= value >= 1e6 ? 1e6 : value >= 1e3 ? 1e3 : 1;
	}
	snprintf(text, VALUE_TEXT, "%.*f%s%s", fabs(value) >= 100 || value == floor(value) ? 0 : 1, value, suffix,
		 condition->per_second ? "/s" : "");
}

char *alert_sentence(const struct alert *alert, const struct dimension_context *context)
{
	static const char *const words[2][2] = {{"is", "rises by"}, {"was", "rose by"}};
	const struct alert_condition *condition = &alert->rule->conditions[0];
	char *offender = offender_text(alert, context), *measure = measure_text(condition), *text;
	char value[VALUE_TEXT];

	value_text(value, condition, alert->value);
	text = memory_format("%s: %s %s %s", offender, measure, words[alert->event == ALERT_OVER][condition->rises],
			     value);
	free(offender);
	free(measure);
	return text;
}

/* For machines */

static void set_text(json_t *object, const char *key, char *text)
{
	json_put(object, key, json_string(text));
	free(text);
}

static void set_offender(json_t *object, const struct alert *alert, const struct dimension_context *context)
{
	const struct field_list fields = fields_of(alert->rule->of_listeners ? &listener_dims : &alert->rule->by);
	char address[DIMENSION_ADDRESS];

	if (alert->rule->of_listeners) {
		dimension_print_address(address, alert->key.cell.prefix);
		json_put(object, "address", json_string(address));
	}
	json_put_fields(object, &fields, &alert->key, context);
}

json_t *alert_object(const struct alert *alert, const struct dimension_context *context)
{
	const struct alert_condition *condition = &alert->rule->conditions[0];
	json_t *object = json_made(json_object());

	json_put(object, "alert", json_string(alert_rule_name(alert->rule)));
	json_put(object, "rule", json_string(alert->rule->text));
	set_text(object, "metric", measure_text(condition));
	json_put_real(object, "value", alert->value);
	json_put_real(object, "threshold", condition->threshold);
	json_put(object, "intervals", json_integer(alert->intervals));
	set_offender(object, alert, context);
	return object;
}
