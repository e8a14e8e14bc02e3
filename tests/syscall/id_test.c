/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Users, groups, process groups: rules of POSIX as rows. */
#include <sys/resource.h>
#include <sys/types.h>

#include "testlib.h"

#define NO ((uid_t)-1)

/* From real user 100, effective and saved user 300: what may be set, and what comes of it. */
static const struct {
	const char *name;
	enum { UID, EUID, REUID } call;
	uid_t r, e;
	int error;
	uid_t newr, newe;
} rules[] = {
	{ "setuid to the real one", UID, NO, 100, 0, 100, 100 },
	{ "setuid to the saved one", UID, NO, 300, 0, 100, 300 },
	{ "setuid to another", UID, NO, 7, EPERM, 100, 300 },
	{ "setuid to nobody", UID, NO, NO, EINVAL, 100, 300 },
	{ "seteuid to the real one", EUID, NO, 100, 0, 100, 100 },
	{ "seteuid to root", EUID, NO, 0, EPERM, 100, 300 },
	{ "seteuid to nobody", EUID, NO, NO, EINVAL, 100, 300 },
	{ "setreuid swaps", REUID, 300, 100, 0, 300, 100 },
	{ "setreuid leaves alone", REUID, NO, NO, 0, 100, 300 },
	{ "setreuid real to another", REUID, 7, NO, EPERM, 100, 300 },
	{ "setreuid effective to another", REUID, NO, 7, EPERM, 100, 300 },
};

START_TEST(id_rules_of_the_unprivileged)
{
	int ret = -1;

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ck_succeeds(rump_sys_setreuid(100, 300));
	errno = 0;
	switch (rules[_i].call) {
	case UID:
		ret = rump_sys_setuid(rules[_i].e);
		break;
	case EUID:
		ret = rump_sys_seteuid(rules[_i].e);
		break;
	case REUID:
		ret = rump_sys_setreuid(rules[_i].r, rules[_i].e);
		break;
	}
	ck_assert_msg(rules[_i].error == 0 ? ret == 0 : ret == -1 && errno == rules[_i].error,
	    "%s: %d, errno %d", rules[_i].name, ret, errno);
	ck_assert_msg(rump_sys_getuid() == rules[_i].newr, "%s", rules[_i].name);
	ck_assert_msg(rump_sys_geteuid() == rules[_i].newe, "%s", rules[_i].name);
	rump_pub_lwproc_releaselwp();
}
END_TEST

START_TEST(id_saved_user_comes_back)
{
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ck_succeeds(rump_sys_seteuid(300));
	ck_fails(rump_sys_setuid(7), EPERM);
	ck_succeeds(rump_sys_seteuid(0));
	ck_succeeds(rump_sys_setuid(7)); /* all three */
	ck_fails(rump_sys_seteuid(0), EPERM);
	rump_pub_lwproc_releaselwp();
}
END_TEST

START_TEST(id_groups)
{
	const gid_t in[3] = { 5, 6, 7 };
	gid_t out[3];

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ck_succeeds(rump_sys_setgroups(3, in));
	ck_assert_int_eq(rump_sys_getgroups(0, NULL), 3);
	ck_fails(rump_sys_getgroups(2, out), EINVAL);
	ck_fails(rump_sys_getgroups(-1, out), EINVAL);
	ck_assert_int_eq(rump_sys_getgroups(3, out), 3);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(out[i], in[i]);
	ck_fails(rump_sys_setgroups(-1, in), EINVAL);
	ck_fails(rump_sys_setgroups(65, in), EINVAL);
	ck_succeeds(rump_sys_setgid(42));
	ck_assert_uint_eq(rump_sys_getgid(), 42);
	ck_assert_uint_eq(rump_sys_getegid(), 42);
	ck_succeeds(rump_sys_setuid(1));
	ck_fails(rump_sys_setgroups(3, in), EPERM);
	ck_fails(rump_sys_setgid(1), EPERM);
	ck_fails(rump_sys_setuid(0), EPERM);
	ck_assert_int_eq(rump_sys_issetugid(), 1);
	rump_pub_lwproc_releaselwp();
	/* Process 1 has not changed. */
	ck_assert_uint_eq(rump_sys_getuid(), 0);
	ck_assert_int_eq(rump_sys_issetugid(), 0);
}
END_TEST

