/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* A user's program as the linking tests build it: boots what it was linked with, says what it got. */
#include <sys/stat.h>
#include <dlfcn.h>
#include <err.h>
#include <stdio.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

/* A kernel's names must not clash with a program's. */
int panic(void);
int
panic(void)
{
	return 4;
}

/* first [before|after LIBRARY] IMAGE PATH: boot, mount the ext4 image, print the size of PATH. */
int
main(int argc, char **argv)
{
	struct {
		char *fspec;
	} args = { (char *)"/image" };
	struct stat st;
	int error;

	if (argc > 4 && strcmp(argv[1], "before") == 0 &&
	    dlopen(argv[2], RTLD_NOW | RTLD_GLOBAL) == NULL)
		errx(1, "%s", dlerror());
	if ((error = rump_init()) != 0)
		errx(1, "rump_init: %s", strerror(error));
	if (argc > 4 && strcmp(argv[1], "after") == 0 &&
	    dlopen(argv[2], RTLD_NOW | RTLD_GLOBAL) == NULL)
		errx(1, "%s", dlerror());
	if ((error = rump_pub_etfs_register("/image", argv[argc - 2], RUMP_ETFS_BLK)) != 0)
		errx(1, "etfs: %s", strerror(error));
	if (rump_sys_mkdir("/mnt", 0755) == -1)
		err(1, "mkdir");
	if (rump_sys_mount("ext4", "/mnt", RUMP_MNT_RDONLY, &args, sizeof(args)) == -1)
		err(1, "mount");
	if (rump_sys_chdir("/mnt") == -1 || rump_sys_stat(argv[argc - 1], &st) == -1)
		err(1, "%s", argv[argc - 1]);
	printf("size %lld\n", (long long)st.st_size + panic() - 4);
	return 0;
}
