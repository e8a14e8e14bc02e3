/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Checks of LOCKDEBUG builds: what an lwp holds, and in which order locks are taken.
 *
 * Locks that are initialised at the same place in the source are one class (the vnodes' v_interlock,
 * say).  Whoever waits for a lock of class B while holding one of class A teaches the order A, B: an
 * edge of a graph.  An edge that would close a circle is a deadlock that waits for its moment: a
 * panic, after one line for each edge of the circle.  The order within a class is not checked, nor
 * that of locks taken without waiting (mutex_tryenter()).
 *
 * What was taught stays over halt and boot: it is about the program's text.  Only the text of a module's
 * file goes, and all that was learned of it: other code may be at these addresses next.
 */
#include "sync_impl.h"

#ifdef LOCKDEBUG

#define CLASS_MAX 256

#define CLASS_GONE 1 /* a class that was forgotten: the search goes on behind it */

/* Where the two locks of an edge were taken when it was seen first; lo_taken is 0: no edge. */
struct lock_order {
	uintptr_t lo_held;
	uintptr_t lo_taken; /* (a) the last to be set */
};

static struct rump_leaf debug_lock;	/* guards what is below */
static uintptr_t class_init[CLASS_MAX]; /* where the locks of a class are initialised; 0: free */
static struct lock_order order[CLASS_MAX][CLASS_MAX];

void
lockdebug_init(void)
{
	rump_leaf_init(&debug_lock);
}

u_int
lockdebug_class(uintptr_t where)
{
	u_int class, n, gone = 0;

	rump_leaf_enter(&debug_lock);
	class = 1 + (u_int)((where * 0x9e3779b97f4a7c15ULL) >> 32) % (CLASS_MAX - 1);
	for (n = 0; n < CLASS_MAX; n++) {
		if (class_init[class] == where || class_init[class] == 0)
			break;
		if (class_init[class] == CLASS_GONE && gone == 0)
			gone = class;
		class = class % (CLASS_MAX - 1) + 1;
	}
	if (n == CLASS_MAX || class_init[class] == 0)
		class = gone != 0 ? gone : n == CLASS_MAX ? 0 /* too many: not checked */ : class;
	if (class != 0)
		class_init[class] = where;
	rump_leaf_exit(&debug_lock);
	return class;
}

void
rump_lockdebug_forget_text(uintptr_t lo, size_t size)
{
	rump_leaf_enter(&debug_lock);
	for (u_int c = 1; c < CLASS_MAX; c++) {
		if (class_init[c] - lo >= size)
			continue;
		class_init[c] = CLASS_GONE;
		memset(order[c], 0, sizeof(order[c]));
		for (u_int o = 0; o < CLASS_MAX; o++)
			memset(&order[o][c], 0, sizeof(order[o][c]));
	}
	rump_leaf_exit(&debug_lock);
}

u_int
rump_lockdebug_nclasses(uintptr_t lo, size_t size)
{
	u_int n = 0;

	rump_leaf_enter(&debug_lock);
	for (u_int c = 1; c < CLASS_MAX; c++)
		n += class_init[c] - lo < size;
	rump_leaf_exit(&debug_lock);
	return n;
}

/*
 * Look for a way over edges: before[x] becomes the class that x was reached from.
 * locks: debug_lock.
 */
static bool
order_leads(u_int from, u_int to, uint16_t *before)
{
	uint16_t todo[CLASS_MAX];
	u_int n = 0;

	memset(before, 0, CLASS_MAX * sizeof(*before));
	todo[n++] = (uint16_t)from;
	before[from] = (uint16_t)from;
	while (n > 0) {
		const u_int at = todo[--n];

		if (at == to)
			return true;
		for (u_int next = 1; next < CLASS_MAX; next++) {
			if (order[at][next].lo_taken == 0 || before[next] != 0)
				continue;
			before[next] = (uint16_t)at;
			todo[n++] = (uint16_t)next;
		}
	}
	return false;
}

static void
order_print(u_int first, u_int second, const struct lock_order *lo)
{
	printf("lock order: of %p (taken at %p), then of %p (taken at %p)\n",
	    (void *)class_init[first], (void *)lo->lo_held, (void *)class_init[second],
	    (void *)lo->lo_taken);
}

/* Teach that a lock of class `second' is taken while held is. */
static void
order_learn(const struct lockdebug_held *held, u_int second, uintptr_t where)
{
	static uint16_t before[CLASS_MAX]; /* debug_lock */
	const u_int first = held->lh_class;
	struct lock_order *const lo = &order[first][second];
	bool circle;

	if (first == 0 || second == 0 || first == second || atomic_load_relaxed(&lo->lo_taken) != 0)
		return;
	rump_leaf_enter(&debug_lock);
	circle = order_leads(second, first, before);
	if (lo->lo_taken == 0) {
		lo->lo_held = held->lh_where;
		atomic_store_relaxed(&lo->lo_taken, where);
	}
	rump_leaf_exit(&debug_lock);
	if (!circle)
		return;
	order_print(first, second, lo);
	for (u_int at = first; at != second; at = before[at])
		order_print(before[at], at, &order[before[at]][at]);
	panic("lock order: locks initialised at these places are taken in a circle");
}

void
lockdebug_wanted(const volatile void *lock, u_int class, uintptr_t where)
{
	const struct lwp_sync *const ls = &curlwp->l_sync;

	for (u_int i = 0; i < ls->ls_nheld; i++) {
		if (ls->ls_held[i].lh_lock == lock)
			panic("lock %p is held by the caller, since %p", lock,
			    (void *)ls->ls_held[i].lh_where);
		order_learn(&ls->ls_held[i], class, where);
	}
}

void
lockdebug_locked(const volatile void *lock, u_int class, uintptr_t where, bool spin)
{
	struct lwp_sync *const ls = &curlwp->l_sync;

	if (ls->ls_nheld == LOCKDEBUG_HELD)
		return;
	ls->ls_held[ls->ls_nheld++] = (struct lockdebug_held){
		.lh_lock = lock,
		.lh_where = where,
		.lh_class = class,
		.lh_spin = spin,
	};
}

void
lockdebug_unlocked(const volatile void *lock)
{
	struct lwp_sync *const ls = &curlwp->l_sync;
	u_int i = ls->ls_nheld;

	while (i > 0 && ls->ls_held[i - 1].lh_lock != lock)
		i--;
	if (i == 0) /* taken when there were too many */
		return;
	for (ls->ls_nheld--; i <= ls->ls_nheld; i++)
		ls->ls_held[i - 1] = ls->ls_held[i];
}

void
lockdebug_none(struct lwp *l, bool spin_only, const char *when)
{
	const struct lwp_sync *const ls = &l->l_sync;

	for (u_int i = 0; i < ls->ls_nheld; i++) {
		if (ls->ls_held[i].lh_spin || !spin_only)
			panic("%s: lock %p is held, since %p", when, ls->ls_held[i].lh_lock,
			    (void *)ls->ls_held[i].lh_where);
	}
}

void
lockdebug_forget(struct lwp *l)
{
	l->l_sync.ls_nheld = 0;
}

#endif /* LOCKDEBUG */
