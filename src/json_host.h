/* SPDX-License-Identifier: GPL-2.0 */
/* The host's columns in JSON: what they show, by the names of host.def, per interval and unrounded. */
#ifndef L4_JSON_HOST_H
#define L4_JSON_HOST_H

#include <jansson.h>

#include "output.h"

/*
 * Adds `system` (numbers of the host), `links` and `disks` (a list each), `top_cpu` and so on (a process each) to the
 * interval's object, as far as chosen columns show them. What is not known is left out.
 */
void json_add_host(json_t *interval, const struct output_settings *settings, const struct snapshot *snapshot);

#endif
