/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A storm: eight threads at one file system of tests/fs.  Four work in a small tree of names; one mounts
 * a tmpfs in the middle of it and unmounts it, by force every other time; one revokes device nodes
 * that the others use; one moves kern.maxvnodes between 64 and 1024; one writes everything out.
 *
 * Each call gives what it may give.  Afterwards the tree is looked at (storm_walk.c), names made and
 * removed are counted up, everything is removed, statvfs(2) says what it said at first, and the file system
 * unmounts, which it does not when a vnode is still held.
 *
 *	stress_storm [FACTOR]	as many times the rounds
 */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rump_sysctl.h>

#include "../fs/contract.h"
#include "storm.h"

#ifndef ROUNDS
#define ROUNDS 2500
#endif
#define WORKERS	 4
#define HELPERS	 4
#define NAMES	 5
#define NDEVICES 2
#define FILE_MAX (64 * RECORD)

/* Where things are, by what the file system can. */
static const struct fixture *fix;
static const char *top, *mountpoint;
static char device[NDEVICES][32];
static bool replacing; /* renames may replace: how many did is not known */

static unsigned rounds = ROUNDS;
static atomic_uint working;	    /* workers that are not done */
static atomic_int names;	    /* made, less those removed */
static atomic_uint renames, serial; /* that may have replaced; of files */
static char failure[256];	    /* the first */
static pthread_mutex_t failure_lock = PTHREAD_MUTEX_INITIALIZER;

static void __attribute__((__format__(__printf__, 1, 2))) wrong(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	pthread_mutex_lock(&failure_lock);
	if (failure[0] == '\0')
		vsnprintf(failure, sizeof(failure), fmt, ap);
	pthread_mutex_unlock(&failure_lock);
	va_end(ap);
}

static bool
failed(void)
{
	pthread_mutex_lock(&failure_lock);
	const bool result = failure[0] != '\0';
	pthread_mutex_unlock(&failure_lock);
	return result;
}

static uint32_t
rnd(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)*seed * n) >> 32);
}

/* What a call at names that others move may say. */
static const int race_errors[] = { ENOENT, EEXIST, ENOTEMPTY, ENOTDIR, EISDIR, EINVAL, EPERM, 0 };
/* What one at a mount that goes may say besides. */
static const int dead_errors[] = { EBADF, EIO, ENXIO, EXDEV, EBUSY, ESTALE, 0 };
/* A small disk is full. */
static const int full_errors[] = { ENOSPC, ENFILE, 0 };

static bool
in_list(const int *list, int error)
{
	for (; *list != 0; list++)
		if (*list == error)
			return true;
	return false;
}

/* True if the call worked; else its error is one of those expected. */
static bool
did(const char *what, const char *path, long ret, bool mortal)
{
	if (ret >= 0)
		return true;
	if (!in_list(race_errors, errno) && !(mortal && in_list(dead_errors, errno)) &&
	    !((fix->caps & CAP_TREE) == 0 && in_list(full_errors, errno)) &&
	    !((fix->caps & CAP_WRITE) == 0 && errno == EROFS))
		wrong("%s %s: %s", what, path, strerror(errno));
	return false;
}

/* ---- Names ---- */

static void
pick(uint32_t *seed, char *buf, size_t len)
{
	const uint32_t depth = (fix->caps & CAP_TREE) != 0 ? 1 + rnd(seed, 3) : 1;
	size_t n = (size_t)snprintf(buf, len, "%s", top);

	for (uint32_t i = 0; i < depth; i++)
		n += (size_t)snprintf(buf + n, len - n, "/%c", (int)('a' + rnd(seed, NAMES)));
}

/* A name in the mounted tmpfs, or below it if it is not there just now. */
static void
pick_mounted(uint32_t *seed, char *buf, size_t len)
{
	snprintf(buf, len, "%s/%c", mountpoint, (int)('a' + rnd(seed, NAMES)));
}

static void
count(bool done, int n, bool mortal)
{
	if (done && !mortal)
		atomic_fetch_add(&names, n);
}

