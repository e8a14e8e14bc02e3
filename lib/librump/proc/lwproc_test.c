/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* rump_lwproc(3): who a host thread is in the kernel. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/stat.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
teardown(void)
{
	rump_pub_lwproc_switch(NULL);
	(void)rump_sys_reboot(RUMP_RB_HALT, NULL);
	ck_assert_ptr_null(rump_pub_lwproc_curlwp());
}

/* Run fn in a thread of its own and wait for it. */
static void
in_thread(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, fn, arg), 0);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
}

START_TEST(lwproc_implicit_is_process_1)
{
	ck_assert_ptr_null(rump_pub_lwproc_curlwp());
	ck_assert_int_eq(rump_sys_getpid(), 1);
	ck_assert_int_eq(rump_sys_getuid(), 0);
	ck_assert_ptr_null(rump_pub_lwproc_curlwp());
}
END_TEST

static void *
become_77(void *arg)
{
	ck_assert_int_eq(rump_sys_close(2), 0);
	ck_assert_int_eq(rump_sys_setuid(77), 0);
	return arg;
}

/* Descriptors and ids of process 1 are those of all threads without an lwp of their own. */
START_TEST(lwproc_implicit_state_is_shared)
{
	ck_assert_int_eq(rump_sys_getuid(), 0);
	in_thread(become_77, NULL);
	ck_assert_int_eq(rump_sys_getuid(), 77);
	ck_assert_int_eq(rump_sys_close(2), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(rump_sys_seteuid(0), -1);
}
END_TEST

static const struct {
	const char *name;
	int flags;
	int error;
} rforks[] = {
	{ "share", 0, 0 },
	{ "copy", RUMP_RFFDG, 0 },
	{ "clear", RUMP_RFCFDG, 0 },
	{ "both", RUMP_RFFDG | RUMP_RFCFDG, EINVAL },
	{ "unknown bit", 0x4, EINVAL },
	{ "negative", -1, EINVAL },
};

START_TEST(lwproc_rfork_checks_flags)
{
	const int error = rump_pub_lwproc_rfork(rforks[_i].flags);

	ck_assert_msg(error == rforks[_i].error, "%s: error %d", rforks[_i].name, error);
	if (error != 0) {
		ck_assert_ptr_null(rump_pub_lwproc_curlwp());
		return;
	}
	ck_assert_ptr_nonnull(rump_pub_lwproc_curlwp());
	ck_assert_int_gt(rump_sys_getpid(), 1);
	ck_assert_int_eq(rump_sys_getppid(), 1);
	rump_pub_lwproc_releaselwp();
	ck_assert_ptr_null(rump_pub_lwproc_curlwp());
	ck_assert_int_eq(rump_sys_getpid(), 1);
}
END_TEST

/* After rfork: is descriptor 1 there, and does closing it there close it in process 1? */
static const struct {
	int flags;
	int child_has, parent_keeps;
} tables[] = {
	{ 0, 1, 0 },
	{ RUMP_RFFDG, 1, 1 },
	{ RUMP_RFCFDG, 0, 1 },
};

START_TEST(lwproc_rfork_descriptors)
{
	ck_assert_int_eq(rump_pub_lwproc_rfork(tables[_i].flags), 0);
	errno = 0;
	ck_assert_int_eq(rump_sys_close(1), tables[_i].child_has ? 0 : -1);
	ck_assert_int_eq(errno, tables[_i].child_has ? 0 : EBADF);
	rump_pub_lwproc_releaselwp();
	ck_assert_int_eq(rump_sys_fcntl(1, 1 /* F_GETFD */) != -1, tables[_i].parent_keeps);
}
END_TEST

START_TEST(lwproc_rfork_inherits_credentials)
{
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	ck_assert_int_eq(rump_sys_setuid(77), 0);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	ck_assert_int_eq(rump_sys_getuid(), 77);
	ck_assert_int_eq(rump_sys_setuid(0), -1);
	ck_assert_int_eq(errno, EPERM);
	rump_pub_lwproc_switch(NULL);
	ck_assert_int_eq(rump_sys_getuid(), 0);
}
END_TEST

START_TEST(lwproc_rfork_parent_is_current)
{
	pid_t first;

	ck_assert_int_eq(rump_pub_lwproc_rfork(0), 0);
	first = rump_sys_getpid();
	ck_assert_int_eq(rump_pub_lwproc_rfork(0), 0);
	ck_assert_int_eq(rump_sys_getppid(), first);
}
END_TEST

START_TEST(lwproc_newlwp_unknown_pid)
{
	ck_assert_int_eq(rump_pub_lwproc_newlwp(4711), ESRCH);
	ck_assert_int_eq(rump_pub_lwproc_newlwp(-1), ESRCH);
	ck_assert_int_eq(rump_pub_lwproc_newlwp(0x7fffffff), ESRCH);
	ck_assert_ptr_null(rump_pub_lwproc_curlwp());
}
END_TEST

START_TEST(lwproc_newlwp_joins_the_process)
{
	struct lwp *l1, *l2;
	pid_t pid;

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	l1 = rump_pub_lwproc_curlwp();
	pid = rump_sys_getpid();
	ck_assert_int_eq(rump_pub_lwproc_newlwp(pid), 0);
	l2 = rump_pub_lwproc_curlwp();
	ck_assert_ptr_ne(l1, l2);
	ck_assert_int_eq(rump_sys_getpid(), pid);
	/* The second lwp's end is not the process's. */
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(l1);
	ck_assert_int_eq(rump_sys_getpid(), pid);
	rump_pub_lwproc_releaselwp();
	ck_assert_int_eq(rump_pub_lwproc_newlwp(pid), ESRCH);
}
END_TEST

START_TEST(lwproc_newlwp_of_process_1_is_bound)
{
	ck_assert_int_eq(rump_pub_lwproc_newlwp(1), 0);
	ck_assert_ptr_nonnull(rump_pub_lwproc_curlwp());
	ck_assert_int_eq(rump_sys_getpid(), 1);
	rump_pub_lwproc_releaselwp();
	ck_assert_int_eq(rump_sys_getpid(), 1);
}
END_TEST

START_TEST(lwproc_switch_between_processes)
{
	struct lwp *l1, *l2;
	pid_t p1, p2;

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	l1 = rump_pub_lwproc_curlwp();
	p1 = rump_sys_getpid();
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	l2 = rump_pub_lwproc_curlwp();
	p2 = rump_sys_getpid();
	ck_assert_int_ne(p1, p2);
	for (int i = 0; i < 3; i++) {
		rump_pub_lwproc_switch(l1);
		ck_assert_int_eq(rump_sys_getpid(), p1);
		rump_pub_lwproc_switch(NULL);
		ck_assert_int_eq(rump_sys_getpid(), 1);
		ck_assert_ptr_null(rump_pub_lwproc_curlwp());
		rump_pub_lwproc_switch(l2);
		rump_pub_lwproc_switch(l2);
		ck_assert_int_eq(rump_sys_getpid(), p2);
	}
}
END_TEST

static void *
adopt(void *arg)
{
	rump_pub_lwproc_switch(arg);
	return (void *)(intptr_t)rump_sys_getpid();
}

START_TEST(lwproc_switch_hands_over_to_another_thread)
{
	pthread_t t;
	void *seen;
	struct lwp *l;
	pid_t pid;

	ck_assert_int_eq(rump_pub_lwproc_rfork(0), 0);
	l = rump_pub_lwproc_curlwp();
	pid = rump_sys_getpid();
	rump_pub_lwproc_switch(NULL);
	ck_assert_int_eq(pthread_create(&t, NULL, adopt, l), 0);
	ck_assert_int_eq(pthread_join(t, &seen), 0);
	ck_assert_int_eq((pid_t)(intptr_t)seen, pid);
	/* That thread is gone: its lwp may be taken over. */
	rump_pub_lwproc_switch(l);
	ck_assert_int_eq(rump_sys_getpid(), pid);
}
END_TEST

START_TEST(lwproc_switch_to_a_running_lwp_panics)
{
	ck_assert_int_eq(rump_pub_lwproc_rfork(0), 0);
	in_thread(adopt, rump_pub_lwproc_curlwp());
}
END_TEST

START_TEST(lwproc_release_without_lwp_panics)
{
	rump_pub_lwproc_releaselwp();
}
END_TEST

START_TEST(lwproc_orphans_go_to_process_1)
{
	struct lwp *parent;

	ck_assert_int_eq(rump_pub_lwproc_rfork(0), 0);
	parent = rump_pub_lwproc_curlwp();
	ck_assert_int_eq(rump_pub_lwproc_rfork(0), 0);
	struct lwp *const child = rump_pub_lwproc_curlwp();
	ck_assert_int_ne(rump_sys_getppid(), 1);
	rump_pub_lwproc_switch(parent);
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(child);
	ck_assert_int_eq(rump_sys_getppid(), 1);
}
END_TEST

static void *
release(void *arg)
{
	rump_pub_lwproc_switch(((struct lwp **)arg)[0]);
	(void)pthread_barrier_wait(((pthread_barrier_t **)arg)[1]);
	rump_pub_lwproc_releaselwp();
	return NULL;
}

/* Whichever comes last ends the process. */
START_TEST(lwproc_release_in_two_threads)
{
	pthread_barrier_t barrier;
	pthread_t t[2];

	ck_assert_int_eq(setenv("RUMP_NCPU", "2", 1), 0);
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
	ck_assert_int_eq(rump_init(), 0);
	ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, 2), 0);
	for (int i = 0; i < 500; i++) {
		void *args[2][2] = { { NULL, &barrier }, { NULL, &barrier } };
		pid_t pid;

		ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
		pid = rump_sys_getpid();
		args[0][0] = rump_pub_lwproc_curlwp();
		ck_assert_int_eq(rump_pub_lwproc_newlwp(pid), 0);
		args[1][0] = rump_pub_lwproc_curlwp();
		rump_pub_lwproc_switch(NULL);
		for (int j = 0; j < 2; j++)
			ck_assert_int_eq(pthread_create(&t[j], NULL, release, args[j]), 0);
		for (int j = 0; j < 2; j++)
			ck_assert_int_eq(pthread_join(t[j], NULL), 0);
		ck_assert_int_eq(rump_pub_lwproc_newlwp(pid), ESRCH);
	}
}
END_TEST

