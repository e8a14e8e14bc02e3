/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Every RUMP_* variable with nonsense: rump_init() fails with EINVAL and one line that names the
 * variable and the value; with the variable repaired the next rump_init() works.  With sense: the
 * kernel does as it says, where the base kernel can be asked (the rest is asked for by the tests of
 * what uses it).
 */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_sysctl.h>
#include <rump/rump_syscalls.h>

/* Of the kernel's private headers. */
struct rump_meminfo {
	size_t limit, used, resident;
};
void rump_mem_info(struct rump_meminfo *);
bool rump_verbose(void);

#define UNKNOWN (-1L)

static long
ncpu(void)
{
	const int name[2] = { RUMP_CTL_HW, RUMP_HW_NCPU };
	size_t len = sizeof(int);
	int n = -2;

	ck_assert_int_eq(rump_sys___sysctl(name, 2, &n, &len, NULL, 0), 0);
	return n;
}

static long
memlimit(void)
{
	struct rump_meminfo mi;

	rump_mem_info(&mi);
	return (long)mi.limit;
}

static long
verbose(void)
{
	return rump_verbose();
}

static const struct {
	const char *name, *value;
} bad[] = {
	{ "RUMP_NCPU", "" },
	{ "RUMP_NCPU", "0" },
	{ "RUMP_NCPU", "-1" },
	{ "RUMP_NCPU", "1025" },
	{ "RUMP_NCPU", "2x" },
	{ "RUMP_NCPU", " 2" },
	{ "RUMP_NCPU", "hosts" },
	{ "RUMP_NCPU", "99999999999999999999" },
	{ "RUMP_NCPU", "18446744073709551617" }, /* 1 in 64 bits */
	{ "RUMP_VERBOSE", "yes" },
	{ "RUMP_VERBOSE", "18446744073709551616" }, /* 0 in 64 bits */
	{ "RUMP_VERBOSE", "-1" },
	{ "RUMP_THREADS", "maybe" },
	{ "RUMP_THREADS", "1.5" },
	{ "RUMP_MEMLIMIT", "" },
	{ "RUMP_MEMLIMIT", "0" },
	{ "RUMP_MEMLIMIT", "1k" },
	{ "RUMP_MEMLIMIT", "64mb" },
	{ "RUMP_MEMLIMIT", "m" },
	{ "RUMP_MEMLIMIT", "-64m" },
	{ "RUMP_MEMLIMIT", "0x100000000" },
	{ "RUMP_MEMLIMIT", "99999999999g" },
	{ "RUMP_MEMLIMIT", "18446744073709551616" },
	{ "RUMP_NVNODES", "many" },
	{ "RUMP_NVNODES", "0" },
	{ "RUMP_NVNODES", "99999999999" },
	{ "RUMP_MODULEBASE", "relative/path" },
	{ "RUMP_BLKFAIL", "10001" },
	{ "RUMP_BLKFAIL", "often" },
	{ "RUMP_BLKFAIL_SEED", "seed" },
	{ "RUMP_BLKSECTSHIFT", "8" },
	{ "RUMP_BLKSECTSHIFT", "63" },
	{ "RUMP_BLKSECTSHIFT", "nine" },
};

