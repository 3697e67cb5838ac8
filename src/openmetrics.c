/* SPDX-License-Identifier: GPL-2.0 */
/* The tables of families, and writing them one after the other. */
#include <string.h>
#include <sys/utsname.h>

#include "cover.h"
#include "fields.h"
#include "openmetrics.h"

/* What a view is called in names and labels. */
static const struct {
	const char *name;
	const char *label; /* instead of the name of the dimension's own field; NULL: that */
} views[ACCUMULATE_VIEWS] = {
	[ACCUMULATE_PORT] = {"port", NULL},
	[ACCUMULATE_SUBNET] = {"subnet", NULL},
	[ACCUMULATE_PROCESS] = {"process", "process"},
};

/* Base units: what they add to a name, and how much of what we count makes one. */
static const struct {
	const char *name;
	double size;
} units[] = {
	[UNIT_COUNT] = {"", 1},
	[UNIT_BYTES] = {"bytes", 1},
	[UNIT_US] = {"seconds", 1e6},
};

struct writer {
	struct exposition exposition;
	const struct accumulate *accumulate;
	const struct dimension_context *context;
	struct exposition_labels labels[SLOTS_MAX + 1]; /* of the rows of the view that is being written */
};

static double value_of(const struct accumulate_values *values, enum metric metric)
{
	return values->shown.counter[metric] / units[metrics[metric].unit].size;
}

static void family(struct writer *writer, enum exposition_type type, const char *view, const char *name,
		   const char *unit, const char *help)
{
	exposition_family(&writer->exposition, type, (const char *const[]){view, name, unit}, help);
}

static void add_key(struct writer *writer, struct exposition_labels *labels, enum accumulate_view view,
		    const struct dimension_key *key)
{
	const struct field_list fields = fields_of(&writer->accumulate->tables[view].dims);

	for (size_t i = 0; i < fields.count; i++) {
		const char *name = fields.fields[i].name;
		const bool own = !strcmp(name, dimensions[fields.of[i]].name);
		struct field_value value;

		field_get(&value, &fields, i, key, writer->context);
		if (value.kind == FIELD_NUMBER)
			snprintf(value.text, sizeof(value.text), "%lld", (long long)value.number);
		if (value.kind != FIELD_NONE)
			exposition_label(labels, own && views[view].label ? views[view].label : name, value.text);
	}
}

/* Whether a row can have anything of a metric: a port is one of a protocol. */
static bool row_has(const struct accumulate_row *row, enum metric metric)
{
	return row->key && (!row->key->cell.proto || row->key->cell.proto == metrics[metric].proto);
}

static bool is_counter(enum metric metric)
{
	return metrics[metric].kind == METRIC_COUNTER && metrics[metric].exported;
}

static bool is_state(const struct accumulate *accumulate, enum metric metric, bool addressed)
{
	return metrics[metric].kind == METRIC_GAUGE && accumulate->has_states &&
	       (!addressed || metric_has_address(metric));
}

static void write_totals(struct writer *writer)
{
	for (int m = 0; m < METRIC_COUNT; m++) {
		if (!is_counter(m))
			continue;
		family(writer, EXPOSITION_COUNTER, "", metrics[m].exported, units[metrics[m].unit].name,
		       metrics[m].help);
		exposition_sample(&writer->exposition, NULL, value_of(&writer->accumulate->total, m));
	}
}

static void write_states(struct writer *writer)
{
	const struct accumulate *accumulate = writer->accumulate;

	if (!accumulate->has_states)
		return;
	family(writer, EXPOSITION_GAUGE, "", "tcp_connections", "", "TCP sockets by state");
	for (int m = 0; m < METRIC_COUNT; m++) {
		struct exposition_labels labels = {};

		if (!is_state(accumulate, m, accumulate->addressed_only))
			continue;
		exposition_label(&labels, "state", metrics[m].exported);
		exposition_sample(&writer->exposition, &labels, value_of(&accumulate->total, m));
	}
}

static void write_view_counter(struct writer *writer, enum accumulate_view view, enum metric metric)
{
	const struct accumulate_row *rows = writer->accumulate->tables[view].rows;

	family(writer, EXPOSITION_COUNTER, views[view].name, metrics[metric].exported, units[metrics[metric].unit].name,
	       metrics[metric].help);
	for (size_t i = 0; i <= SLOTS_MAX; i++) {
		if (row_has(&rows[i], metric))
			exposition_sample(&writer->exposition, &writer->labels[i], value_of(&rows[i].values, metric));
	}
}

