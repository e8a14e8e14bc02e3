/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Eight threads at the names of one tmpfs, by its own paths, through a view of it, and through a view of that
 * view, while another mounts and unmounts the upper view, or both views or what is below go by force.
 * Sanitizers and the lock checks watch; what is counted must be right when all are gone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest.h>
#include <rump/rumptest_fixture.h>

#define THREADS 8
#define NAMES	5

static const char *const views[] = { "/t/d", "/v", "/w" };

/* Not when tmpfs itself goes by force: its locks do not survive that. */
static bool locking;

static int
show(const char *target, const char *at)
{
	struct rump_null_args args = { .target = (char *)target };

	return rump_sys_mount(RUMP_MOUNT_NULL, at, 0, &args, sizeof(args));
}

static uint32_t
rnd(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)*seed * n) >> 32);
}

/* One to three components of few names below a view. */
static void
path_of(uint32_t *seed, const char *view, char *buf, size_t len)
{
	const uint32_t depth = 1 + rnd(seed, 3);
	size_t n = (size_t)snprintf(buf, len, "%s", view);

	for (uint32_t i = 0; i < depth; i++)
		n += (size_t)snprintf(buf + n, len - n, "/%u", rnd(seed, NAMES));
}

static void
touch(const char *path, int flags)
{
	char buf[3000] = "";
	const int fd = rump_sys_open(path, flags, 0644);

	if (fd < 0)
		return;
	if (locking)
		(void)rump_sys_flock(fd, LOCK_EX | LOCK_NB);
	(void)rump_sys_write(fd, buf, sizeof(buf));
	(void)rump_sys_getdents(fd, buf, sizeof(buf));
	(void)rump_sys_close(fd);
}

static void
step(uint32_t *seed)
{
	const char *const view = views[rnd(seed, 3)];
	char a[64], b[64];
	struct stat st;

	path_of(seed, view, a, sizeof(a));
	path_of(seed, view, b, sizeof(b));
	switch (rnd(seed, 9)) {
	case 0:
	case 1:
		(void)rump_sys_mkdir(a, 0755);
		break;
	case 2:
		(void)rump_sys_rmdir(a);
		break;
	case 3:
		touch(a, O_CREAT | O_RDWR);
		break;
	case 4:
		(void)rump_sys_unlink(a);
		break;
	case 5:
	case 6:
		(void)rump_sys_rename(a, b);
		break;
	case 7:
		(void)rump_sys_link(a, b);
		break;
	default:
		(void)rump_sys_stat(a, &st);
		touch(view, O_RDONLY | O_DIRECTORY);
	}
}

static int rounds;

static void
worker(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg * 7919 + 1;

	for (int i = 0; i < rounds; i++)
		step(&seed);
}

/* The upper view comes and goes. */
static void
mounter(void *arg)
{
	for (int i = 0; i < rounds / 4; i++) {
		if (rump_sys_unmount("/w", i % 3 == 0 ? RUMP_MNT_FORCE : 0) == 0)
			ck_assert_msg(
			    show("/v", "/w") == 0 || errno == ENOENT, "%s", strerror(errno));
	}
}

/* ---- Threads, of the host or of the simulated world ---- */

struct thread {
	void (*fn)(void *);
	void *arg;
	pthread_t host;
	struct rumptest_thread *sim;
};

static void *
thread_main(void *arg)
{
	const struct thread *const t = arg;

	t->fn(t->arg);
	return NULL;
}

static void
spawn(struct thread *t, void (*fn)(void *), void *arg)
{
	t->fn = fn;
	t->arg = arg;
	if (rumptest_simulated())
		t->sim = rumptest_spawn(fn, arg);
	else
		ck_assert_int_eq(pthread_create(&t->host, NULL, thread_main, t), 0);
}

static void
join(struct thread *t)
{
	if (rumptest_simulated())
		rumptest_join(t->sim);
	else
		ck_assert_int_eq(pthread_join(t->host, NULL), 0);
}

/* Remove what is below path; nobody else is there. */
static void
clean(const char *path, int depth)
{
	char sub[256];

	for (int i = 0; i < NAMES; i++) {
		snprintf(sub, sizeof(sub), "%s/%d", path, i);
		if (rump_sys_unlink(sub) != 0 && errno == EISDIR) {
			ck_assert_int_lt(depth, 40);
			clean(sub, depth + 1);
			ck_assert_msg(rump_sys_rmdir(sub) == 0, "%s: %s", sub, strerror(errno));
		}
	}
}

#define OK(e) ck_assert_msg((e) >= 0, "%s: %s", #e, strerror(errno))

enum { QUIET, REMOUNTED, VIEW_FORCED, LOWER_FORCED, NCASES };

static void
race(int how)
{
	struct statvfs before, after;
	struct thread t[THREADS + 1];
	int n = THREADS;

	for (int i = 0; i < 3; i++)
		OK(rump_sys_mkdir(i == 0 ? "/t" : views[i], 0755));
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, NULL, 0));
	OK(rump_sys_mkdir("/t/d", 0755));
	OK(show("/t/d", "/v"));
	OK(show("/v", "/w"));
	OK(rump_sys_statvfs1("/t", &before, 0));
	locking = how != LOWER_FORCED;
	for (uintptr_t i = 0; i < THREADS; i++)
		spawn(&t[i], worker, (void *)i);
	if (how == REMOUNTED)
		spawn(&t[n++], mounter, NULL);
	if (how == VIEW_FORCED)
		OK(rump_sys_unmount("/v", RUMP_MNT_FORCE));
	if (how == LOWER_FORCED)
		OK(rump_sys_unmount("/t", RUMP_MNT_FORCE));
	for (int i = 0; i < n; i++)
		join(&t[i]);
	(void)rump_sys_unmount("/w", 0);
	if (how != VIEW_FORCED)
		OK(rump_sys_unmount("/v", 0));
	if (how == LOWER_FORCED)
		return;
	clean("/t/d", 0);
	OK(rump_sys_statvfs1("/t", &after, 0));
	ck_assert_uint_eq(before.f_bfree, after.f_bfree);
	ck_assert_uint_eq(before.f_ffree, after.f_ffree);
	OK(rump_sys_unmount("/t", 0));
}

START_TEST(null_races)
{
	rounds = 250;
	race(_i);
}
END_TEST

static void
seeded_body(void *arg)
{
	rumptest_boot();
	race(*(int *)arg);
	rumptest_halt();
}

START_TEST(null_races_by_seed)
{
	int how = _i;

	rounds = 12;
	rumptest_search(seeded_body, &how, 1, 25);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("threads"), *bare = tcase_create("seeds");
	Suite *s = suite_create("null races");
	SRunner *sr = srunner_create(s);
	int failed;

	rumptest_fixture(tc);
	tcase_set_timeout(tc, 120);
	tcase_set_timeout(bare, 120);
	tcase_add_loop_test(tc, null_races, 0, NCASES);
	tcase_add_loop_test(bare, null_races_by_seed, 0, NCASES);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, bare);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
