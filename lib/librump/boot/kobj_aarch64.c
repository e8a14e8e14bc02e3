/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Relocations of AArch64 (ELF for the Arm 64-bit Architecture, section 5.7), as far as
 * position-independent kernel code of the small model has them.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include "kobj_impl.h"

enum {
	R_NONE = 0,
	R_NONE_OLD = 256,
	R_ABS64 = 257,
	R_ABS32 = 258,
	R_PREL64 = 260,
	R_PREL32 = 261,
	R_LD_PREL_LO19 = 273,
	R_ADR_PREL_LO21 = 274,
	R_ADR_PREL_PG_HI21 = 275,
	R_ADR_PREL_PG_HI21_NC = 276,
	R_ADD_ABS_LO12_NC = 277,
	R_LDST8_ABS_LO12_NC = 278,
	R_TSTBR14 = 279,
	R_CONDBR19 = 280,
	R_JUMP26 = 282,
	R_CALL26 = 283,
	R_LDST16_ABS_LO12_NC = 284,
	R_LDST32_ABS_LO12_NC = 285,
	R_LDST64_ABS_LO12_NC = 286,
	R_LDST128_ABS_LO12_NC = 299,
	R_ADR_GOT_PAGE = 311,
	R_LD64_GOT_LO12_NC = 312,
	R_TLSIE_ADR_GOTTPREL_PAGE21 = 541,
	R_TLSIE_LD64_GOTTPREL_LO12_NC = 542
};

static int
aarch64_width(uint32_t type)
{
	switch (type) {
	case R_NONE:
	case R_NONE_OLD:
		return 0;
	case R_ABS64:
	case R_PREL64:
		return 8;
	case R_ABS32:
	case R_PREL32:
	case R_JUMP26:
	case R_CALL26:
	case R_LDST16_ABS_LO12_NC:
	case R_LDST32_ABS_LO12_NC:
	case R_LDST64_ABS_LO12_NC:
	case R_LDST128_ABS_LO12_NC:
	case R_ADR_GOT_PAGE:
	case R_LD64_GOT_LO12_NC:
	case R_TLSIE_ADR_GOTTPREL_PAGE21:
	case R_TLSIE_LD64_GOTTPREL_LO12_NC:
		return 4;
	default:
		return type >= R_LD_PREL_LO19 && type <= R_CONDBR19 ? 4 : -1;
	}
}

static u_int
aarch64_needs(uint32_t type, bool elsewhere)
{
	switch (type) {
	case R_ADR_GOT_PAGE:
	case R_LD64_GOT_LO12_NC:
		return KOBJ_GOT;
	case R_TLSIE_ADR_GOTTPREL_PAGE21:
	case R_TLSIE_LD64_GOTTPREL_LO12_NC:
		return KOBJ_TPGOT;
	case R_JUMP26:
	case R_CALL26:
		return elsewhere ? KOBJ_GOT | KOBJ_STUB : 0;
	default:
		return 0;
	}
}

/* Replace `bits' bits of the instruction from bit `shift' on. */
static void
insn_field(uint8_t *p, u_int shift, u_int bits, uint64_t v)
{
	const uint32_t mask = ((1u << bits) - 1) << shift;

	le32enc(p, (le32dec(p) & ~mask) | ((uint32_t)(v << shift) & mask));
}

/* A signed number of bits + 2, of which the lowest two are zero. */
static bool
insn_branch(uint8_t *p, u_int shift, u_int bits, uint64_t to)
{
	const int64_t v = (int64_t)(to - (uintptr_t)p), max = (int64_t)1 << (bits + 1);

	insn_field(p, shift, bits, (uint64_t)(v >> 2));
	return (v & 3) == 0 && v >= -max && v < max;
}

/* ADR and ADRP: 21 bits in two fields. */
static bool
insn_adr(uint8_t *p, int64_t v)
{
	insn_field(p, 29, 2, (uint64_t)v);
	insn_field(p, 5, 19, (uint64_t)(v >> 2));
	return v >= -((int64_t)1 << 20) && v < (int64_t)1 << 20;
}

