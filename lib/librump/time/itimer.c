/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * ITIMER_REAL and the timers of timer_create(2).
 *
 *	disarmed --set--> armed --expires, no interval--> disarmed
 *	                  armed --expires, interval--> armed;  armed --set to 0--> disarmed
 *
 * A timer expires at an instant in nanoseconds: of the wall clock when it was set to a time of
 * CLOCK_REALTIME, which moves when that clock is set, else of the host's monotonic clock.  A
 * callout comes for it, as many expirations are counted as the clock says, and one signal
 * stands for them: the expirations beyond it, and those that come while it waits, are its overruns.
 * The number is exact also where expirations are closer together than GAP_NS, which is how often
 * a callout comes at most.
 *
 * One that tells nobody has no callout.  ITIMER_VIRTUAL and ITIMER_PROF do not exist: programs' time
 * is spent outside of this kernel, which knows nothing of it.
 *
 * Locks: (t) pt_lock of the process, (p) its p_lock, (i) immutable.
 * Lock order: proc_lock, pt_lock, p_lock.  The callout takes all three, so it is halted with none.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/callout.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/time.h>

#include <rump/rumpuser.h>

#include "rump_itimer.h"
#include "rump_signal.h"
#include "rump_time.h"

#define GAP_NS 50000

struct ptimer {
	callout_t t_callout;
	struct proc *t_proc; /* (i) */
	clockid_t t_clock;   /* (i) */
	bool t_wall;	     /* (t) t_expire is a wall time */
	bool t_armed;	     /* (t) */
	int64_t t_expire;    /* (t) ns */
	int64_t t_interval;  /* (t) ns; 0: once */
	ksiginfo_t t_ksi;    /* (p) ksi_signo, 0: tells nobody: (i) */
	int t_over;	     /* (p) expirations beyond that of the signal that waits */
	int t_lastover;	     /* (p) the same of the signal that was taken last */
};

struct ptimers {
	kmutex_t pt_lock;
	struct ptimer *pt_timers[TIMER_MAX + 1]; /* (t) by id */
};

static struct rump_clockwatch timers_watch;

static int64_t
now_of(const struct ptimer *t)
{
	return t->t_wall ? rump_wall_ns() : rump_mono_ns();
}

/* Go past now; how many expirations that were.  locks: pt_lock. */
static int64_t
forward_locked(struct ptimer *t, int64_t now)
{
	int64_t count = 1;

	if (!t->t_armed || now < t->t_expire)
		return 0;
	if (t->t_interval == 0) {
		t->t_armed = false;
		return 1;
	}
	count += (now - t->t_expire) / t->t_interval;
	/* Not further than one interval past now. */
	t->t_expire = rump_ns_add(t->t_expire + (count - 1) * t->t_interval, t->t_interval);
	return count;
}

/* Have the callout come when it expires, but not before `earliest', monotonic ns.  locks: pt_lock. */
static void
schedule_locked(struct ptimer *t, int64_t earliest)
{
	int64_t when = t->t_expire;

	if (!t->t_armed || t->t_ksi.ksi_signo == 0)
		return;
	if (t->t_wall)
		when = rump_ns_add(rump_mono_ns(), when - rump_wall_ns());
	if (when != RUMPUSER_FOREVER)
		rump_callout_at(&t->t_callout, MAX(when, earliest));
}

/* Count expirations for the signal that waits; true: there is none, so it is to be sent. */
static bool
count_overruns(struct ptimer *t, int64_t count)
{
	bool send;

	mutex_enter(t->t_proc->p_lock);
	send = (t->t_ksi.ksi_flags & KSI_QUEUED) == 0;
	if (send)
		t->t_over = (int)MIN(count - 1, INT_MAX);
	else
		t->t_over = (int)MIN(t->t_over + count, INT_MAX);
	mutex_exit(t->t_proc->p_lock);
	return send;
}

void
rump_timer_taken(ksiginfo_t *ksi)
{
	struct ptimer *const t = container_of(ksi, struct ptimer, t_ksi);

	KASSERT(mutex_owned(t->t_proc->p_lock));
	ksi->ksi_overrun = t->t_lastover = t->t_over;
}

static void
expire(void *arg)
{
	struct ptimer *const t = arg;
	struct ptimers *const pt = t->t_proc->p_timers;
	int64_t count;

	mutex_enter(&proc_lock);
	mutex_enter(&pt->pt_lock);
	count = forward_locked(t, now_of(t));
	if (count > 0 && count_overruns(t, count))
		kpsignal(t->t_proc, &t->t_ksi, NULL);
	/* It may have been set to another time while the callout was on its way. */
	if (t->t_armed)
		schedule_locked(t, count > 0 ? rump_mono_ns() + GAP_NS : 0);
	mutex_exit(&pt->pt_lock);
	mutex_exit(&proc_lock);
}

