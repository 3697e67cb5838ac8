/* SPDX-License-Identifier: GPL-2.0 */
/* Rules of alerts, one in each line of the input. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert_parse.h"
#include "fuzz.h"

/* What a rule is shown as means the same. */
static void check_again(const struct alert_rule *rule)
{
	struct alert_rules again = {};
	char *complaint = NULL;

	EXPECT(!alert_parse(&again, rule->text, &complaint));
	EXPECT(again.count == 1 && !strcmp(again.rules[0].text, rule->text));
	EXPECT(again.rules[0].condition_count == rule->condition_count);
	EXPECT(again.rules[0].intervals == rule->intervals);
	EXPECT(again.rules[0].by.count == rule->by.count);
}

static void check(const struct alert_rule *rule)
{
	EXPECT(memchr(rule->name, 0, sizeof(rule->name)) && memchr(rule->text, 0, sizeof(rule->text)));
	EXPECT(fuzz_is_sentence(alert_rule_name(rule)));
	EXPECT(rule->condition_count >= 1 && rule->condition_count <= ALERT_CONDITIONS);
	EXPECT(rule->intervals >= 1 && rule->intervals <= ALERT_INTERVALS_MAX);
	for (size_t i = 0; i < rule->condition_count; i++) {
		EXPECT(isfinite(rule->conditions[i].threshold) && rule->conditions[i].threshold >= 0);
		alert_condition_holds(&rule->conditions[i], 0);
	}
	check_again(rule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *complaint = NULL;
	struct alert_rules rules = {};
	int count;
	char **lines = fuzz_arguments(text, &count);

	for (int i = 1; i < count; i++) {
		const size_t before = rules.count;

		if (alert_parse(&rules, lines[i], &complaint)) {
			EXPECT(complaint && *complaint && rules.count == before);
			free(complaint);
			complaint = NULL;
		}
	}
	EXPECT(rules.count <= ALERT_RULES);
	for (size_t i = 0; i < rules.count; i++)
		check(&rules.rules[i]);
	alert_rules_want_states(&rules);
	free(lines);
	free(text);
	return 0;
}
