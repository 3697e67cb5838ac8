/* SPDX-License-Identifier: GPL-2.0 */
/* For cppcheck, which reads no headers of libraries: what macros of theirs look like. */
#define json_array_foreach(array, index, value) for (index = 0; (value = json_array_get(array, index)); index++)
#define json_object_foreach(object, key, value) for (key = ""; (value = json_object_get(object, key));)
#define bpf_object__for_each_program(program, object) while ((program = bpf_object__next_program(object, program)))
#define LIBBPF_OPTS(TYPE, NAME, ...) struct TYPE NAME = {__VA_ARGS__}