static bool
insn_adrp(uint8_t *p, uint64_t to)
{
	return insn_adr(
	    p, (int64_t)((to & ~(uint64_t)0xfff) - ((uintptr_t)p & ~(uint64_t)0xfff)) >> 12);
}

/* The offset in a page, in units of the access's size. */
static bool
insn_lo12(uint8_t *p, uint64_t to, u_int scale)
{
	insn_field(p, 10, 12, (to & 0xfff) >> scale);
	return (to & ((1u << scale) - 1)) == 0;
}

static bool
apply_data(const struct kobj_rel *rl, uint64_t v)
{
	uint8_t *const p = rl->rl_where;
	const int64_t d = (int64_t)(v - (uintptr_t)p);

	switch (rl->rl_type) {
	case R_ABS64:
		le64enc(p, v);
		return true;
	case R_PREL64:
		le64enc(p, (uint64_t)d);
		return true;
	case R_ABS32:
		le32enc(p, (uint32_t)v);
		return v == (uint32_t)v || (int64_t)v == (int32_t)v;
	case R_PREL32:
		le32enc(p, (uint32_t)d);
		return d == (int32_t)d;
	default:
		return rl->rl_type == R_NONE || rl->rl_type == R_NONE_OLD;
	}
}

static bool
aarch64_apply(const struct kobj_rel *rl)
{
	const uint64_t a = (uint64_t)rl->rl_addend, v = rl->rl_sym + a;
	uint8_t *const p = rl->rl_where;

	switch (rl->rl_type) {
	case R_LD_PREL_LO19:
	case R_CONDBR19:
		return insn_branch(p, 5, 19, v);
	case R_TSTBR14:
		return insn_branch(p, 5, 14, v);
	case R_JUMP26:
	case R_CALL26:
		return insn_branch(p, 0, 26, (rl->rl_stub != 0 ? rl->rl_stub : rl->rl_sym) + a);
	case R_ADR_PREL_LO21:
		return insn_adr(p, (int64_t)(v - (uintptr_t)p));
	case R_ADR_PREL_PG_HI21:
		return insn_adrp(p, v);
	case R_ADR_PREL_PG_HI21_NC:
		(void)insn_adrp(p, v);
		return true;
	case R_ADD_ABS_LO12_NC:
	case R_LDST8_ABS_LO12_NC:
		return insn_lo12(p, v, 0);
	case R_LDST16_ABS_LO12_NC:
		return insn_lo12(p, v, 1);
	case R_LDST32_ABS_LO12_NC:
		return insn_lo12(p, v, 2);
	case R_LDST64_ABS_LO12_NC:
		return insn_lo12(p, v, 3);
	case R_LDST128_ABS_LO12_NC:
		return insn_lo12(p, v, 4);
	case R_ADR_GOT_PAGE:
		return insn_adrp(p, rl->rl_got + a);
	case R_LD64_GOT_LO12_NC:
		return insn_lo12(p, rl->rl_got + a, 3);
	case R_TLSIE_ADR_GOTTPREL_PAGE21:
		return insn_adrp(p, rl->rl_tpgot + a);
	case R_TLSIE_LD64_GOTTPREL_LO12_NC:
		return insn_lo12(p, rl->rl_tpgot + a, 3);
	default:
		return apply_data(rl, v);
	}
}

/* adrp x16, slot; ldr x16, [x16, slot]; br x16; nop.  The image is smaller than ADRP reaches. */
static void
aarch64_stub(uint8_t *where, uint64_t got)
{
	le32enc(where, 0x90000010);
	(void)insn_adrp(where, got);
	le32enc(where + 4, 0xf9400210);
	(void)insn_lo12(where + 4, got, 3);
	le32enc(where + 8, 0xd61f0200);
	le32enc(where + 12, 0xd503201f);
}

const struct kobj_arch rump_kobj_aarch64 = {
	.ka_machine = ELF_EM_AARCH64,
	.ka_width = aarch64_width,
	.ka_needs = aarch64_needs,
	.ka_apply = aarch64_apply,
	.ka_stub = aarch64_stub,
};
