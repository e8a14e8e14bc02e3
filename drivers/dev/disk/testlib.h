/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* For the Check programs of this folder: a kernel for each test, an image in a temporary folder, its wedges. */
#ifndef DISK_TESTLIB_H
#define DISK_TESTLIB_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_disk.h>
#include <rump/rump_syscalls.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* expr is a system call that fails with error, or returns value. */
#define ck_fails(expr, error)                                                          \
	do {                                                                           \
		errno = 0;                                                             \
		const long ret_ = (long)(expr);                                        \
		ck_assert_msg(ret_ == -1 && errno == (error),                          \
		    "%s: returned %ld, errno %d, not %s", #expr, ret_, errno, #error); \
	} while (0)
#define ck_gives(expr, value)                                                                    \
	do {                                                                                     \
		const long ret_ = (long)(expr), want_ = (long)(value);                           \
		ck_assert_msg(ret_ == want_, "%s: returned %ld, errno %d, not %ld", #expr, ret_, \
		    errno, want_);                                                               \
	} while (0)

#define IMAGE_SIZE (64 << 20)

extern char dir[64], image[80]; /* a folder for the test; DIR/img in it */
extern char console[16384];	/* what the kernel said, after console_end() */

/* Fixtures: an empty image of IMAGE_SIZE; with a kernel.  sector is the sectors' size in bytes. */
void host_setup(void);
void host_teardown(void);
void boot(int sector);
void halt(void);

/* Run a shell command in the folder; it succeeds. */
void host(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
/* Bytes of the image. */
void image_write(const void *data, size_t len, off_t off);
void image_read(void *data, size_t len, off_t off);

/* From here on the console goes to a file; what came until then is in console[]. */
void console_begin(void);
void console_end(void);

/*
 * Register the image as /disk.  The wedges that appear, by dk number from 0: their count, and where one lies.
 */
int wedges(void);
struct rump_dkwedge_info wedge_info(int n);
/* The wedge lies there, and has that type and (if not NULL) name. */
void wedge_is(int n, int64_t start, uint64_t size, const char *ptype, const char *name);

int run(TCase *tc, const char *name);

#endif /* DISK_TESTLIB_H */
