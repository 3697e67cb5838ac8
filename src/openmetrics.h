/* SPDX-License-Identifier: GPL-2.0 */
/* The families l4dstat has: what accumulate.h has added up, as text for Prometheus. Their names come from tables. */
#ifndef L4_OPENMETRICS_H
#define L4_OPENMETRICS_H

#include "accumulate.h"
#include "exposition.h"

/* What l4dstat itself costs and does. */
struct openmetrics_self {
	double started;	       /* seconds since the epoch */
	double cpu;	       /* seconds, user and system */
	double resident;       /* bytes */
	double scrapes;	       /* texts that were made for who asked; negative: nobody can */
	double scrape_seconds; /* how long making the last one took */
};

/* Writes everything, from the first family to the end. */
void openmetrics_write(FILE *file, enum exposition_format format, const struct accumulate *accumulate,
		       const struct dimension_context *context, const struct openmetrics_self *self);

#endif
