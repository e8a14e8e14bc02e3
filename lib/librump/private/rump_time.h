/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Time inside the base: start and end, the host timer's upcall, deferred work without threads. */
#ifndef RUMP_TIME_H
#define RUMP_TIME_H

#include <sys/types.h>
#include <sys/time.h>

#include <rump/rumpuser.h>

/* The clocks, before anything asks the time; callouts and workqueues, once softint(9) stands. */
int rump_clock_init(void);
int rump_time_init(void);
/* No callout or work may be pending or be added any more; waits for those that run. */
void rump_time_fini(void);
/* threadpool(9): at the end no pool is in use. */
int rump_threadpool_init(void);
void rump_threadpool_fini(void);

/* Nanoseconds of the host's monotonic clock, which deadlines of lwp_park() are in. */
int64_t rump_mono_ns(void);
/* callout_schedule() to the nanosecond: due at this time of that clock.  ctx: as that. */
struct callout;
void rump_callout_at(struct callout *c, int64_t when_ns);
/* Nanoseconds in a tick of hz. */
#define RUMP_TICK_NS ((int64_t)(NSEC_PER_SEC / hz))

/* The upcall hyp_timer: loop thread, no virtual CPU held. */
void rump_time_upcall(void);
/*
 * Run what is due here and now; returns the next deadline or RUMPUSER_FOREVER.
 * ctx: thread, no lock held.  With RUMP_THREADS=0 this is rump_nothreads_hook's work.
 */
int64_t rump_callout_poll(void);
/* The earliest deadline of a callout.  ctx: any.  sleeps: no. */
int64_t rump_callout_next(void);
/* The same of all that sleepers look after when there are no kernel threads. */
int64_t rump_work_next(void);

/* Nanoseconds of a clock or an interval; the far future is RUMPUSER_FOREVER. */
static inline int64_t
rump_ts2ns(const struct timespec *ts)
{
	if (ts->tv_sec >= RUMPUSER_FOREVER / NSEC_PER_SEC)
		return RUMPUSER_FOREVER;
	return ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

/* The other way; ns may be negative. */
static inline void
rump_ns2ts(int64_t ns, struct timespec *ts)
{
	ts->tv_sec = ns / NSEC_PER_SEC;
	ts->tv_nsec = (long)(ns % NSEC_PER_SEC);
	if (ts->tv_nsec < 0) {
		ts->tv_nsec += NSEC_PER_SEC;
		ts->tv_sec--;
	}
}

static inline int64_t
rump_ns_add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? RUMPUSER_FOREVER : sum;
}

/* Wall time now, in ns. */
int64_t rump_wall_ns(void);
/*
 * Who has made a deadline of a wall time looks again when the clock is set or slewed: cw_fn is called
 * after that.  It is called with a lock that adding and removing take: so it may take proc_lock and
 * what comes after, and a watch that was removed is not called any more.  ctx: thread.
 */
struct rump_clockwatch {
	void (*cw_fn)(void *, bool set); /* (i) set: at once, by clock_settime() and its like */
	void *cw_arg;			 /* (i) */
	struct rump_clockwatch *cw_next, **cw_prevp;
};
void rump_clockwatch_add(struct rump_clockwatch *cw);
void rump_clockwatch_remove(struct rump_clockwatch *cw);

struct proc;
/* itimer.c.  The timers of an ending process go.  sleeps. */
void rump_timers_exit(struct proc *p);
int rump_timers_init(void);

/*
 * A thread that comes when there is work and goes after a second without.  Embedded in its owner.
 * Locks: (w) the private lock of time/worker.c.
 */
struct rump_worker {
	bool (*rw_work)(void *); /* (i) do some; false: there was nothing to do */
	void *rw_arg;		 /* (i) */
	const char *rw_name;	 /* (i) */
	enum { RW_NONE, RW_WANTED, RW_STARTED } rw_state; /* (w) of its thread */
	struct lwp *rw_lwp;				  /* (w) the thread, once it runs */
	bool rw_kicked;					  /* (w) */
	bool rw_running;				  /* (w) inside rw_work */
	bool rw_closing;				  /* (w) */
	struct rump_worker *rw_next;			  /* (w) all workers */
};
void rump_worker_init(struct rump_worker *w, const char *name, bool (*work)(void *), void *arg);
/* Returns when the thread is gone.  ctx: thread.  sleeps. */
void rump_worker_fini(struct rump_worker *w);
/* There is work.  ctx: any that holds a CPU; no spin mutex but the owner's. */
void rump_worker_kick(struct rump_worker *w);
/* Have the loop thread call rump_time_upcall() by this deadline. */
void rump_timer_want(int64_t deadline_ns);
/*
 * A CPU is about to be given up with dead objects on it, for long perhaps: have rump_rcu_reap() called
 * in a second, and again while something stays.  ctx: any that holds a CPU.  sleeps: no.
 */
void rump_reap_want(void);

#endif /* RUMP_TIME_H */