static void write_view_states(struct writer *writer, enum accumulate_view view)
{
	const struct accumulate *accumulate = writer->accumulate;
	const struct accumulate_row *rows = accumulate->tables[view].rows;
	const bool addressed = accumulate->addressed_only || view == ACCUMULATE_SUBNET;

	if (!accumulate->has_states)
		return;
	family(writer, EXPOSITION_GAUGE, views[view].name, "tcp_connections", "", "TCP sockets by state");
	for (size_t i = 0; i <= SLOTS_MAX; i++) {
		for (int m = 0; m < METRIC_COUNT; m++) {
			struct exposition_labels labels;

			if (!is_state(accumulate, m, addressed) || !row_has(&rows[i], m))
				continue;
			labels = writer->labels[i];
			exposition_label(&labels, "state", metrics[m].exported);
			exposition_sample(&writer->exposition, &labels, value_of(&rows[i].values, m));
		}
	}
}

static void write_view(struct writer *writer, enum accumulate_view view)
{
	const struct accumulate_table *table = &writer->accumulate->tables[view];

	if (!table->slots.limit)
		return;
	for (size_t i = 0; i <= SLOTS_MAX; i++) {
		writer->labels[i].count = 0;
		if (table->rows[i].key)
			add_key(writer, &writer->labels[i], view, table->rows[i].key);
	}
	for (int m = 0; m < METRIC_COUNT; m++) {
		if (is_counter(m))
			write_view_counter(writer, view, m);
	}
	write_view_states(writer, view);
}

static double listener_queue(const struct accumulate_listener *row)
{
	return row->backlog;
}

static double listener_limit(const struct accumulate_listener *row)
{
	return row->backlog_max;
}

static double listener_fill(const struct accumulate_listener *row)
{
	return row->fill;
}

static double listener_half_open(const struct accumulate_listener *row)
{
	return row->half_open;
}

static double listener_drops(const struct accumulate_listener *row)
{
	return row->drops;
}

static const struct listener_family {
	enum exposition_type type;
	const char *name, *unit, *help;
	double (*value)(const struct accumulate_listener *row);
} listener_families[] = {
	{EXPOSITION_GAUGE, "queue", "", "connections that wait to be accepted", listener_queue},
	{EXPOSITION_GAUGE, "queue_limit", "", "how many of them may wait", listener_limit},
	{EXPOSITION_GAUGE, "queue_fill", "ratio", "how full the fullest accept queue of the port is", listener_fill},
	{EXPOSITION_GAUGE, "half_open", "", "connections whose handshake is not done", listener_half_open},
	{EXPOSITION_COUNTER, "drops", "", "SYNs and connections that listening sockets dropped", listener_drops},
};

static void write_listeners(struct writer *writer)
{
	const struct accumulate_listeners *listeners = &writer->accumulate->listeners;

	if (!writer->accumulate->has_states || !listeners->slots.limit)
		return;
	for (size_t f = 0; f < sizeof(listener_families) / sizeof(*listener_families); f++) {
		const struct listener_family *of = &listener_families[f];

		family(writer, of->type, "listener", of->name, of->unit, of->help);
		for (size_t i = 0; i <= SLOTS_MAX; i++) {
			struct exposition_labels labels = {};
			char port[8] = "other";

			if (!listeners->rows[i].key)
				continue;
			if (i < SLOTS_MAX)
				snprintf(port, sizeof(port), "%u", listeners->rows[i].key->cell.port);
			exposition_label(&labels, "port", port);
			exposition_sample(&writer->exposition, &labels, of->value(&listeners->rows[i]));
		}
	}
}

/* By the kernel's names of reasons and errors; two that have no name, or the same, are one. */
static const struct {
	const char *name, *label, *help;
} tally_families[TALLY_COUNT] = {
	[TALLY_RESETS_OUT] = {"tcp_reset_reasons", "reason", "RST segments sent, by the kernel's reason"},
	[TALLY_UDP_DROPS] = {"udp_drop_reasons", "reason", "datagrams dropped, by the kernel's reason"},
	[TALLY_UDP_SEND_ERRORS] = {"udp_send_error_reasons", "errno", "send calls that failed, by their errno"},
};

static const char *reason_of(const struct snapshot_tally *tally, int i)
{
	return tally->names[i] ?: "UNKNOWN";
}

static double count_of(const struct snapshot_tally *tally, const char *reason)
{
	double count = 0;

	for (int i = 0; i < L4_TALLY; i++)
		count += strcmp(reason_of(tally, i), reason) ? 0 : tally->count[i];
	return count;
}

static bool is_first(const struct snapshot_tally *tally, int i)
{
	for (int earlier = 0; earlier < i; earlier++) {
		if (tally->count[earlier] && !strcmp(reason_of(tally, earlier), reason_of(tally, i)))
			return false;
	}
	return true;
}

static void write_tallies(struct writer *writer)
{
	for (int t = 0; t < TALLY_COUNT; t++) {
		const struct snapshot_tally *tally = &writer->accumulate->tallies[t];

		if (!tally->names)
			continue;
		family(writer, EXPOSITION_COUNTER, "", tally_families[t].name, "", tally_families[t].help);
		for (int i = 0; i < L4_TALLY; i++) {
			struct exposition_labels labels = {};

			if (!tally->count[i] || !is_first(tally, i))
				continue;
			exposition_label(&labels, tally_families[t].label, reason_of(tally, i));
			exposition_sample(&writer->exposition, &labels, count_of(tally, reason_of(tally, i)));
		}
	}
}

