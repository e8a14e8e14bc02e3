/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * libFuzzer target: the input is a patch of an image, which is mounted, walked and written to.
 *
 * The first byte names a seed, made by mkfs.bfs when the program starts and filled through the driver.
 * Records of 4 bytes follow: offset (2) into the metadata, kind (1), value (1).  An image that was
 * mounted must be one that can be mounted after it was written to.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>

#define DEVICE "/image"
#define MNT    "/mnt"
#define BYTES  (100 * 512)
#define META   (8 * 512) /* superblock, inodes, directory and a little more */
#define RECORD 4
#define NFILES 20 /* looked at in one walk */

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const unsigned shapes[] = { 9, 16, 48 }; /* inodes */
#define NSEEDS (sizeof(shapes) / sizeof(shapes[0]))
static uint8_t seeds[NSEEDS][BYTES];
static uint8_t *device;

static void
die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	abort();
}

static bool
mounts(void)
{
	struct rump_ufs_args args = { .fspec = (char *)(uintptr_t)DEVICE };

	return rump_sys_mount(RUMP_MOUNT_SYSVBFS, MNT, 0, &args, sizeof(args)) == 0;
}

static void
unmount(void)
{
	if (rump_sys_unmount(MNT, 0) != 0)
		die("unmount");
}

static void
write_file(const char *path, off_t off, size_t len)
{
	static char buf[4096];
	const int fd = rump_sys_open(path, O_CREAT | O_RDWR, 0644);

	if (fd < 0)
		return;
	(void)rump_sys_pwrite(fd, buf, len, off);
	rump_sys_close(fd);
}

static void
seed_make(unsigned i)
{
	char path[] = "/tmp/sysvbfs.XXXXXX", cmd[128];
	const int fd = mkstemp(path);

	if (fd < 0 || ftruncate(fd, BYTES) != 0)
		die(path);
	snprintf(cmd, sizeof(cmd), "PATH=$PATH:/usr/sbin:/sbin mkfs.bfs -N %u %s >/dev/null",
	    shapes[i], path);
	if (system(cmd) != 0 || pread(fd, device, BYTES, 0) != BYTES)
		die(cmd);
	close(fd);
	unlink(path);
	if (!mounts())
		die("the seed is not mounted");
	write_file(MNT "/one", 0, 700);
	write_file(MNT "/two", 0, 10);
	write_file(MNT "/three", 0, 3000);
	(void)rump_sys_unlink(MNT "/two");
	unmount();
	memcpy(seeds[i], device, BYTES);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const int fd = memfd_create("image", 0);
	char path[64];

	if (fd < 0 || ftruncate(fd, BYTES) != 0)
		die("memfd");
	device = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (device == MAP_FAILED)
		die("mmap");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (rump_init() != 0 || rump_sys_mkdir(MNT, 0755) != 0 ||
	    rump_pub_etfs_register(DEVICE, path, RUMP_ETFS_BLK) != 0)
		die("rump_init");
	for (unsigned i = 0; i < NSEEDS; i++)
		seed_make(i);
	return 0;
}

static void
patch(const uint8_t *rec)
{
	uint8_t *const p = device + (rec[0] | rec[1] << 8) % META;

	switch (rec[2] % 4) {
	case 0:
		*p ^= (uint8_t)(1u << (rec[3] & 7));
		break;
	case 1:
		*p = rec[3];
		break;
	case 2:
		*p = (uint8_t)(*p + rec[3]);
		break;
	default:
		memset(p, (int8_t)rec[3] >> 7, 4);
		break;
	}
}

static void
walk(void)
{
	static char buf[2048], data[4096];
	char path[300];
	struct stat st;
	int fd, left = NFILES;
	const int dir = rump_sys_open(MNT, O_RDONLY | O_DIRECTORY);
	long n;

	while (dir >= 0 && left > 0 && (n = rump_sys_getdents64(dir, buf, sizeof(buf))) > 0)
		for (long off = 0; off < n && left-- > 0;) {
			const struct dirent64 *const de = (const void *)(buf + off);

			off += de->d_reclen;
			snprintf(path, sizeof(path), MNT "/%s", de->d_name);
			(void)rump_sys_stat(path, &st);
			fd = rump_sys_open(path, O_RDWR);
			if (fd < 0)
				continue;
			(void)rump_sys_read(fd, data, sizeof(data));
			(void)rump_sys_pwrite(fd, data, 600, 400);
			(void)rump_sys_close(fd);
		}
	if (dir >= 0)
		rump_sys_close(dir);
}

static void
change(void)
{
	write_file(MNT "/new", 1000, 4096);
	(void)rump_sys_truncate(MNT "/three", 100);
	(void)rump_sys_rename(MNT "/new", MNT "/one");
	(void)rump_sys_unlink(MNT "/three");
	write_file(MNT "/newer", 0, 512);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < 1)
		return 0;
	memcpy(device, seeds[data[0] % NSEEDS], BYTES);
	for (size_t off = 1; off + RECORD <= len && off < 1 + 25 * RECORD; off += RECORD)
		patch(data + off);
	if (!mounts())
		return 0;
	walk();
	change();
	unmount();
	if (!mounts())
		die("not mounted again");
	unmount();
	return 0;
}
