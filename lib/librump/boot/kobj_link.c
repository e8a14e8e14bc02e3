/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Symbols and relocations of a module.
 *
 * Relocations are gone through three times: to count the slots that are needed, before the image's
 * size is known; for what the object defines itself; and for what others define.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include "kobj_impl.h"

#define CHUNK 32 /* relocations read at a time */

/* The symbol of a relocation of a section. */
static struct kobj_sym *
rela_sym(struct kobj *ko, const struct elf_rela *r)
{
	return &ko->ko_sym[r->r_sym];
}

static bool
sym_elsewhere(const struct kobj_sym *sy)
{
	return sy->sy_elf.st_shndx == ELF_SHN_UNDEF;
}

/* errors: ENOEXEC. */
static int
rela_check(struct kobj *ko, const struct kobj_sect *ks, const struct elf_rela *r)
{
	const int width = (*ko->ko_arch->ka_width)(r->r_type);

	if (width < 0) {
		kobj_complain(ko, "a relocation is of unknown type %u", r->r_type);
		return ENOEXEC;
	}
	if (r->r_sym >= ko->ko_nsyms) {
		kobj_complain(ko, "a relocation is by symbol %u of %u", r->r_sym, ko->ko_nsyms);
		return ENOEXEC;
	}
	if (r->r_offset > ks->ks_hdr.sh_size || (size_t)width > ks->ks_hdr.sh_size - r->r_offset) {
		kobj_complain(ko, "a relocation is outside of its section");
		return ENOEXEC;
	}
	return 0;
}

static int
relocs_of(struct kobj *ko, const struct elf_shdr *sh,
    int (*fn)(struct kobj *, struct kobj_sect *, const struct elf_rela *))
{
	struct kobj_sect *const ks = &ko->ko_sect[sh->sh_info];
	uint8_t raw[CHUNK * ELF_RELA_SIZE];
	struct elf_rela r;
	int error;

	for (uint64_t off = 0; off < sh->sh_size; off += sizeof(raw)) {
		const size_t n = MIN(sizeof(raw), sh->sh_size - off);

		if (sh->sh_offset > ko->ko_file->mf_size) {
			kobj_complain(ko, "relocations are behind the end of the file");
			return ENOEXEC;
		}
		if ((error = kobj_read(ko, raw, sh->sh_offset + off, n, "a relocation")) != 0)
			return error;
		if ((ko->ko_nrelocs += n / ELF_RELA_SIZE) > KOBJ_MAXRELOCS) {
			kobj_complain(ko, "has too many relocations");
			return ENOEXEC;
		}
		for (size_t i = 0; i < n; i += ELF_RELA_SIZE) {
			elf_rela_parse(raw + i, &r);
			if ((error = rela_check(ko, ks, &r)) != 0 ||
			    (error = (*fn)(ko, ks, &r)) != 0)
				return error;
		}
	}
	return 0;
}

int
kobj_relocs(struct kobj *ko, int (*fn)(struct kobj *, struct kobj_sect *, const struct elf_rela *))
{
	int error;

	ko->ko_nrelocs = 0;
	for (u_int i = 1; i < ko->ko_nsect; i++) {
		const struct elf_shdr *const sh = &ko->ko_sect[i].ks_hdr;

		if (sh->sh_type != ELF_SHT_RELA && sh->sh_type != ELF_SHT_REL)
			continue;
		if (sh->sh_info >= ko->ko_nsect) {
			kobj_complain(
			    ko, "relocations are of section %u of %u", sh->sh_info, ko->ko_nsect);
			return ENOEXEC;
		}
		if (ko->ko_sect[sh->sh_info].ks_part == KOBJ_NOWHERE)
			continue;
		if (sh->sh_type == ELF_SHT_REL || sh->sh_link != ko->ko_symsect ||
		    sh->sh_entsize != ELF_RELA_SIZE || sh->sh_size % ELF_RELA_SIZE != 0 ||
		    ko->ko_sect[sh->sh_info].ks_hdr.sh_type == ELF_SHT_NOBITS) {
			kobj_complain(ko, "section %u has bad relocations", i);
			return ENOEXEC;
		}
		if ((error = relocs_of(ko, sh, fn)) != 0)
			return error;
	}
	return 0;
}

int
kobj_count_needs(struct kobj *ko, struct kobj_sect *ks, const struct elf_rela *r)
{
	struct kobj_sym *const sy = rela_sym(ko, r);
	const u_int needs = (*ko->ko_arch->ka_needs)(r->r_type, sym_elsewhere(sy));

	sy->sy_wanted = true;
	if ((needs & KOBJ_GOT) != 0 && sy->sy_got == 0)
		sy->sy_got = ++ko->ko_ngot;
	if ((needs & KOBJ_TPGOT) != 0 && sy->sy_tpgot == 0)
		sy->sy_tpgot = ++ko->ko_ngot;
	if ((needs & KOBJ_STUB) != 0 && sy->sy_stub == 0)
		sy->sy_stub = ++ko->ko_nstub;
	return 0;
}

/* ---- Symbols ---- */

/* __start_<section> and __stop_<section>; with no such section a weak one is null. */
static bool
sym_bound(struct kobj *ko, struct kobj_sym *sy)
{
	const char *name = kobj_sym_name(ko, sy);
	const bool start = strncmp(name, "__start_", 8) == 0;

	if (!start && strncmp(name, "__stop_", 7) != 0)
		return false;
	name += start ? 8 : 7;
	for (u_int i = 1; i < ko->ko_nsect; i++) {
		const struct kobj_sect *const ks = &ko->ko_sect[i];

		if (ks->ks_part == KOBJ_NOWHERE || strcmp(kobj_sect_name(ko, i), name) != 0)
			continue;
		sy->sy_value = (uintptr_t)ks->ks_addr + (start ? 0 : ks->ks_hdr.sh_size);
		return true;
	}
	return false;
}

