/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Kernel side of reloc_test.c and of the fuzzer: relocations of both machines, and objects out of memory that are
 * read and linked, but never run.
 */
#include <sys/param.h>
#include <sys/module.h>
#include <sys/systm.h>

#include "kobj_impl.h"

int rump_test_kobj_apply(int machine, uint32_t type, uint8_t *where, uint64_t sym, int64_t addend);
int rump_test_kobj_bytes(const void *bytes, size_t len);
void rump_fuzz_kobj(const void *bytes, size_t len);

/* 0: it fits, 1: it does not, -1: no such type. */
int
rump_test_kobj_apply(int machine, uint32_t type, uint8_t *where, uint64_t sym, int64_t addend)
{
	const struct kobj_arch *const ka =
	    machine == ELF_EM_AARCH64 ? &rump_kobj_aarch64 : &rump_kobj_x86_64;
	const struct kobj_rel rl = { .rl_where = where,
		.rl_type = type,
		.rl_sym = sym,
		.rl_got = sym,
		.rl_tpgot = sym,
		.rl_addend = addend };

	if ((*ka->ka_width)(type) < 0)
		return -1;
	return (*ka->ka_apply)(&rl) ? 0 : 1;
}

struct memfile {
	const uint8_t *bytes;
};

static int
mem_read(void *cookie, void *buf, size_t len, uint64_t off)
{
	memcpy(buf, ((struct memfile *)cookie)->bytes + off, len);
	return 0;
}

int
rump_test_kobj_bytes(const void *bytes, size_t len)
{
	struct memfile m = { bytes };
	const struct rump_modfile mf = { "bytes", len, mem_read, NULL, &m };
	struct rump_component_desc *d;
	struct kobj *ko;
	int error;

	if ((error = rump_kobj_load(&mf, &ko)) != 0)
		return error;
	d = rump_kobj_component(ko);
	for (size_t i = 0; rump_kobj_modinfo(ko, i) != NULL; i++)
		continue;
	kernconfig_lock();
	error = d == NULL ? ENOEXEC : rump_kobj_affix(ko);
	kernconfig_unlock();
	rump_kobj_unload(ko);
	return error;
}

/* ctx: any host thread. */
void
rump_fuzz_kobj(const void *bytes, size_t len)
{
	(void)rump_test_kobj_bytes(bytes, len);
}
