/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * For the tests: images by mkfs.bfs, and a reader of images that shares nothing with the driver.
 */
#ifndef SYSVBFS_TESTLIB_H
#define SYSVBFS_TESTLIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rump/rumptest_disk.h>

#define TL_MNT "/mnt"

/* The bytes of what mkfs.bfs makes of so many blocks and inodes; malloc()ed. */
uint8_t *tl_mkfs(unsigned blocks, unsigned inodes);
/* A disk with these bytes. */
struct rumptest_disk *tl_disk(const uint8_t *image, size_t len);
/* What is on the disk now; malloc()ed. */
uint8_t *tl_image(struct rumptest_disk *d, size_t len);

/* mount(2), 0 or -1 and errno; the disk is attached.  Unmount, which must succeed. */
int tl_mount(const char *device, int flags);
void tl_unmount(void);

/*
 * What is unsound about an image, or NULL.  crash: inodes without a name, and wrong link counts, are what a
 * cut may leave.
 */
const char *tl_unsound(const uint8_t *image, size_t len, bool crash);
/* The contents of a file, in the image; NULL: no such name. */
const uint8_t *tl_find(const uint8_t *image, const char *name, size_t *size);
unsigned tl_count(const uint8_t *image);

/* A file's byte at off, for files that are told apart by a seed. */
static inline uint8_t
tl_byte(unsigned seed, size_t off)
{
	return (uint8_t)(seed * 37 + off * 7 + off / 251);
}
/* Write [off, off + len) of such a file; the result of pwrite. */
long tl_write(int fd, unsigned seed, size_t off, size_t len);
/* True when the bytes are those. */
bool tl_is(const uint8_t *bytes, unsigned seed, size_t len);

#endif /* SYSVBFS_TESTLIB_H */
