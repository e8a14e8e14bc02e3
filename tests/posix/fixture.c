/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Where rows run: a scratch directory of the host's, and the file systems of the rump kernel. */
#include <check.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#ifdef POSIX_CHECKED
#include <rump/rumptest_fixture.h>
#endif

#include "posix.h"

const struct fixture fixtures[] = {
	{ "rumpfs", RUMP_MOUNT_RUMPFS },
#ifdef POSIX_TMPFS
	{ "null on tmpfs", RUMP_MOUNT_NULL },
	{ "tmpfs", RUMP_MOUNT_TMPFS },
#endif
};
const int nfixtures = sizeof(fixtures) / sizeof(fixtures[0]);

char fixture_base[sizeof(fixture_base)];
static char scratch[256];
static pid_t scratch_owner;
static const char *fstype;

#define OK(e) ck_assert_msg((e) == 0, "%s: %s", #e, strerror(errno))

/* ---- The host ---- */

static void
scratch_remove(void)
{
	char cmd[512];

	if (getpid() != scratch_owner)
		return;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", scratch);
	if (system(cmd) != 0)
		fprintf(stderr, "cannot remove %s\n", scratch);
}

void
scratch_make(void)
{
	const char *dir = getenv("TMPDIR");

	if (dir == NULL)
		dir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(scratch, sizeof(scratch), "%s/posix.XXXXXX", dir);
	if (mkdtemp(scratch) == NULL || chmod(scratch, 0755) != 0) {
		perror(scratch);
		exit(1);
	}
	scratch_owner = getpid();
	atexit(scratch_remove);
}

bool
host_enter(void)
{
	/* Mounts are this process's own, and go with it. */
	const bool mounts = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;

	snprintf(fixture_base, sizeof(fixture_base), "%s/%d", scratch, (int)getpid());
	OK(mkdir(fixture_base, 0755));
	OK(chdir(fixture_base));
	return mounts;
}

void
host_leave(void)
{
	OK(chdir("/"));
}

/* ---- The rump kernel ---- */

#define LOWER "/lower" /* what null shows, a file system for each of its mounts */
static int nlower;

static int
null_mount(const char *dir)
{
	char target[32];
	struct rump_null_args args = { .target = target };

	if (rump_sys_mkdir(LOWER, 0755) != 0 && errno != EEXIST)
		return -1;
	snprintf(target, sizeof(target), LOWER "/%d", nlower);
	if (rump_sys_mkdir(target, 0755) != 0 ||
	    rump_sys_mount(RUMP_MOUNT_TMPFS, target, 0, NULL, 0) != 0)
		return -1;
	nlower++;
	return rump_sys_mount(RUMP_MOUNT_NULL, dir, 0, &args, sizeof(args));
}

static int
rump_mount(const char *dir)
{
	if (strcmp(fstype, RUMP_MOUNT_NULL) == 0)
		return null_mount(dir);
	return rump_sys_mount(fstype, dir, 0, NULL, 0);
}

/* EBUSY if a reference leaked. */
static void
null_leave(void)
{
	char target[32];

	if (nlower == 0)
		return;
	while (nlower > 0) {
		snprintf(target, sizeof(target), LOWER "/%d", --nlower);
		OK(rump_sys_unmount(target, 0));
		OK(rump_sys_rmdir(target));
	}
	OK(rump_sys_rmdir(LOWER));
}

void
rump_enter(const struct fixture *f)
{
#ifdef POSIX_CHECKED
	rumptest_boot();
#else
	ck_assert_int_eq(rump_init(), 0);
#endif
	fstype = f->fstype;
	rump_ops.mount = rump_mount;
	strcpy(fixture_base, "/fs");
	OK(rump_sys_mkdir("/fs", 0755));
	OK(rump_mount("/fs"));
	OK(rump_sys_chmod("/fs", 0755));
	OK(rump_sys_chdir("/fs"));
}

void
rump_leave(void)
{
	OK(rump_sys_chdir("/"));
	OK(rump_sys_unmount("/fs", 0)); /* EBUSY if a reference leaked */
	OK(rump_sys_rmdir("/fs"));
	null_leave();
#ifdef POSIX_CHECKED
	rumptest_halt();
#else
	OK(rump_sys_reboot(RUMP_RB_HALT, NULL));
#endif
}
