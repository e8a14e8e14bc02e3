/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * KERNEL_LOCK: an adaptive mutex and a depth in the lwp (ls_nklock).
 *
 * Whoever blocks drops all levels before and takes them again after (rump_kernel_lock_drop() and
 * _retake()).  So it can be waited for with any lock held: its holder, when it comes to wait for
 * that lock, gives it up.  Except spin mutexes, whose holders never wait.
 */
#include "sync_impl.h"

#include <sys/mutex.h>

static kmutex_t kernel_lock;

void
kernel_lock_init(void)
{
	/* Out of the lock order: see above. */
	mutex_init(&kernel_lock, MUTEX_NODEBUG, IPL_NONE);
}

void
kernel_lock_fini(void)
{
	mutex_destroy(&kernel_lock);
}

void
_kernel_lock(int n)
{
	struct lwp *const l = curlwp;

	KASSERT(n > 0);
	if (l->l_sync.ls_nklock == 0)
		mutex_enter(&kernel_lock);
	l->l_sync.ls_nklock += n;
}

void
_kernel_unlock(int n, int *countp)
{
	struct lwp *const l = curlwp;
	const int depth = l->l_sync.ls_nklock;

	if (countp != NULL)
		*countp = n == 0 ? depth : n < 0 ? 1 : n;
	if (n == 0)
		n = depth;
	KASSERTMSG(n >= 0 || depth == 1, "KERNEL_UNLOCK_LAST at depth %d", depth);
	if (n < 0)
		n = 1;
	KASSERTMSG(n <= depth, "KERNEL_LOCK given up %d times, held %d times", n, depth);
	if (n == 0)
		return;
	l->l_sync.ls_nklock = (uint16_t)(depth - n);
	if (depth == n)
		mutex_exit(&kernel_lock);
}

bool
_kernel_locked_p(void)
{
	return curlwp->l_sync.ls_nklock != 0;
}

bool
kernel_lock_held(void)
{
	return _kernel_locked_p();
}

int
rump_kernel_lock_drop(void)
{
	int n = 0;

	if (__predict_false(_kernel_locked_p()))
		_kernel_unlock(0, &n);
	return n;
}

void
rump_kernel_lock_retake(int n)
{
	if (__predict_false(n != 0))
		_kernel_lock(n);
}
