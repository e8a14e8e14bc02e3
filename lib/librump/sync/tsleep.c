/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Sleeping on an address: tsleep(), wakeup(), kpause(). */
#include "sync_impl.h"

#include <sys/mutex.h>

static int
tsleep_on(wchan_t wchan, pri_t pri, const char *wmesg, int timo, kmutex_t *mtx)
{
	const bool intr = (pri & PCATCH) != 0;
	struct lwp *const l = curlwp;
	struct sleepq *sq;
	int error, nlocks;

	RUMP_POINT(SLEEP, wchan);
	if (intr && rump_lwp_interrupted(l)) {
		if (mtx != NULL && (pri & PNORELOCK) != 0)
			mutex_exit(mtx);
		return rump_lwp_intr_error(l);
	}
	sq = sleepq_lock(wchan);
	sleepq_enter(&sq->sq_head, &sq->sq_tail, l, wchan, SLEEPER_ADDRESS, wmesg);
	sleepq_unlock(sq);
	if (mtx != NULL)
		mutex_exit(mtx);
	ASSERT_SLEEPABLE();
	nlocks = rump_kernel_lock_drop();
	error = sleepq_block(l, sleepq_deadline(timo), intr);
	rump_kernel_lock_retake(nlocks);
	if (mtx != NULL && (pri & PNORELOCK) == 0)
		mutex_enter(mtx);
	return error;
}

int
tsleep(wchan_t wchan, pri_t pri, const char *wmesg, int timo)
{
	KASSERT(wchan != NULL);
	return tsleep_on(wchan, pri, wmesg, timo, NULL);
}

int
mtsleep(wchan_t wchan, pri_t pri, const char *wmesg, int timo, kmutex_t *mtx)
{
	KASSERT(wchan != NULL);
	KASSERT(mutex_owned(mtx));
	return tsleep_on(wchan, pri, wmesg, timo, mtx);
}

void
wakeup(wchan_t wchan)
{
	RUMP_POINT(WAKE, wchan);
	sleepq_wake(wchan, NULL, NULL, UINT_MAX);
}

void
wakeup_one(wchan_t wchan)
{
	RUMP_POINT(WAKE, wchan);
	sleepq_wake(wchan, NULL, NULL, 1);
}

int
kpause(const char *wmesg, bool intr, int timo, kmutex_t *mtx)
{
	struct lwp *const l = curlwp;
	const int64_t deadline_ns = sleepq_deadline(MAX(timo, 1));
	int error = 0, nlocks;

	RUMP_POINT(SLEEP, wmesg);
	KASSERT(timo != 0 || intr);
	if (mtx != NULL)
		mutex_exit(mtx);
	ASSERT_SLEEPABLE();
	nlocks = rump_kernel_lock_drop();
	l->l_sync.ls_wmesg = wmesg;
	while (error == 0) {
		if (intr && rump_lwp_interrupted(l))
			error = rump_lwp_intr_error(l);
		else
			error = lwp_park(deadline_ns);
	}
	l->l_sync.ls_wmesg = NULL;
	rump_kernel_lock_retake(nlocks);
	if (mtx != NULL)
		mutex_enter(mtx);
	return error;
}