int
kobj_resolve_own(struct kobj *ko)
{
	for (u_int i = 0; i < ko->ko_nsyms; i++) {
		struct kobj_sym *const sy = &ko->ko_sym[i];
		const struct elf_sym *const st = &sy->sy_elf;

		if (i == 0) {
			sy->sy_known = true; /* relocations by no symbol */
		} else if (st->st_shndx == ELF_SHN_ABS) {
			sy->sy_value = st->st_value;
			sy->sy_known = true;
		} else if (sym_elsewhere(sy)) {
			sy->sy_known = sym_bound(ko, sy);
			if (strcmp(kobj_sym_name(ko, sy), "_GLOBAL_OFFSET_TABLE_") == 0) {
				sy->sy_value = (uintptr_t)ko->ko_got;
				sy->sy_known = true;
			}
		} else if (ko->ko_sect[st->st_shndx].ks_part != KOBJ_NOWHERE) {
			sy->sy_value = (uintptr_t)ko->ko_sect[st->st_shndx].ks_addr + st->st_value;
			sy->sy_known = true;
		} else if (sy->sy_wanted) {
			kobj_complain(ko, "a relocation is by symbol %u, which is not loaded", i);
			return ENOEXEC;
		}
	}
	return 0;
}

int
kobj_resolve_others(struct kobj *ko)
{
	const struct kobj_sym *first = NULL;
	u_int missing = 0;

	for (u_int i = 1; i < ko->ko_nsyms; i++) {
		struct kobj_sym *const sy = &ko->ko_sym[i];

		if (sy->sy_known || !sym_elsewhere(sy) || !sy->sy_wanted)
			continue;
		sy->sy_known = true;
		if (rump_kobj_lookup(kobj_sym_name(ko, sy), &sy->sy_value) == 0)
			continue;
		sy->sy_value = 0;
		if (sy->sy_elf.st_bind == ELF_STB_WEAK)
			continue;
		if (missing++ == 0)
			first = sy;
	}
	if (missing == 0)
		return 0;
	kobj_complain(ko, "needs %.64s, which no component has%s", kobj_sym_name(ko, first),
	    missing > 1 ? ", and others" : "");
	return ENOEXEC;
}

static uint64_t
got_slot(const struct kobj *ko, uint32_t n)
{
	return n == 0 ? 0 : (uintptr_t)ko->ko_got + (n - 1) * KOBJ_GOTSIZE;
}

static uint64_t
stub_slot(const struct kobj *ko, uint32_t n)
{
	return n == 0 ? 0 : (uintptr_t)ko->ko_stub + (n - 1) * KOBJ_STUBSIZE;
}

void
kobj_fill_slots(struct kobj *ko)
{
	for (u_int i = 0; i < ko->ko_nsyms; i++) {
		const struct kobj_sym *const sy = &ko->ko_sym[i];

		if (sy->sy_got != 0)
			le64enc((void *)got_slot(ko, sy->sy_got), sy->sy_value);
		if (sy->sy_tpgot != 0)
			le64enc((void *)got_slot(ko, sy->sy_tpgot), sy->sy_value);
		if (sy->sy_stub != 0)
			(*ko->ko_arch->ka_stub)(
			    (void *)stub_slot(ko, sy->sy_stub), got_slot(ko, sy->sy_got));
	}
}

/* ---- Relocations ---- */

static int
apply(struct kobj *ko, struct kobj_sect *ks, const struct elf_rela *r)
{
	const struct kobj_sym *const sy = rela_sym(ko, r);
	const u_int needs = (*ko->ko_arch->ka_needs)(r->r_type, sym_elsewhere(sy));
	const bool tls = (needs & KOBJ_TPGOT) != 0;
	const struct kobj_rel rl = {
		.rl_where = (uint8_t *)ks->ks_addr + r->r_offset,
		.rl_type = r->r_type,
		.rl_addend = r->r_addend,
		.rl_sym = sy->sy_value,
		.rl_got = got_slot(ko, sy->sy_got),
		.rl_tpgot = got_slot(ko, sy->sy_tpgot),
		.rl_stub = stub_slot(ko, sy->sy_stub),
	};

	/* It was counted otherwise if the file has changed since. */
	if (((needs & KOBJ_GOT) != 0 && rl.rl_got == 0) || (tls && rl.rl_tpgot == 0) ||
	    ((needs & KOBJ_STUB) != 0 && rl.rl_stub == 0) || !sy->sy_wanted) {
		kobj_complain(ko, "changes while it is loaded");
		return ENOEXEC;
	}
	if (r->r_sym != 0 && tls != (sy->sy_elf.st_type == ELF_STT_TLS)) {
		kobj_complain(ko, "symbol %.64s is thread-local or not", kobj_sym_name(ko, sy));
		return ENOEXEC;
	}
	if (!(*ko->ko_arch->ka_apply)(&rl)) {
		kobj_complain(
		    ko, "relocation %u by %.64s does not fit", r->r_type, kobj_sym_name(ko, sy));
		return ENOEXEC;
	}
	return 0;
}

int
kobj_apply_own(struct kobj *ko, struct kobj_sect *ks, const struct elf_rela *r)
{
	return rela_sym(ko, r)->sy_known ? apply(ko, ks, r) : 0;
}

/* The others were applied by then: again by the same value is no matter. */
int
kobj_apply_others(struct kobj *ko, struct kobj_sect *ks, const struct elf_rela *r)
{
	return sym_elsewhere(rela_sym(ko, r)) ? apply(ko, ks, r) : 0;
}
