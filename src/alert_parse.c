/* SPDX-License-Identifier: GPL-2.0 */
/* A rule is cut into words, and each part of the grammar is a function that takes its own from the front. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_parse.h"
#include "memory.h"
#include "nearest.h"

enum { TEXT_MAX = 200, WORDS = TEXT_MAX, WORD_SHOWN = 64 };

struct words {
	char *of[WORDS + 1]; /* NULL-terminated; they stand in `copy` */
	size_t next;
	char *copy;
	char **complaint;
};

/* Refusals name the word at which the rule ends to make sense. */

static int refuse(const struct words *words, char *sentence)
{
	*words->complaint = sentence;
	return -EINVAL;
}

static const char *shown(const char *word)
{
	return word ?: "the end";
}

static int expected(const struct words *words, const char *what)
{
	const char *word = words->of[words->next];

	return refuse(words, memory_format("%s is expected where there is %s%.*s%s", what, word ? "'" : "", WORD_SHOWN,
					   shown(word), word ? "'" : ""));
}

static int no_such(const struct words *words, const char *what, const char *(*name)(size_t i))
{
	const char *word = words->of[words->next], *nearest = nearest_name(word, name);

	return refuse(words, memory_format("'%.*s' is no %s%s%s%s; l4dstat --list names them", WORD_SHOWN, word, what,
					   nearest ? " (did you mean " : "", nearest ?: "", nearest ? "?)" : ""));
}

static bool is_operator(char c)
{
	return c && strchr("<>=", c);
}

/* Blanks separate words, operators also need none. */
static void split(struct words *words, const char *text)
{
	char *out = words->copy = memory_new(2 * strlen(text) + 2, 1);
	size_t count = 0;

	while (count < WORDS) {
		text += strspn(text, " \t\n\v\f\r"); /* all that isspace() knows */
		if (!*text)
			break;
		words->of[count++] = out;
		if (is_operator(*text)) {
			while (is_operator(*text))
				*out++ = *text++;
		} else {
			while (*text && !is_operator(*text) && !isspace((unsigned char)*text))
				*out++ = *text++;
		}
		*out++ = 0;
	}
}

static bool take(struct words *words, const char *word)
{
	const char *next = words->of[words->next];
	const bool there = next && !strcmp(next, word);

	words->next += there;
	return there;
}

static const char *operator_name(size_t i)
{
	return i < ALERT_OPERATORS ? alert_operators[i] : NULL;
}

static const char *dimension_name(size_t i)
{
	return i < DIM_COUNT ? dimensions[i].name : NULL;
}

static const char *default_name(size_t i)
{
	if (!i)
		return "default";
	return i <= alert_default_count ? alert_defaults[i - 1].name : NULL;
}

static int parse_metric(struct words *words, struct alert_condition *condition)
{
	const char *word = words->of[words->next];
	int err;

	if (!word)
		return expected(words, "the name of a metric");
	err = alert_measure_by_name(word, &condition->measure);
	if (err == -EEXIST)
		return refuse(words, memory_format("'%s' could be tcp_%s or udp_%s", word, word, word));
	if (err)
		return no_such(words, "metric", alert_measure_name);
	if (alert_measure(condition->measure).kind == METRIC_DISTINCT) {
		if (condition->is_distinct)
			return refuse(words,
				      memory_format("'%s' is how many are distinct; leave out 'distinct'", word));
		condition->is_distinct = true;
		condition->distinct = metrics[condition->measure].dimension;
	}
	words->next++;
	return 0;
}

/* DIM[,DIM] */
static int parse_dimensions(struct words *words, struct dimension_list *list)
{
	const char *word = words->of[words->next], *bad;
	size_t length;
	char *part;
	int err;

	if (!word)
		return expected(words, "a dimension");
	if (!dimension_parse(word, list, &bad, &length)) {
		words->next++;
		return 0;
	}
	part = memory_format("%.*s", (int)length, bad);
	words->of[words->next] = part;
	err = *part ? no_such(words, "dimension, or is there twice", dimension_name)
		    : refuse(words, memory_format("'%s' lacks a dimension", word));
	free(part);
	return err;
}

/* METRIC, or distinct DIM of METRIC */
static int parse_measure(struct words *words, struct alert_condition *condition)
{
	struct dimension_list list = {};
	int err;

	if (!take(words, "distinct"))
		return parse_metric(words, condition);
	err = parse_dimensions(words, &list);
	if (err)
		return err;
	if (list.count != 1)
		return refuse(words, memory_format("'distinct' counts the values of one dimension, not of several"));
	if (!take(words, "of"))
		return expected(words, "'of' and the name of a metric");
	condition->is_distinct = true;
	condition->distinct = list.dims[0];
	return parse_metric(words, condition);
}

static int parse_operator(struct words *words, struct alert_condition *condition)
{
	for (size_t i = 0; operator_name(i); i++) {
		if (take(words, operator_name(i))) {
			condition->operator= i;
			return 0;
		}
	}
	return expected(words, "one of > >= < <= =");
}

