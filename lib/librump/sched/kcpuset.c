/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* kcpuset(9): a reference count and a bit for each of MAXCPUS virtual CPUs. */
#include <sys/kcpuset.h>

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#define WORDS howmany(MAXCPUS, 32)

/* Locks: (a) atomic. */
struct kcpuset {
	u_int kc_refs;			  /* (a) */
	volatile uint32_t kc_bits[WORDS]; /* the owner's, or (a) */
};

static inline uint32_t
bit_of(cpuid_t cpu)
{
	KASSERT((u_int)cpu < MAXCPUS);
	return (uint32_t)1 << (cpu % 32);
}

/* ---- Life ---- */

void
kcpuset_create(kcpuset_t **retkcp, bool zero)
{
	kcpuset_t *const kcp = kmem_zalloc(sizeof(*kcp), KM_SLEEP);

	kcp->kc_refs = 1;
	*retkcp = kcp;
}

void
kcpuset_clone(kcpuset_t **retkcp, const kcpuset_t *kcp)
{
	kcpuset_create(retkcp, false);
	kcpuset_copy(*retkcp, kcp);
}

void
kcpuset_destroy(kcpuset_t *kcp)
{
	KASSERT(kcp->kc_refs == 1);
	kmem_free(kcp, sizeof(*kcp));
}

void
kcpuset_use(kcpuset_t *kcp)
{
	atomic_inc_uint(&kcp->kc_refs);
}

void
kcpuset_unuse(kcpuset_t *kcp, kcpuset_t **lst)
{
	if (atomic_dec_uint_nv(&kcp->kc_refs) != 0)
		return;
	kcp->kc_refs = 1;
	if (lst != NULL)
		*lst = kcp;
	else
		kcpuset_destroy(kcp);
}

/* ---- User space ---- */

/* Only CPUs that exist. */
static bool
valid(const uint32_t *bits)
{
	for (u_int cpu = (u_int)ncpu; cpu < MAXCPUS; cpu++)
		if ((bits[cpu / 32] & bit_of((cpuid_t)cpu)) != 0)
			return false;
	return true;
}

int
kcpuset_copyin(const cpuset_t *ucp, kcpuset_t *kcp, size_t len)
{
	uint32_t bits[WORDS];
	int error;

	if (len == 0 || len > sizeof(bits) || len % sizeof(bits[0]) != 0)
		return EINVAL;
	memset(bits, 0, sizeof(bits));
	if ((error = copyin(ucp, bits, len)) != 0)
		return error;
	if (!valid(bits))
		return EINVAL;
	for (u_int i = 0; i < WORDS; i++)
		kcp->kc_bits[i] = bits[i];
	return 0;
}

int
kcpuset_copyout(kcpuset_t *kcp, cpuset_t *ucp, size_t len)
{
	uint32_t bits[WORDS];

	if (len == 0 || len > sizeof(bits) || len % sizeof(bits[0]) != 0)
		return EINVAL;
	for (u_int i = 0; i < WORDS; i++)
		bits[i] = kcp->kc_bits[i];
	return copyout(bits, ucp, len);
}

/* ---- The owner's operations ---- */

void
kcpuset_copy(kcpuset_t *dst, const kcpuset_t *src)
{
	for (u_int i = 0; i < WORDS; i++)
		dst->kc_bits[i] = src->kc_bits[i];
}

void
kcpuset_zero(kcpuset_t *kcp)
{
	for (u_int i = 0; i < WORDS; i++)
		kcp->kc_bits[i] = 0;
}

void
kcpuset_fill(kcpuset_t *kcp)
{
	kcpuset_zero(kcp);
	for (int cpu = 0; cpu < ncpu; cpu++)
		kcpuset_set(kcp, cpu);
}

void
kcpuset_set(kcpuset_t *kcp, cpuid_t cpu)
{
	kcp->kc_bits[cpu / 32] |= bit_of(cpu);
}

