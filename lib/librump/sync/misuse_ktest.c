/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the checks of synchronization must not let pass: each ends in a panic. */
#include "sync_ktest.h"

#include <sys/pserialize.h>

int rump_test_sync_misuse(const char *what);

static kmutex_t mtx, mtx2, spin;
static krwlock_t rw;
static kcondvar_t cv;

static void
enter_twice(void)
{
	mutex_enter(&mtx);
	mutex_enter(&mtx);
}

static void
enter_spin_twice(void)
{
	mutex_enter(&spin);
	mutex_enter(&spin);
}

static void
exit_unheld(void)
{
	mutex_exit(&mtx);
}

static void
write_twice(void)
{
	rw_enter(&rw, RW_WRITER);
	rw_enter(&rw, RW_WRITER);
}

static void
rw_exit_unheld(void)
{
	rw_exit(&rw);
}

static void
sleep_with_spin(void)
{
	mutex_enter(&spin);
	mutex_enter(&mtx);
	(void)cv_timedwait(&cv, &mtx, 1);
}

static void
sleep_in_read_section(void)
{
	(void)pserialize_read_enter();
	(void)kpause("misuse", false, 1, NULL);
}

static void
destroy_held(void)
{
	mutex_enter(&mtx);
	mutex_destroy(&mtx);
}

/* Left to the return from the kernel. */
static void
leak_lock(void)
{
	mutex_enter(&mtx);
}

static void
take_in_order(krwlock_t *first, kmutex_t *second)
{
	rw_enter(first, RW_READER);
	mutex_enter(second);
	mutex_exit(second);
	rw_exit(first);
}

/* rw, mtx; mtx, mtx2; mtx2, rw: never two the wrong way round, but a circle. */
static void
circle(void)
{
	take_in_order(&rw, &mtx);
	mutex_enter(&mtx);
	mutex_enter(&mtx2);
	mutex_exit(&mtx2);
	mutex_exit(&mtx);
	mutex_enter(&mtx2);
	take_in_order(&rw, &mtx);
}

#ifdef DIAGNOSTIC
#define DIAGNOSTIC_BUILD true
#else
#define DIAGNOSTIC_BUILD false
#endif
#ifdef LOCKDEBUG
#define LOCKDEBUG_BUILD true
#else
#define LOCKDEBUG_BUILD false
#endif

static const struct {
	const char *name;
	void (*run)(void);
	bool checked; /* by this build */
} misuses[] = {
	{ "mutex entered twice", enter_twice, true },
	{ "spin mutex entered twice", enter_spin_twice, true },
	{ "mutex left that is not held", exit_unheld, true },
	{ "rwlock written twice", write_twice, true },
	{ "rwlock left that is not held", rw_exit_unheld, true },
	{ "sleep with a spin mutex", sleep_with_spin, DIAGNOSTIC_BUILD },
	{ "sleep in a read section", sleep_in_read_section, DIAGNOSTIC_BUILD },
	{ "mutex destroyed that is held", destroy_held, DIAGNOSTIC_BUILD },
	{ "lock held on leaving the kernel", leak_lock, DIAGNOSTIC_BUILD },
	{ "locks in a circle", circle, LOCKDEBUG_BUILD },
};

/* 0: nothing of the kind is checked in this build.  1: done, and nobody has complained. */
int
rump_test_sync_misuse(const char *what)
{
	mutex_init(&mtx, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&mtx2, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&spin, MUTEX_DEFAULT, IPL_VM);
	rw_init(&rw);
	cv_init(&cv, "misuse");
	for (u_int i = 0; i < __arraycount(misuses); i++) {
		if (strcmp(misuses[i].name, what) != 0)
			continue;
		if (!misuses[i].checked)
			return 0;
		(*misuses[i].run)();
	}
	return 1;
}
