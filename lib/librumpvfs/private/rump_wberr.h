/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Errors of writes that nobody waited for, kept until somebody asks: vnode/wberr.c.
 *
 * biodone() notes the error of every write for the vnode whose block or page it was, and for the file
 * system; whoever fails to write before there is a transfer calls vn_wberr().  fsync() and its like ask.
 * A file system has nothing to do but to set b_vp and call biodone(), and spec_node_setmountedfs().
 */
#ifndef RUMP_WBERR_H
#define RUMP_WBERR_H

#include <sys/types.h>

struct file;
struct vnode;

/* What is asked for: bits. */
#define WBERR_FILE 0x1 /* contents of the file, or blocks of the device */
#define WBERR_META 0x2 /* metadata of the file system that the file is in */
#define WBERR_FS   0x4 /* everything in that file system */

/* A write for vp has failed.  ctx: thread, softint; no lock of a vnode or buffer held but its vnode lock. */
void vn_wberr(struct vnode *vp, int error);
/* fp has been opened: errors that nobody has been told of, and those to come, are for it. */
void vn_wberr_open(struct file *fp);
/*
 * The error of a write since fp was opened, or was asked last; 0 if there was none.  Of several
 * the last.  locks: none needed; of two that ask at once for one file, one is told.
 */
int vn_wberr_ask(struct file *fp, int what);

#endif /* RUMP_WBERR_H */
