/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Every call, each argument in turn replaced by each of its kind's hostile values, the others harmless:
 * an answer, never a crash, hang or leak; and where the host has the call, its errno.
 *
 * Each variant runs in a rump process of its own, so that nothing of one is seen by the next.  Memory is either
 * there or NULL: a local client's other pointers are its own fault.  So a wild length of memory that is read comes
 * with NULL.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "hostile.h"
#include "posix.h"

#define AREA 131072
static char areas[HOSTILE_MAXARGS][AREA];

/* These end the kernel, or wait for ever as they are told. */
static const char *const skipped[] = { "reboot", "sigsuspend", "pause", "sigtimedwait", "wait4",
	"exit", "kill" };

/* ---- Values ---- */

static char names[8][5000];
static long strings[10], descriptors[3], lengths[4], flags[4], numbers[5];

static void
values_make(void)
{
	static const size_t sizes[] = { 255, 256, 1024, 4095, 4096 };

	for (size_t i = 0; i < 5; i++) {
		memset(names[i], 'n', sizes[i]);
		strings[i] = (long)names[i];
	}
	for (size_t i = 0; i + 1 < 4095; i += 2)
		memcpy(names[5] + i, "./", 2);
	strcpy(names[5] + 4094, "f"); /* 4095 bytes */
	strings[5] = (long)names[5];
	strings[6] = (long)"";
	strings[7] = (long)"loop/x";
	strings[8] = (long)"f/x";
	strings[9] = 0;
	descriptors[0] = -1;
	descriptors[1] = 900;
	descriptors[2] = INT_MAX;
	lengths[0] = -1;
	lengths[1] = LONG_MIN;
	lengths[2] = 0;
	lengths[3] = INT_MAX;
	flags[0] = -1;
	flags[1] = 0x40000000;
	flags[2] = INT_MIN;
	flags[3] = INT_MAX;
	numbers[0] = -1;
	numbers[1] = INT_MAX;
	numbers[2] = LONG_MAX;
	numbers[3] = LONG_MIN;
	numbers[4] = 1;
}

static const long null_value[] = { 0 };

static int
values_of(char kind, const long **valuesp)
{
#define SET(a) (*valuesp = (a), (int)(sizeof(a) / sizeof((a)[0])))
	switch (kind) {
	case 's':
		return SET(strings);
	case 'f':
		return SET(descriptors);
	case 'l':
		return SET(lengths);
	case 'g':
		return SET(flags);
	case 'n':
		return SET(numbers);
	case 'i':
	case 'o':
	case 'q':
		return SET(null_value);
	default:
		return 0;
	}
#undef SET
}

static const char *
harmless_name(const struct hostile_call *c, const char *arg)
{
	if (strstr(c->name, "xattr") != NULL && strcmp(arg, "name") == 0)
		return "user.f";
	return strncmp(c->name, "readlink", 8) == 0 ? "l" : "f";
}

static void
harmless(const struct hostile_call *c, int fd, long v[HOSTILE_MAXARGS])
{
	const bool xattr = c->name[0] == 'f' && strstr(c->name, "xattr") != NULL;
	const bool at = strchr(c->kinds, 's') != NULL && !xattr;

	memset(v, 0, sizeof(long) * HOSTILE_MAXARGS);
	for (int i = 0; c->kinds[i] != '\0'; i++)
		switch (c->kinds[i]) {
		case 'f':
			v[i] = at ? AT_FDCWD : fd;
			break;
		case 's':
			v[i] = (long)harmless_name(c, c->args[i]);
			break;
		case 'i':
		case 'o':
		case 'q':
		case 'x':
		case 't':
			v[i] = (long)areas[i];
			break;
		case 'l':
			v[i] = 8;
			break;
		case 'g':
			v[i] = strcmp(c->name, "flock") == 0 ? LOCK_SH : 0;
			break;
		}
}

static void
replace(const struct hostile_call *c, long v[HOSTILE_MAXARGS], int arg, long value)
{
	v[arg] = value;
	if (c->kinds[arg] == 'l' && value != 0 && c->owners[arg] >= 0)
		v[c->owners[arg]] = 0;
}

/* ---- Where ---- */

