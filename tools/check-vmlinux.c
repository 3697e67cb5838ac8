/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Holds the kernel types that a BPF object was built with (vmlinux/vmlinux.h) against a kernel's BTF and prints a
 * line for each member or enumerator that is not there or is something else. Not here: where the members are, libbpf
 * finds that.
 *
 * Which of the object's types are the kernel's? Those that its CO-RE relocations name, and what is reached from
 * them: only vmlinux.h has preserve_access_index, so nothing else is ever relocated. A type that no program reads
 * is not in the object and not checked. What a program asks about first (bpf_core_field_exists) may be missing.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum exit_code {
	EXIT_FITS = 0,
	EXIT_MISFITS = 1, /* or the check could not be made */
	EXIT_USAGE = 2,
};

struct check {
	struct btf *ours, *kernel;
	struct bpf_core_relo *relocations;
	size_t relocation_count;
	bool *held; /* by type number of ours: this type is the kernel's */
};

struct member {
	const struct btf *btf;
	const struct btf_type *of; /* NULL: no such member */
	int index;
};

/* Types */

/* Without const, volatile and typedef. Unlike btf__resolve_type() this also takes void, the target of a void pointer.
 */
static uint32_t bare_id(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	return btf_is_mod(type) || btf_is_typedef(type) ? bare_id(btf, type->type) : id;
}

static const struct btf_type *bare_type(const struct btf *btf, uint32_t id)
{
	return btf__type_by_id(btf, bare_id(btf, id));
}

static const char *type_name(const struct btf *btf, const struct btf_type *type)
{
	return btf__name_by_offset(btf, type->name_off);
}

static bool is_union(const struct btf_type *type)
{
	return btf_is_union(type) || (btf_is_fwd(type) && btf_kflag(type));
}

static const char *type_keyword(const struct btf_type *type)
{
	return is_union(type) ? "union" : "struct";
}

static bool is_named_composite(const struct btf_type *type)
{
	return (btf_is_composite(type) || btf_is_fwd(type)) && type->name_off;
}

static bool is_integer(const struct btf_type *type)
{
	return btf_is_int(type) || btf_is_any_enum(type);
}

/* A name up to its flavour: sock___618 is another view of sock. */
static int plain_length(const char *name)
{
	const char *flavour = strstr(name, "___");

	return flavour ? flavour - name : (int)strlen(name);
}

static bool same_composite(const struct btf *btf_a, const struct btf_type *a, const struct btf *btf_b,
			   const struct btf_type *b)
{
	const char *name_a = type_name(btf_a, a), *name_b = type_name(btf_b, b);
	const int length = plain_length(name_a);

	return is_named_composite(a) && is_named_composite(b) && is_union(a) == is_union(b) &&
	       length == plain_length(name_b) && !strncmp(name_a, name_b, length);
}

/* Members */

static const char *member_name(struct member member)
{
	return btf__name_by_offset(member.btf, btf_members(member.of)[member.index].name_off);
}

static const struct btf_type *member_type(struct member member)
{
	return bare_type(member.btf, btf_members(member.of)[member.index].type);
}

static bool member_is_bits(struct member member)
{
	return btf_member_bitfield_size(member.of, member.index);
}

/* The member of that name, in nameless structs and unions within too. */
static struct member find_member(const struct btf *btf, const struct btf_type *of, const char *name)
{
	for (int i = 0; i < btf_vlen(of); i++) {
		const struct member here = {btf, of, i};
		const char *here_name = member_name(here);

		if (*here_name && !strcmp(here_name, name))
			return here;
		if (!*here_name && btf_is_composite(member_type(here))) {
			const struct member within = find_member(btf, member_type(here), name);

			if (within.of)
				return within;
		}
	}
	return (struct member){};
}

/* The next type of that name after `id` (0: the first), 0 if there is none. pahole cannot always merge equal ones. */
static uint32_t next_namesake(const struct check *check, const struct btf *btf, uint32_t id,
			      const struct btf_type *ours)
{
	for (id++; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		if (btf_is_composite(type) && same_composite(check->ours, ours, btf, type))
			return id;
	}
	return 0;
}

/* What the kernel has fits when a program that reads ours reads the same bits and follows the same pointers. */

