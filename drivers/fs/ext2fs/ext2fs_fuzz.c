/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * libFuzzer target: the input is a patch of an image, mounted and walked in this process.
 *
 * An input of arbitrary bytes would hardly ever pass the superblock, and an image is too large an
 * input.  So each input names one of the seed images, made by mkfs when the program starts, and
 * holds records of 8 bytes - offset (4), kind (1), bytes (3) - that are applied to its metadata.
 * Checksums are off in most seeds: a fuzzer that must forge them would test the checksum alone.
 *
 * A mutated image that makes the kernel hold much more memory than its seed is a finding.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

#include "../../../lib/librump/private/rump_mem.h"
#include "ext2fs_fuzz_seeds.h"

#define DEVICE	   "/image"
#define MNT	   "/mnt"
#define MAX_FILES  150
#define RECORD	   8
#define MAX_PATCH  25		 /* records that count */
#define READ_BYTES (1024 * 1024) /* of file data, by one walk */
/*
 * What a mutated image may take beyond the sound one: pages of the data that a walk reads, as much
 * of read-ahead, and what the allocators keep.
 */
#define MEM_SLACK  (2 * READ_BYTES + 2 * 1024 * 1024)

#define ROUNDS_MAX  200
#define ROUNDS_SAME 3

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
size_t LLVMFuzzerCustomMutator(uint8_t *, size_t, size_t, unsigned);
size_t LLVMFuzzerMutate(uint8_t *, size_t, size_t); /* libFuzzer's own */

static const struct seed *seeds;
static unsigned nseeds;
static size_t *sound_bytes; /* that the kernel holds after a walk of the sound image */
static uint8_t *device;
static int device_fd;
static unsigned current = UINT_MAX; /* the seed that is in the device */
static size_t read_left;	    /* bytes of file data that the walk may read */

static void baseline(void);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[64];
	int error;

	seeds = seeds_make(&nseeds);
	device_fd = memfd_create("image", 0);
	if (device_fd < 0 || ftruncate(device_fd, SEED_BYTES) != 0)
		die("memfd");
	device = mmap(NULL, SEED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, device_fd, 0);
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
	baseline();
	return 0;
}

static void
touch_attributes(const char *path)
{
	static char buf[16384];

	(void)rump_sys_llistxattr(path, buf, sizeof(buf));
	(void)rump_sys_lgetxattr(path, "user.a", buf, sizeof(buf));
	(void)rump_sys_lgetxattr(path, "system.posix_acl_access", buf, sizeof(buf));
}

static void
touch_file(const char *path, const struct stat *st)
{
	static char buf[16384];
	int fd;

	if (S_ISLNK(st->st_mode))
		(void)rump_sys_readlink(path, buf, sizeof(buf));
	if (!S_ISREG(st->st_mode) || (fd = rump_sys_open(path, O_RDONLY)) < 0)
		return;
	for (int i = 0; i < 8 && read_left >= sizeof(buf); i++, read_left -= sizeof(buf)) {
		if (rump_sys_read(fd, buf, sizeof(buf)) <= 0)
			break;
	}
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
			touch_attributes(sub);
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
patch(const struct seed *sd, const uint8_t *rec, bool undo)
{
	const uint32_t where = (uint32_t)rec[0] | (uint32_t)rec[1] << 8 | (uint32_t)rec[2] << 16;
	uint8_t *p;

	/* A quarter goes to the superblock, one to where headers are, in the pieces' beginnings. */
	if (rec[3] % 4 == 0)
		p = device + 1024 + where % 1020;
	else
		p = device + sd->sd_pieces[where % sd->sd_npieces] +
		    (where >> 12) % (rec[3] % 4 == 1 ? 64 : 1021);
	if (undo) {
		memcpy(p, sd->sd_image + (p - device), 4);
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

/* Returns the bytes that the kernel held when all was read; 0: not mounted. */
static size_t
mount_and_walk(void)
{
	struct rump_ufs_args args = { .fspec = (char *)(uintptr_t)DEVICE };
	unsigned left = MAX_FILES;
	struct rump_meminfo mi;

	read_left = READ_BYTES;
	if (rump_sys_mount("ext4", MNT, RUMP_MNT_RDONLY, &args, sizeof(args)) != 0)
		return 0;
	walk(MNT, &left, 0);
	rump_mem_info(&mi);
	if (rump_sys_unmount(MNT, 0) != 0) {
		fprintf(stderr, "unmount: %s\n", strerror(errno));
		abort();
	}
	return mi.mi_used;
}

static const struct seed *
load_device(unsigned i)
{
	const struct seed *const sd = &seeds[i];

	if (i == current)
		return sd;
	memset(device, 0, SEED_BYTES);
	memcpy(device, sd->sd_image, sd->sd_len);
	current = i;
	return sd;
}

/* The sound images, round by round until the allocators keep no more than the round before. */
static void
baseline(void)
{
	size_t most = 0, before;
	unsigned same = 0;

	sound_bytes = calloc(nseeds, sizeof(*sound_bytes));
	for (unsigned round = 0; round < ROUNDS_MAX && same < ROUNDS_SAME; round++) {
		before = most;
		for (unsigned i = 0; i < nseeds; i++) {
			const struct seed *const sd = load_device(i);

			sound_bytes[i] = mount_and_walk();
			if (sound_bytes[i] == 0) {
				fprintf(stderr, "the seed \"%s\" is not mounted\n", sd->sd_name);
				exit(1);
			}
			most = sound_bytes[i] > most ? sound_bytes[i] : most;
		}
		same = most == before ? same + 1 : 0;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct seed *sd;
	size_t bytes;

	if (len < 1 + RECORD)
		return 0;
	sd = load_device(data[0] % nseeds);
	for (size_t off = 1; off + RECORD <= len && off < 1 + MAX_PATCH * RECORD; off += RECORD)
		patch(sd, data + off, false);
	seed_seal(sd, device);
	bytes = mount_and_walk();
	if (bytes > sound_bytes[current] + MEM_SLACK) {
		fprintf(stderr, "seed \"%s\": %zu bytes in use, %zu when it is sound\n",
		    sd->sd_name, bytes, sound_bytes[current]);
		abort();
	}
	for (size_t off = 1; off + RECORD <= len && off < 1 + MAX_PATCH * RECORD; off += RECORD)
		patch(sd, data + off, true);
	for (uint32_t i = 0; i < sd->sd_nlog; i++)
		memcpy(device + sd->sd_log[i], sd->sd_image + sd->sd_log[i], sd->sd_bsize);
	return 0;
}

/* Another seed image, one record more or less, or what libFuzzer does to bytes. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max, unsigned random)
{
	if (len < 1 || random % 16 == 0)
		data[0] = (uint8_t)(random >> 8);
	if (len < 1 + RECORD || (random % 4 == 1 && len + RECORD <= max)) {
		len = len < 1 ? 1 : len;
		if (len + RECORD > max)
			return len;
		for (int i = 0; i < RECORD; i++)
			data[len + (size_t)i] = (uint8_t)(random >> (3 * i));
		LLVMFuzzerMutate(data + len, RECORD, RECORD);
		return len + RECORD;
	}
	if (random % 16 == 2 && len >= 1 + 2 * RECORD)
		return len - RECORD;
	return 1 + LLVMFuzzerMutate(data + 1, len - 1, max - 1);
}