static void
create(const char *path, bool mortal)
{
	const int fd = rump_sys_open(path, O_RDWR | O_CREAT | O_EXCL, 0644);
	char record[RECORD + 1];

	count(did("create", path, fd, mortal), 1, mortal);
	if (fd < 0)
		return;
	snprintf(record, sizeof(record), "thread %-14u %-9u\n", 0u, atomic_fetch_add(&serial, 1));
	(void)did("write", path, rump_sys_pwrite(fd, record, RECORD, 0), mortal);
	(void)did("close", path, rump_sys_close(fd), mortal);
}

/* Read all of a file, look at it, and let it grow by one record. */
static void
grow(uint32_t *seed, const char *path, bool mortal)
{
	const bool writing = (fix->caps & CAP_WRITE) != 0 && rnd(seed, 2) == 0;
	const int fd = rump_sys_open(path, (writing ? O_RDWR | O_APPEND : O_RDONLY) | O_NONBLOCK);
	char buf[FILE_MAX];
	struct stat st;
	long n;

	if (!did("open", path, fd, mortal))
		return;
	n = rump_sys_fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
	    ? rump_sys_pread(fd, buf, sizeof(buf), 0)
	    : 0;
	if (n > 0 && (fix->caps & CAP_WRITE) != 0 && !record_whole(buf, n))
		wrong("%s: holds what nobody wrote", path);
	if (n > 0 && n < FILE_MAX / 2 && writing)
		(void)did("append", path, rump_sys_write(fd, buf, RECORD), mortal);
	if (rnd(seed, 8) == 0)
		(void)did("fsync", path, rump_sys_fsync(fd), mortal);
	(void)did("close", path, rump_sys_close(fd), mortal);
}

static void
list(const char *path, bool mortal)
{
	const int fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	char buf[512];
	long n;

	if (!did("open", path, fd, mortal))
		return;
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0)
		continue;
	(void)did("getdents", path, n, mortal);
	(void)did("close", path, rump_sys_close(fd), mortal);
}

/* A process of its own stands in a directory that others take away. */
static void
stand(const char *path, bool mortal)
{
	char cwd[256];
	struct stat st;

	if (!did("chdir", path, rump_sys_chdir(path), mortal))
		return;
	if (did("getcwd", path, rump_sys___getcwd(cwd, sizeof(cwd)), mortal) && cwd[0] != '/')
		wrong("getcwd in %s: %.40s", path, cwd);
	(void)did("stat ..", path, rump_sys_stat("..", &st), mortal);
	(void)did("stat .", path, rump_sys_stat(".", &st), mortal);
	if (rump_sys_chdir("/") != 0)
		wrong("chdir /: %s", strerror(errno));
}

static void
move(uint32_t *seed, const char *a, const char *b, bool mortal)
{
	const bool plain = (fix->caps & CAP_TREE) == 0 || (replacing && rnd(seed, 2) == 0);
	const unsigned flags = rnd(seed, 3) == 0 ? RENAME_EXCHANGE : RENAME_NOREPLACE;

	if (!plain) {
		(void)did(
		    "renameat2", a, rump_sys_renameat2(AT_FDCWD, a, AT_FDCWD, b, flags), mortal);
		return;
	}
	if (did("rename", a, rump_sys_rename(a, b), mortal) && !mortal)
		atomic_fetch_add(&renames, 1);
}