static bool type_fits(const struct check *check, const struct btf_type *ours, const struct btf_type *kernel);

static bool member_fits(const struct check *check, struct member ours, struct member kernel)
{
	return kernel.of && member_is_bits(ours) == member_is_bits(kernel) &&
	       (member_is_bits(ours) || type_fits(check, member_type(ours), member_type(kernel)));
}

/* A struct without a name has no name to be found by: its members stand for it. */
static bool nameless_fits(const struct check *check, const struct btf_type *ours, const struct btf_type *kernel)
{
	for (int i = 0; i < btf_vlen(ours); i++) {
		const struct member member = {check->ours, ours, i};

		if (!member_fits(check, member, find_member(check->kernel, kernel, member_name(member))))
			return false;
	}
	return true;
}

/* An array of the kernel's may be longer: what is read of it is there. */
static bool array_fits(const struct check *check, const struct btf_array *ours, const struct btf_array *kernel)
{
	return ours->nelems <= kernel->nelems &&
	       type_fits(check, bare_type(check->ours, ours->type), bare_type(check->kernel, kernel->type));
}

static bool pointer_fits(const struct check *check, const struct btf_type *ours, const struct btf_type *kernel)
{
	const struct btf_type *our_target = bare_type(check->ours, ours->type);

	return !is_named_composite(our_target) ||
	       same_composite(check->ours, our_target, check->kernel, bare_type(check->kernel, kernel->type));
}

static bool type_fits(const struct check *check, const struct btf_type *ours, const struct btf_type *kernel)
{
	if (is_integer(ours))
		return is_integer(kernel) && ours->size == kernel->size;
	if (btf_kind(ours) != btf_kind(kernel))
		return false;
	if (btf_is_ptr(ours))
		return pointer_fits(check, ours, kernel);
	if (btf_is_array(ours))
		return array_fits(check, btf_array(ours), btf_array(kernel));
	if (is_named_composite(ours))
		return same_composite(check->ours, ours, check->kernel, kernel); /* its members are held too */
	return btf_is_composite(ours) && nameless_fits(check, ours, kernel);
}

/* What the object reads of the kernel's */

/* Format: Documentation/bpf/btf.rst, section 4.2. libbpf has checked the bounds when it parsed the file. */
struct ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_length;
	uint32_t func_info_offset, func_info_length;
	uint32_t line_info_offset, line_info_length;
	uint32_t relocation_offset, relocation_length;
};

struct ext_section {
	uint32_t name, count;
	struct bpf_core_relo relocations[];
};

static int read_relocations(struct check *check, const struct btf_ext *ext)
{
	uint32_t length;
	const char *raw = btf_ext__get_raw_data(ext, &length), *at, *end;
	const struct ext_header *header = (const void *)raw;

	if (header->header_length < sizeof(*header) || !header->relocation_length)
		return -ENOENT;
	at = raw + header->header_length + header->relocation_offset;
	end = at + header->relocation_length;
	if (*(const uint32_t *)at != sizeof(struct bpf_core_relo))
		return -EPROTO;
	check->relocations = calloc(1, header->relocation_length);
	if (!check->relocations)
		return -ENOMEM;
	for (at += sizeof(uint32_t); at < end;) {
		const struct ext_section *section = (const void *)at;

		memcpy(&check->relocations[check->relocation_count], section->relocations,
		       section->count * sizeof(section->relocations[0]));
		check->relocation_count += section->count;
		at = (const char *)&section->relocations[section->count];
	}
	return 0;
}

/* Marks a type and all that is reached from it. */
static void hold(struct check *check, uint32_t id)
{
	const struct btf_type *type;

	id = bare_id(check->ours, id);
	type = btf__type_by_id(check->ours, id);
	if (btf_is_ptr(type))
		hold(check, type->type);
	else if (btf_is_array(type))
		hold(check, btf_array(type)->type);
	if (check->held[id])
		return;
	check->held[id] = true;
	for (int i = 0; btf_is_composite(type) && i < btf_vlen(type); i++)
		hold(check, btf_members(type)[i].type);
}

