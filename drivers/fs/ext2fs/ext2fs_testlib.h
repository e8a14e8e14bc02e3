/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the tests of ext2fs share: scratch directories, source trees, images by mkfs.*, mounts of
 * them in a rump kernel, and the comparison of a mounted image with the tree it was made from.
 * Everything here fails the running test (ck_abort_msg) when the host does not cooperate.
 */
#ifndef EXT2FS_TESTLIB_H
#define EXT2FS_TESTLIB_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TL_MNT "/mnt" /* where images are mounted in the rump kernel */

/* An empty directory of the test's own, current from now on; removed when the process exits. */
void tl_enter_scratch(void);
/* Run a shell command; its output is shown only when it fails. */
void tl_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, but the exit status is the caller's business. */
int tl_try(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * The tree "src": small and large files, holes, long and many names, all kinds of links, modes,
 * owners, times, extended attributes, devices (owners, devices and trusted attributes only when
 * the tests run as root).
 */
void tl_make_tree(void);
/* Does the host's file system take extended attributes? */
int tl_have_xattrs(void);

/* Boot (once), attach the image, mount it read-only.  0 or an errno. */
int tl_mount(const char *image, const char *type);
int tl_mount_flags(const char *image, const char *type, int flags);
/* Unmount and detach. */
void tl_unmount(void);

#define TL_NOXATTR 0x1 /* the image cannot hold attributes */
#define TL_NOTIMES 0x2 /* modification times differ: the trees were made apart */
/* Is the rump kernel's directory tree in every respect that of the host?  Returns files compared. */
unsigned tl_compare(const char *host, const char *rump, unsigned flags);

/* Walk a mounted tree, read everything; what fails only counts.  Returns the errors met. */
unsigned tl_exercise(const char *rump, unsigned max_files);

/* Mount the image and tell all of it but owners and attributes: a line for each file, free() it. */
char *tl_describe(const char *image);

/* From now on the console's lines are kept; what it said until now, free() it. */
void tl_console_catch(void);
char *tl_console_release(void);

/* A file as a whole; *len bytes, free() it. */
uint8_t *tl_slurp(const char *path, size_t *len);
void tl_spew(const char *path, const void *data, size_t len);

#endif /* EXT2FS_TESTLIB_H */
