/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Relocations of x86-64 (System V ABI, AMD64 supplement, table 4.9), as far as position-independent
 * kernel code has them.  S symbol, A addend, P place, G slot.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include "kobj_impl.h"

enum {
	R_NONE = 0,
	R_64 = 1,
	R_PC32 = 2,
	R_PLT32 = 4,
	R_GOTPCREL = 9,
	R_32 = 10,
	R_32S = 11,
	R_GOTTPOFF = 22,
	R_PC64 = 24,
	R_GOTPCRELX = 41,
	R_REX_GOTPCRELX = 42
};

static int
x86_64_width(uint32_t type)
{
	switch (type) {
	case R_NONE:
		return 0;
	case R_64:
	case R_PC64:
		return 8;
	case R_PC32:
	case R_PLT32:
	case R_GOTPCREL:
	case R_32:
	case R_32S:
	case R_GOTTPOFF:
	case R_GOTPCRELX:
	case R_REX_GOTPCRELX:
		return 4;
	default:
		return -1;
	}
}

static u_int
x86_64_needs(uint32_t type, bool elsewhere)
{
	switch (type) {
	case R_GOTPCREL:
	case R_GOTPCRELX:
	case R_REX_GOTPCRELX:
		return KOBJ_GOT;
	case R_GOTTPOFF:
		return KOBJ_TPGOT;
	case R_PLT32:
		return elsewhere ? KOBJ_GOT | KOBJ_STUB : 0;
	default:
		return 0;
	}
}

/* A displacement of 32 bits. */
static bool
put32(uint8_t *where, uint64_t to)
{
	const int64_t v = (int64_t)(to - (uintptr_t)where);

	le32enc(where, (uint32_t)v);
	return v == (int32_t)v;
}

static bool
x86_64_apply(const struct kobj_rel *rl)
{
	const uint64_t a = (uint64_t)rl->rl_addend, v = rl->rl_sym + a;
	uint8_t *const p = rl->rl_where;

	switch (rl->rl_type) {
	case R_64:
		le64enc(p, v);
		return true;
	case R_PC64:
		le64enc(p, v - (uintptr_t)p);
		return true;
	case R_PC32:
		return put32(p, v);
	case R_PLT32:
		return put32(p, (rl->rl_stub != 0 ? rl->rl_stub : rl->rl_sym) + a);
	case R_GOTPCREL:
	case R_GOTPCRELX:
	case R_REX_GOTPCRELX:
		return put32(p, rl->rl_got + a);
	case R_GOTTPOFF:
		return put32(p, rl->rl_tpgot + a);
	case R_32:
		le32enc(p, (uint32_t)v);
		return v == (uint32_t)v;
	case R_32S:
		le32enc(p, (uint32_t)v);
		return (int64_t)v == (int32_t)v;
	default:
		return rl->rl_type == R_NONE;
	}
}

/* jmp *slot(%rip) */
static void
x86_64_stub(uint8_t *where, uint64_t got)
{
	where[0] = 0xff;
	where[1] = 0x25;
	le32enc(where + 2, (uint32_t)(got - ((uintptr_t)where + 6)));
	memset(where + 6, 0xcc, KOBJ_STUBSIZE - 6);
}

const struct kobj_arch rump_kobj_x86_64 = {
	.ka_machine = ELF_EM_X86_64,
	.ka_width = x86_64_width,
	.ka_needs = x86_64_needs,
	.ka_apply = x86_64_apply,
	.ka_stub = x86_64_stub,
};
