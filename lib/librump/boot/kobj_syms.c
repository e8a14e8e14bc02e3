/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What a module may refer to, in this order:
 *
 *	the eight functions of libc that kernel code may call; the thread's state
 *	rump_*, rumpns_*, RUMP_VOP_*: exports of components, then the dynamic symbols of the program, then what
 *	    the program gave by rump_pub_kernelfsym_load()
 *	helpers of the compiler and of sanitizers: the program's dynamic symbols
 *
 * Nothing else is looked for: a module can call neither the host nor a hypercall.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "elf_fmt.h"
#include "rump_component_desc.h"
#include "rump_entry.h"
#include "rump_module.h"

/* Locks: kernconfig_lock().  What rump_pub_kernelfsym_load() was told of; the program keeps it. */
static struct {
	const uint8_t *gs_sym;
	size_t gs_nsyms;
	const char *gs_str;
	size_t gs_strsize;
} given;

static const struct {
	const char *name;
	const void *addr;
} libc_names[] = {
#define NAME(fn)                      \
	{                             \
#fn, (const void *)fn \
	}
	NAME(memcpy),
	NAME(memmove),
	NAME(memset),
	NAME(memcmp),
	NAME(memchr),
	NAME(strlen),
	NAME(strcmp),
	NAME(strncmp),
#undef NAME
};

static bool
begins(const char *name, const char *const *prefixes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	}
	return false;
}

static bool
kernel_name(const char *name)
{
	static const char *const prefixes[] = { "rump_", "rumpns_", "RUMP_VOP_" };

	return begins(name, prefixes, __arraycount(prefixes));
}

static bool
runtime_name(const char *name)
{
	static const char *const prefixes[] = { "__asan_", "__tsan_", "__ubsan_", "__sanitizer_",
		"__sancov_", "__stack_chk_", "__aarch64_", "__udiv", "__umod", "__div", "__mod",
		"__mul", "__popcount" };

	return begins(name, prefixes, __arraycount(prefixes));
}

struct want {
	const char *w_name;
	uint64_t w_addr;
};

/* Binary search in one component's table. */
static bool
export_find(const struct rump_component_desc *d, void *arg)
{
	struct want *const w = arg;
	size_t lo = 0, hi = d->rcd_exports_end - d->rcd_exports;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const struct rump_export *const re = &d->rcd_exports[mid];
		const int cmp = strcmp(
		    w->w_name, (const char *)((uintptr_t)&re->re_name + (intptr_t)re->re_name));

		if (cmp == 0) {
			w->w_addr = (uintptr_t)&re->re_addr + (intptr_t)re->re_addr;
			return true;
		}
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}

static bool
given_find(struct want *w)
{
	struct elf_sym st;

	for (size_t i = 0; i < given.gs_nsyms; i++) {
		elf_sym_parse(given.gs_sym + i * ELF_SYM_SIZE, &st);
		if (st.st_shndx == ELF_SHN_UNDEF || st.st_bind == ELF_STB_LOCAL ||
		    st.st_type == ELF_STT_TLS || st.st_name >= given.gs_strsize ||
		    strcmp(given.gs_str + st.st_name, w->w_name) != 0)
			continue;
		w->w_addr = st.st_value;
		return true;
	}
	return false;
}

/* Offset of the thread's state from the thread pointer, the same in all threads. */
static uint64_t
thread_offset(void)
{
	uintptr_t tp;

#if defined(__x86_64__)
	__asm__("mov %%fs:0, %0" : "=r"(tp));
#else
	tp = (uintptr_t)__builtin_thread_pointer();
#endif
	return (uintptr_t)&rump_thread - tp;
}

int
rump_kobj_lookup(const char *name, uint64_t *addr)
{
	struct want w = { .w_name = name };
	void *p;

	for (size_t i = 0; i < __arraycount(libc_names); i++) {
		if (strcmp(libc_names[i].name, name) == 0) {
			*addr = (uintptr_t)libc_names[i].addr;
			return 0;
		}
	}
	if (strcmp(name, "rump_thread") == 0) {
		*addr = thread_offset();
		return 0;
	}
	if (kernel_name(name)) {
		if (rump_component_exports(export_find, &w)) {
			*addr = w.w_addr;
			return 0;
		}
	} else if (!runtime_name(name)) {
		return ENOENT;
	}
	if (rumpuser_dlsym(NULL, name, &p) == 0) {
		*addr = (uintptr_t)p;
		return 0;
	}
	if (!kernel_name(name) || !given_find(&w))
		return ENOENT;
	*addr = w.w_addr;
	return 0;
}

/* errors: EINVAL. */
int
rump_kobj_addsyms(const void *symtab, uint64_t symsize, const char *strtab, uint64_t strsize)
{
	if (symtab == NULL || strtab == NULL || symsize % ELF_SYM_SIZE != 0 || strsize == 0 ||
	    strtab[strsize - 1] != '\0')
		return EINVAL;
	given.gs_sym = symtab;
	given.gs_nsyms = symsize / ELF_SYM_SIZE;
	given.gs_str = strtab;
	given.gs_strsize = strsize;
	return 0;
}

void
rump_kobj_forgetsyms(void)
{
	memset(&given, 0, sizeof(given));
}