static int hold_all(struct check *check, const struct btf_ext *ext)
{
	const int err = read_relocations(check, ext);

	if (err)
		return err;
	check->held = calloc(btf__type_cnt(check->ours), sizeof(*check->held));
	if (!check->held)
		return -ENOMEM;
	for (size_t i = 0; i < check->relocation_count; i++)
		hold(check, check->relocations[i].type_id);
	return 0;
}

/* The last member of a relocation's access string: 0:5:2 is member 2 of the type of member 5. */
static struct member relocated_member(const struct check *check, const struct bpf_core_relo *relocation)
{
	const char *access = btf__str_by_offset(check->ours, relocation->access_str_off);
	const struct btf_type *type = bare_type(check->ours, relocation->type_id);
	struct member last = {};

	while ((access = strchr(access, ':'))) {
		const int index = atoi(++access);

		if (btf_is_composite(type)) {
			last = (struct member){check->ours, type, index};
			type = member_type(last);
		} else if (btf_is_array(type)) {
			type = bare_type(check->ours, btf_array(type)->type);
		}
	}
	return last;
}

static bool is_optional(const struct check *check, struct member member)
{
	for (size_t i = 0; i < check->relocation_count; i++) {
		const struct bpf_core_relo *relocation = &check->relocations[i];
		const struct member asked = relocated_member(check, relocation);

		if (relocation->kind == BPF_CORE_FIELD_EXISTS && asked.of == member.of && asked.index == member.index)
			return true;
	}
	return false;
}

/* Saying what does not fit */

static const char *describe(char *text, size_t size, struct member member)
{
	const struct btf_type *type = member_type(member);
	const struct btf_type *target = btf_is_ptr(type) ? bare_type(member.btf, type->type) : NULL;

	if (member_is_bits(member)) {
		snprintf(text, size, "a bit-field");
	} else if (is_integer(type)) {
		snprintf(text, size, "an integer of %u bytes", type->size);
	} else if (btf_is_array(type)) {
		snprintf(text, size, "an array of %u", btf_array(type)->nelems);
	} else if (btf_is_ptr(type) && is_named_composite(target)) {
		snprintf(text, size, "a pointer to %s %s", type_keyword(target), type_name(member.btf, target));
	} else if (btf_is_ptr(type)) {
		snprintf(text, size, "a pointer");
	} else {
		snprintf(text, size, "a %s %s", type->name_off ? type_keyword(type) : "nameless",
			 type->name_off ? type_name(member.btf, type) : type_keyword(type));
	}
	return text;
}

static void report(const struct check *check, const struct btf_type *owner, struct member ours)
{
	const char *owner_name = type_name(check->ours, owner), *name = member_name(ours);
	const uint32_t id = next_namesake(check, check->kernel, 0, owner);
	struct member kernel = {};
	char here[128], there[128];

	if (id)
		kernel = find_member(check->kernel, btf__type_by_id(check->kernel, id), name);
	printf("%s %.*s, member %s: ", type_keyword(owner), plain_length(owner_name), owner_name, name);
	if (!kernel.of)
		printf("the kernel does not %s\n", id ? "have it" : "even have the type");
	else if (!strcmp(describe(here, sizeof(here), ours), describe(there, sizeof(there), kernel)))
		printf("%s, but of something else in the kernel\n", here);
	else
		printf("%s in vmlinux.h, %s in the kernel\n", here, there);
}

/* The check itself */

static bool fits_some_kernel_type(const struct check *check, const struct btf_type *owner, struct member ours)
{
	uint32_t id = 0;

	while ((id = next_namesake(check, check->kernel, id, owner))) {
		const struct btf_type *type = btf__type_by_id(check->kernel, id);

		if (member_fits(check, ours, find_member(check->kernel, type, member_name(ours))))
			return true;
	}
	return false;
}

/*
 * Flavours of a struct are what it looks like in different kernels: a member fits if it does in any of them. The
 * first flavour that has the member answers for it.
 */
static bool is_answered_for(const struct check *check, const struct btf_type *owner, const char *name)
{
	bool first = true;
	uint32_t id = 0;

	while ((id = next_namesake(check, check->ours, id, owner))) {
		const struct btf_type *type = btf__type_by_id(check->ours, id);
		const struct member member = find_member(check->ours, type, name);

		if (!check->held[id] || !member.of)
			continue;
		if (first && type != owner)
			return true;
		first = false;
		if (is_optional(check, member) || fits_some_kernel_type(check, owner, member))
			return true;
	}
	return false;
}