/* What a number may be multiplied by, by the unit of what it is compared with. */
static const struct suffix {
	const char *text;
	double by;
	enum metric_unit unit;
} suffixes[] = {
	{"%", 0.01, UNIT_RATIO},    {"k", 1e3, UNIT_COUNT},	{"M", 1e6, UNIT_COUNT},	    {"G", 1e9, UNIT_COUNT},
	{"k", 1 << 10, UNIT_BYTES}, {"M", 1 << 20, UNIT_BYTES}, {"G", 1 << 30, UNIT_BYTES}, {"us", 1, UNIT_US},
	{"ms", 1e3, UNIT_US},	    {"s", 1e6, UNIT_US},
};

static const struct suffix *suffix_of(const char *text, enum metric_unit unit)
{
	static const struct suffix none = {"", 1, UNIT_COUNT};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		if (!strcmp(text, suffixes[i].text) && unit == suffixes[i].unit)
			return &suffixes[i];
	}
	return *text ? NULL : &none;
}

static const char *suffixes_for(enum metric_unit unit)
{
	return unit == UNIT_RATIO ? "%" : unit == UNIT_US ? "us, ms or s" : "k, M or G";
}

/* What is compared: a number of different values is a count, whatever of. */
static struct alert_measure compared(const struct alert_condition *condition)
{
	struct alert_measure measure = alert_measure(condition->measure);

	if (condition->is_distinct) {
		measure.kind = METRIC_GAUGE;
		measure.unit = UNIT_COUNT;
	}
	return measure;
}

/* Takes /s off the end. */
static int parse_rate(const struct words *words, char *text, struct alert_condition *condition)
{
	const size_t length = strlen(text);
	const enum metric_kind kind = compared(condition).kind;

	if (length < 2 || strcmp(text + length - 2, "/s"))
		return 0;
	if (kind != METRIC_COUNTER)
		return refuse(words, memory_format("%s does not count events, so '%.*s' cannot be per second",
						   alert_measure(condition->measure).name, WORD_SHOWN, text));
	text[length - 2] = 0;
	condition->per_second = true;
	return 0;
}

static int parse_threshold(struct words *words, struct alert_condition *condition)
{
	const struct alert_measure measure = compared(condition);
	char *word = words->of[words->next], *number_end;
	const struct suffix *suffix;
	size_t digits;
	int err;

	digits = word ? strspn(word, "0123456789.") : 0;
	if (!digits || digits > 20)
		return expected(words, "a number");
	err = parse_rate(words, word, condition);
	if (err)
		return err;
	condition->threshold = strtod(word, &number_end);
	if (number_end != word + digits)
		return expected(words, "a number");
	suffix = suffix_of(number_end, measure.unit);
	if (!suffix)
		return refuse(words,
			      memory_format("behind a number that %s is compared with there can be %s, not '%.*s'",
					    measure.name, suffixes_for(measure.unit), WORD_SHOWN, number_end));
	condition->threshold *= suffix->by;
	if (measure.unit == UNIT_RATIO && !*suffix->text && condition->threshold > 1)
		return refuse(words, memory_format("%s is a ratio: write %s%%, or as a part of 1", measure.name, word));
	words->next++;
	return 0;
}

static int parse_comparison(struct words *words, struct alert_condition *condition)
{
	return parse_operator(words, condition) ?: parse_threshold(words, condition);
}

/* and MEASURE OP THRESHOLD, as often as there is one */
static int parse_more_conditions(struct words *words, struct alert_rule *rule)
{
	int err = 0;

	while (!err && take(words, "and")) {
		struct alert_condition *condition = &rule->conditions[rule->condition_count];

		if (rule->condition_count == ALERT_CONDITIONS)
			return refuse(words,
				      memory_format("there can be %d conditions, this has more", ALERT_CONDITIONS));
		err = parse_measure(words, condition) ?: parse_comparison(words, condition);
		rule->condition_count++;
	}
	return err;
}

/* for N */
static int parse_intervals(struct words *words, struct alert_rule *rule)
{
	const char *word;
	unsigned long number;
	char *end;

	rule->intervals = 1;
	if (!take(words, "for"))
		return 0;
	word = words->of[words->next];
	number = word && isdigit((unsigned char)*word) ? strtoul(word, &end, 10) : 0;
	if (!number || *end || number > ALERT_INTERVALS_MAX)
		return expected(words, "a number of intervals from 1 to 10000");
	rule->intervals = number;
	words->next++;
	return 0;
}

static bool is_name(const char *word)
{
	const size_t length = strlen(word);

	return length > 1 && length <= ALERT_NAME && word[length - 1] == ':';
}

/* NAME: in front. Names go into file names, environments and labels: letters, digits and - _ . are for all of them. */
static int parse_name(struct words *words, struct alert_rule *rule)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	const char *word = words->of[0];

	if (!word || !is_name(word))
		return 0;
	if (strspn(word, allowed) != strlen(word) - 1)
		return refuse(words,
			      memory_format("the name '%s' has more than letters, digits and - _ . in it", word));
	memcpy(rule->name, word, strlen(word) - 1);
	words->next++;
	return 0;
}

