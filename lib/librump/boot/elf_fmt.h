/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * ELF-64, little-endian: the records of relocatable objects, decoded from bytes (System V ABI, chapter 4).
 *
 *	file header (64 bytes) ... sections ... section headers (64 each)
 *	symbol (24): name 4, info 1, other 1, section 2, value 8, size 8
 *	relocation with addend (24): offset 8, type 4, symbol 4, addend 8
 */
#ifndef ELF_FMT_H
#define ELF_FMT_H

#include <sys/types.h>
#include <sys/endian.h>

enum { ELF_EHDR_SIZE = 64, ELF_SHDR_SIZE = 64, ELF_SYM_SIZE = 24, ELF_RELA_SIZE = 24 };
enum { ELF_ET_REL = 1, ELF_EM_X86_64 = 62, ELF_EM_AARCH64 = 183 };
enum {
	ELF_SHT_NULL = 0,
	ELF_SHT_PROGBITS = 1,
	ELF_SHT_SYMTAB = 2,
	ELF_SHT_STRTAB = 3,
	ELF_SHT_RELA = 4,
	ELF_SHT_NOTE = 7,
	ELF_SHT_NOBITS = 8,
	ELF_SHT_REL = 9,
	ELF_SHT_INIT_ARRAY = 14,
	ELF_SHT_FINI_ARRAY = 15,
	ELF_SHT_X86_64_UNWIND = 0x70000001
};
enum {
	ELF_SHF_WRITE = 0x1,
	ELF_SHF_ALLOC = 0x2,
	ELF_SHF_EXECINSTR = 0x4,
	ELF_SHF_TLS = 0x400,
	ELF_SHF_COMPRESSED = 0x800
};
enum {
	ELF_SHN_UNDEF = 0,
	ELF_SHN_LORESERVE = 0xff00,
	ELF_SHN_ABS = 0xfff1,
	ELF_SHN_COMMON = 0xfff2
};
enum { ELF_STB_LOCAL = 0, ELF_STB_GLOBAL = 1, ELF_STB_WEAK = 2 };
enum { ELF_STT_SECTION = 3, ELF_STT_FILE = 4, ELF_STT_TLS = 6 };

struct elf_ehdr {
	uint16_t e_type, e_machine, e_shentsize, e_shnum, e_shstrndx;
	uint64_t e_shoff;
};
struct elf_shdr {
	uint32_t sh_name, sh_type, sh_link, sh_info;
	uint64_t sh_flags, sh_offset, sh_size, sh_addralign, sh_entsize;
};
struct elf_sym {
	uint32_t st_name;
	uint8_t st_bind, st_type;
	uint16_t st_shndx;
	uint64_t st_value, st_size;
};
struct elf_rela {
	uint64_t r_offset;
	uint32_t r_type, r_sym;
	int64_t r_addend;
};

/* ELF_EHDR_SIZE bytes.  False: not ELF-64, little-endian, of version 1. */
static inline bool
elf_ehdr_parse(const uint8_t *p, struct elf_ehdr *e)
{
	static const uint8_t ident[] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };

	for (u_int i = 0; i < sizeof(ident); i++) {
		if (p[i] != ident[i])
			return false;
	}
	e->e_type = le16dec(p + 16);
	e->e_machine = le16dec(p + 18);
	e->e_shoff = le64dec(p + 40);
	e->e_shentsize = le16dec(p + 58);
	e->e_shnum = le16dec(p + 60);
	e->e_shstrndx = le16dec(p + 62);
	return true;
}

static inline void
elf_shdr_parse(const uint8_t *p, struct elf_shdr *s)
{
	s->sh_name = le32dec(p);
	s->sh_type = le32dec(p + 4);
	s->sh_flags = le64dec(p + 8);
	s->sh_offset = le64dec(p + 24);
	s->sh_size = le64dec(p + 32);
	s->sh_link = le32dec(p + 40);
	s->sh_info = le32dec(p + 44);
	s->sh_addralign = le64dec(p + 48);
	s->sh_entsize = le64dec(p + 56);
}

static inline void
elf_sym_parse(const uint8_t *p, struct elf_sym *s)
{
	s->st_name = le32dec(p);
	s->st_bind = p[4] >> 4;
	s->st_type = p[4] & 0xf;
	s->st_shndx = le16dec(p + 6);
	s->st_value = le64dec(p + 8);
	s->st_size = le64dec(p + 16);
}

static inline void
elf_rela_parse(const uint8_t *p, struct elf_rela *r)
{
	r->r_offset = le64dec(p);
	r->r_type = le32dec(p + 8);
	r->r_sym = le32dec(p + 12);
	r->r_addend = (int64_t)le64dec(p + 16);
}

#endif /* ELF_FMT_H */
