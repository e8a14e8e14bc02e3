/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Mutexes and rwlocks with a reference count: several objects share one lock, which goes with the
 * last of them.  The lock comes first, so that its address is the object's.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/systm.h>

/* Locks: (a) atomic.  Each has cache lines of its own. */
struct mutex_obj {
	kmutex_t mo_mutex;
	volatile u_int mo_refcnt; /* (a) */
} __cacheline_aligned;

struct rw_obj {
	krwlock_t ro_lock;
	volatile u_int ro_refcnt; /* (a) */
} __cacheline_aligned;

/* Drop one reference; true for the last, whose holder then sees all that the others did. */
static bool
lockobj_put(volatile u_int *refcnt)
{
	KASSERT(*refcnt > 0);
	membar_release();
	if (atomic_dec_uint_nv(refcnt) != 0)
		return false;
	membar_acquire();
	return true;
}

static kmutex_t *
mutex_obj_make(kmutex_type_t type, int ipl, km_flag_t flag)
{
	struct mutex_obj *const mo = kmem_alloc(sizeof(*mo), flag);

	if (mo == NULL)
		return NULL;
	mutex_init(&mo->mo_mutex, type, ipl);
	mo->mo_refcnt = 1;
	return &mo->mo_mutex;
}

kmutex_t *
mutex_obj_alloc(kmutex_type_t type, int ipl)
{
	return mutex_obj_make(type, ipl, KM_SLEEP);
}

kmutex_t *
mutex_obj_tryalloc(kmutex_type_t type, int ipl)
{
	return mutex_obj_make(type, ipl, KM_NOSLEEP);
}

void
mutex_obj_hold(kmutex_t *mtx)
{
	atomic_inc_uint(&((struct mutex_obj *)mtx)->mo_refcnt);
}

bool
mutex_obj_free(kmutex_t *mtx)
{
	struct mutex_obj *const mo = (struct mutex_obj *)mtx;

	if (!lockobj_put(&mo->mo_refcnt))
		return false;
	mutex_destroy(&mo->mo_mutex);
	kmem_free(mo, sizeof(*mo));
	return true;
}

u_int
mutex_obj_refcnt(kmutex_t *mtx)
{
	return atomic_load_relaxed(&((struct mutex_obj *)mtx)->mo_refcnt);
}

static krwlock_t *
rw_obj_make(km_flag_t flag)
{
	struct rw_obj *const ro = kmem_alloc(sizeof(*ro), flag);

	if (ro == NULL)
		return NULL;
	rw_init(&ro->ro_lock);
	ro->ro_refcnt = 1;
	return &ro->ro_lock;
}

krwlock_t *
rw_obj_alloc(void)
{
	return rw_obj_make(KM_SLEEP);
}

krwlock_t *
rw_obj_tryalloc(void)
{
	return rw_obj_make(KM_NOSLEEP);
}

void
rw_obj_hold(krwlock_t *rw)
{
	atomic_inc_uint(&((struct rw_obj *)rw)->ro_refcnt);
}

bool
rw_obj_free(krwlock_t *rw)
{
	struct rw_obj *const ro = (struct rw_obj *)rw;

	if (!lockobj_put(&ro->ro_refcnt))
		return false;
	rw_destroy(&ro->ro_lock);
	kmem_free(ro, sizeof(*ro));
	return true;
}

u_int
rw_obj_refcnt(krwlock_t *rw)
{
	return atomic_load_relaxed(&((struct rw_obj *)rw)->ro_refcnt);
}
