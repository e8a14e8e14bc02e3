/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * KERNEL_LOCK, and assertions about sleeping.
 *
 * KERNEL_LOCK serialises whatever does not declare itself MPSAFE.  It is recursive, is dropped
 * while its holder sleeps (a mutex, a condvar, tsleep(), a hypercall that blocks), and is taken
 * again before the sleep returns.
 */
#ifndef KPI_SYS_LOCK_H
#define KPI_SYS_LOCK_H

#include <sys/types.h>

struct lwp;

__BEGIN_DECLS
/* Take it n times more.  ctx: thread, softint.  sleeps. */
void _kernel_lock(int n);
/* Give up n levels (0: all; -1: exactly one, the last); *countp, if not NULL: how many. */
void _kernel_unlock(int n, int *countp);
bool _kernel_locked_p(void);
bool kernel_lock_held(void);

/* Panics unless the caller may sleep: no spin mutex held, not in a read section. */
void assert_sleepable(void);
__END_DECLS

#define KERNEL_LOCK(n, l)	((void)(l), _kernel_lock(n))
#define KERNEL_UNLOCK_ALL(l, p) ((void)(l), _kernel_unlock(0, (p)))
#define KERNEL_UNLOCK_ONE(l)	((void)(l), _kernel_unlock(1, NULL))
#define KERNEL_UNLOCK_LAST(l)	((void)(l), _kernel_unlock(-1, NULL))
#define KERNEL_LOCKED_P()	_kernel_locked_p()

#define KERNEL_LOCK_UNLESS_MPSAFE(mpsafe) \
	do {                              \
		if (!(mpsafe))            \
			_kernel_lock(1);  \
	} while (0)
#define KERNEL_UNLOCK_UNLESS_MPSAFE(mpsafe)      \
	do {                                     \
		if (!(mpsafe))                   \
			_kernel_unlock(1, NULL); \
	} while (0)
#define KERNEL_LOCK_UNLESS_NET_MPSAFE()	  KERNEL_LOCK(1, NULL)
#define KERNEL_UNLOCK_UNLESS_NET_MPSAFE() KERNEL_UNLOCK_ONE(NULL)

#ifdef DIAGNOSTIC
#define ASSERT_SLEEPABLE() assert_sleepable()
#else
#define ASSERT_SLEEPABLE() ((void)0)
#endif

#endif /* KPI_SYS_LOCK_H */