static const struct {
	const char *name, *value;
	long (*ask)(void);
	long answer; /* UNKNOWN: the host's */
} good[] = {
	{ "RUMP_NCPU", "1", ncpu, 1 },
	{ "RUMP_NCPU", "1024", ncpu, 1024 },
	{ "RUMP_NCPU", "host", ncpu, UNKNOWN },
	{ "RUMP_VERBOSE", "0", verbose, 0 },
	{ "RUMP_VERBOSE", "1", verbose, 1 },
	{ "RUMP_THREADS", "0", NULL, UNKNOWN },
	{ "RUMP_THREADS", "1", NULL, UNKNOWN },
	{ "RUMP_MEMLIMIT", "16m", memlimit, 16L << 20 },
	{ "RUMP_MEMLIMIT", "16M", memlimit, 16L << 20 },
	{ "RUMP_MEMLIMIT", "33554432", memlimit, 33554432 },
	{ "RUMP_MEMLIMIT", "20000k", memlimit, 20000L << 10 },
	{ "RUMP_MEMLIMIT", "1g", memlimit, 1L << 30 },
	{ "RUMP_NVNODES", "64", NULL, UNKNOWN },
	{ "RUMP_MODULEBASE", "", NULL, UNKNOWN },
	{ "RUMP_MODULEBASE", "0", NULL, UNKNOWN },
	{ "RUMP_MODULEBASE", "/usr/lib", NULL, UNKNOWN },
	{ "RUMP_BLKFAIL", "0", NULL, UNKNOWN },
	{ "RUMP_BLKSECTSHIFT", "12", NULL, UNKNOWN },
};

/* What the kernel says on stderr during a failing boot. */
static int
boot_and_listen(char *said, size_t size)
{
	FILE *const f = tmpfile();
	const int saved = dup(2);
	size_t n;
	int error;

	dup2(fileno(f), 2);
	error = rump_init();
	dup2(saved, 2);
	close(saved);
	rewind(f);
	n = fread(said, 1, size - 1, f);
	said[n] = '\0';
	fclose(f);
	return error;
}

START_TEST(env_nonsense_is_refused_by_name)
{
	char said[1000];
	int error;

	setenv(bad[_i].name, bad[_i].value, 1);
	error = boot_and_listen(said, sizeof(said));
	ck_assert_msg(error == EINVAL, "%s=%s: %d", bad[_i].name, bad[_i].value, error);
	ck_assert_msg(strstr(said, bad[_i].name) != NULL && strstr(said, bad[_i].value) != NULL,
	    "%s=%s: said \"%s\"", bad[_i].name, bad[_i].value, said);
	ck_assert_msg(strchr(said, '\n') == said + strlen(said) - 1, "not one line: \"%s\"", said);
	errno = 0;
	ck_assert_int_eq(rump_sys_getpid(), -1);
	ck_assert_int_eq(errno, ENXIO);

	unsetenv(bad[_i].name);
	ck_assert_int_eq(rump_init(), 0);
	ck_assert_int_eq(rump_sys_getpid(), 1);
}
END_TEST

START_TEST(env_sense_is_taken)
{
	const char *const name = good[_i].name, *const value = good[_i].value;
	long answer;

	setenv(name, value, 1);
	ck_assert_msg(rump_init() == 0, "%s=%s", name, value);
	ck_assert_int_eq(rump_sys_getpid(), 1);
	if (good[_i].ask != NULL) {
		answer = good[_i].ask();
		ck_assert_msg(good[_i].answer == UNKNOWN ? answer > 0 : answer == good[_i].answer,
		    "%s=%s: is %ld", name, value, answer);
	}
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}
END_TEST

START_TEST(env_overlong_value_is_refused)
{
	char *const value = malloc(100001);

	memset(value, '1', 100000);
	value[100000] = '\0';
	setenv("RUMP_NCPU", value, 1);
	ck_assert_int_eq(rump_init(), EINVAL);
	unsetenv("RUMP_NCPU");
	setenv("RUMP_MODULEBASE", value, 1);
	ck_assert_int_eq(rump_init(), EINVAL);
	unsetenv("RUMP_MODULEBASE");
	ck_assert_int_eq(rump_init(), 0);
	free(value);
}
END_TEST

#define ROWS(t) (int)(sizeof(t) / sizeof((t)[0]))

int
main(void)
{
	Suite *const s = suite_create("env");
	TCase *const tc = tcase_create("env");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, env_nonsense_is_refused_by_name, 0, ROWS(bad));
	tcase_add_loop_test(tc, env_sense_is_taken, 0, ROWS(good));
	tcase_add_test(tc, env_overlong_value_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