/* The files that all variants find; the file's descriptor. */
static int
stage(const struct sysops *s)
{
	int fd;

	fd = s->open("f", O_RDWR | O_CREAT, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(s->write(fd, "text", 4), 4);
	ck_assert_int_eq(s->lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(s->symlink("loop", "loop"), 0);
	ck_assert_int_eq(s->symlink("f", "l"), 0);
	return fd;
}

static char host_base[sizeof(fixture_base)];

static long
host_variant(const struct hostile_call *c, int arg, long value)
{
	static int n;
	char dir[sizeof(host_base) + 16];
	long v[HOSTILE_MAXARGS], ret;
	int error;

	snprintf(dir, sizeof(dir), "%s/%d", host_base, n++);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	ck_assert_int_eq(chdir(dir), 0);
	memset(areas, 0, sizeof(areas));
	harmless(c, stage(&host_ops), v);
	replace(c, v, arg, value);
	errno = 0;
	ret = syscall(c->host, v[0], v[1], v[2], v[3], v[4], v[5]);
	error = errno;
	ck_assert_int_eq(chdir(host_base), 0);
	umask(0);
	syscall(SYS_close_range, 20, ~0U, 0);
	return ret == -1 ? -error : 0;
}

static long
rump_variant(const struct hostile_call *c, int arg, long value)
{
	static int n;
	char dir[64];
	long v[HOSTILE_MAXARGS], ret;
	int error;

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	snprintf(dir, sizeof(dir), "/fs/%d", n++);
	ck_assert_int_eq(rump_sys_mkdir(dir, 0755), 0);
	ck_assert_int_eq(rump_sys_chdir(dir), 0);
	memset(areas, 0, sizeof(areas));
	harmless(c, stage(&rump_ops), v);
	replace(c, v, arg, value);
	errno = 0;
	ret = (*c->call)(v);
	error = errno;
	rump_pub_lwproc_releaselwp();
	return ret == -1 ? -error : 0;
}

/* ---- Differences ---- */

static const struct {
	const char *name, *arg, *fs;
	const char *reason;
} hostile_differences[] = {
#include "differences.h"
};
#define NDIFFERENCES (sizeof(hostile_differences) / sizeof(hostile_differences[0]))
static bool met[NDIFFERENCES];

static const struct fixture *where;

static bool
concerns(size_t i, const struct hostile_call *c)
{
	return strcmp(hostile_differences[i].name, c->name) == 0 &&
	    (hostile_differences[i].fs == NULL ||
		strcmp(hostile_differences[i].fs, where->name) == 0);
}

static const char *
answer_name(long answer)
{
	return answer == 0 ? "success" : strerrorname_np((int)-answer);
}

/* A difference of the call's that is listed: for this argument or all. */
static bool
listed(const struct hostile_call *c, int arg)
{
	bool found = false;

	for (size_t i = 0; i < NDIFFERENCES; i++)
		if (concerns(i, c) &&
		    (strcmp(hostile_differences[i].arg, "*") == 0 ||
			strcmp(hostile_differences[i].arg, c->args[arg]) == 0))
			found = met[i] = true;
	return found;
}

static int wrong;

static void
compare(const struct hostile_call *c, int arg, long value, long rump)
{
	const long host = c->host < 0 ? rump : host_variant(c, arg, value);

	ck_assert_msg(rump <= 0 && rump > -134, "%s: errno %ld", c->name, -rump);
	/* What no component serves is not compared. */
	if (rump == host || rump == -ENOSYS || listed(c, arg))
		return;
	printf("%s on %s, %s is %ld: %s, on the host %s\n", c->name, where->name, c->args[arg],
	    value, answer_name(rump), answer_name(host));
	fflush(stdout);
	wrong++;
}

static bool
is_skipped(const char *name)
{
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (strcmp(name, skipped[i]) == 0)
			return true;
	return false;
}

START_TEST(hostile_call_answers)
{
	const struct hostile_call *const c = &hostile_calls[_i / nfixtures];
	const long *values;

	if (is_skipped(c->name))
		return;
	values_make();
	(void)host_enter();
	strcpy(host_base, fixture_base);
	where = &fixtures[_i % nfixtures];
	rump_enter(where);
	for (int arg = 0; c->kinds[arg] != '\0'; arg++) {
		const int n = values_of(c->kinds[arg], &values);

		for (int i = 0; i < n; i++)
			compare(c, arg, values[i], rump_variant(c, arg, values[i]));
	}
	ck_assert_int_eq(wrong, 0);
	for (size_t i = 0; i < NDIFFERENCES; i++)
		ck_assert_msg(!concerns(i, c) || met[i],
		    "%s on %s: %s is listed as different, but it is not", c->name, where->name,
		    hostile_differences[i].arg);
	rump_leave();
	host_leave();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hostile");
	TCase *tc = tcase_create("hostile");
	SRunner *runner;
	int failed;

	scratch_make();
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, hostile_call_answers, 0, nhostile_calls * nfixtures);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