/* The words that are left, one blank between them. */
static void keep_text(const struct words *words, struct alert_rule *rule)
{
	size_t used = 0;

	for (size_t i = words->next; words->of[i] && used < ALERT_TEXT; i++)
		used += snprintf(rule->text + used, ALERT_TEXT - used, "%s%s", used ? " " : "", words->of[i]);
}

static int check_listeners(const struct words *words, struct alert_rule *rule)
{
	rule->of_listeners = alert_measure(rule->conditions[0].measure).of_listeners;
	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct alert_measure measure = alert_measure(rule->conditions[i].measure);

		if (measure.of_listeners != rule->of_listeners)
			return refuse(words,
				      memory_format("%s is of listening sockets, which other metrics are not of; "
						    "leave out one of them",
						    measure.of_listeners
							    ? measure.name
							    : alert_measure(rule->conditions[0].measure).name));
		if (rule->of_listeners && (rule->by.count || rule->conditions[i].is_distinct))
			return refuse(words, memory_format("%s is of each listening socket by itself; leave out '%s'",
							   measure.name, rule->by.count ? "by" : "distinct"));
	}
	return 0;
}

static int check_condition(const struct words *words, const struct alert_rule *rule,
			   const struct alert_condition *condition)
{
	const struct alert_measure measure = alert_measure(condition->measure);
	const bool by_address = dimension_listed(&rule->by, DIM_SUBNET) ||
				(condition->is_distinct && condition->distinct == DIM_SUBNET);

	if (condition->measure < METRIC_COUNT && !metric_has_address(condition->measure) && by_address)
		return refuse(words, memory_format("%s counts sockets without their remote address; leave out 'subnet'",
						   measure.name));
	if (condition->is_distinct && measure.kind == METRIC_RATIO)
		return refuse(words,
			      memory_format("'distinct' needs a metric that counts, and %s is a ratio", measure.name));
	if (condition->is_distinct && dimension_listed(&rule->by, condition->distinct))
		return refuse(words,
			      memory_format("by %s there is only one %s of each", dimensions[condition->distinct].name,
					    dimensions[condition->distinct].name));
	return 0;
}

/* What makes no sense together. */
static int check(const struct words *words, struct alert_rule *rule)
{
	int err = check_listeners(words, rule);

	for (size_t i = 0; !err && i < rule->condition_count; i++)
		err = check_condition(words, rule, &rule->conditions[i]);
	return err;
}

static int parse_rule(struct words *words, struct alert_rule *rule)
{
	int err = parse_name(words, rule);

	if (err)
		return err;
	keep_text(words, rule);
	err = parse_measure(words, &rule->conditions[0]);
	rule->condition_count = 1;
	if (!err && take(words, "by"))
		err = parse_dimensions(words, &rule->by);
	rule->conditions[0].rises = !err && take(words, "rises");
	err = err ?: parse_comparison(words, &rule->conditions[0]) ?: parse_more_conditions(words, rule);
	err = err ?: parse_intervals(words, rule);
	if (!err && words->of[words->next])
		err = expected(words, "'and', 'for' or the end");
	return err ?: check(words, rule);
}

static int add_rule(struct alert_rules *rules, const char *name, const char *text, char **complaint)
{
	struct words words = {.complaint = complaint};
	struct alert_rule rule = {};
	int err;

	if (rules->count == ALERT_RULES)
		return refuse(&words, memory_format("there can be %d rules, this is one more", ALERT_RULES));
	if (strlen(text) > TEXT_MAX)
		return refuse(&words, memory_format("a rule of more than %d bytes is not to be read", TEXT_MAX));
	split(&words, text);
	err = parse_rule(&words, &rule);
	free(words.copy);
	if (err)
		return err;
	if (name)
		snprintf(rule.name, sizeof(rule.name), "%s", name);
	rules->rules[rules->count++] = rule;
	return 0;
}

/* Adds all that come with the program, or the one of that name. Returns -ENOENT if there is none. */
static int add_defaults(struct alert_rules *rules, const char *name, char **complaint)
{
	const bool all = !strcmp(name, "default");
	int err = all ? 0 : -ENOENT;

	for (size_t i = 0; i < alert_default_count; i++) {
		if (!all && strcmp(name, alert_defaults[i].name))
			continue;
		err = add_rule(rules, alert_defaults[i].name, alert_defaults[i].text, complaint);
		if (err)
			break;
	}
	return err;
}

int alert_parse(struct alert_rules *rules, const char *text, char **complaint)
{
	const struct alert_rules before = *rules;
	struct words words = {.complaint = complaint, .of = {(char *)text}};
	int err = add_defaults(rules, text, complaint);

	if (err == -ENOENT && nearest_name(text, default_name) && !strpbrk(text, " <>="))
		err = no_such(&words, "rule", default_name);
	else if (err == -ENOENT)
		err = add_rule(rules, NULL, text, complaint);
	if (err)
		*rules = before;
	return err;
}
