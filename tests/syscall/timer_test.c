/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Errors of timers and sleeps, as rows that hold for the host as well; their times are measured in
 * tests/sim, where time is virtual.
 */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/syscall.h>
#include <sys/time.h>

#include "testlib.h"

enum call { CREATE, SETTIME, SETITIMER, GETITIMER, NANOSLEEP, CLOCK_NANOSLEEP };

static const struct row {
	const char *name;
	enum call call;
	int which; /* clock or timer */
	int notify, signo;
	time_t sec;
	long part; /* nanoseconds or microseconds */
	int error;
} rows[] = {
	{ "create", CREATE, CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0, 0, 0 },
	{ "create: tells nobody", CREATE, CLOCK_REALTIME, SIGEV_NONE, 0, 0, 0, 0 },
	{ "create: no clock", CREATE, 4711, SIGEV_SIGNAL, SIGUSR1, 0, 0, EINVAL },
	{ "create: no signal", CREATE, CLOCK_REALTIME, SIGEV_SIGNAL, 0, 0, 0, EINVAL },
	{ "create: not a signal", CREATE, CLOCK_REALTIME, SIGEV_SIGNAL, 65, 0, 0, EINVAL },
	{ "create: how", CREATE, CLOCK_REALTIME, 77, SIGUSR1, 0, 0, EINVAL },
	{ "settime", SETTIME, CLOCK_MONOTONIC, SIGEV_NONE, 0, 1000, 0, 0 },
	{ "settime: a billion", SETTIME, CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, 1000000000, EINVAL },
	{ "settime: negative", SETTIME, CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, -1, EINVAL },
	{ "settime: before the epoch", SETTIME, CLOCK_MONOTONIC, SIGEV_NONE, 0, -1, 0, EINVAL },
	{ "setitimer", SETITIMER, ITIMER_REAL, 0, 0, 1000, 0, 0 },
	{ "setitimer: which", SETITIMER, 3, 0, 0, 1, 0, EINVAL },
	{ "setitimer: a million", SETITIMER, ITIMER_REAL, 0, 0, 0, 1000000, EINVAL },
	{ "setitimer: negative", SETITIMER, ITIMER_REAL, 0, 0, 0, -1, EINVAL },
	{ "setitimer: before", SETITIMER, ITIMER_REAL, 0, 0, -1, 0, EINVAL },
	{ "getitimer", GETITIMER, ITIMER_REAL, 0, 0, 0, 0, 0 },
	{ "getitimer: which", GETITIMER, 3, 0, 0, 0, 0, EINVAL },
	{ "nanosleep: none", NANOSLEEP, 0, 0, 0, 0, 0, 0 },
	{ "nanosleep: a billion", NANOSLEEP, 0, 0, 0, 0, 1000000000, EINVAL },
	{ "nanosleep: negative", NANOSLEEP, 0, 0, 0, 0, -1, EINVAL },
	{ "nanosleep: before", NANOSLEEP, 0, 0, 0, -1, 0, EINVAL },
	{ "clock_nanosleep: past", CLOCK_NANOSLEEP, CLOCK_REALTIME, 0, 0, 1, 0, 0 },
	{ "clock_nanosleep: clock", CLOCK_NANOSLEEP, 4711, 0, 0, 0, 0, EINVAL },
	{ "clock_nanosleep: a billion", CLOCK_NANOSLEEP, CLOCK_MONOTONIC, 0, 0, 0, 1000000000,
	    EINVAL },
};

struct calls {
	int (*create)(clockid_t, struct sigevent *, timer_t *);
	int (*delete)(timer_t);
	int (*settime)(timer_t, int, const struct itimerspec *, struct itimerspec *);
	int (*setitimer)(int, const struct itimerval *, struct itimerval *);
	int (*getitimer)(int, struct itimerval *);
	int (*nanosleep)(const struct timespec *, struct timespec *);
	int (*clock_nanosleep)(clockid_t, int, const struct timespec *, struct timespec *);
};
static int
host_setitimer(int which, const struct itimerval *new, struct itimerval *old)
{
	return (int)syscall(SYS_setitimer, which, new, old);
}
static int
host_getitimer(int which, struct itimerval *old)
{
	return (int)syscall(SYS_getitimer, which, old);
}
static const struct calls kernels[] = {
	{ rump_sys_timer_create, rump_sys_timer_delete, rump_sys_timer_settime, rump_sys_setitimer,
	    rump_sys_getitimer, rump_sys_nanosleep, rump_sys_clock_nanosleep },
	{ timer_create, timer_delete, timer_settime, host_setitimer, host_getitimer, nanosleep,
	    clock_nanosleep },
};

