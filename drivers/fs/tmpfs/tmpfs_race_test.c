/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Eight threads at the names of one tmpfs: renames, exchanges, removals, lookups and lists of the same
 * few directories, links without names, handles; and in the end an unmount by force under them.
 * Sanitizers and the lock checks watch; what is counted must be right when all are gone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>

#define THREADS 8
#define ROUNDS	400
#define NAMES	6

static uint32_t
rnd(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)*seed * n) >> 32);
}

/* One to three components of few names. */
static void
path_of(uint32_t *seed, char *buf, size_t len)
{
	const uint32_t depth = 1 + rnd(seed, 3);
	size_t n = (size_t)snprintf(buf, len, "/t");

	for (uint32_t i = 0; i < depth; i++)
		n += (size_t)snprintf(buf + n, len - n, "/%u", rnd(seed, NAMES));
}

static void
touch(const char *path, int flags)
{
	char buf[5000] = "";
	const int fd = rump_sys_open(path, flags | O_RDWR, 0644);

	if (fd < 0)
		return;
	(void)rump_sys_write(fd, buf, sizeof(buf));
	(void)rump_sys_getdents(fd, buf, sizeof(buf));
	(void)rump_sys_close(fd);
}

static void
step(uint32_t *seed)
{
	char a[64], b[64], fh[64];
	size_t len = sizeof(fh);
	struct stat st;

	path_of(seed, a, sizeof(a));
	path_of(seed, b, sizeof(b));
	switch (rnd(seed, 11)) {
	case 0:
	case 1:
		(void)rump_sys_mkdir(a, 0755);
		break;
	case 2:
		(void)rump_sys_rmdir(a);
		break;
	case 3:
		touch(a, O_CREAT);
		break;
	case 4:
		(void)rump_sys_unlink(a);
		break;
	case 5:
	case 6:
		(void)rump_sys_rename(a, b);
		break;
	case 7:
		(void)rump_sys_renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
		break;
	case 8:
		(void)rump_sys_link(a, b);
		break;
	case 9:
		touch(a, O_TMPFILE);
		touch("/t", O_DIRECTORY);
		break;
	default:
		(void)rump_sys_stat(a, &st);
		if (rump_sys_getfh(b, fh, &len) == 0)
			(void)rump_sys_fhstat(fh, len, &st);
	}
}

static void *
worker(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg * 7919 + 1;

	for (int i = 0; i < ROUNDS; i++)
		step(&seed);
	return NULL;
}

/* Remove what is below path; nobody else is there. */
static void
clean(const char *path, int depth)
{
	char sub[128];

	for (int i = 0; i < NAMES; i++) {
		snprintf(sub, sizeof(sub), "%s/%d", path, i);
		if (rump_sys_unlink(sub) != 0 && errno == EISDIR) {
			ck_assert_int_lt(depth, 40);
			clean(sub, depth + 1);
			ck_assert_msg(rump_sys_rmdir(sub) == 0, "%s: %s", sub, strerror(errno));
		}
	}
}

START_TEST(tmpfs_races)
{
	const bool force = _i != 0;
	struct statvfs before, after;
	struct stat st;
	pthread_t t[THREADS];

	ck_assert_int_eq(rump_sys_mkdir("/t", 0755), 0);
	ck_assert_int_eq(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, NULL, 0), 0);
	ck_assert_int_eq(rump_sys_statvfs1("/t", &before, 0), 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, worker, (void *)i), 0);
	if (force)
		ck_assert_int_eq(rump_sys_unmount("/t", RUMP_MNT_FORCE), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(t[i], NULL), 0);
	if (force)
		return;
	clean("/t", 0);
	ck_assert_int_eq(rump_sys_statvfs1("/t", &after, 0), 0);
	ck_assert_uint_eq(before.f_bfree, after.f_bfree);
	ck_assert_uint_eq(before.f_ffree, after.f_ffree);
	ck_assert_int_eq(rump_sys_stat("/t", &st), 0);
	ck_assert_int_eq(st.st_nlink, 2);
	ck_assert_int_eq(st.st_size, 0);
	ck_assert_int_eq(rump_sys_unmount("/t", 0), 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("tmpfs races");

	rumptest_fixture(tc);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, tmpfs_races, 0, 2);
	return rumptest_run("tmpfs races", tc);
}
