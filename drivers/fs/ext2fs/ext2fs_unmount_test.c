/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Eight threads walk an image while two others unmount it by force and mount it again, with so few
 * vnodes that all of them take vnodes from each other; then the kernel halts under their feet and
 * boots again.  A file's name is its size, so that whoever gets an answer knows whether it is the
 * right one; that a file is not there is right while the image is not mounted.
 */
#define _GNU_SOURCE
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>

#include "ext2fs_testlib.h"

#define WALKERS	 8
#define MOUNTERS 2
#define BOOTS	 3
#define ROUNDS	 40  /* unmounts and mounts of a mounter */
#define ANSWERS	 200 /* that the walkers get before the next of them */
#define DEVICE	 "/dev/unmounted"

static const struct config {
	const char *name, *ncpu, *nvnodes;
} configs[] = {
	{ "2 CPUs, 16 vnodes", "2", "16" },
	{ "8 CPUs, 16 vnodes", "8", "16" },
	{ "2 CPUs, 64 vnodes", "2", "64" },
	{ "8 CPUs, 64 vnodes", "8", "64" },
};
#define NCONFIGS ((int)(sizeof(configs) / sizeof(configs[0])))

static char failure[256];
static int failed; /* failure is written, or being written */
static unsigned answers;

static void went_wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void
went_wrong(const char *fmt, ...)
{
	va_list ap;

	if (__atomic_exchange_n(&failed, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(failure, sizeof(failure), fmt, ap);
	va_end(ap);
}

static int
has_failed(void)
{
	return __atomic_load_n(&failed, __ATOMIC_RELAXED);
}

static void
setup(void)
{
	tl_enter_scratch();
	tl_run("for d in 0 1 2 3 4 5 6 7; do mkdir -p src/d$d; for f in $(seq 1 40); do"
	       " head -c $f /dev/zero >src/d$d/f$f; ln -s ../d$d/f$f src/d$d/l$f; done; done");
	tl_run("mkfs.ext4 -b 1024 -F -d src image 16M");
}

/* ---- Walkers ---- */

/* What a call may say whose file goes away before or under it.  ENXIO: the kernel has halted. */
static int
may_fail(const char *what, const char *path)
{
	if (errno != ENOENT && errno != ENOTDIR && errno != EBADF && errno != ENXIO)
		went_wrong("%s %s: %s", what, path, strerror(errno));
	return errno;
}

static void
check_size(const char *what, const char *path, const char *name, const struct stat *st)
{
	if (!S_ISREG(st->st_mode) || st->st_size != atoi(name + 1))
		went_wrong(
		    "%s %s: mode %o, size %jd", what, path, st->st_mode, (intmax_t)st->st_size);
	(void)__atomic_fetch_add(&answers, 1, __ATOMIC_RELAXED);
}

/* Ask for a file or link in one of four ways. */
static int
ask(int dirfd, const char *path, const char *name, unsigned how)
{
	struct stat st;
	int fd;

	switch (how % 4) {
	case 0:
		if (rump_sys_stat(path, &st) != 0)
			return may_fail("stat", path);
		break;
	case 1:
		if (rump_sys_fstatat(dirfd, name, &st, 0) != 0)
			return may_fail("fstatat", path);
		break;
	case 2:
		if ((fd = rump_sys_open(path, O_RDONLY)) == -1)
			return may_fail("open", path);
		if (rump_sys_fstat(fd, &st) != 0) {
			const int error = may_fail("fstat", path);

			(void)rump_sys_close(fd);
			return error;
		}
		(void)rump_sys_close(fd);
		break;
	default:
		if (rump_sys_lstat(path, &st) != 0)
			return may_fail("lstat", path);
		if (name[0] == 'l' && S_ISLNK(st.st_mode))
			return 0;
		break;
	}
	check_size("asked", path, name, &st);
	return 0;
}

/* The file system of an open directory.  EOPNOTSUPP: that of dead vnodes has no figures. */
static int
ask_mount(int fd, const char *dir)
{
	struct statfs sfs;

	if (rump_sys_syncfs(fd) != 0)
		return may_fail("syncfs", dir);
	if (rump_sys_fstatfs(fd, &sfs) != 0)
		return errno == EOPNOTSUPP ? 0 : may_fail("fstatfs", dir);
	if (sfs.f_bsize != 1024)
		went_wrong("fstatfs %s: block size %jd", dir, (intmax_t)sfs.f_bsize);
	return 0;
}

static int
walk_dir(const char *dir, unsigned *how)
{
	const int fd = rump_sys_open(dir, O_RDONLY | O_DIRECTORY);
	char buf[1024], path[300];
	int error = 0;
	ssize_t n;

	if (fd == -1)
		return may_fail("open", dir);
	while (error != ENXIO && (n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0)
		for (ssize_t off = 0; off < n && error != ENXIO;) {
			const struct dirent64 *const de = (const void *)(buf + off);

			off += de->d_reclen;
			if (de->d_name[0] != 'f' && de->d_name[0] != 'l')
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s", dir, de->d_name);
			error = ask(fd, path, de->d_name, ++*how);
		}
	if (error != ENXIO && n < 0)
		error = may_fail("getdents", dir);
	if (error != ENXIO)
		error = ask_mount(fd, dir);
	(void)rump_sys_close(fd);
	return error;
}

static void *
walker(void *arg)
{
	unsigned how = (unsigned)(intptr_t)arg;
	char dir[32];

	while (!has_failed()) {
		(void)snprintf(dir, sizeof(dir), TL_MNT "/d%u", how % 8);
		if (walk_dir(dir, &how) == ENXIO)
			break;
		how++;
	}
	return NULL;
}

/* ---- Mounters ---- */

static int
mount_it(void)
{
	struct rump_ufs_args args = { .fspec = (char *)(uintptr_t)DEVICE };

	return rump_sys_mount("ext4", TL_MNT, RUMP_MNT_RDONLY, &args, sizeof(args));
}

static void *
mounter(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS && !has_failed(); i++) {
		const unsigned now = __atomic_load_n(&answers, __ATOMIC_RELAXED);

		while (__atomic_load_n(&answers, __ATOMIC_RELAXED) - now < ANSWERS && !has_failed())
			sched_yield();
		/* The other mounter may have been faster. */
		if (rump_sys_unmount(TL_MNT, RUMP_MNT_FORCE) != 0 && errno != EINVAL &&
		    errno != ENOENT)
			went_wrong("unmount: %s", strerror(errno));
		/* ENOENT: the directory was the root of a mount that the other has taken away. */
		if (mount_it() != 0 && errno != EBUSY && errno != ENOENT)
			went_wrong("mount: %s", strerror(errno));
	}
	return NULL;
}

static void
boot_once(const char *image)
{
	pthread_t walkers[WALKERS], mounters[MOUNTERS];

	ck_assert_int_eq(rump_init(), 0);
	ck_assert_int_eq(rump_sys_mkdir(TL_MNT, 0755), 0);
	ck_assert_int_eq(rump_pub_etfs_register(DEVICE, image, RUMP_ETFS_BLK), 0);
	ck_assert_int_eq(mount_it(), 0);
	for (intptr_t i = 0; i < WALKERS; i++)
		ck_assert_int_eq(pthread_create(&walkers[i], NULL, walker, (void *)i), 0);
	for (int i = 0; i < MOUNTERS; i++)
		ck_assert_int_eq(pthread_create(&mounters[i], NULL, mounter, NULL), 0);
	for (int i = 0; i < MOUNTERS; i++)
		ck_assert_int_eq(pthread_join(mounters[i], NULL), 0);
	/* The walkers are at it still. */
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
	for (int i = 0; i < WALKERS; i++)
		ck_assert_int_eq(pthread_join(walkers[i], NULL), 0);
}

START_TEST(ext2fs_walks_survive_unmounts)
{
	const struct config *const c = &configs[_i];
	char image[4096];

	ck_assert_int_eq(setenv("RUMP_NCPU", c->ncpu, 1), 0);
	ck_assert_int_eq(setenv("RUMP_NVNODES", c->nvnodes, 1), 0);
	ck_assert_ptr_nonnull(realpath("image", image));
	for (int i = 0; i < BOOTS; i++) {
		boot_once(image);
		ck_assert_msg(!failed, "%s, boot %d: %s", c->name, i, failure);
	}
}
END_TEST

/* An open file outlives its mount, which it can no longer tell anything of. */
START_TEST(ext2fs_open_files_outlive_a_mount)
{
	struct statfs sfs;
	char image[4096];
	struct stat st;
	int fd;

	ck_assert_ptr_nonnull(realpath("image", image));
	ck_assert_int_eq(rump_init(), 0);
	ck_assert_int_eq(rump_sys_mkdir(TL_MNT, 0755), 0);
	ck_assert_int_eq(rump_pub_etfs_register(DEVICE, image, RUMP_ETFS_BLK), 0);
	ck_assert_int_eq(mount_it(), 0);
	fd = rump_sys_open(TL_MNT "/d1", O_RDONLY | O_DIRECTORY);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(rump_sys_fstatfs(fd, &sfs), 0);
	ck_assert_int_eq(sfs.f_bsize, 1024);
	ck_assert_int_eq(rump_sys_unmount(TL_MNT, RUMP_MNT_FORCE), 0);
	ck_assert_int_eq(rump_sys_fstatfs(fd, &sfs), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_int_eq(rump_sys_fstat(fd, &st), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(rump_sys_close(fd), 0);
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_unmount");
	TCase *const tc = tcase_create("unmount");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, ext2fs_walks_survive_unmounts, 0, NCONFIGS);
	tcase_add_test(tc, ext2fs_open_files_outlive_a_mount);
	suite_add_tcase(s, tc);
	SRunner *const sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	const int nfailed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return nfailed == 0 ? 0 : 1;
}
