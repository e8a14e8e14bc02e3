/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The linker in the kernel: relocatable objects (X.kmod) into memory.
 *
 *	rump_kobj_load()     PLACED    sections in memory, references within the object applied
 *	rump_kobj_affix()    LINKED    the others applied, parts protected, the file not needed any more
 *	rump_kobj_start()    STARTED   constructors have run
 *
 *	image, whole pages each:	| code, stubs | read-only data, slots | data |
 *
 * Slots hold addresses that code loads (the "global offset table"); a stub jumps to where its slot says,
 * since kernel and module may be further apart than a call reaches.  No page is both writable and
 * executable when any of it runs.
 *
 * The file is hostile until rump_kobj_start(): kobj_read.c and kobj_link.c check all that is used.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>

#include <rump/rumpuser.h>

#include "kobj_impl.h"
#include "rump_boot.h"
#include "rump_component_desc.h"
#include "rump_mem.h"
#include "rump_rcu.h"
#include "rump_sync.h"

void
kobj_complain(const struct kobj *ko, const char *fmt, ...)
{
	char what[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	rump_console_printf("module file %s: %s", ko->ko_name, what);
}

void *
kobj_alloc(size_t size)
{
	return kmem_zalloc(size, KM_SLEEP | RUMP_KM_CANFAIL);
}

void
kobj_free(void *p, size_t size)
{
	if (p != NULL)
		kmem_free(p, size);
}

/* ---- The image ---- */

/* Offsets of the sections, and the image's size.  errors: ENOEXEC. */
static int
layout(struct kobj *ko)
{
	size_t size[KOBJ_NPARTS] = { 0 }, total = 0;

	for (u_int i = 1; i < ko->ko_nsect; i++) {
		struct kobj_sect *const ks = &ko->ko_sect[i];

		if (ks->ks_part == KOBJ_NOWHERE)
			continue;
		ks->ks_off = roundup2(size[ks->ks_part], MAX(ks->ks_hdr.sh_addralign, 1));
		size[ks->ks_part] = ks->ks_off + ks->ks_hdr.sh_size;
		if (size[ks->ks_part] > KOBJ_MAXIMAGE) {
			kobj_complain(ko, "needs more than %u MiB of memory", KOBJ_MAXIMAGE >> 20);
			return ENOEXEC;
		}
	}
	size[KOBJ_TEXT] = roundup2(size[KOBJ_TEXT], KOBJ_STUBSIZE) + ko->ko_nstub * KOBJ_STUBSIZE;
	size[KOBJ_RODATA] = roundup2(size[KOBJ_RODATA], KOBJ_GOTSIZE) + ko->ko_ngot * KOBJ_GOTSIZE;
	for (int part = 0; part < KOBJ_NPARTS; part++) {
		ko->ko_partoff[part] = total;
		ko->ko_partsize[part] = round_page(size[part]);
		total += ko->ko_partsize[part];
	}
	if (total == 0) {
		kobj_complain(ko, "has nothing to load");
		return ENOEXEC;
	}
	ko->ko_npages = total / PAGE_SIZE;
	return 0;
}

static int
image_fill(struct kobj *ko)
{
	char *end;
	int error;

	ko->ko_base = rump_pages_alloc(ko->ko_npages, RUMP_PAGES_CANFAIL | RUMP_PAGES_ZERO);
	if (ko->ko_base == NULL)
		return ENOMEM;
	end = ko->ko_base + ko->ko_partoff[KOBJ_TEXT] + ko->ko_partsize[KOBJ_TEXT];
	ko->ko_stub = end - ko->ko_nstub * KOBJ_STUBSIZE;
	end = ko->ko_base + ko->ko_partoff[KOBJ_RODATA] + ko->ko_partsize[KOBJ_RODATA];
	ko->ko_got = end - ko->ko_ngot * KOBJ_GOTSIZE;
	for (u_int i = 1; i < ko->ko_nsect; i++) {
		struct kobj_sect *const ks = &ko->ko_sect[i];

		if (ks->ks_part == KOBJ_NOWHERE)
			continue;
		ks->ks_addr = ko->ko_base + ko->ko_partoff[ks->ks_part] + ks->ks_off;
		if (ks->ks_hdr.sh_type == ELF_SHT_NOBITS)
			continue;
		error = kobj_read(
		    ko, ks->ks_addr, ks->ks_hdr.sh_offset, ks->ks_hdr.sh_size, "a section");
		if (error != 0)
			return error;
	}
	return 0;
}

/* What is not needed any more once it is linked: all but the headers of sections. */
static void
forget_file(struct kobj *ko)
{
	kobj_free(ko->ko_sym, ko->ko_nsyms * sizeof(*ko->ko_sym));
	kobj_free(ko->ko_str, ko->ko_strsize);
	kobj_free(ko->ko_shstr, ko->ko_shstrsize);
	ko->ko_sym = NULL;
	ko->ko_str = ko->ko_shstr = NULL;
	ko->ko_file = NULL;
}

static void
image_protect(struct kobj *ko, bool writable, int *errorp)
{
	static const enum rumpuser_prot prot[] = {
		[KOBJ_TEXT] = RUMPUSER_PROT_EXEC,
		[KOBJ_RODATA] = RUMPUSER_PROT_READ,
		[KOBJ_DATA] = RUMPUSER_PROT_WRITE,
	};

	for (int part = 0; part < KOBJ_DATA; part++) {
		if (ko->ko_partsize[part] != 0 && *errorp == 0)
			*errorp = rumpuser_protect(ko->ko_base + ko->ko_partoff[part],
			    ko->ko_partsize[part], writable ? RUMPUSER_PROT_WRITE : prot[part]);
	}
}

int
rump_kobj_load(const struct rump_modfile *mf, struct kobj **kop)
{
	struct kobj *const ko = kobj_alloc(sizeof(*ko));
	int error;

	if (ko == NULL)
		return ENOMEM;
	ko->ko_file = mf;
	strlcpy(ko->ko_name, mf->mf_name, sizeof(ko->ko_name));
	if ((error = kobj_read_headers(ko)) == 0 && (error = kobj_read_symbols(ko)) == 0 &&
	    (error = kobj_relocs(ko, kobj_count_needs)) == 0 && (error = layout(ko)) == 0 &&
	    (error = image_fill(ko)) == 0 && (error = kobj_resolve_own(ko)) == 0)
		error = kobj_relocs(ko, kobj_apply_own);
	if (error == 0)
		*kop = ko;
	else
		rump_kobj_unload(ko);
	return error;
}

int
rump_kobj_affix(struct kobj *ko)
{
	int error;

	if ((error = kobj_resolve_others(ko)) != 0)
		return error;
	kobj_fill_slots(ko);
	if ((error = kobj_relocs(ko, kobj_apply_others)) != 0)
		return error;
	ko->ko_protected = true;
	image_protect(ko, false, &error);
	if (error != 0)
		kobj_complain(ko, "the host does not let it be code: error %d", error);
	else
		forget_file(ko);
	return error;
}

/* The functions of an array, in order or the last first. */
static void
call_array(struct kobj *ko, uint32_t type, bool backwards)
{
	for (u_int i = 1; i < ko->ko_nsect; i++) {
		const struct kobj_sect *const ks = &ko->ko_sect[i];
		const size_t n = ks->ks_hdr.sh_size / sizeof(void (*)(void));

		if (ks->ks_part == KOBJ_NOWHERE || ks->ks_hdr.sh_type != type)
			continue;
		for (size_t j = 0; j < n; j++)
			(*((void (**)(void))ks->ks_addr)[backwards ? n - 1 - j : j])();
	}
}

void
rump_kobj_start(struct kobj *ko)
{
	ko->ko_started = true;
	call_array(ko, ELF_SHT_INIT_ARRAY, false);
}

void
rump_kobj_unload(struct kobj *ko)
{
	int error = 0;

	if (ko->ko_started) {
		call_array(ko, ELF_SHT_FINI_ARRAY, true);
		rump_rcu_barrier();
		rump_rcu_synchronize();
	}
	if (ko->ko_protected)
		image_protect(ko, true, &error);
	forget_file(ko);
	if (ko->ko_base != NULL)
		rump_lockdebug_forget_text((uintptr_t)ko->ko_base, ko->ko_npages * PAGE_SIZE);
	/* Memory that the host does not give back as data is of no use to anybody. */
	if (ko->ko_base != NULL && error == 0)
		rump_pages_free(ko->ko_base, ko->ko_npages);
	kobj_free(ko->ko_sect, ko->ko_nsect * sizeof(*ko->ko_sect));
	kobj_free(ko, sizeof(*ko));
}

void
rump_kobj_extent(const struct kobj *ko, uint64_t *addr, size_t *size)
{
	*addr = (uintptr_t)ko->ko_base;
	*size = ko->ko_npages * PAGE_SIZE;
}

/* ---- What is in it, before its code runs: pointers are looked at as numbers ---- */

static bool
within(const struct kobj *ko, const void *p, size_t size)
{
	const size_t total = ko->ko_npages * PAGE_SIZE;
	const uintptr_t off = (uintptr_t)p - (uintptr_t)ko->ko_base;

	return off <= total && size <= total - off;
}

/* A string of less than max bytes. */
static bool
within_string(const struct kobj *ko, const char *s, size_t max, bool empty)
{
	const uintptr_t off = (uintptr_t)s - (uintptr_t)ko->ko_base;
	const size_t total = ko->ko_npages * PAGE_SIZE;

	/* Before it is known to lie within, it is no pointer to count from. */
	for (size_t n = 0; off < total && n < MIN(max, total - off); n++) {
		if (s[n] == '\0')
			return n > 0 || empty;
	}
	return false;
}

modinfo_t *
rump_kobj_modinfo(struct kobj *ko, size_t i)
{
	modinfo_t *mi;

	for (u_int s = 1; s < ko->ko_nsect; s++) {
		const struct kobj_sect *const ks = &ko->ko_sect[s];

		if (ks->ks_part == KOBJ_NOWHERE ||
		    strncmp(kobj_sect_name(ko, s), "link_set_modules", 16) != 0)
			continue;
		if (i >= ks->ks_hdr.sh_size / sizeof(mi))
			return NULL;
		memcpy(&mi, ks->ks_addr + i * sizeof(mi), sizeof(mi));
		if (within(ko, mi, sizeof(*mi)) && ((uintptr_t)mi & 7) == 0 &&
		    within_string(ko, mi->mi_name, MAXMODNAME, false) &&
		    (mi->mi_required == NULL ||
			within_string(ko, mi->mi_required, MAXMODNAME * MAXMODDEPS, true)))
			return mi;
		kobj_complain(ko, "the description of module %zu is bad", i);
		return NULL;
	}
	return NULL;
}

struct rump_component_desc *
rump_kobj_component(struct kobj *ko)
{
	static const char prefix[] = "rump_component_desc_";
	struct rump_component_desc *d = NULL;

	for (u_int i = 1; i < ko->ko_nsyms && d == NULL; i++) {
		const struct kobj_sym *const sy = &ko->ko_sym[i];

		if (sy->sy_elf.st_shndx != ELF_SHN_UNDEF && sy->sy_known &&
		    strncmp(kobj_sym_name(ko, sy), prefix, sizeof(prefix) - 1) == 0)
			d = (void *)(uintptr_t)sy->sy_value;
	}
	if (d == NULL) {
		kobj_complain(ko, "has no description of a component");
		return NULL;
	}
	if (!within(ko, d, sizeof(*d)) || ((uintptr_t)d & 7) != 0)
		goto bad;
	if (d->rcd_version != RUMP_COMPONENT_VERSION)
		return d; /* the rest may mean anything */
	if (!within_string(ko, d->rcd_name, 64, false) ||
	    !within_string(ko, d->rcd_class, 16, false))
		goto bad;
	for (const char *const *need = d->rcd_needs;; need++) {
		if (!within(ko, need, sizeof(*need)) || ((uintptr_t)need & 7) != 0)
			goto bad;
		if (*need == NULL)
			return d;
		if (!within_string(ko, *need, 64, false))
			goto bad;
	}
bad:
	kobj_complain(ko, "the description of the component is bad");
	return NULL;
}
