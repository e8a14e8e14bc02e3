/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * EVFILT_TIMER: kn_data counts expirations that have not been told of.
 *
 * Relative timers repeat at the multiples of their period, however late the callout runs; it rests
 * from an expiration until that is told of, so that a short period is no load.  Absolute ones
 * (NOTE_ABSTIME, of the wall clock, which they follow) expire once, and a past one at once.
 */
#include "kqueue.h"

#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/systm.h>
#include <sys/time.h>

#include "rump_time.h"

#define NTIMERS_MAX 65536 /* of the whole kernel: kevent(2) needs no privilege */

/* Locks: (t) kt_lock, (m) the queue's mutex. */
struct kqtimer {
	kmutex_t kt_lock;
	callout_t kt_callout;
	int64_t kt_due;	   /* (t) monotonic ns; INT64_MAX: no more */
	int64_t kt_wall;   /* (t) the same of the wall clock; 0: relative */
	int64_t kt_period; /* (t) 0: once */
	int64_t kt_count;  /* (t) */
	struct knote *kt_kn;
	struct rump_clockwatch kt_watch;
};

static u_int ntimers; /* (a) */

/* An absolute timer follows its clock.  locks: (t). */
static void
follow_locked(struct kqtimer *kt)
{
	if (kt->kt_wall != 0 && kt->kt_due != INT64_MAX)
		kt->kt_due = rump_mono_ns() + kt->kt_wall - rump_wall_ns();
}

static void
clock_changed(void *arg, bool set)
{
	struct kqtimer *const kt = arg;

	mutex_spin_enter(&kt->kt_lock);
	follow_locked(kt);
	if (kt->kt_wall != 0 && kt->kt_due != INT64_MAX)
		rump_callout_at(&kt->kt_callout, kt->kt_due);
	mutex_spin_exit(&kt->kt_lock);
}

/* Count what has expired by now.  locks: (t). */
static void
tick_locked(struct kqtimer *kt)
{
	const int64_t now = rump_mono_ns();
	int64_t n = 1;

	follow_locked(kt);
	if (now < kt->kt_due)
		return;
	if (kt->kt_period > 0) {
		n += (now - kt->kt_due) / kt->kt_period;
		kt->kt_due += n * kt->kt_period;
	} else
		kt->kt_due = INT64_MAX;
	kt->kt_count += n;
}

static void
timer_fire(void *arg)
{
	struct kqtimer *const kt = arg;
	bool expired;

	mutex_spin_enter(&kt->kt_lock);
	tick_locked(kt);
	expired = kt->kt_count > 0;
	if (!expired && kt->kt_due != INT64_MAX) /* set anew meanwhile */
		rump_callout_at(&kt->kt_callout, kt->kt_due);
	mutex_spin_exit(&kt->kt_lock);
	if (expired)
		rump_knote_activate(kt->kt_kn);
}

/* The time in ns that a program means.  errors: EINVAL. */
static int
timer_ns(uint32_t fflags, int64_t data, int64_t *ns)
{
	static const int64_t unit[] = {
		[NOTE_MSECONDS] = 1000000,
		[NOTE_SECONDS] = NSEC_PER_SEC,
		[NOTE_USECONDS] = 1000,
		[NOTE_NSECONDS] = 1,
	};
	const int64_t u = unit[fflags & NOTE_NSECONDS];

	if ((fflags & ~(NOTE_NSECONDS | NOTE_ABSTIME)) != 0 || data < 0)
		return EINVAL;
	if (data > INT64_MAX / 4 / u)
		return EINVAL;
	*ns = data * u;
	return 0;
}