START_TEST(id_process_groups_and_sessions)
{
	pid_t pid;

	ck_assert_int_eq(rump_sys_getpid(), 1);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	pid = rump_sys_getpid();
	ck_assert_int_gt(pid, 1);
	ck_assert_int_eq(rump_sys_getppid(), 1);
	ck_assert_int_eq(rump_sys_getpgrp(), rump_sys_getpgid(0));
	ck_succeeds(rump_sys_setpgid(0, 0));
	ck_assert_int_eq(rump_sys_getpgrp(), pid);
	ck_assert_int_eq(rump_sys_getpgid(pid), pid);
	ck_fails(rump_sys_setsid(), EPERM); /* leads a group */
	ck_fails(rump_sys_getpgid(29999), ESRCH);
	ck_fails(rump_sys_getsid(29999), ESRCH);
	ck_fails(rump_sys_setpgid(0, -1), EINVAL);
	rump_pub_lwproc_releaselwp();

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	pid = rump_sys_getpid();
	ck_assert_int_eq(rump_sys_setsid(), pid);
	ck_assert_int_eq(rump_sys_getsid(0), pid);
	ck_assert_int_eq(rump_sys_getpgrp(), pid);
	rump_pub_lwproc_releaselwp();
}
END_TEST

START_TEST(id_limits)
{
	struct rlimit lim, old;

	ck_succeeds(rump_sys_getrlimit(RLIMIT_NOFILE, &old));
	ck_fails(rump_sys_getrlimit(-1, &lim), EINVAL);
	ck_fails(rump_sys_getrlimit(1000, &lim), EINVAL);
	lim.rlim_cur = 11;
	lim.rlim_max = 10;
	ck_fails(rump_sys_setrlimit(RLIMIT_FSIZE, &lim), EINVAL);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	lim.rlim_cur = 10;
	lim.rlim_max = 20;
	ck_succeeds(rump_sys_setrlimit(RLIMIT_FSIZE, &lim));
	ck_succeeds(rump_sys_setuid(9));
	lim.rlim_cur = 20;
	ck_succeeds(rump_sys_setrlimit(RLIMIT_FSIZE, &lim));
	lim.rlim_max = 21;
	ck_fails(rump_sys_setrlimit(RLIMIT_FSIZE, &lim), EPERM);
	ck_fails(rump_sys_prlimit64(1, RLIMIT_FSIZE, NULL, (struct rlimit64 *)(void *)&lim), EPERM);
	rump_pub_lwproc_releaselwp();
	/* The parent's are its own. */
	ck_succeeds(rump_sys_prlimit64(0, RLIMIT_FSIZE, NULL, (struct rlimit64 *)(void *)&lim));
	ck_assert(lim.rlim_cur == RLIM_INFINITY);
	ck_succeeds(rump_sys_getrlimit(RLIMIT_NOFILE, &lim));
	ck_assert(lim.rlim_cur == old.rlim_cur);
}
END_TEST

START_TEST(id_login_name)
{
	char name[64];

	ck_succeeds(rump_sys___setlogin("gast"));
	ck_succeeds(rump_sys___getlogin(name, sizeof(name)));
	ck_assert_str_eq(name, "gast");
	ck_fails(rump_sys___setlogin("a name that is much too long for this"), EINVAL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("id");

	tcase_add_loop_test(tc, id_rules_of_the_unprivileged, 0, sizeof(rules) / sizeof(rules[0]));
	tcase_add_test(tc, id_saved_user_comes_back);
	tcase_add_test(tc, id_groups);
	tcase_add_test(tc, id_process_groups_and_sessions);
	tcase_add_test(tc, id_limits);
	tcase_add_test(tc, id_login_name);
	return run_suite(tc, "id");
}
