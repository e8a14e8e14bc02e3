/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Every call with zeros and NULLs from a thread with a stack of 64 KiB, as process 1 and as an
 * ordinary user: an answer, or an errno, and the kernel lives on.
 */
#include <pthread.h>
#include <string.h>

#include "testlib.h"

#include "syscall_zero.h"

#define STACKSIZE (64 * 1024)

static long ret;
static int error;

static void *
call(void *arg)
{
	const int i = *(int *)arg;

	errno = 0;
	ret = zero_calls[i].call();
	error = errno;
	return NULL;
}

static void *
call_as_user(void *arg)
{
	if (rump_pub_lwproc_rfork(RUMP_RFFDG) != 0 || rump_sys_setuid(7) != 0)
		abort();
	call(arg);
	rump_pub_lwproc_releaselwp();
	return NULL;
}

static void
in_small_thread(void *(*fn)(void *), int i)
{
	pthread_attr_t attr;
	pthread_t t;

	ck_assert_int_eq(pthread_attr_init(&attr), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&attr, STACKSIZE), 0);
	ck_assert_int_eq(pthread_create(&t, &attr, fn, &i), 0);
	pthread_join(t, NULL);
	pthread_attr_destroy(&attr);
}

START_TEST(zero_call_answers)
{
	const char *const name = zero_calls[_i].name;

	/* These end the process or its kernel, or wait for ever as they were told to. */
	if (strcmp(name, "reboot") == 0 || strcmp(name, "select") == 0 ||
	    strcmp(name, "pselect") == 0 || strcmp(name, "pollts") == 0 ||
	    strcmp(name, "ppoll") == 0)
		return;
	in_small_thread(call, _i);
	ck_assert_msg(ret != -1 || (error > 0 && error < 512), "%s: errno %d", name, error);
	in_small_thread(call_as_user, _i);
	ck_assert_msg(ret != -1 || (error > 0 && error < 512), "%s: errno %d", name, error);
	ck_assert_int_eq(rump_sys_getpid(), 1);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("zero");

	tcase_add_loop_test(tc, zero_call_answers, 0, sizeof(zero_calls) / sizeof(zero_calls[0]));
	return run_suite(tc, "zero");
}
