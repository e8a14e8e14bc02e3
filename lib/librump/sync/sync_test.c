/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Locks, condvars, sleeping and references under eight threads, on one, two and eight virtual CPUs.
 * What the threads do is kernel code: sync_ktest.h.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#define THREADS 8

/* From the test component. */
const char *rump_test_sync_begin(const char *name, int nthreads);
void rump_test_sync_run(int thread);
const char *rump_test_sync_end(void);
int rump_test_sync_misuse(const char *what);

static const char *const cases[] = {
	"mutex",
	"mutex_spin",
	"mutex_fair",
	"lock_objects",
	"rwlock",
	"rwlock_writer_gets_in",
	"rwlock_reader_gets_in",
	"kernel_lock",
	"kernel_lock_dropped",
	"cv_tokens",
	"cv_tokens_spin",
	"cv_signal_or_time",
	"cv_barrier",
	"cv_destroy",
	"timeouts",
	"interrupt",
	"wakeup",
	"psref",
	"localcount",
};
#define NCASES (sizeof(cases) / sizeof(cases[0]))

static const char *const misuses[] = {
	"mutex entered twice",
	"spin mutex entered twice",
	"mutex left that is not held",
	"rwlock written twice",
	"rwlock left that is not held",
	"sleep with a spin mutex",
	"sleep in a read section",
	"mutex destroyed that is held",
	"lock held on leaving the kernel",
	"locks in a circle",
};
#define NMISUSES (sizeof(misuses) / sizeof(misuses[0]))

static void
boot(const char *ncpu)
{
	ck_assert_int_eq(setenv("RUMP_NCPU", ncpu, 1), 0);
	ck_assert_int_eq(rump_init(), 0);
}

static void
boot_1(void)
{
	boot("1");
}

static void
boot_2(void)
{
	boot("2");
}

static void
boot_8(void)
{
	boot("8");
}

static void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

static void *
run(void *arg)
{
	rump_schedule();
	rump_test_sync_run((int)(intptr_t)arg);
	rump_unschedule();
	return NULL;
}

START_TEST(sync_holds)
{
	const char *const name = cases[_i];
	pthread_t threads[THREADS];
	const char *wrong;

	rump_schedule();
	wrong = rump_test_sync_begin(name, THREADS);
	rump_unschedule();
	ck_assert_msg(wrong == NULL, "%s: %s", name, wrong);
	for (intptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, run, (void *)i), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	rump_schedule();
	wrong = rump_test_sync_end();
	rump_unschedule();
	ck_assert_msg(wrong == NULL, "%s: %s", name, wrong);
}
END_TEST

/* Broken rules panic, and a panic ends the process by abort(). */
START_TEST(sync_misuse_panics)
{
	int checked;

	boot("2");
	rump_schedule();
	checked = rump_test_sync_misuse(misuses[_i]);
	rump_unschedule();
	ck_assert_msg(checked == 0, "%s: nobody noticed", misuses[_i]);
	abort();
}
END_TEST

static void
add(Suite *s, const char *name, void (*setup)(void))
{
	TCase *const tc = tcase_create(name);

	tcase_add_checked_fixture(tc, setup, halt);
	tcase_add_loop_test(tc, sync_holds, 0, NCASES);
	suite_add_tcase(s, tc);
}

int
main(void)
{
	Suite *const s = suite_create("sync");
	TCase *const tc = tcase_create("misuse");
	SRunner *const sr = srunner_create(s);

	add(s, "ncpu_1", boot_1);
	add(s, "ncpu_2", boot_2);
	add(s, "ncpu_8", boot_8);
	tcase_add_loop_test_raise_signal(tc, sync_misuse_panics, SIGABRT, 0, NMISUSES);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	const int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
