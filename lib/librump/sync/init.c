/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Boot and halt of synchronization, and what an lwp's life means for it. */
#include "sync_impl.h"

#include <sys/condvar.h>

/* Broadcast by nobody: sleepers on it wait for their time limit. */
kcondvar_t lbolt;

#ifdef KPI_TSAN
unsigned int rump_membar_word;
#endif

int
rump_sync_init(void)
{
	/* A kernel that a fork() cut off may have left anything here. */
	memset(sleepq_table, 0, sizeof(sleepq_table));
	cv_init(&lbolt, "lbolt");
	lockdebug_init();
	kernel_lock_init();
	return 0;
}

void
rump_sync_fini(void)
{
	for (u_int i = 0; i < SLEEPQ_COUNT; i++)
		KASSERTMSG(sleepq_table[i].sq_head == NULL, "an lwp sleeps (%s)",
		    sleepq_table[i].sq_head->l_sync.ls_wmesg);
	kernel_lock_fini();
	cv_destroy(&lbolt);
}

void
rump_sync_lwp_init(struct lwp *l)
{
	memset(&l->l_sync, 0, sizeof(l->l_sync));
}

#ifdef DIAGNOSTIC
void
rump_sync_keep(struct lwp *l)
{
	l->l_vnkept += l->l_locks;
	l->l_locks = 0;
	lockdebug_forget(l);
}

void
rump_sync_leave_check(struct lwp *l)
{
	if (__predict_false(l->l_locks < 0 && l->l_vnkept + l->l_locks >= 0)) {
		/* It let go of some that were kept. */
		l->l_vnkept += l->l_locks;
		l->l_locks = 0;
	}
	lockdebug_none(l, false, "leaving the kernel");
	KASSERTMSG(l->l_locks == 0, "%d locks are held on leaving the kernel", l->l_locks);
	KASSERT(l->l_sync.ls_nklock == 0);
	KASSERT(l->l_sync.ls_nspin == 0);
}
#endif

void
rump_sync_lwp_check(struct lwp *l)
{
	const struct lwp_sync *const ls = &l->l_sync;

	lockdebug_none(l, false, "the end of an lwp");
	KASSERTMSG(l->l_vnkept == 0, "lwp %p ends with %d vnodes locked", l, l->l_vnkept);
	KASSERTMSG(ls->ls_wchan == NULL, "lwp %p ends asleep (%s)", l, ls->ls_wmesg);
	KASSERTMSG(ls->ls_nspin == 0, "lwp %p ends with spin mutexes held", l);
	KASSERTMSG(ls->ls_nklock == 0, "lwp %p ends with KERNEL_LOCK held", l);
}
