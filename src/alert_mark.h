/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which rows of a view have to do with an alert that fires: a row and an offender agree in all dimensions that both
 * have, which are some. So a rule by subnet marks rows by subnet and port, and the other way round.
 */
#ifndef L4_ALERT_MARK_H
#define L4_ALERT_MARK_H

#include "alert.h"

/* Stands behind what is marked; as wide as this. */
#define ALERT_MARK " !"

/* alerts NULL: nothing fires. */

/* Whether anything fires at all. */
bool alert_marks(const struct alerts *alerts);

bool alert_marks_row(const struct alerts *alerts, const struct dimension_list *dims, const struct dimension_key *key);

/* Whether anything fires that has no dimension of the view, so that no row can be marked for it. */
bool alert_marks_total(const struct alerts *alerts, const struct dimension_list *dims);

bool alert_marks_listener(const struct alerts *alerts, const struct l4_listener *listener);

#endif