static void
use_device(uint32_t *seed)
{
	static const int errors[] = { ENXIO, EIO, EBADF, ENOENT, 0 };
	const int fd = rump_sys_open(device[rnd(seed, NDEVICES)], O_RDWR);
	struct flock fl = { .l_type = F_WRLCK };
	struct stat st;
	char buf[64];

#define MAY(call)                                                \
	do {                                                     \
		if ((call) < 0 && !in_list(errors, errno))       \
			wrong("%s: %s", #call, strerror(errno)); \
	} while (0)
	MAY(fd);
	if (fd < 0)
		return;
	MAY(rump_sys_read(fd, buf, sizeof(buf)));
	MAY(rump_sys_write(fd, buf, sizeof(buf)));
	MAY(rump_sys_fcntl(fd, F_SETLKW, &fl));
	MAY(rump_sys_fstat(fd, &st));
	MAY(rump_sys_fsync(fd));
	MAY(rump_sys_close(fd));
#undef MAY
}

static void
step(uint32_t *seed)
{
	const bool mortal = rnd(seed, 6) == 0;
	char a[64], b[64];
	struct stat st;

	(mortal ? pick_mounted : pick)(seed, a, sizeof(a));
	(mortal ? pick_mounted : pick)(seed, b, sizeof(b));
	switch (rnd(seed, 14)) {
	case 0:
	case 1:
		if ((fix->caps & CAP_TREE) != 0 || mortal)
			count(did("mkdir", a, rump_sys_mkdir(a, 0755), mortal), 1, mortal);
		break;
	case 2:
		if ((fix->caps & CAP_TREE) != 0 || mortal)
			count(did("rmdir", a, rump_sys_rmdir(a), mortal), -1, mortal);
		break;
	case 3:
	case 4:
		create(a, mortal);
		break;
	case 5:
		count(did("unlink", a, rump_sys_unlink(a), mortal), -1, mortal);
		break;
	case 6:
	case 7:
		move(seed, a, b, mortal);
		break;
	case 8:
		if ((fix->caps & CAP_LINK) != 0 || mortal)
			count(did("link", a, rump_sys_link(a, b), mortal), 1, mortal);
		break;
	case 9:
		stand(a, mortal);
		break;
	case 10:
		list(rnd(seed, 2) == 0 ? a : top, mortal);
		break;
	case 11:
		use_device(seed);
		break;
	case 12:
		grow(seed, a, mortal);
		break;
	default:
		(void)did("stat", a, rump_sys_stat(a, &st), mortal);
		break;
	}
}

static void *
worker(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg * 7919 + 1;

	if (rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0)
		wrong("rfork");
	for (unsigned i = 0; i < rounds && !failed(); i++)
		step(&seed);
	rump_pub_lwproc_releaselwp();
	atomic_fetch_sub(&working, 1);
	return NULL;
}

/* ---- Those who disturb ---- */

static void
mount_work(uint32_t *seed, unsigned round)
{
	if (rump_sys_mount(RUMP_MOUNT_TMPFS, mountpoint, 0, NULL, 0) != 0) {
		wrong("mount: %s", strerror(errno));
		return;
	}
	for (uint32_t n = rnd(seed, 20); n > 0; n--)
		list(mountpoint, true);
	if (round % 2 == 0 && rump_sys_unmount(mountpoint, 0) == 0)
		return;
	if (round % 2 == 0 && errno != EBUSY)
		wrong("unmount: %s", strerror(errno));
	if (rump_sys_unmount(mountpoint, RUMP_MNT_FORCE) != 0)
		wrong("forced unmount: %s", strerror(errno));
}

static void
revoke_work(uint32_t *seed, unsigned round)
{
	const char *const path = device[rnd(seed, NDEVICES)];

	if (rump_sys_revoke(path) != 0 && errno != ENOENT)
		wrong("revoke %s: %s", path, strerror(errno));
	use_device(seed);
}

static void
vnodes_work(uint32_t *seed, unsigned round)
{
	static const int name[2] = { RUMP_CTL_KERN, RUMP_KERN_MAXVNODES };
	const int limit = round % 2 == 0 ? 64 : 1024;

	if (rump_sys___sysctl(name, 2, NULL, NULL, &limit, sizeof(limit)) != 0)
		wrong("kern.maxvnodes: %s", strerror(errno));
	for (uint32_t n = rnd(seed, 20); n > 0; n--)
		list(top, false);
}

static void
sync_work(uint32_t *seed, unsigned round)
{
	char path[64];
	int fd;

	if (round % 4 == 0)
		rump_sys_sync();
	pick(seed, path, sizeof(path));
	fd = rump_sys_open(round % 2 == 0 ? top : path, O_RDONLY);
	if (!did("open", path, fd, false))
		return;
	(void)did("fsync", path, rump_sys_fsync(fd), false);
	(void)did("syncfs", path, rump_sys_syncfs(fd), false);
	(void)did("close", path, rump_sys_close(fd), false);
}

static void (*const disturbances[HELPERS])(
    uint32_t *, unsigned) = { mount_work, revoke_work, vnodes_work, sync_work };

static void *
helper(void *arg)
{
	const uintptr_t which = (uintptr_t)arg;
	uint32_t seed = (uint32_t)which + 77;

	for (unsigned i = 0; atomic_load(&working) != 0 && !failed(); i++)
		(*disturbances[which])(&seed, i);
	return NULL;
}

/* ---- The whole ---- */

static void
prepare(void)
{
	static const char *const like[NDEVICES] = { "/dev/null", "/dev/zero" };
	const bool writable = (fix->caps & (CAP_WRITE | CAP_TREE)) == (CAP_WRITE | CAP_TREE);
	struct stat st;

	top = writable ? "/fs/t" : "/fs";
	mountpoint = writable ? "/fs/t/m" : (fix->caps & CAP_WRITE) != 0 ? "/m" : "/fs/lost+found";
	if (writable)
		ck_assert_int_eq(rump_sys_mkdir(top, 0755), 0);
	if ((fix->caps & CAP_WRITE) != 0)
		ck_assert_int_eq(rump_sys_mkdir(mountpoint, 0755), 0);
	for (int i = 0; i < NDEVICES; i++) {
		snprintf(device[i], sizeof(device[i]), "%s/dev%d", writable ? top : "/tmp", i);
		ck_assert_int_eq(rump_sys_stat(like[i], &st), 0);
		ck_assert_int_eq(rump_sys_mknod(device[i], S_IFCHR | 0666, st.st_rdev), 0);
	}
	atomic_store(&names, writable ? 1 + NDEVICES : 0);
}

/* ctx: nothing moves any more. */
static void
look(void)
{
	const struct found f = walk_check(top, mountpoint);
	/* The mount point's own name is in the count; skip has it and what is below. */
	const int n = (int)f.f_names + (strncmp(mountpoint, top, strlen(top)) == 0);

	ck_assert_msg(
	    n <= atomic_load(&names) && n >= atomic_load(&names) - (int)atomic_load(&renames),
	    "%d names, %d were made and not removed, %u renames", n, atomic_load(&names),
	    atomic_load(&renames));
}

START_TEST(storm)
{
	struct statvfs before, after;
	pthread_t t[WORKERS + HELPERS];

	fix = &fixtures[_i % nfixtures];
	replacing = _i >= nfixtures;
	if ((fix->caps & CAP_TREE) == 0 && replacing)
		return; /* it was so in the first run */
	fix->up();
	ck_assert_int_eq(rump_sys_statvfs1("/fs", &before, 0), 0);
	prepare();
	atomic_store(&working, WORKERS);
	for (uintptr_t i = 0; i < WORKERS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, worker, (void *)i), 0);
	for (uintptr_t i = 0; i < HELPERS; i++)
		ck_assert_int_eq(pthread_create(&t[WORKERS + i], NULL, helper, (void *)i), 0);
	for (int i = 0; i < WORKERS + HELPERS; i++)
		ck_assert_int_eq(pthread_join(t[i], NULL), 0);
	ck_assert_msg(failure[0] == '\0', "%s: %s", fix->name, failure);
	if ((fix->caps & CAP_WRITE) != 0) {
		look();
		walk_remove(top, NULL);
		if (strcmp(top, "/fs") != 0)
			ck_assert_int_eq(rump_sys_rmdir(top), 0);
	}
	ck_assert_int_eq(rump_sys_statvfs1("/fs", &after, 0), 0);
	ck_assert_uint_eq(before.f_bfree, after.f_bfree);
	ck_assert_uint_eq(before.f_ffree, after.f_ffree);
	fix->down();
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *const s = suite_create("storm");
	TCase *const tc = tcase_create("storm");
	SRunner *const sr = srunner_create(s);
	int failed;

	if (argc > 1)
		rounds *= (unsigned)strtoul(argv[1], NULL, 10);
	scratch_enter();
	tcase_set_timeout(tc, argc > 1 ? 0 : 120);
	tcase_add_loop_test(tc, storm, 0, 2 * nfixtures);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
