/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* How kernel errors look outside, and NULL pointers. */
#include <sys/stat.h>
#include <sys/uio.h>

#include <limits.h>
#include <time.h>

#include "testlib.h"

int rump_errno_to_host(int error);

static const struct {
	const char *name;
	int kernel;
	int host;
} map[] = {
	{ "EPERM", 1, EPERM },
	{ "the host's last", 133, EHWPOISON },
	{ "ENOTSUP", 512, EOPNOTSUPP },
	{ "ENOATTR", 513, ENODATA },
	{ "EFTYPE", 514, EINVAL },
	{ "EAUTH", 515, EACCES },
	{ "EPROCUNAVAIL", 522, EPROTO },
	{ "past the last", 523, EINVAL },
	{ "ERESTART", -3, EINTR },
	{ "EPASSTHROUGH", -4, ENOTTY },
	{ "EJUSTRETURN", -2, EINVAL },
};

START_TEST(errno_is_the_hosts)
{
	ck_assert_msg(rump_errno_to_host(map[_i].kernel) == map[_i].host, "%s: %d", map[_i].name,
	    rump_errno_to_host(map[_i].kernel));
}
END_TEST

START_TEST(errno_is_left_alone_on_success)
{
	ck_succeeds(rump_sys_getpid());
	ck_succeeds(rump_sys_write(1, "", 0));
	ck_succeeds(rump_sys_read(0, NULL, 0));
}
END_TEST

START_TEST(errno_enosys_for_what_nobody_serves)
{
	ck_fails(rump_sys_aio_error(NULL), ENOSYS);
	/* Nobody looks at the arguments of such a call. */
	ck_fails(rump_sys_socket(-1, -1, -1), ENOSYS);
}
END_TEST

START_TEST(errno_efault_for_null_with_length)
{
	struct iovec iov = { .iov_base = NULL, .iov_len = 1 };

	ck_fails(rump_sys_read(0, NULL, 1), EFAULT);
	ck_fails(rump_sys_write(1, NULL, 1), EFAULT);
	ck_fails(rump_sys_readv(0, NULL, 1), EFAULT);
	ck_fails(rump_sys_writev(1, &iov, 1), EFAULT);
	ck_fails(rump_sys_fstat(0, NULL), EFAULT);
	ck_fails(rump_sys_clock_gettime(CLOCK_MONOTONIC, NULL), EFAULT);
	ck_fails(rump_sys_uname(NULL), EFAULT);
	ck_fails(rump_sys___setlogin(NULL), EFAULT);
	ck_fails(rump_sys_setgroups(1, NULL), EFAULT);
	ck_fails(rump_sys_getrlimit(0, NULL), EFAULT);
	ck_fails(rump_sys_poll(NULL, 1, 0), EFAULT);
}
END_TEST

START_TEST(errno_enosys_of_absent_components)
{
	int n;

	ck_assert_int_eq(rump_pub_etfs_register("/x", "/", RUMP_ETFS_DIR), ENOSYS);
	ck_assert_int_eq(rump_pub_etfs_remove("/x"), ENOSYS);
	ck_assert_int_eq(rump_pub_netconfig_ifup("shmif0"), ENOSYS);
	ck_assert_int_eq(rump_pub_shmif_create("bus", &n), ENOSYS);
	ck_assert_int_eq(rump_pub_syspuffs_glueinit(0, &n), ENOSYS);
	ck_assert_int_eq(rump_pub_kernelfsym_load(NULL, 0, NULL, 0), EINVAL);
	ck_fails(rump_sys_mount("ext4", "/", 0, NULL, 0), ENOSYS);
}
END_TEST

START_TEST(errno_enxio_without_a_kernel)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
	ck_fails(rump_sys_getpid(), ENXIO);
	ck_fails(rump_sys_write(1, "x", 1), ENXIO);
	ck_assert_int_eq(rump_pub_etfs_remove("/x"), ENXIO);
	ck_assert_int_eq(rump_init(), 0);
	ck_assert_int_eq(rump_sys_getpid(), 1);
}
END_TEST

START_TEST(errno_bad_iovecs)
{
	char c[2];
	struct iovec iov[2] = { { c, 1 }, { c, SIZE_MAX / 2 } };

	ck_fails(rump_sys_readv(0, iov, -1), EINVAL);
	ck_fails(rump_sys_readv(0, iov, 1025), EINVAL);
	ck_fails(rump_sys_readv(0, iov, 2), EINVAL);
	ck_fails(rump_sys_read(0, c, (size_t)SSIZE_MAX + 1), EINVAL);
	ck_succeeds(rump_sys_readv(0, iov, 1));
	ck_succeeds(rump_sys_readv(0, NULL, 0));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("errno");

	tcase_add_loop_test(tc, errno_is_the_hosts, 0, sizeof(map) / sizeof(map[0]));
	tcase_add_test(tc, errno_is_left_alone_on_success);
	tcase_add_test(tc, errno_enosys_for_what_nobody_serves);
	tcase_add_test(tc, errno_efault_for_null_with_length);
	tcase_add_test(tc, errno_enosys_of_absent_components);
	tcase_add_test(tc, errno_enxio_without_a_kernel);
	tcase_add_test(tc, errno_bad_iovecs);
	return run_suite(tc, "errno");
}