START_TEST(lwproc_ids_can_be_forced)
{
	ck_assert_int_eq(rump_pub_lwproc_rfork(0), 0);
	rump_pub_allbetsareoff_setid(12345, 6);
	ck_assert_int_eq(rump_sys_getpid(), 12345);
	rump_pub_lwproc_releaselwp();
	ck_assert_int_eq(rump_pub_lwproc_newlwp(12345), ESRCH);
}
END_TEST

/* Pids are used again, and none is lost. */
START_TEST(lwproc_many_processes)
{
	for (int i = 0; i < 35000; i++) {
		ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
		rump_pub_lwproc_releaselwp();
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("lwproc");
	TCase *const tc = tcase_create("lwproc"), *const bad = tcase_create("misuse");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, lwproc_implicit_is_process_1);
	tcase_add_test(tc, lwproc_implicit_state_is_shared);
	tcase_add_loop_test(tc, lwproc_rfork_checks_flags, 0, sizeof(rforks) / sizeof(rforks[0]));
	tcase_add_loop_test(tc, lwproc_rfork_descriptors, 0, sizeof(tables) / sizeof(tables[0]));
	tcase_add_test(tc, lwproc_rfork_inherits_credentials);
	tcase_add_test(tc, lwproc_rfork_parent_is_current);
	tcase_add_test(tc, lwproc_newlwp_unknown_pid);
	tcase_add_test(tc, lwproc_newlwp_joins_the_process);
	tcase_add_test(tc, lwproc_newlwp_of_process_1_is_bound);
	tcase_add_test(tc, lwproc_switch_between_processes);
	tcase_add_test(tc, lwproc_switch_hands_over_to_another_thread);
	tcase_add_test(tc, lwproc_orphans_go_to_process_1);
	tcase_add_test(tc, lwproc_release_in_two_threads);
	tcase_add_test(tc, lwproc_ids_can_be_forced);
	tcase_add_test(tc, lwproc_many_processes);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(bad, setup, NULL);
	tcase_add_test_raise_signal(bad, lwproc_switch_to_a_running_lwp_panics, SIGABRT);
	tcase_add_test_raise_signal(bad, lwproc_release_without_lwp_panics, SIGABRT);
	suite_add_tcase(s, bad);
	return s;
}

int
main(void)
{
	SRunner *const sr = srunner_create(suite());

	srunner_run_all(sr, CK_ENV);
	const int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
