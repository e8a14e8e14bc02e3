/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* static TYPE IMAGE: mounts the image, with a file system that is not in this program. */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

int
main(int argc, char **argv)
{
	struct {
		const char *fspec;
	} args = { "/image" };
	int error;

	if (argc != 3)
		errx(2, "usage: static TYPE IMAGE");
	if ((error = rump_init()) != 0)
		errx(1, "rump_init: %s", strerror(error));
	if ((error = rump_pub_etfs_register("/image", argv[2], RUMP_ETFS_BLK)) != 0)
		errx(1, "etfs: %s", strerror(error));
	if (rump_sys_mkdir("/mnt", 0755) == -1)
		err(1, "mkdir");
	if (rump_sys_mount(argv[1], "/mnt", RUMP_MNT_RDONLY, &args, sizeof(args)) == -1)
		err(1, "mount");
	if (rump_sys_unmount("/mnt", 0) == -1)
		err(1, "unmount");
	printf("mounted\n");
	return 0;
}
