/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between the files of the linker: kobj.c, kobj_read.c, kobj_link.c, kobj_<machine>.c. */
#ifndef KOBJ_IMPL_H
#define KOBJ_IMPL_H

#include <sys/types.h>

#include "elf_fmt.h"
#include "rump_module.h"

/* Bounds of what is believed of a file. */
#define KOBJ_MAXSECT   1024
#define KOBJ_MAXSYMS   (1u << 18)
#define KOBJ_MAXRELOCS (1u << 22)
#define KOBJ_MAXTABLE  (16u << 20) /* bytes of a table of strings */
#define KOBJ_MAXIMAGE  (64u << 20) /* bytes in memory */

/* Where a section goes: parts of the image, each of whole pages. */
enum kobj_part { KOBJ_TEXT, KOBJ_RODATA, KOBJ_DATA, KOBJ_NPARTS, KOBJ_NOWHERE = KOBJ_NPARTS };

struct kobj_sect {
	struct elf_shdr ks_hdr;
	enum kobj_part ks_part;
	size_t ks_off; /* in its part, then in the image */
	char *ks_addr; /* NULL: not in memory */
};

/* What a relocation needs beside the symbol's address. */
enum { KOBJ_GOT = 0x1, KOBJ_TPGOT = 0x2, KOBJ_STUB = 0x4 };

struct kobj_sym {
	struct elf_sym sy_elf;
	uint64_t sy_value; /* address; offset from the thread pointer of thread-local ones */
	uint32_t sy_got, sy_tpgot, sy_stub; /* number of the slot plus 1, or 0 */
	bool sy_known;			    /* sy_value is set */
	bool sy_wanted;			    /* something refers to it */
};

struct kobj {
	const struct rump_modfile *ko_file;
	char ko_name[64];
	const struct kobj_arch *ko_arch;
	u_int ko_nsect;
	struct kobj_sect *ko_sect;
	char *ko_shstr;
	size_t ko_shstrsize;
	u_int ko_symsect, ko_nsyms;
	struct kobj_sym *ko_sym;
	char *ko_str;
	size_t ko_strsize;
	u_int ko_ngot, ko_nstub;
	u_int ko_nrelocs; /* seen in this pass */
	/* The image. */
	char *ko_base;
	size_t ko_npages;
	size_t ko_partoff[KOBJ_NPARTS], ko_partsize[KOBJ_NPARTS]; /* whole pages */
	char *ko_got, *ko_stub;
	bool ko_protected, ko_started;
};

/* One relocation, all that there is to know about it.  rl_where is also where it will run. */
struct kobj_rel {
	uint8_t *rl_where;
	uint32_t rl_type;
	int64_t rl_addend;
	uint64_t rl_sym;		    /* S */
	uint64_t rl_got, rl_tpgot, rl_stub; /* addresses of the slots, or 0 */
};

#define KOBJ_GOTSIZE  8
#define KOBJ_STUBSIZE 16

/* What differs between machines.  Pure functions of their arguments. */
struct kobj_arch {
	uint16_t ka_machine;
	/* Bytes written at the place; 0: none; -1: not supported. */
	int (*ka_width)(uint32_t type);
	/* KOBJ_* for a symbol that is defined elsewhere or not. */
	u_int (*ka_needs)(uint32_t type, bool elsewhere);
	/* False: the value does not fit. */
	bool (*ka_apply)(const struct kobj_rel *rl);
	/* Code that jumps to where the slot says. */
	void (*ka_stub)(uint8_t *where, uint64_t got);
};
extern const struct kobj_arch rump_kobj_x86_64, rump_kobj_aarch64;

void kobj_complain(const struct kobj *ko, const char *fmt, ...) __printflike(2, 3);
void *kobj_alloc(size_t size);
void kobj_free(void *p, size_t size);
/* Bytes [off, off + len) of the file.  errors: ENOEXEC when there are not so many. */
int kobj_read(const struct kobj *ko, void *buf, uint64_t off, uint64_t len, const char *what);

/* kobj_read.c: headers and symbols to native structs, checked. */
int kobj_read_headers(struct kobj *ko);
int kobj_read_symbols(struct kobj *ko);
const char *kobj_sect_name(const struct kobj *ko, u_int i);
const char *kobj_sym_name(const struct kobj *ko, const struct kobj_sym *sy);

/* kobj_link.c */
/* Call fn for each relocation of sections in memory; stops at an error. */
int kobj_relocs(
    struct kobj *ko, int (*fn)(struct kobj *, struct kobj_sect *, const struct elf_rela *));
int kobj_count_needs(struct kobj *ko, struct kobj_sect *ks, const struct elf_rela *r);
/* Addresses of symbols that the object defines. */
int kobj_resolve_own(struct kobj *ko);
/* And of the others. */
int kobj_resolve_others(struct kobj *ko);
void kobj_fill_slots(struct kobj *ko);
int kobj_apply_own(struct kobj *ko, struct kobj_sect *ks, const struct elf_rela *r);
int kobj_apply_others(struct kobj *ko, struct kobj_sect *ks, const struct elf_rela *r);

#endif /* KOBJ_IMPL_H */