/* `of`: the owner, or a nameless struct or union within it. Returns the number of members that do not fit. */
static unsigned int check_members(const struct check *check, const struct btf_type *owner, const struct btf_type *of)
{
	unsigned int misfits = 0;

	for (int i = 0; i < btf_vlen(of); i++) {
		const struct member member = {check->ours, of, i};

		if (!*member_name(member)) {
			misfits += check_members(check, owner, member_type(member));
		} else if (!is_answered_for(check, owner, member_name(member))) {
			report(check, owner, member);
			misfits++;
		}
	}
	return misfits;
}

static const char *enumerator_name(const struct btf *btf, const struct btf_type *type, int index)
{
	return btf__name_by_offset(btf, btf_is_enum64(type) ? btf_enum64(type)[index].name_off
							    : btf_enum(type)[index].name_off);
}

/* Its value is the kernel's own affair: libbpf puts that into the program. */
static bool kernel_has_enumerator(const struct check *check, const char *enum_name, const char *name)
{
	for (uint32_t id = 1; id < btf__type_cnt(check->kernel); id++) {
		const struct btf_type *type = btf__type_by_id(check->kernel, id);

		if (!btf_is_any_enum(type) || strcmp(type_name(check->kernel, type), enum_name))
			continue;
		for (int i = 0; i < btf_vlen(type); i++) {
			if (!strcmp(enumerator_name(check->kernel, type, i), name))
				return true;
		}
	}
	return false;
}

static unsigned int check_enum(const struct check *check, const struct btf_type *ours)
{
	const char *enum_name = type_name(check->ours, ours);
	unsigned int misfits = 0;

	for (int i = 0; i < btf_vlen(ours); i++) {
		const char *name = enumerator_name(check->ours, ours, i);

		if (kernel_has_enumerator(check, enum_name, name))
			continue;
		printf("enum %s, %s: the kernel does not have it\n", enum_name, name);
		misfits++;
	}
	return misfits;
}

/* Returns the number of things that do not fit. */
static unsigned int check_all(const struct check *check)
{
	unsigned int misfits = 0;

	for (uint32_t id = 1; id < btf__type_cnt(check->ours); id++) {
		const struct btf_type *type = btf__type_by_id(check->ours, id);

		if (!check->held[id] || !type->name_off)
			continue;
		if (btf_is_composite(type))
			misfits += check_members(check, type, type);
		else if (btf_is_any_enum(type))
			misfits += check_enum(check, type);
	}
	return misfits;
}

static enum exit_code complain(const char *file, const char *what)
{
	fprintf(stderr, "check-vmlinux: %s: %s\n", file, what);
	return EXIT_MISFITS;
}

static enum exit_code run(struct check *check, const char *object, const char *kernel)
{
	struct btf_ext *ext = NULL;
	enum exit_code code;
	int err;

	check->ours = btf__parse(object, &ext);
	if (!check->ours || !ext) {
		code = complain(object, "no BPF object with BTF; clang makes that with -g");
		goto out;
	}
	check->kernel = btf__parse(kernel, NULL);
	if (!check->kernel) {
		code = complain(kernel, "no BTF; name a file that has a kernel's");
		goto out;
	}
	err = hold_all(check, ext);
	if (err) {
		code = complain(object, err == -ENOENT ? "nothing in it is relocated, so there is nothing to check"
						       : strerror(-err));
		goto out;
	}
	code = check_all(check) ? EXIT_MISFITS : EXIT_FITS;
out:
	free(check->held);
	free(check->relocations);
	btf__free(check->kernel);
	btf_ext__free(ext);
	btf__free(check->ours);
	return code;
}

int main(int argc, char **argv)
{
	struct check check = {};

	if (argc != 2 && argc != 3) {
		fputs("usage: check-vmlinux OBJECT [KERNEL_BTF]\n", stderr);
		return EXIT_USAGE;
	}
	libbpf_set_print(NULL);
	return run(&check, argv[1], argc == 3 ? argv[2] : "/sys/kernel/btf/vmlinux");
}
