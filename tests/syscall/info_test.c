/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the kernel says of itself. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <rump/rump_sysctl.h>

#include "testlib.h"

START_TEST(info_uname)
{
	struct utsname un;
	char host[256];

	ck_succeeds(rump_sys_uname(&un));
	ck_assert_str_eq(un.sysname, "librump");
	ck_assert_int_gt(strlen(un.release), 0);
	ck_assert_int_gt(strlen(un.machine), 0);
	ck_succeeds(rump_sys_gethostname(host, sizeof(host)));
	ck_assert_int_eq(strncmp(un.nodename, host, sizeof(un.nodename) - 1), 0);
	ck_assert_int_eq(strncmp(host, "rump-", 5), 0);
}
END_TEST

START_TEST(info_hostname_is_set)
{
	char name[16];

	ck_succeeds(rump_sys_sethostname("left-over", 4));
	ck_succeeds(rump_sys_gethostname(name, 5));
	ck_assert_str_eq(name, "left");
	ck_fails(rump_sys_gethostname(name, 4), ENAMETOOLONG);
	ck_fails(rump_sys_sethostname("x", 100000), EINVAL);
}
END_TEST

START_TEST(info_sysctl_of_fixed_names)
{
	const int name[2] = { RUMP_CTL_KERN, RUMP_KERN_OSTYPE };
	const int hw[2] = { RUMP_CTL_HW, RUMP_HW_PAGESIZE };
	const int none[2] = { RUMP_CTL_KERN, 99999 };
	char buf[64];
	size_t len = 0;
	int pagesize;

	ck_succeeds(rump_sys___sysctl(name, 2, NULL, &len, NULL, 0));
	ck_assert_uint_eq(len, strlen("librump") + 1);
	len = sizeof(buf);
	ck_succeeds(rump_sys___sysctl(name, 2, buf, &len, NULL, 0));
	ck_assert_str_eq(buf, "librump");
	len = 3;
	ck_fails(rump_sys___sysctl(name, 2, buf, &len, NULL, 0), ENOMEM);
	len = sizeof(pagesize);
	ck_succeeds(rump_sys___sysctl(hw, 2, &pagesize, &len, NULL, 0));
	ck_assert_int_eq(pagesize, 4096);
	ck_fails(rump_sys___sysctl(none, 2, buf, &len, NULL, 0), ENOENT);
	ck_fails(rump_sys___sysctl(name, 0, buf, &len, NULL, 0), EINVAL);
	ck_fails(rump_sys___sysctl(name, 1000, buf, &len, NULL, 0), EINVAL);
	ck_fails(rump_sys___sysctl(name, 2, NULL, NULL, NULL, 4), EFAULT);
	ck_fails(rump_sys___sysctl(name, 2, NULL, NULL, "x", 1), EPERM);
}
END_TEST

START_TEST(info_versions)
{
	ck_assert_int_eq(rump_getversion(), rump_pub_getversion());
	ck_assert_int_eq(rump_getversion() / 100000000, 10);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("info");

	tcase_add_test(tc, info_uname);
	tcase_add_test(tc, info_hostname_is_set);
	tcase_add_test(tc, info_sysctl_of_fixed_names);
	tcase_add_test(tc, info_versions);
	return run_suite(tc, "info");
}