static int
timer_set(struct kqtimer *kt, uint32_t fflags, int64_t data, bool once)
{
	const int64_t now = rump_mono_ns();
	int64_t ns;
	int error;

	error = timer_ns(fflags, data, &ns);
	if (error != 0)
		return error;
	mutex_spin_enter(&kt->kt_lock);
	if ((fflags & NOTE_ABSTIME) != 0) {
		kt->kt_wall = MAX(ns, 1);
		kt->kt_due = now + kt->kt_wall - rump_wall_ns();
		kt->kt_period = 0;
	} else {
		ns = MAX(ns, 1);
		kt->kt_wall = 0;
		kt->kt_due = now + ns;
		kt->kt_period = once ? 0 : ns;
	}
	kt->kt_count = 0;
	rump_callout_at(&kt->kt_callout, kt->kt_due);
	mutex_spin_exit(&kt->kt_lock);
	return 0;
}

static void
timer_free(struct kqtimer *kt)
{
	rump_clockwatch_remove(&kt->kt_watch);
	(void)callout_halt(&kt->kt_callout, NULL);
	callout_destroy(&kt->kt_callout);
	mutex_destroy(&kt->kt_lock);
	kmem_free(kt, sizeof(*kt));
	atomic_dec_uint(&ntimers);
}

static int
timer_attach(struct knote *kn)
{
	struct kqtimer *kt;
	int error;

	if (atomic_inc_uint_nv(&ntimers) > NTIMERS_MAX) {
		atomic_dec_uint(&ntimers);
		return ENOMEM;
	}
	kt = kmem_zalloc(sizeof(*kt), KM_SLEEP);
	mutex_init(&kt->kt_lock, MUTEX_DEFAULT, IPL_SCHED);
	callout_init(&kt->kt_callout, CALLOUT_MPSAFE);
	callout_setfunc(&kt->kt_callout, timer_fire, kt);
	kt->kt_kn = kn;
	kt->kt_watch = (struct rump_clockwatch){ .cw_fn = clock_changed, .cw_arg = kt };
	rump_clockwatch_add(&kt->kt_watch);
	kn->kn_hook = kt;
	kn->kn_flags |= EV_CLEAR;
	error =
	    timer_set(kt, kn->kn_sfflags, (int64_t)kn->kn_sdata, (kn->kn_flags & EV_ONESHOT) != 0);
	if (error != 0)
		timer_free(kt);
	return error;
}

static void
timer_detach(struct knote *kn)
{
	timer_free(kn->kn_hook);
}

static int
timer_event(struct knote *kn, long hint)
{
	struct kqtimer *const kt = kn->kn_hook;
	bool expired;

	mutex_spin_enter(&kt->kt_lock);
	expired = kt->kt_count > 0;
	mutex_spin_exit(&kt->kt_lock);
	return expired;
}

static int
timer_touch(struct knote *kn, struct kevent *kev, long type)
{
	struct kqtimer *const kt = kn->kn_hook;

	if (type == EVENT_REGISTER) {
		(void)callout_halt(&kt->kt_callout, NULL);
		kn->kn_sfflags = kev->fflags;
		kn->kn_sdata = (uintptr_t)kev->data;
		return timer_set(kt, kev->fflags, kev->data, (kn->kn_flags & EV_ONESHOT) != 0);
	}
	if (type == RUMP_EVENT_RETURN) {
		mutex_spin_enter(&kt->kt_lock);
		kt->kt_count += kev->data;
		mutex_spin_exit(&kt->kt_lock);
		return 0;
	}
	*kev = kn->kn_kevent;
	mutex_spin_enter(&kt->kt_lock);
	tick_locked(kt);
	kev->data = kt->kt_count;
	kt->kt_count = 0;
	if (kt->kt_due != INT64_MAX)
		rump_callout_at(&kt->kt_callout, kt->kt_due);
	mutex_spin_exit(&kt->kt_lock);
	return 0;
}

const struct filterops rump_filt_timer = {
	.f_flags = FILTEROP_MPSAFE | RUMP_FILTEROP_RETURN,
	.f_attach = timer_attach,
	.f_detach = timer_detach,
	.f_event = timer_event,
	.f_touch = timer_touch,
};
