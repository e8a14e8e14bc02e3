/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * libFuzzer target: the input is a patch of an image, mounted and walked in this process.
 *
 * An input of arbitrary bytes would hardly ever pass the superblock, and an image is too large an
 * input.  So each input names one of the seed images, made by mkfs when the program starts, and
 * holds records of 8 bytes - offset (4), kind (1), bytes (3) - that are applied to its metadata.
 * Checksums are off in most seeds: a fuzzer that must forge them would test the checksum alone.
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

#define DEVICE	  "/image"
#define MNT	  "/mnt"
#define MAX_LEN	  (4 * 1024 * 1024)
#define MAX_FILES 150

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *const seeds[] = {
	"mkfs.ext4 -b 1024 -N 96 -O ^metadata_csum -J size=1",
	"mkfs.ext4 -b 1024 -N 96 -O ^metadata_csum,inline_data,ea_inode,^has_journal",
	"mkfs.ext4 -b 1024 -N 96 -O ^metadata_csum,^64bit -J size=1",
	"mkfs.ext2 -b 1024 -N 96",
	"mkfs.ext4 -b 1024 -N 96 -J size=1",
};
/* What is done to each: hash trees, a journal that was not closed. */
static const char *const afters[] = {
	"e2fsck -fyD $i",
	"true",
	"printf 'jo\\njw -b 40,41,42 s/d/rnd\\njw -r 41\\njc\\n' >c; debugfs -w -f c $i",
	"e2fsck -fyD $i",
	"printf 'jo -c\\njw -b 40,41,42 s/d/rnd\\njw -r 41\\njc\\n' >c; debugfs -w -f c $i",
};
#define NSEEDS (sizeof(seeds) / sizeof(seeds[0]))

static uint8_t *images[NSEEDS], *device;
static size_t lengths[NSEEDS];
static uint32_t *pieces[NSEEDS], npieces[NSEEDS]; /* the KiB that are in use */
static int device_fd;
static unsigned current = NSEEDS; /* the seed that is in the device */

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
shell(const char *cmd)
{
	if (system(cmd) == -1)
		die(cmd);
}

static void
load_seed(unsigned i, const char *path)
{
	static const uint8_t zeros[1024];
	const int fd = open(path, O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0 || st.st_size > MAX_LEN)
		die(path);
	lengths[i] = (size_t)st.st_size;
	images[i] = malloc(lengths[i]);
	pieces[i] = calloc(lengths[i] / 1024, sizeof(uint32_t));
	if (read(fd, images[i], lengths[i]) != st.st_size)
		die(path);
	close(fd);
	for (size_t off = 0; off + 1024 <= lengths[i]; off += 1024) {
		if (memcmp(images[i] + off, zeros, 1024) != 0)
			pieces[i][npieces[i]++] = (uint32_t)off;
	}
}

static void
make_seeds(void)
{
	char dir[] = "/tmp/ext2fuzz.XXXXXX", cmd[1024], path[64];

	if (mkdtemp(dir) == NULL)
		die(dir);
	snprintf(cmd, sizeof(cmd),
	    "cd %s && mkdir -p s/d/e s/many && head -c 5000 /bin/sh >s/d/rnd &&"
	    " for i in $(seq 50); do echo $i >s/many/a-name-that-takes-some-room-$i; done;"
	    " ln -s x s/l; ln -s $(printf '%%090d' 1) s/slow; truncate -s 900000 s/sparse;"
	    " setfattr -n user.a -v b s/l s/d s/many 2>/dev/null",
	    dir);
	shell(cmd);
	for (unsigned i = 0; i < NSEEDS; i++) {
		snprintf(cmd, sizeof(cmd),
		    "cd %s && i=%u; { PATH=$PATH:/usr/sbin:/sbin; %s -F -d s $i 4M;"
		    " %s; } >/dev/null 2>&1",
		    dir, i, seeds[i], afters[i]);
		shell(cmd);
		snprintf(path, sizeof(path), "%s/%u", dir, i);
		load_seed(i, path);
	}
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	shell(cmd);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[64];
	int error;

	make_seeds();
	device_fd = memfd_create("image", 0);
	if (device_fd < 0 || ftruncate(device_fd, MAX_LEN) != 0)
		die("memfd");
	device = mmap(NULL, MAX_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, device_fd, 0);
	if (device == MAP_FAILED)
		die("mmap");
	error = rump_init();
	if (error != 0 || rump_sys_mkdir(MNT, 0755) != 0)
		die("rump_init");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", device_fd);
	error = rump_pub_etfs_register(DEVICE, path, RUMP_ETFS_BLK);
	if (error != 0) {
		errno = error;
		die("etfs");
	}
	return 0;
}

