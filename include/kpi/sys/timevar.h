/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The kernel's clocks (timecounter(9), microtime(9), time_second(9)).
 *
 * Uptime is the host's monotonic clock since boot; wall time is uptime plus an offset that
 * clock_settime() and adjtime() of the rump kernel move: the host's clock is never touched.
 * The functions with "get" in their names may be less precise on NetBSD; here all read the host's
 * clock through its vDSO.  ctx: any.  sleeps: no.  locks: none.
 */
#ifndef KPI_SYS_TIMEVAR_H
#define KPI_SYS_TIMEVAR_H

#include <sys/time.h>

#define TIMER_MAX 32

__BEGIN_DECLS
void binuptime(struct bintime *bt);
void nanouptime(struct timespec *ts);
void microuptime(struct timeval *tv);
void bintime(struct bintime *bt);
void nanotime(struct timespec *ts);
void microtime(struct timeval *tv);
void getbinuptime(struct bintime *bt);
void getnanouptime(struct timespec *ts);
void getmicrouptime(struct timeval *tv);
void getbintime(struct bintime *bt);
void getnanotime(struct timespec *ts);
void getmicrotime(struct timeval *tv);
void getbinboottime(struct bintime *bt);
void getnanoboottime(struct timespec *ts);
void getmicroboottime(struct timeval *tv);

/* Seconds; the macros below are how drivers name them. */
time_t getrealtime(void);
time_t getuptime(void);
#define time_second   getrealtime()
#define time_uptime   getuptime()
#define time_uptime32 ((uint32_t)getuptime())
extern struct timespec boottime;

/* Ticks of hz since boot, computed from the clock: there is no tick interrupt. */
int getticks(void);
unsigned int getticks32(void);
#define hardclock_ticks getticks()

/*
 * An interval in ticks, rounded up, plus one for the tick in progress; INT_MAX at most.
 * Zero and negative intervals: tvtohz() 1, tvhzto() (absolute, wall time) 0 when it is past.
 */
int tvtohz(const struct timeval *tv);
int tstohz(const struct timespec *ts);
int bttohz(const struct bintime *bt);
int tvhzto(const struct timeval *tv);
int tshzto(const struct timespec *ts);
int tshztoup(const struct timespec *ts);

/* errors: EINVAL when the fields are out of range. */
int itimerfix(struct timeval *tv);
int itimespecfix(struct timespec *ts);

/*
 * The calls behind the system calls.  errors: EINVAL (clock, range), EPERM is the caller's matter.
 */
int clock_gettime1(clockid_t clock_id, struct timespec *ts);
int clock_getres1(clockid_t clock_id, struct timespec *ts);
int clock_settime1(struct proc *p, clockid_t clock_id, const struct timespec *tp, bool check);
int settime(struct proc *p, struct timespec *ts);
void tc_setclock(const struct timespec *ts);
/* Slew the wall clock by delta at 500 ppm; *old (may be NULL) is what was left of the last one. */
void adjtime1(const struct timeval *delta, struct timeval *olddelta, struct proc *p);
/*
 * ctx: thread.  sleeps.  flags: TIMER_ABSTIME.  *rmt (may be NULL): what is left.
 * errors: EINVAL, EINTR.
 */
int nanosleep1(
    struct lwp *l, clockid_t clock_id, int flags, struct timespec *rqt, struct timespec *rmt);

/* At most one "yes" an interval; at most maxpps a second (maxpps < 0: no limit). */
int ratecheck(struct timeval *last, const struct timeval *mininterval);
int ppsratecheck(struct timeval *last, int *curpps, int maxpps);
__END_DECLS

#endif /* KPI_SYS_TIMEVAR_H */