static int
make_timer(const struct calls *c, const struct row *r, timer_t *id)
{
	struct sigevent ev;

	memset(&ev, 0, sizeof(ev));
	ev.sigev_notify = r->notify;
	ev.sigev_signo = r->signo;
	return (*c->create)(r->which, &ev, id) == -1 ? errno : 0;
}

static int
set_timer(const struct calls *c, const struct row *r)
{
	const struct itimerspec its = { .it_value = { r->sec, r->part } };
	timer_t id;
	int error;

	ck_assert_int_eq(make_timer(c, r, &id), 0);
	errno = 0;
	error = (*c->settime)(id, 0, &its, NULL) == -1 ? errno : 0;
	ck_assert_int_eq((*c->delete)(id), 0);
	return error;
}

static int
make_call(const struct calls *c, const struct row *r)
{
	const struct itimerval itv = { .it_value = { r->sec, r->part } }, off = { 0 };
	const struct timespec ts = { r->sec, r->part };
	struct itimerval old;
	timer_t id;
	int ret = 0;

	errno = 0;
	switch (r->call) {
	case CREATE:
		if ((ret = make_timer(c, r, &id)) == 0)
			ck_assert_int_eq((*c->delete)(id), 0);
		return ret;
	case SETTIME:
		return set_timer(c, r);
	case SETITIMER:
		ret = (*c->setitimer)(r->which, &itv, &old);
		if (ret == 0)
			ck_assert_int_eq((*c->setitimer)(r->which, &off, NULL), 0);
		break;
	case GETITIMER:
		ret = (*c->getitimer)(r->which, &old);
		break;
	case NANOSLEEP:
		ret = (*c->nanosleep)(&ts, NULL);
		break;
	case CLOCK_NANOSLEEP:
		return (*c->clock_nanosleep)(r->which, TIMER_ABSTIME, &ts, NULL);
	}
	return ret == -1 ? errno : 0;
}

START_TEST(timer_errors)
{
	for (int k = 0; k < 2; k++) {
		const int error = make_call(&kernels[k], &rows[_i]);

		ck_assert_msg(error == rows[_i].error, "%s, %s: %d", rows[_i].name,
		    k == 0 ? "rump" : "host", error);
	}
}
END_TEST

/* What the host's library does not survive to be asked. */
START_TEST(timer_ids)
{
	timer_t first, id, ids[64];
	int n = 0;

	ck_succeeds(rump_sys_timer_create(CLOCK_REALTIME, NULL, &first));
	ck_fails(rump_sys_timer_create(CLOCK_REALTIME, NULL, NULL), EFAULT);
	while (n < 64 && rump_sys_timer_create(CLOCK_REALTIME, NULL, &ids[n]) == 0)
		n++;
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(n, 31);
	ck_succeeds(rump_sys_timer_delete(ids[7]));
	ck_fails(rump_sys_timer_delete(ids[7]), EINVAL);
	ck_fails(rump_sys_timer_getoverrun(ids[7]), EINVAL);
	ck_succeeds(rump_sys_timer_create(CLOCK_REALTIME, NULL, &id));
	ck_fails(rump_sys_timer_delete(NULL), EINVAL);
	ck_fails(rump_sys_timer_delete((timer_t)-1), EINVAL);
	ck_fails(rump_sys_timer_settime(first, 0, NULL, NULL), EFAULT);
	ck_fails(rump_sys_timer_gettime(first, NULL), EFAULT);
	ck_fails(rump_sys_setitimer(ITIMER_VIRTUAL, NULL, NULL), EINVAL); /* nothing counts it */
	/* Another process has none of them. */
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ck_fails(rump_sys_timer_delete(first), EINVAL);
	rump_pub_lwproc_releaselwp();
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("timer");

	tcase_add_loop_test(tc, timer_errors, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tc, timer_ids);
	return run_suite(tc, "timer");
}