static void
touch_file(const char *path, const struct stat *st)
{
	static char buf[16384];
	int fd;

	(void)rump_sys_llistxattr(path, buf, sizeof(buf));
	(void)rump_sys_lgetxattr(path, "user.a", buf, sizeof(buf));
	if (S_ISLNK(st->st_mode))
		(void)rump_sys_readlink(path, buf, sizeof(buf));
	if (!S_ISREG(st->st_mode) || (fd = rump_sys_open(path, O_RDONLY)) < 0)
		return;
	for (int i = 0; i < 8 && rump_sys_read(fd, buf, sizeof(buf)) > 0; i++)
		continue;
	(void)rump_sys_pread(fd, buf, 100, st->st_size / 2);
	rump_sys_close(fd);
}

static void
walk(const char *path, unsigned *left, int depth)
{
	char buf[2048], sub[2048];
	struct stat st;
	ssize_t n;
	int fd;

	fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return;
	while (*left > 0 && (n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t off = 0; off<n && * left> 0;) {
			const struct dirent64 *de = (const void *)(buf + off);

			off += de->d_reclen;
			--*left;
			if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
				continue;
			if ((size_t)snprintf(sub, sizeof(sub), "%s/%s", path, de->d_name) >=
				sizeof(sub) ||
			    rump_sys_lstat(sub, &st) != 0)
				continue;
			if (S_ISDIR(st.st_mode) && depth < 5)
				walk(sub, left, depth + 1);
			else
				touch_file(sub, &st);
		}
	}
	snprintf(sub, sizeof(sub), "%s/a-name-that-takes-some-room-7", path);
	(void)rump_sys_lstat(sub, &st);
	rump_sys_close(fd);
}

/* Apply a record, or put back what was there before it. */
static void
patch(unsigned seed, const uint8_t *rec, bool undo)
{
	const uint32_t where = (uint32_t)rec[0] | (uint32_t)rec[1] << 8 | (uint32_t)rec[2] << 16;
	uint8_t *p;

	/* rec[3]: every fourth goes to the superblock. */
	p = device +
	    (rec[3] % 4 == 0 ? 1024 + where % 1020
			     : pieces[seed][where % npieces[seed]] + (where >> 12) % 1021);
	if (undo) {
		memcpy(p, images[seed] + (p - device), 4);
		return;
	}
	switch (rec[4] % 4) {
	case 0:
		p[0] ^= (uint8_t)(1u << (rec[5] & 7));
		break;
	case 1:
		memcpy(p, rec + 5, 1);
		break;
	case 2:
		memcpy(p, rec + 5, 2);
		break;
	default:
		memset(p, rec[5], 4);
		break;
	}
}

static void
mount_and_walk(void)
{
	struct rump_ufs_args args = { .fspec = (char *)(uintptr_t)DEVICE };
	unsigned left = MAX_FILES;

	if (rump_sys_mount("ext4", MNT, RUMP_MNT_RDONLY, &args, sizeof(args)) != 0)
		return;
	walk(MNT, &left, 0);
	if (rump_sys_unmount(MNT, 0) != 0) {
		fprintf(stderr, "unmount: %s\n", strerror(errno));
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < 9)
		return 0;
	const unsigned seed = data[0] % NSEEDS;
	if (seed != current) {
		memset(device, 0, MAX_LEN);
		memcpy(device, images[seed], lengths[seed]);
		current = seed;
	}
	for (size_t off = 1; off + 8 <= len && off < 200; off += 8)
		patch(seed, data + off, false);
	mount_and_walk();
	for (size_t off = 1; off + 8 <= len && off < 200; off += 8)
		patch(seed, data + off, true);
	return 0;
}