static void write_cover(struct writer *writer)
{
	const struct snapshot_quality *quality = &writer->accumulate->quality;

	if (!quality->has_cover)
		return;
	family(writer, EXPOSITION_GAUGE, "", "cover", "ratio",
	       "what was counted in the last interval over what the kernel's own SNMP counters say");
	for (int cover = 0; cover < COVER_COUNT; cover++) {
		struct exposition_labels labels = {};
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)(strlen(cover_names[cover]) - strlen("_cover")),
			 cover_names[cover]);
		exposition_label(&labels, "counter", name);
		exposition_sample(&writer->exposition, &labels, quality->cover[cover]);
	}
}

/* Families of one sample without labels. */
struct single {
	enum exposition_type type;
	const char *name, *unit, *help;
	double value;
};

static void write_single(struct writer *writer, const struct single *single)
{
	family(writer, single->type, "", single->name, single->unit, single->help);
	exposition_sample(&writer->exposition, NULL, single->value);
}

static void write_quality(struct writer *writer, const struct openmetrics_self *self)
{
	const struct accumulate *accumulate = writer->accumulate;
	const struct snapshot_quality *quality = &accumulate->quality;
	const struct single families[] = {
		{EXPOSITION_GAUGE, "unproven_events", "",
		 "counted in the last interval where the kernel's own counters could not be read", quality->unproven},
		{EXPOSITION_GAUGE, "unattributed", "ratio",
		 "share of connections, retransmits and datagrams of the last interval that has no owner",
		 quality->unattributed},
		{EXPOSITION_GAUGE, "cells", "", "cells used in the last interval", quality->cells_used},
		{EXPOSITION_GAUGE, "cells_limit", "", "cells there are (--cells)", quality->cells_max},
		{EXPOSITION_COUNTER, "cell_overflow_events", "", "bookings that found no cell and went to `other`",
		 accumulate->cell_overflow},
		{EXPOSITION_COUNTER, "cell_evictions", "",
		 "cells that were given up for others, with what they had until then", accumulate->evictions},
		{EXPOSITION_COUNTER, "missed_events", "", "program runs the kernel skipped", accumulate->missed},
		{EXPOSITION_COUNTER, "intervals", "", "intervals that have been counted", accumulate->intervals},
		{EXPOSITION_GAUGE, "interval", "seconds", "how long the last interval was", accumulate->interval},
		{EXPOSITION_GAUGE, "interval_late", "seconds", "how much later than planned the last interval ended",
		 quality->late_ms / 1000},
		{EXPOSITION_GAUGE, "interval_end_timestamp", "seconds", "when the last interval ended",
		 accumulate->timestamp},
		{EXPOSITION_GAUGE, "start_timestamp", "seconds", "when counting began", self->started},
		{EXPOSITION_COUNTER, "cpu", "seconds", "processor time l4dstat itself has used", self->cpu},
		{EXPOSITION_GAUGE, "resident_memory", "bytes", "memory l4dstat itself is resident in", self->resident},
	};
	const struct single scrapes[] = {
		{EXPOSITION_COUNTER, "scrapes", "", "texts made for who asked, at most one for an interval and form",
		 self->scrapes},
		{EXPOSITION_GAUGE, "scrape_duration", "seconds", "how long making the last one took",
		 self->scrape_seconds},
	};

	write_cover(writer);
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		write_single(writer, &families[i]);
	for (size_t i = 0; self->scrapes >= 0 && i < sizeof(scrapes) / sizeof(*scrapes); i++)
		write_single(writer, &scrapes[i]);
}

static void write_build(struct writer *writer)
{
	struct exposition_labels labels = {};
	struct utsname system;

	exposition_label(&labels, "version", L4DSTAT_VERSION);
	exposition_label(&labels, "kernel", uname(&system) ? "" : system.release);
	family(writer, EXPOSITION_INFO, "", "build", "", "which l4dstat this is, and on which kernel it runs");
	exposition_sample(&writer->exposition, &labels, 1);
}

void openmetrics_write(FILE *file, enum exposition_format format, const struct accumulate *accumulate,
		       const struct dimension_context *context, const struct openmetrics_self *self)
{
	struct writer writer = {
		.exposition = {.file = file, .format = format},
		.accumulate = accumulate,
		.context = context,
	};

	write_build(&writer);
	write_totals(&writer);
	write_states(&writer);
	for (int view = 0; view < ACCUMULATE_VIEWS; view++)
		write_view(&writer, view);
	write_listeners(&writer);
	write_tallies(&writer);
	write_quality(&writer, self);
	exposition_end(&writer.exposition);
}
