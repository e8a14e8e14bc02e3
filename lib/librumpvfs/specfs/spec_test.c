/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Opens that are with their driver, and what becomes of them; the driver is spec_ktest.c. */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "../private/testlib.h"
#include "spec_ktest.h"

#define KERNEL(call)               \
	do {                       \
		rump_schedule();   \
		call;              \
		rump_unschedule(); \
	} while (0)

static const struct {
	bool each;		/* D_MCLOSE */
	bool complete;		/* another open is complete when the second begins, */
	bool closed;		/* and is closed before that one is back; */
	bool removed;		/* the node is removed before that one is back, */
	int error;		/* which ends with this, */
	int gives;		/* and makes open(2) say that */
	unsigned opens, closes; /* what the driver has heard at the end */
} rows[] = {
	{ false, false, false, false, 0, 0, 1, 1 },
	{ false, false, false, false, EIO, EIO, 0, 0 },
	{ false, false, false, true, 0, ENXIO, 1, 1 },
	{ false, false, false, true, EIO, EIO, 0, 0 },
	{ true, false, false, true, 0, ENXIO, 1, 1 },
	{ true, false, false, true, EIO, EIO, 0, 0 },
	{ false, true, false, false, 0, 0, 2, 1 },
	{ true, true, false, false, 0, 0, 2, 2 },
	{ false, true, false, true, 0, ENXIO, 2, 1 },
	{ true, true, false, true, 0, ENXIO, 2, 2 },
	{ false, true, false, true, EIO, EIO, 1, 1 },
	{ false, true, true, false, 0, 0, 2, 1 },
	{ false, true, true, false, EIO, EIO, 1, 1 },
	{ true, true, true, false, EIO, EIO, 1, 1 },
	{ true, true, true, true, 0, ENXIO, 2, 2 },
};

static void *
opener(void *arg)
{
	int *const error = arg, fd = rump_sys_open("/dev/gate", O_RDWR);

	*error = fd < 0 ? errno : 0;
	if (fd >= 0)
		ck_gives(rump_sys_close(fd), 0);
	return NULL;
}

START_TEST(spec_open_with_its_driver)
{
	unsigned opens, closes;
	pthread_t thread;
	int fd = -1, error;

	KERNEL(error = rump_test_spec_attach(rows[_i].each));
	ck_assert_int_eq(error, 0);
	if (rows[_i].complete)
		fd = rump_sys_open("/dev/gate", O_RDWR);
	KERNEL(rump_test_spec_shut());
	ck_assert_int_eq(pthread_create(&thread, NULL, opener, &error), 0);
	KERNEL(rump_test_spec_wait(1));
	if (rows[_i].closed)
		ck_gives(rump_sys_close(fd), 0);
	if (rows[_i].removed)
		KERNEL(rump_test_spec_remove());
	KERNEL(rump_test_spec_go(rows[_i].error));
	pthread_join(thread, NULL);
	ck_assert_int_eq(error, rows[_i].gives);
	if (rows[_i].complete && !rows[_i].closed)
		ck_gives(rump_sys_close(fd), 0);
	KERNEL(rump_test_spec_counts(&opens, &closes));
	ck_assert_msg(opens == rows[_i].opens && closes == rows[_i].closes,
	    "the driver was told of %u opens and %u closes, not %u and %u", opens, closes,
	    rows[_i].opens, rows[_i].closes);
	KERNEL(rump_test_spec_detach());
}
END_TEST

static void *
remover(void *arg)
{
	KERNEL(rump_test_spec_remove());
	return NULL;
}

/* Programs close while the revocation, which closes for all of them, is with the driver. */
START_TEST(spec_close_during_the_revocation)
{
	unsigned opens, closes;
	pthread_t thread;
	int fd[2], error;

	KERNEL(error = rump_test_spec_attach(_i != 0));
	ck_assert_int_eq(error, 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_ge(fd[i] = rump_sys_open("/dev/gate", O_RDWR), 0);
	KERNEL(rump_test_spec_hold_closes());
	ck_assert_int_eq(pthread_create(&thread, NULL, remover, NULL), 0);
	KERNEL(rump_test_spec_wait(1));
	ck_gives(rump_sys_close(fd[0]), 0);
	ck_gives(rump_sys_close(fd[1]), 0);
	KERNEL(rump_test_spec_go(0));
	pthread_join(thread, NULL);
	KERNEL(rump_test_spec_counts(&opens, &closes));
	ck_assert_uint_eq(opens, 2);
	ck_assert_uint_eq(closes, 1);
	KERNEL(rump_test_spec_detach());
}
END_TEST

/* Advisory locks of a device that goes: nobody follows what is gone. */
START_TEST(spec_locks_of_a_device_that_goes)
{
	struct flock fl = { .l_type = F_WRLCK };
	int fd, error;

	KERNEL(error = rump_test_spec_attach(false));
	ck_assert_int_eq(error, 0);
	fd = rump_sys_open("/dev/gate", O_RDWR);
	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	KERNEL(rump_test_spec_remove());
	ck_fails(rump_sys_fcntl(fd, F_SETLK, &fl), EBADF);
	ck_gives(rump_sys_close(fd), 0);
	KERNEL(rump_test_spec_detach());
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("spec");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, spec_open_with_its_driver, 0, COUNT(rows));
	tcase_add_loop_test(tc, spec_close_during_the_revocation, 0, 2);
	tcase_add_test(tc, spec_locks_of_a_device_that_goes);
	return run_suite(tc, "spec");
}
