/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The file systems under test. */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>

#include "contract.h"

#define HALT 0x8 /* RB_HALT */

char scratch[64];
static pid_t scratch_owner;

static void
scratch_remove(void)
{
	char cmd[256];

	if (getpid() != scratch_owner)
		return;
	snprintf(cmd, sizeof(cmd), "chmod -R u+rwx %s; rm -rf %s", scratch, scratch);
	if (system(cmd) != 0)
		fprintf(stderr, "cannot remove %s\n", scratch);
}

void
scratch_enter(void)
{
	strcpy(scratch,
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm/fscontract.XXXXXX"
					  : "/tmp/fscontract.XXXXXX");
	if (mkdtemp(scratch) == NULL || chmod(scratch, 0755) != 0 || chdir(scratch) != 0) {
		perror(scratch);
		exit(1);
	}
	scratch_owner = getpid();
	atexit(scratch_remove);
}

#define OK(e) ck_assert_msg((e) == 0, "%s: %s", #e, strerror(errno))

static void
boot(void)
{
	ck_assert_int_eq(rump_init(), 0);
	OK(rump_sys_mkdir("/fs", 0755));
}

static void
halt(void)
{
	OK(rump_sys_chdir("/"));
	OK(rump_sys_unmount("/fs", 0)); /* EBUSY if a reference leaked */
	OK(rump_sys_reboot(HALT, NULL));
}

static void
rumpfs_up(void)
{
	boot();
	OK(rump_sys_mount(RUMP_MOUNT_RUMPFS, "/fs", 0, NULL, 0));
	OK(rump_sys_chdir("/fs"));
}

static void
tmpfs_up(void)
{
	struct rump_tmpfs_args args = { .ta_version = RUMP_TMPFS_ARGS_VERSION,
		.ta_root_mode = 0755 };

	boot();
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/fs", 0, &args, sizeof(args)));
	OK(rump_sys_chdir("/fs"));
}

/* What is below is at /low; the scenarios see null's view of it. */
static void
null_over(int flags)
{
	struct rump_null_args args = { .target = (char *)"/low" };

	OK(rump_sys_mount(RUMP_MOUNT_NULL, "/fs", flags, &args, sizeof(args)));
	OK(rump_sys_chdir("/fs"));
}

static void
null_halt(void)
{
	OK(rump_sys_chdir("/"));
	OK(rump_sys_unmount("/fs", 0));
	OK(rump_sys_unmount("/low", 0)); /* EBUSY if the layer kept a reference */
	OK(rump_sys_reboot(HALT, NULL));
}

static void
null_tmpfs_up(void)
{
	struct rump_tmpfs_args args = { .ta_version = RUMP_TMPFS_ARGS_VERSION,
		.ta_root_mode = 0755 };

	boot();
	OK(rump_sys_mkdir("/low", 0755));
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/low", 0, &args, sizeof(args)));
	null_over(0);
}

/* The image is made once, from the tree that the host's scenarios begin with. */
static void
ext4_make(const char *image)
{
	char cmd[512];

	if (access(image, F_OK) == 0)
		return;
	snprintf(cmd, sizeof(cmd), "PATH=$PATH:/usr/sbin:/sbin; { rm -rf src && mkdir src; }");
	ck_assert_int_eq(system(cmd), 0);
	ck_assert_int_eq(chdir("src"), 0);
	make_tree(&host_sys, CAP_LINK | CAP_FIFO | CAP_TREE);
	ck_assert_int_eq(chdir(".."), 0);
	snprintf(cmd, sizeof(cmd),
	    "PATH=$PATH:/usr/sbin:/sbin; mkfs.ext4 -q -F -d src %s 16M >mkfs.log 2>&1", image);
	ck_assert_msg(system(cmd) == 0, "mkfs.ext4 fails");
}

static void
ext4_up(void)
{
	char image[128];
	struct rump_ufs_args args = { .fspec = (char *)"/image" };

	snprintf(image, sizeof(image), "%s/ext4.img", scratch);
	ext4_make(image);
	boot();
	ck_assert_int_eq(rump_pub_etfs_register("/image", image, RUMP_ETFS_BLK), 0);
	OK(rump_sys_mount(RUMP_MOUNT_EXT4, "/fs", RUMP_MNT_RDONLY, &args, sizeof(args)));
	OK(rump_sys_chdir("/fs"));
}

static void
null_ext4_up(void)
{
	char image[128];
	struct rump_ufs_args args = { .fspec = (char *)"/image" };

	snprintf(image, sizeof(image), "%s/ext4.img", scratch);
	ext4_make(image);
	boot();
	OK(rump_sys_mkdir("/low", 0755));
	ck_assert_int_eq(rump_pub_etfs_register("/image", image, RUMP_ETFS_BLK), 0);
	OK(rump_sys_mount(RUMP_MOUNT_EXT4, "/low", RUMP_MNT_RDONLY, &args, sizeof(args)));
	null_over(RUMP_MNT_RDONLY);
}

/* An empty image for each scenario, as it is written to. */
static void
sysvbfs_up(void)
{
	struct rump_ufs_args args = { .fspec = (char *)"/image" };
	char image[128], cmd[512];

	snprintf(image, sizeof(image), "%s/bfs%d.img", scratch, (int)getpid());
	snprintf(cmd, sizeof(cmd),
	    "PATH=$PATH:/usr/sbin:/sbin; truncate -s 16M %s && mkfs.bfs -N 64 %s >mkfs.log 2>&1",
	    image, image);
	ck_assert_msg(system(cmd) == 0, "mkfs.bfs fails");
	boot();
	ck_assert_int_eq(rump_pub_etfs_register("/image", image, RUMP_ETFS_BLK), 0);
	OK(rump_sys_mount(RUMP_MOUNT_SYSVBFS, "/fs", 0, &args, sizeof(args)));
	OK(rump_sys_chdir("/fs"));
}

#define CAPS_UNIX (CAP_TREE | CAP_LINK | CAP_FIFO | CAP_MODES | CAP_NSEC | CAP_HOLES)

const struct fixture fixtures[] = {
	{ "rumpfs", CAP_WRITE | CAPS_UNIX, rumpfs_up, halt },
	{ "tmpfs", CAP_WRITE | CAPS_UNIX, tmpfs_up, halt },
	{ "ext4 read-only", CAPS_UNIX, ext4_up, halt },
	{ "null on tmpfs", CAP_WRITE | CAPS_UNIX, null_tmpfs_up, null_halt },
	{ "null on ext4 read-only", CAPS_UNIX, null_ext4_up, null_halt },
	{ "sysvbfs", CAP_WRITE | CAP_MODES, sysvbfs_up, halt },
};
const int nfixtures = sizeof(fixtures) / sizeof(fixtures[0]);
