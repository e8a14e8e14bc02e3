/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * kcpuset(9): sets of virtual CPUs.  cpuset_t is what user space passes: bits in 32-bit words, CPU 0 lowest.
 *
 * Two sets of one call may be the same.  Only the atomic functions may be called on a set that others look
 * at; the rest is for its owner.  ctx: any, but create and clone (thread; sleep) and the copies
 * from and to user space.
 */
#ifndef KPI_SYS_KCPUSET_H
#define KPI_SYS_KCPUSET_H

#include <sys/types.h>

typedef struct kcpuset kcpuset_t;
typedef struct _cpuset cpuset_t;

/* One reference; empty with zero, else undefined. */
void kcpuset_create(kcpuset_t **retkcp, bool zero);
void kcpuset_clone(kcpuset_t **retkcp, const kcpuset_t *kcp);
/* Drop the only reference. */
void kcpuset_destroy(kcpuset_t *kcp);
/* Another reference, and one less: the last frees the set, or (lst not NULL) is given to *lst. */
void kcpuset_use(kcpuset_t *kcp);
void kcpuset_unuse(kcpuset_t *kcp, kcpuset_t **lst);

/* len bytes of user memory.  errors: EINVAL (too long, not whole words, a CPU that is not), EFAULT. */
int kcpuset_copyin(const cpuset_t *ucp, kcpuset_t *kcp, size_t len);
int kcpuset_copyout(kcpuset_t *kcp, cpuset_t *ucp, size_t len);

void kcpuset_copy(kcpuset_t *dst, const kcpuset_t *src);
void kcpuset_zero(kcpuset_t *kcp);
/* Every CPU of this kernel. */
void kcpuset_fill(kcpuset_t *kcp);
void kcpuset_set(kcpuset_t *kcp, cpuid_t cpu);
void kcpuset_clear(kcpuset_t *kcp, cpuid_t cpu);

bool kcpuset_isset(const kcpuset_t *kcp, cpuid_t cpu);
/* Any but cpu. */
bool kcpuset_isotherset(const kcpuset_t *kcp, cpuid_t cpu);
bool kcpuset_iszero(const kcpuset_t *kcp);
bool kcpuset_match(const kcpuset_t *a, const kcpuset_t *b);
bool kcpuset_intersecting_p(const kcpuset_t *a, const kcpuset_t *b);
/* The lowest CPU counted from 1; 0 for none. */
cpuid_t kcpuset_ffs(const kcpuset_t *kcp);
cpuid_t kcpuset_ffs_intersecting(const kcpuset_t *a, const kcpuset_t *b);
int kcpuset_countset(const kcpuset_t *kcp);

/* a |= b, a &= b, a &= ~b; the atomic ones word by word. */
void kcpuset_merge(kcpuset_t *a, const kcpuset_t *b);
void kcpuset_intersect(kcpuset_t *a, const kcpuset_t *b);
void kcpuset_remove(kcpuset_t *a, const kcpuset_t *b);
void kcpuset_atomic_set(kcpuset_t *kcp, cpuid_t cpu);
void kcpuset_atomic_clear(kcpuset_t *kcp, cpuid_t cpu);
void kcpuset_atomicly_merge(kcpuset_t *a, const kcpuset_t *b);
void kcpuset_atomicly_intersect(kcpuset_t *a, const kcpuset_t *b);
void kcpuset_atomicly_remove(kcpuset_t *a, const kcpuset_t *b);

#endif /* KPI_SYS_KCPUSET_H */
