/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A module's file to native structs.  Nothing in it is believed: every offset, size, index and string is
 * checked here, on a copy, so that a file that changes meanwhile changes nothing.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include "kobj_impl.h"

#if defined(__x86_64__)
#define HOST_ARCH (&rump_kobj_x86_64)
#elif defined(__aarch64__)
#define HOST_ARCH (&rump_kobj_aarch64)
#else
#error "relocations of this machine"
#endif

int
kobj_read(const struct kobj *ko, void *buf, uint64_t off, uint64_t len, const char *what)
{
	const struct rump_modfile *const mf = ko->ko_file;

	if (len == 0)
		return 0;
	if (off > mf->mf_size || len > mf->mf_size - off) {
		kobj_complain(ko, "%s ends behind the end of the file", what);
		return ENOEXEC;
	}
	return (*mf->mf_read)(mf->mf_cookie, buf, len, off);
}

/* A table of strings, which ends with a NUL. */
static int
read_strings(struct kobj *ko, u_int sect, char **strp, size_t *sizep)
{
	const struct elf_shdr *const sh = &ko->ko_sect[sect].ks_hdr;
	int error;

	if (sect == 0 || sect >= ko->ko_nsect || sh->sh_type != ELF_SHT_STRTAB ||
	    sh->sh_size == 0 || sh->sh_size > KOBJ_MAXTABLE) {
		kobj_complain(ko, "section %u is no table of names", sect);
		return ENOEXEC;
	}
	if ((*strp = kobj_alloc(sh->sh_size)) == NULL)
		return ENOMEM;
	*sizep = sh->sh_size;
	error = kobj_read(ko, *strp, sh->sh_offset, sh->sh_size, "a table of names");
	if (error == 0 && (*strp)[*sizep - 1] != '\0') {
		kobj_complain(ko, "a table of names has no end");
		error = ENOEXEC;
	}
	return error;
}

/* Where a section goes.  errors: ENOEXEC. */
static int
sect_place(struct kobj *ko, u_int i)
{
	struct kobj_sect *const ks = &ko->ko_sect[i];
	const struct elf_shdr *const sh = &ks->ks_hdr;
	const char *const name = kobj_sect_name(ko, i);

	ks->ks_part = KOBJ_NOWHERE;
	if ((sh->sh_flags & ELF_SHF_ALLOC) == 0)
		return 0;
	switch (sh->sh_type) {
	case ELF_SHT_PROGBITS:
	case ELF_SHT_NOBITS:
	case ELF_SHT_NOTE:
	case ELF_SHT_INIT_ARRAY:
	case ELF_SHT_FINI_ARRAY:
	case ELF_SHT_X86_64_UNWIND:
		break;
	default:
		kobj_complain(ko, "section %u is of unknown type %#x", i, sh->sh_type);
		return ENOEXEC;
	}
	if ((sh->sh_flags & (ELF_SHF_TLS | ELF_SHF_COMPRESSED)) != 0) {
		kobj_complain(ko, "section %u is %s", i,
		    (sh->sh_flags & ELF_SHF_TLS) != 0 ? "thread-local" : "compressed");
		return ENOEXEC;
	}
	if (sh->sh_addralign > PAGE_SIZE || (sh->sh_addralign & (sh->sh_addralign - 1)) != 0 ||
	    sh->sh_size > KOBJ_MAXIMAGE) {
		kobj_complain(ko, "section %u has a bad size or alignment", i);
		return ENOEXEC;
	}
	if ((sh->sh_flags & ELF_SHF_EXECINSTR) != 0) {
		if ((sh->sh_flags & ELF_SHF_WRITE) != 0) {
			kobj_complain(ko, "section %u is both code and writable", i);
			return ENOEXEC;
		}
		ks->ks_part = KOBJ_TEXT;
	} else if ((sh->sh_flags & ELF_SHF_WRITE) != 0 && strncmp(name, ".data.rel.ro", 12) != 0 &&
	    strncmp(name, "link_set_", 9) != 0)
		ks->ks_part = KOBJ_DATA;
	else
		ks->ks_part = KOBJ_RODATA;
	return 0;
}

