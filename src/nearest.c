/* SPDX-License-Identifier: GPL-2.0 */
/* The distance of words by Damerau and Levenshtein (optimal string alignment). */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "nearest.h"

enum { LONGEST = 31 };

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	const unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters to change, add, remove or swap with their neighbour to make one word the other, neither above LONGEST. */
static unsigned int distance(const char *a, const char *b)
{
	const size_t a_length = strlen(a), b_length = strlen(b);
	unsigned int table[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= a_length; i++)
		table[i][0] = i;
	for (size_t j = 0; j <= b_length; j++)
		table[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		for (size_t j = 1; j <= b_length; j++) {
			const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];

			table[i][j] = least(table[i - 1][j] + 1, table[i][j - 1] + 1,
					    table[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (swapped && table[i - 2][j - 2] + 1 < table[i][j])
				table[i][j] = table[i - 2][j - 2] + 1;
		}
	}
	return table[a_length][b_length];
}

const char *nearest_name(const char *word, const char *(*name)(size_t i))
{
	const size_t length = strlen(word);
	unsigned int best = length / 3 + 1;
	const char *nearest = NULL, *candidate;

	if (length > LONGEST)
		return NULL;
	for (size_t i = 0; (candidate = name(i)); i++) {
		const unsigned int wrong = strlen(candidate) > LONGEST ? UINT32_MAX : distance(word, candidate);

		if (wrong < best) {
			best = wrong;
			nearest = candidate;
		}
	}
	return nearest;
}
