/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Start and stop: version, second start, what is left behind, failure of every allocation.
 */
#include "testlib.h"

#define CYCLES 1000

static void
nop(void *arg)
{
	(void)arg;
}

static void
bio_done(void *arg, int error, size_t done)
{
	uint32_t *const flag = arg;

	(void)error;
	(void)done;
	test_raise(flag);
}

START_TEST(init_refuses_other_version)
{
	ck_assert_int_eq(rumpuser_init(RUMPUSER_VERSION + 1, &test_upcalls), EINVAL);
	ck_assert_int_eq(rumpuser_init(RUMPUSER_VERSION, &test_upcalls), 0);
	ck_assert_int_eq(rumpuser_init(RUMPUSER_VERSION, &test_upcalls), EBUSY);
	rumpuser_fini();
}
END_TEST

/* Everything that starts lazily, once; an errno when a part of it could not. */
static int
use_everything(void)
{
	struct rumpuser_thread *t;
	static char buf[16];
	uint32_t flag = 0;
	int fd, error;

	if ((error = rumpuser_thread_atexit(&flag)) != 0)
		return error;
	if ((error = rumpuser_thread_atexit(NULL)) != 0)
		return error;
	if ((error = rumpuser_thread_create(nop, NULL, "joinable", true, &t)) != 0)
		return error;
	rumpuser_thread_join(t);
	if ((error = rumpuser_thread_create(nop, NULL, "detached", false, NULL)) != 0)
		return error;
	if ((error = rumpuser_open("/dev/zero", RUMPUSER_OPEN_RDONLY, &fd)) != 0)
		return error;
	if ((error = rumpuser_bio(fd, buf, sizeof(buf), 0, RUMPUSER_RW_READ, bio_done, &flag)) == 0)
		test_await(&flag, 1);
	(void)rumpuser_close(fd);
	if (error != 0)
		return error;
	flag = 0;
	if ((error = rumpuser_loop_post((void (*)(void *))test_raise, &flag)) != 0)
		return error;
	test_await(&flag, 1);
	return rumpuser_timer_arm(test_now() + 1000 * (int64_t)1000000000);
}

START_TEST(init_cycles_leave_nothing)
{
	struct test_resources before, after;

	for (int i = 0; i < CYCLES; i++) {
		if (i == 2) /* the process-wide parts are there by now */
			before = test_resources();
		ck_assert_int_eq(rumpuser_init(RUMPUSER_VERSION, &test_upcalls), 0);
		ck_assert_int_eq(use_everything(), 0);
		rumpuser_fini();
	}
	after = test_resources();
	test_same_resources(&before, &after);
}
END_TEST

START_TEST(init_unwinds_every_failure)
{
	struct test_resources before, after;
	unsigned n, failed = 0;

	/* The second round finds the process-wide parts made. */
	for (int round = 0; round < 2; round++)
		for (n = 1;; n++) {
			rumpuser__fail_after(n);
			int error = rumpuser_init(RUMPUSER_VERSION, &test_upcalls);
			if (error == 0) {
				error = use_everything();
				rumpuser_fini();
			}
			const bool fired = rumpuser__fail_fired();
			rumpuser__fail_after(0);
			if (!fired) {
				ck_assert_int_eq(error, 0);
				break;
			}
			failed += error != 0;
			ck_assert_msg(error == 0 || error == ENOMEM || error == EAGAIN,
			    "failure %u gave errno %d", n, error);
			ck_assert_uint_eq(rumpuser__live_allocs(), 0);
			ck_assert_uint_eq(rumpuser__live_threads(), 0);
		}
	ck_assert_uint_ge(failed, 20);
	before = test_resources();
	ck_assert_int_eq(rumpuser_init(RUMPUSER_VERSION, &test_upcalls), 0);
	ck_assert_int_eq(use_everything(), 0);
	rumpuser_fini();
	after = test_resources();
	test_same_resources(&before, &after);
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("rumpuser_init");
	TCase *const tc = tcase_create("init");

	tcase_add_test(tc, init_refuses_other_version);
	tcase_add_test(tc, init_cycles_leave_nothing);
	tcase_add_test(tc, init_unwinds_every_failure);
	suite_add_tcase(s, tc);
	return s;
}

TEST_MAIN(suite())
