/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Passive references.
 *
 * A class has one list for each virtual CPU, with a leaf lock; a reference goes on the list of the
 * CPU where it is taken and remembers it.  Taking and dropping one are two locked instructions each
 * on a line that only this CPU uses, as a rule.
 *
 * Draining a target: prt_draining is set, then all lists are searched under their locks, again each
 * time that a reference to a draining target is dropped.  Who drops one looks at prt_draining under
 * the list's lock: either it had dropped it before the search came by, or it sees the flag, and
 * drops and signals with pc_lock held.  So the drainer sleeps only when a signal is to come, and
 * having passed pc_lock once more, knows that nobody is about to touch the class.
 *
 * Lock order: pc_lock, pl_lock.
 */
#include "sync_impl.h"

#include <sys/condvar.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/psref.h>

/* Locks: (c) pl_lock. */
struct psref_list {
	struct rump_leaf pl_lock;
	struct psref *pl_first; /* (c) */
} __cacheline_aligned;

/* Locks: (i) immutable, (m) pc_lock. */
struct psref_class {
	kmutex_t pc_lock;	     /* guards sleeping for the end of references */
	kcondvar_t pc_cv;	     /* (m) a reference to a draining target was dropped */
	u_int pc_nlist;		     /* (i) ncpu */
	struct psref_list pc_list[]; /* (i) by index of the CPU */
};

static size_t
psref_class_size(u_int n)
{
	return sizeof(struct psref_class) + n * sizeof(struct psref_list);
}

struct psref_class *
psref_class_create(const char *name, int ipl)
{
	struct psref_class *const pc = kmem_zalloc(psref_class_size(ncpu), KM_SLEEP);

	mutex_init(&pc->pc_lock, MUTEX_DEFAULT, ipl);
	cv_init(&pc->pc_cv, name);
	pc->pc_nlist = ncpu;
	return pc;
}

void
psref_class_destroy(struct psref_class *pc)
{
	for (u_int i = 0; i < pc->pc_nlist; i++)
		KASSERTMSG(pc->pc_list[i].pl_first == NULL, "psref class %s has references",
		    pc->pc_cv.cv_wmesg);
	cv_destroy(&pc->pc_cv);
	mutex_destroy(&pc->pc_lock);
	kmem_free(pc, psref_class_size(pc->pc_nlist));
}

void
psref_target_init(struct psref_target *t, struct psref_class *pc)
{
	t->prt_class = pc;
	t->prt_draining = false;
}

static bool
psref_list_has(struct psref_list *pl, const struct psref_target *t, const struct lwp *l)
{
	const struct psref *ref;

	rump_leaf_enter(&pl->pl_lock);
	for (ref = pl->pl_first; ref != NULL; ref = ref->psref_next) {
		if (ref->psref_target == t && (l == NULL || ref->psref_lwp == l))
			break;
	}
	rump_leaf_exit(&pl->pl_lock);
	return ref != NULL;
}

/* Whether anybody, or l, holds a reference to t. */
static bool
psref_any(struct psref_class *pc, const struct psref_target *t, const struct lwp *l)
{
	for (u_int i = 0; i < pc->pc_nlist; i++) {
		if (psref_list_has(&pc->pc_list[i], t, l))
			return true;
	}
	return false;
}

void
psref_target_destroy(struct psref_target *t, struct psref_class *pc)
{
	ASSERT_SLEEPABLE();
	KASSERT(t->prt_class == pc);
	KASSERTMSG(!psref_held(t, pc), "psref target %p is held by who destroys it", t);
	atomic_store_relaxed(&t->prt_draining, true);
	mutex_enter(&pc->pc_lock);
	while (psref_any(pc, t, NULL))
		cv_wait(&pc->pc_cv, &pc->pc_lock);
	mutex_exit(&pc->pc_lock);
	t->prt_class = NULL;
}

void
psref_acquire(struct psref *ref, const struct psref_target *t, struct psref_class *pc)
{
	struct psref_list *const pl = &pc->pc_list[cpu_number()];

	RUMP_POINT(REF, t);
	KASSERTMSG(t->prt_class == pc, "psref target %p is of another class", t);
	KASSERTMSG(!atomic_load_relaxed(&t->prt_draining), "psref target %p is being destroyed", t);
	ref->psref_target = t;
	ref->psref_lwp = curlwp;
	ref->psref_cpu = pl;
	ref->psref_prev = NULL;
	rump_leaf_enter(&pl->pl_lock);
	ref->psref_next = pl->pl_first;
	if (pl->pl_first != NULL)
		pl->pl_first->psref_prev = ref;
	pl->pl_first = ref;
	rump_leaf_exit(&pl->pl_lock);
#ifdef DIAGNOSTIC
	curlwp->l_psrefs++;
#endif
}

static void
psref_unlink(struct psref_list *pl, struct psref *ref)
{
	if (ref->psref_next != NULL)
		ref->psref_next->psref_prev = ref->psref_prev;
	if (ref->psref_prev != NULL)
		ref->psref_prev->psref_next = ref->psref_next;
	else
		pl->pl_first = ref->psref_next;
}

static __noinline void
psref_release_draining(struct psref_list *pl, struct psref *ref, struct psref_class *pc)
{
	mutex_enter(&pc->pc_lock);
	rump_leaf_enter(&pl->pl_lock);
	psref_unlink(pl, ref);
	rump_leaf_exit(&pl->pl_lock);
	cv_broadcast(&pc->pc_cv);
	mutex_exit(&pc->pc_lock);
}

void
psref_release(struct psref *ref, const struct psref_target *t, struct psref_class *pc)
{
	struct psref_list *const pl = ref->psref_cpu;
	bool draining;

	RUMP_POINT(REF, t);
	KASSERTMSG(ref->psref_target == t, "psref %p is to another target", ref);
	KASSERTMSG(ref->psref_lwp == curlwp, "psref %p was taken by another lwp", ref);
	rump_leaf_enter(&pl->pl_lock);
	draining = atomic_load_relaxed(&t->prt_draining);
	if (__predict_true(!draining))
		psref_unlink(pl, ref);
	rump_leaf_exit(&pl->pl_lock);
	if (__predict_false(draining))
		psref_release_draining(pl, ref, pc);
	ref->psref_target = NULL;
#ifdef DIAGNOSTIC
	curlwp->l_psrefs--;
#endif
}

void
psref_copy(struct psref *pto, const struct psref *pfrom, struct psref_class *pc)
{
	struct psref_list *const pl = pfrom->psref_cpu;

	KASSERT(pfrom->psref_lwp == curlwp);
	*pto = (struct psref){
		.psref_target = pfrom->psref_target,
		.psref_lwp = curlwp,
		.psref_cpu = pl,
	};
	rump_leaf_enter(&pl->pl_lock);
	pto->psref_next = pl->pl_first;
	pl->pl_first->psref_prev = pto;
	pl->pl_first = pto;
	rump_leaf_exit(&pl->pl_lock);
#ifdef DIAGNOSTIC
	curlwp->l_psrefs++;
#endif
}

bool
psref_held(const struct psref_target *t, struct psref_class *pc)
{
	return psref_any(pc, t, curlwp);
}
