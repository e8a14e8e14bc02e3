/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* See image.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>

#include "image.h"

#define DEVICE	"/image"
#define MOUNTED "/mnt"

void
image_die(const char *prog, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", prog, what, strerror(errno));
	exit(1);
}

/* What mount's errors mean for an image; the kernel's own line says more. */
static const char *
mount_reason(int error)
{
	switch (error) {
	case EINVAL:
		return "not a sound ext2, ext3 or ext4 image";
	case EOPNOTSUPP:
		return "the file system has a feature that is not supported";
	default:
		return strerror(error);
	}
}

void
image_open(const char *prog, const char *image)
{
	struct rump_ufs_args args = { .fspec = DEVICE };
	int error;

	error = rump_init();
	if (error != 0) {
		fprintf(stderr, "%s: the rump kernel does not boot: %s\n", prog, strerror(error));
		exit(1);
	}
	error = rump_pub_etfs_register(DEVICE, image, RUMP_ETFS_BLK);
	if (error != 0) {
		errno = error;
		image_die(prog, image);
	}
	if (rump_sys_mkdir(MOUNTED, 0755) != 0)
		image_die(prog, MOUNTED);
	if (rump_sys_mount(RUMP_MOUNT_EXT4, MOUNTED, RUMP_MNT_RDONLY, &args, sizeof(args)) != 0) {
		fprintf(stderr, "%s: %s: %s\n", prog, image, mount_reason(errno));
		exit(1);
	}
	if (rump_sys_chroot(MOUNTED) != 0 || rump_sys_chdir("/") != 0)
		image_die(prog, image);
}
