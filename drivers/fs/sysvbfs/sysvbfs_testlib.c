/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* See sysvbfs_testlib.h. */
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

#include "sysvbfs_testlib.h"

uint8_t *
tl_mkfs(unsigned blocks, unsigned inodes)
{
	char path[] = "/tmp/sysvbfs.XXXXXX", cmd[256];
	uint8_t *const image = calloc(blocks, 512);
	const int fd = mkstemp(path);

	ck_assert(fd >= 0 && image != NULL);
	ck_assert_int_eq(ftruncate(fd, (off_t)blocks * 512), 0);
	snprintf(cmd, sizeof(cmd), "PATH=$PATH:/usr/sbin:/sbin mkfs.bfs -N %u %s >/dev/null",
	    inodes, path);
	ck_assert_msg(system(cmd) == 0, "%s fails", cmd);
	ck_assert_int_eq(pread(fd, image, (size_t)blocks * 512, 0), (ssize_t)blocks * 512);
	close(fd);
	unlink(path);
	return image;
}

struct rumptest_disk *
tl_disk(const uint8_t *image, size_t len)
{
	struct rumptest_disk *const d = rumptest_disk_new(len, 512);

	ck_assert_ptr_nonnull(d);
	ck_assert_int_eq(rumptest_disk_put(d, image, len, 0), 0);
	return d;
}

uint8_t *
tl_image(struct rumptest_disk *d, size_t len)
{
	uint8_t *const image = malloc(len);

	ck_assert_ptr_nonnull(image);
	rumptest_disk_get(d, image, len, 0);
	return image;
}

int
tl_mount(const char *device, int flags)
{
	struct rump_ufs_args args = { .fspec = (char *)(uintptr_t)device };

	if (rump_sys_mkdir(TL_MNT, 0755) != 0 && errno != EEXIST)
		ck_abort_msg("mkdir: %s", strerror(errno));
	return rump_sys_mount(RUMP_MOUNT_SYSVBFS, TL_MNT, flags, &args, sizeof(args));
}

void
tl_unmount(void)
{
	ck_assert_msg(rump_sys_unmount(TL_MNT, 0) == 0, "unmount: %s", strerror(errno));
}

/* ---- The reader: straight from the layout in SPEC.md ---- */

static uint32_t
get(const uint8_t *p, int n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static unsigned
inode_count(const uint8_t *image)
{
	return (get(image + 4, 4) - 512) / 64;
}

static const uint8_t *
inode(const uint8_t *image, unsigned ino)
{
	return image + 512 + (ino - 2) * 64;
}

static const char *say_what;
static char say[160];
#define BAD(...) (snprintf(say, sizeof(say), __VA_ARGS__), say_what = say)

static const char *
inode_unsound(const uint8_t *image, size_t len, unsigned ino)
{
	const uint8_t *const p = inode(image, ino);
	const uint32_t start = get(p + 4, 4), end = get(p + 8, 4), last = get(p + 12, 4);

	if (get(p, 2) != ino)
		return BAD("inode %u: number %u", ino, get(p, 2));
	if (get(p + 16, 4) != (ino == 2 ? 2 : 1))
		return BAD("inode %u: type %u", ino, get(p + 16, 4));
	if (start == 0)
		return ino == 2 ? BAD("the root has no blocks") : NULL;
	if (start * 512 < get(image + 4, 4) || end < start || (end + 1) * UINT64_C(512) > len)
		return BAD("inode %u: blocks %u to %u", ino, start, end);
	if (last + 1 < start * 512 || last >= (end + 1) * UINT64_C(512))
		return BAD("inode %u: last byte %u", ino, last);
	return NULL;
}

static const char *
owners_unsound(const uint8_t *image, size_t len)
{
	uint16_t *const owner = calloc(len / 512, sizeof(*owner));

	for (unsigned ino = 2; ino < 2 + inode_count(image); ino++) {
		const uint8_t *const p = inode(image, ino);

		if (get(p, 2) == 0)
			continue;
		if (inode_unsound(image, len, ino) != NULL)
			break;
		for (uint32_t b = get(p + 4, 4); b != 0 && b <= get(p + 8, 4); b++) {
			if (owner[b] != 0)
				BAD("block %u: of inodes %u and %u", b, owner[b], ino);
			owner[b] = (uint16_t)ino;
		}
	}
	free(owner);
	return say_what;
}

const char *
tl_unsound(const uint8_t *image, size_t len, bool crash)
{
	const unsigned n = inode_count(image);
	const uint8_t *const root = inode(image, 2);
	unsigned links[514] = { 0 };

	say_what = NULL;
	if (get(image, 4) != 0x1badface)
		return "no magic number";
	if (get(root, 2) == 0)
		return "no root";
	if (owners_unsound(image, len) != NULL)
		return say_what;
	for (uint32_t at = get(root + 4, 4) * 512; at <= get(root + 12, 4); at += 16) {
		const unsigned ino = get(image + at, 2);

		if (ino == 0)
			continue;
		if (ino < 2 || ino >= n + 2 || get(inode(image, ino), 2) == 0)
			return BAD("entry at %u: inode %u is not there", at, ino);
		if (image[at + 2] == 0)
			return BAD("entry at %u: no name", at);
		links[ino]++;
	}
	for (unsigned ino = 3; ino < n + 2 && !crash; ino++)
		if (get(inode(image, ino), 2) != 0 && get(inode(image, ino) + 32, 4) != links[ino])
			return BAD("inode %u: %u links, %u names", ino,
			    get(inode(image, ino) + 32, 4), links[ino]);
	return NULL;
}

const uint8_t *
tl_find(const uint8_t *image, const char *name, size_t *size)
{
	const uint8_t *const root = inode(image, 2);

	for (uint32_t at = get(root + 4, 4) * 512; at <= get(root + 12, 4); at += 16) {
		const uint8_t *p;

		if (get(image + at, 2) == 0 || strncmp((const char *)image + at + 2, name, 14) != 0)
			continue;
		p = inode(image, get(image + at, 2));
		*size = get(p + 4, 4) == 0 ? 0 : get(p + 12, 4) + 1 - get(p + 4, 4) * 512;
		return image + get(p + 4, 4) * 512;
	}
	return NULL;
}

unsigned
tl_count(const uint8_t *image)
{
	const uint8_t *const root = inode(image, 2);
	unsigned n = 0;

	for (uint32_t at = get(root + 4, 4) * 512; at <= get(root + 12, 4); at += 16)
		n += get(image + at, 2) > 2;
	return n;
}

long
tl_write(int fd, unsigned seed, size_t off, size_t len)
{
	uint8_t *const buf = malloc(len + 1);
	long n;

	for (size_t i = 0; i < len; i++)
		buf[i] = tl_byte(seed, off + i);
	n = rump_sys_pwrite(fd, buf, len, (off_t)off);
	free(buf);
	return n;
}

bool
tl_is(const uint8_t *bytes, unsigned seed, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != tl_byte(seed, i))
			return false;
	return true;
}