/* ---- Making and deleting ---- */

/* p's table, made when it is wanted first.  sleeps. */
static struct ptimers *
timers_of(struct proc *p)
{
	struct ptimers *pt = __atomic_load_n(&p->p_timers, __ATOMIC_ACQUIRE), *new;

	if (pt != NULL)
		return pt;
	new = kmem_zalloc(sizeof(*new), KM_SLEEP);
	mutex_init(&new->pt_lock, MUTEX_DEFAULT, IPL_NONE);
	if (__atomic_compare_exchange_n(
		&p->p_timers, &pt, new, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return new;
	mutex_destroy(&new->pt_lock);
	kmem_free(new, sizeof(*new));
	return pt;
}

static struct ptimer *
timer_alloc(struct proc *p, clockid_t clock, int signo)
{
	struct ptimer *const t = kmem_zalloc(sizeof(*t), KM_SLEEP);

	callout_init(&t->t_callout, CALLOUT_MPSAFE);
	callout_setfunc(&t->t_callout, expire, t);
	t->t_proc = p;
	t->t_clock = clock;
	t->t_ksi.ksi_signo = signo;
	t->t_ksi.ksi_code = SI_TIMER;
	t->t_ksi.ksi_flags = KSI_TIMER;
	return t;
}

/* It is in no table any more.  A signal of it that waits goes on waiting, of unknown origin. */
static void
timer_free(struct ptimer *t)
{
	struct proc *const p = t->t_proc;

	(void)callout_halt(&t->t_callout, NULL);
	callout_destroy(&t->t_callout);
	mutex_enter(p->p_lock);
	if ((t->t_ksi.ksi_flags & KSI_QUEUED) != 0)
		TAILQ_REMOVE(&p->p_sigpend.sp_info, &t->t_ksi, ksi_list);
	mutex_exit(p->p_lock);
	kmem_free(t, sizeof(*t));
}

int
rump_timer_make(struct proc *p, clockid_t clock, int signo, const union sigval *value, int *idp)
{
	struct ptimers *const pt = timers_of(p);
	struct ptimer *t;
	int id = 1;

	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
		return EINVAL;
	t = timer_alloc(p, clock, signo);
	mutex_enter(&pt->pt_lock);
	while (id <= TIMER_MAX && pt->pt_timers[id] != NULL)
		id++;
	if (id <= TIMER_MAX) {
		t->t_ksi.ksi_timerid = id;
		t->t_ksi.ksi_value.sival_int = id;
		if (value != NULL)
			t->t_ksi.ksi_value = *value;
		pt->pt_timers[id] = t;
	}
	mutex_exit(&pt->pt_lock);
	if (id > TIMER_MAX) {
		timer_free(t);
		return EAGAIN;
	}
	*idp = id;
	return 0;
}

/* See that there is an ITIMER_REAL.  sleeps. */
static void
real_make(struct proc *p, struct ptimers *pt)
{
	struct ptimer *t = timer_alloc(p, CLOCK_MONOTONIC, SIGALRM);

	mutex_enter(&pt->pt_lock);
	if (pt->pt_timers[RUMP_TIMER_REAL] == NULL) {
		pt->pt_timers[RUMP_TIMER_REAL] = t;
		t = NULL;
	}
	mutex_exit(&pt->pt_lock);
	if (t != NULL)
		timer_free(t);
}

int
rump_timer_delete(struct proc *p, int id)
{
	struct ptimers *const pt = timers_of(p);
	struct ptimer *t = NULL;

	if (id < 1 || id > TIMER_MAX)
		return EINVAL;
	mutex_enter(&pt->pt_lock);
	t = pt->pt_timers[id];
	pt->pt_timers[id] = NULL;
	if (t != NULL)
		t->t_armed = false;
	mutex_exit(&pt->pt_lock);
	if (t == NULL)
		return EINVAL;
	timer_free(t);
	return 0;
}

void
rump_timers_exit(struct proc *p)
{
	struct ptimers *const pt = p->p_timers;

	if (pt == NULL)
		return;
	for (int id = 0; id <= TIMER_MAX; id++) {
		if (pt->pt_timers[id] != NULL) {
			mutex_enter(&pt->pt_lock);
			pt->pt_timers[id]->t_armed = false;
			mutex_exit(&pt->pt_lock);
			timer_free(pt->pt_timers[id]);
		}
	}
	/* Who sets the clock looks at the timers of processes that are in the table. */
	mutex_enter(&proc_lock);
	p->p_timers = NULL;
	mutex_exit(&proc_lock);
	mutex_destroy(&pt->pt_lock);
	kmem_free(pt, sizeof(*pt));
}

/* ---- Setting and looking ---- */

/* The timer of an id, with its lock held; NULL and no lock: there is none. */
static struct ptimer *
timer_enter(struct ptimers *pt, int id)
{
	struct ptimer *t;

	if (id < 0 || id > TIMER_MAX)
		return NULL;
	mutex_enter(&pt->pt_lock);
	t = pt->pt_timers[id];
	if (t == NULL)
		mutex_exit(&pt->pt_lock);
	return t;
}

static void
get_locked(struct ptimer *t, struct itimerspec *its)
{
	const int64_t now = now_of(t);
	int64_t left = 0;

	/* Nothing comes to disarm or move one that tells nobody. */
	if (t->t_ksi.ksi_signo == 0)
		(void)forward_locked(t, now);
	if (t->t_armed) {
		left = t->t_expire - now;
		/* It is past, and its callout on the way: show the next, or that there is something. */
		if (left <= 0 && t->t_interval > 0)
			left = t->t_interval - (-left) % t->t_interval;
		left = MAX(left, 1);
	}
	rump_ns2ts(left, &its->it_value);
	rump_ns2ts(t->t_interval, &its->it_interval);
}

static void
set_locked(struct ptimer *t, int flags, const struct itimerspec *new)
{
	const bool absolute = (flags & TIMER_ABSTIME) != 0;
	int64_t value = rump_ts2ns(&new->it_value);
	struct timespec now;

	(void)callout_stop(&t->t_callout);
	t->t_interval = rump_ts2ns(&new->it_interval);
	t->t_armed = value != 0;
	t->t_wall = absolute && t->t_clock == CLOCK_REALTIME;
	if (t->t_wall)
		t->t_expire = value;
	else {
		if (absolute) {
			nanouptime(&now);
			value = value == RUMPUSER_FOREVER ? value : value - rump_ts2ns(&now);
		}
		t->t_expire = rump_ns_add(rump_mono_ns(), value);
	}
	schedule_locked(t, 0);
}

static bool
in_range(const struct timespec *ts)
{
	return ts->tv_sec >= 0 && ts->tv_nsec >= 0 && ts->tv_nsec < NSEC_PER_SEC;
}

int
rump_timer_set(
    struct proc *p, int id, int flags, const struct itimerspec *new, struct itimerspec *old)
{
	struct ptimers *const pt = timers_of(p);
	struct ptimer *t;

	if (!in_range(&new->it_value) || !in_range(&new->it_interval))
		return EINVAL;
	if (id == RUMP_TIMER_REAL)
		real_make(p, pt);
	t = timer_enter(pt, id);
	if (t == NULL)
		return EINVAL;
	if (old != NULL)
		get_locked(t, old);
	set_locked(t, flags, new);
	mutex_exit(&pt->pt_lock);
	return 0;
}

int
rump_timer_get(struct proc *p, int id, struct itimerspec *its)
{
	struct ptimers *const pt = timers_of(p);
	struct ptimer *const t = timer_enter(pt, id);

	memset(its, 0, sizeof(*its));
	if (t == NULL)
		return id == RUMP_TIMER_REAL ? 0 : EINVAL;
	get_locked(t, its);
	mutex_exit(&pt->pt_lock);
	return 0;
}

int
rump_timer_overrun(struct proc *p, int id, int *overrun)
{
	struct ptimers *const pt = timers_of(p);
	struct ptimer *const t = id != RUMP_TIMER_REAL ? timer_enter(pt, id) : NULL;

	if (t == NULL)
		return EINVAL;
	mutex_enter(p->p_lock);
	*overrun = t->t_lastover;
	mutex_exit(p->p_lock);
	mutex_exit(&pt->pt_lock);
	return 0;
}

/* ---- The wall clock moves ---- */

static void
reschedule(struct ptimers *pt)
{
	mutex_enter(&pt->pt_lock);
	for (int id = 0; id <= TIMER_MAX; id++) {
		struct ptimer *const t = pt->pt_timers[id];

		if (t != NULL && t->t_armed && t->t_wall) {
			(void)callout_stop(&t->t_callout);
			schedule_locked(t, 0);
		}
	}
	mutex_exit(&pt->pt_lock);
}

static void
clock_was_set(void *arg, bool set)
{
	struct ptimers *pt;
	struct proc *p;

	mutex_enter(&proc_lock);
	LIST_FOREACH (p, &allproc, p_list)
		if ((pt = __atomic_load_n(&p->p_timers, __ATOMIC_ACQUIRE)) != NULL)
			reschedule(pt);
	mutex_exit(&proc_lock);
}

int
rump_timers_init(void)
{
	timers_watch = (struct rump_clockwatch){ .cw_fn = clock_was_set };
	rump_clockwatch_add(&timers_watch);
	return 0;
}