void
kcpuset_clear(kcpuset_t *kcp, cpuid_t cpu)
{
	kcp->kc_bits[cpu / 32] &= ~bit_of(cpu);
}

void
kcpuset_merge(kcpuset_t *a, const kcpuset_t *b)
{
	for (u_int i = 0; i < WORDS; i++)
		a->kc_bits[i] |= b->kc_bits[i];
}

void
kcpuset_intersect(kcpuset_t *a, const kcpuset_t *b)
{
	for (u_int i = 0; i < WORDS; i++)
		a->kc_bits[i] &= b->kc_bits[i];
}

void
kcpuset_remove(kcpuset_t *a, const kcpuset_t *b)
{
	for (u_int i = 0; i < WORDS; i++)
		a->kc_bits[i] &= ~b->kc_bits[i];
}

/* ---- Questions ---- */

bool
kcpuset_isset(const kcpuset_t *kcp, cpuid_t cpu)
{
	return (kcp->kc_bits[cpu / 32] & bit_of(cpu)) != 0;
}

bool
kcpuset_isotherset(const kcpuset_t *kcp, cpuid_t cpu)
{
	for (u_int i = 0; i < WORDS; i++)
		if ((kcp->kc_bits[i] & ~(i == (u_int)cpu / 32 ? bit_of(cpu) : 0)) != 0)
			return true;
	return false;
}

bool
kcpuset_iszero(const kcpuset_t *kcp)
{
	return kcpuset_ffs(kcp) == 0;
}

bool
kcpuset_match(const kcpuset_t *a, const kcpuset_t *b)
{
	for (u_int i = 0; i < WORDS; i++)
		if (a->kc_bits[i] != b->kc_bits[i])
			return false;
	return true;
}

bool
kcpuset_intersecting_p(const kcpuset_t *a, const kcpuset_t *b)
{
	return kcpuset_ffs_intersecting(a, b) != 0;
}

cpuid_t
kcpuset_ffs(const kcpuset_t *kcp)
{
	return kcpuset_ffs_intersecting(kcp, kcp);
}

cpuid_t
kcpuset_ffs_intersecting(const kcpuset_t *a, const kcpuset_t *b)
{
	for (u_int i = 0; i < WORDS; i++) {
		const uint32_t both = a->kc_bits[i] & b->kc_bits[i];

		if (both != 0)
			return (cpuid_t)(i * 32) + ffs((int)both);
	}
	return 0;
}

int
kcpuset_countset(const kcpuset_t *kcp)
{
	int n = 0;

	for (u_int i = 0; i < WORDS; i++)
		for (uint32_t w = kcp->kc_bits[i]; w != 0; w &= w - 1)
			n++;
	return n;
}

/* ---- Atomic operations ---- */

void
kcpuset_atomic_set(kcpuset_t *kcp, cpuid_t cpu)
{
	atomic_or_32(&kcp->kc_bits[cpu / 32], bit_of(cpu));
}

void
kcpuset_atomic_clear(kcpuset_t *kcp, cpuid_t cpu)
{
	atomic_and_32(&kcp->kc_bits[cpu / 32], ~bit_of(cpu));
}

void
kcpuset_atomicly_merge(kcpuset_t *a, const kcpuset_t *b)
{
	for (u_int i = 0; i < WORDS; i++)
		atomic_or_32(&a->kc_bits[i], b->kc_bits[i]);
}

void
kcpuset_atomicly_intersect(kcpuset_t *a, const kcpuset_t *b)
{
	for (u_int i = 0; i < WORDS; i++)
		atomic_and_32(&a->kc_bits[i], b->kc_bits[i]);
}

void
kcpuset_atomicly_remove(kcpuset_t *a, const kcpuset_t *b)
{
	for (u_int i = 0; i < WORDS; i++)
		atomic_and_32(&a->kc_bits[i], ~b->kc_bits[i]);
}