int
kobj_read_headers(struct kobj *ko)
{
	uint8_t raw[ELF_EHDR_SIZE];
	struct elf_ehdr e;
	int error;

	if ((error = kobj_read(ko, raw, 0, sizeof(raw), "the header")) != 0)
		return error;
	ko->ko_arch = HOST_ARCH;
	if (!elf_ehdr_parse(raw, &e) || e.e_type != ELF_ET_REL) {
		kobj_complain(ko, "is no relocatable ELF object");
		return ENOEXEC;
	}
	if (e.e_machine != ko->ko_arch->ka_machine) {
		kobj_complain(
		    ko, "is for machine %u, not %u", e.e_machine, ko->ko_arch->ka_machine);
		return ENOEXEC;
	}
	if (e.e_shentsize != ELF_SHDR_SIZE || e.e_shnum < 2 || e.e_shnum > KOBJ_MAXSECT ||
	    e.e_shstrndx >= e.e_shnum) {
		kobj_complain(ko, "has bad section headers");
		return ENOEXEC;
	}
	ko->ko_nsect = e.e_shnum;
	if ((ko->ko_sect = kobj_alloc(ko->ko_nsect * sizeof(*ko->ko_sect))) == NULL)
		return ENOMEM;
	for (u_int i = 0; i < ko->ko_nsect; i++) {
		const uint64_t off = e.e_shoff + (uint64_t)i * ELF_SHDR_SIZE;

		if (e.e_shoff > ko->ko_file->mf_size) {
			kobj_complain(ko, "section headers are behind the end of the file");
			return ENOEXEC;
		}
		error = kobj_read(ko, raw, off, ELF_SHDR_SIZE, "a section header");
		if (error != 0)
			return error;
		elf_shdr_parse(raw, &ko->ko_sect[i].ks_hdr);
		ko->ko_sect[i].ks_part = KOBJ_NOWHERE;
	}
	if ((error = read_strings(ko, e.e_shstrndx, &ko->ko_shstr, &ko->ko_shstrsize)) != 0)
		return error;
	for (u_int i = 1; i < ko->ko_nsect && error == 0; i++) {
		if (ko->ko_sect[i].ks_hdr.sh_name >= ko->ko_shstrsize) {
			kobj_complain(ko, "section %u has a bad name", i);
			return ENOEXEC;
		}
		error = sect_place(ko, i);
	}
	return error;
}

const char *
kobj_sect_name(const struct kobj *ko, u_int i)
{
	return ko->ko_shstr + ko->ko_sect[i].ks_hdr.sh_name;
}

const char *
kobj_sym_name(const struct kobj *ko, const struct kobj_sym *sy)
{
	return ko->ko_str + sy->sy_elf.st_name;
}

/* errors: ENOEXEC. */
static int
sym_check(struct kobj *ko, u_int i)
{
	const struct elf_sym *const st = &ko->ko_sym[i].sy_elf;

	if (st->st_name >= ko->ko_strsize) {
		kobj_complain(ko, "symbol %u has a bad name", i);
		return ENOEXEC;
	}
	if (st->st_shndx == ELF_SHN_UNDEF || st->st_shndx == ELF_SHN_ABS)
		return 0;
	if (st->st_shndx == ELF_SHN_COMMON) {
		kobj_complain(ko, "symbol %.64s is common", ko->ko_str + st->st_name);
		return ENOEXEC;
	}
	if (st->st_shndx >= ko->ko_nsect) {
		kobj_complain(ko, "symbol %u is of a section that is not there", i);
		return ENOEXEC;
	}
	if (ko->ko_sect[st->st_shndx].ks_part != KOBJ_NOWHERE &&
	    st->st_value > ko->ko_sect[st->st_shndx].ks_hdr.sh_size) {
		kobj_complain(ko, "symbol %u is outside of its section", i);
		return ENOEXEC;
	}
	return 0;
}

int
kobj_read_symbols(struct kobj *ko)
{
	const struct elf_shdr *sh = NULL;
	uint8_t raw[ELF_SYM_SIZE];
	int error;

	for (u_int i = 1; i < ko->ko_nsect; i++) {
		if (ko->ko_sect[i].ks_hdr.sh_type != ELF_SHT_SYMTAB)
			continue;
		if (sh != NULL) {
			kobj_complain(ko, "has two tables of symbols");
			return ENOEXEC;
		}
		sh = &ko->ko_sect[i].ks_hdr;
		ko->ko_symsect = i;
	}
	if (sh == NULL || sh->sh_entsize != ELF_SYM_SIZE || sh->sh_size % ELF_SYM_SIZE != 0 ||
	    sh->sh_size / ELF_SYM_SIZE > KOBJ_MAXSYMS || sh->sh_size == 0) {
		kobj_complain(ko, "has no good table of symbols");
		return ENOEXEC;
	}
	if (sh->sh_offset > ko->ko_file->mf_size || sh->sh_size > ko->ko_file->mf_size) {
		kobj_complain(ko, "the table of symbols ends behind the end of the file");
		return ENOEXEC;
	}
	if ((error = read_strings(ko, sh->sh_link, &ko->ko_str, &ko->ko_strsize)) != 0)
		return error;
	ko->ko_nsyms = sh->sh_size / ELF_SYM_SIZE;
	if ((ko->ko_sym = kobj_alloc(ko->ko_nsyms * sizeof(*ko->ko_sym))) == NULL)
		return ENOMEM;
	for (u_int i = 0; i < ko->ko_nsyms; i++) {
		error = kobj_read(
		    ko, raw, sh->sh_offset + (uint64_t)i * ELF_SYM_SIZE, ELF_SYM_SIZE, "a symbol");
		if (error != 0)
			return error;
		elf_sym_parse(raw, &ko->ko_sym[i].sy_elf);
		if ((error = sym_check(ko, i)) != 0)
			return error;
	}
	return 0;
}
