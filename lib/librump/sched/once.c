/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * once(9).  What has run is on a list, so that a halted kernel's state does not count for the next.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/once.h>

#include "rump_boot.h"

static kmutex_t once_lock;
static kcondvar_t once_cv;
static LIST_HEAD(, once) done; /* once_lock */

int
rump_once_init(void)
{
	mutex_init(&once_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&once_cv, "runonce");
	LIST_INIT(&done);
	return 0;
}

void
rump_once_fini(void)
{
	once_t *o;

	while ((o = LIST_FIRST(&done)) != NULL) {
		LIST_REMOVE(o, o_list);
		o->o_status = ONCE_VIRGIN;
		o->o_refcnt = 0;
	}
	cv_destroy(&once_cv);
	mutex_destroy(&once_lock);
}

int
_run_once(once_t *o, int (*fn)(void))
{
	return _init_once(o, fn);
}

int
_init_once(once_t *o, int (*fn)(void))
{
	int error = 0;

	mutex_enter(&once_lock);
	while (o->o_status == ONCE_RUNNING)
		cv_wait(&once_cv, &once_lock);
	if (o->o_status == ONCE_VIRGIN) {
		o->o_status = ONCE_RUNNING;
		mutex_exit(&once_lock);
		error = (*fn)();
		mutex_enter(&once_lock);
		o->o_status = error == 0 ? ONCE_DONE : ONCE_VIRGIN;
		if (error == 0)
			LIST_INSERT_HEAD(&done, o, o_list);
		cv_broadcast(&once_cv);
	}
	if (error == 0)
		o->o_refcnt++;
	mutex_exit(&once_lock);
	return error;
}

void
_fini_once(once_t *o, void (*fn)(void))
{
	mutex_enter(&once_lock);
	while (o->o_status == ONCE_RUNNING)
		cv_wait(&once_cv, &once_lock);
	KASSERT(o->o_status == ONCE_DONE && o->o_refcnt > 0);
	if (--o->o_refcnt == 0) {
		o->o_status = ONCE_RUNNING;
		LIST_REMOVE(o, o_list);
		mutex_exit(&once_lock);
		(*fn)();
		mutex_enter(&once_lock);
		o->o_status = ONCE_VIRGIN;
		cv_broadcast(&once_cv);
	}
	mutex_exit(&once_lock);
}
