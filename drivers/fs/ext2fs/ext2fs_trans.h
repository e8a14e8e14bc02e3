/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Transactions: every change of metadata goes through these calls (README.md, "Transactions").
 *
 * This is the implementation for file systems without a journal: one transaction at a time, and its
 * buffers are delayed writes.  um_trans is held from start to stop.
 */
#ifndef EXT2FS_TRANS_H
#define EXT2FS_TRANS_H

#include "ext2fs.h"

/* On the stack of the thread that makes the change. */
struct e2_trans {
	struct ext2mount *t_um;
	unsigned t_credits; /* blocks that it may still dirty */
};

/* What a metadata buffer holds, and so where its checksum lies. */
enum e2_meta {
	E2M_SUPER, /* at byte off of the block */
	E2M_INODE, /* of ip, at byte off of the block */
};

/*
 * Begin a change of at most credits blocks.  ctx: thread.  sleeps.
 * locks: those of the vnodes that change are held; no buffer is, and no page is busy.
 */
void ext2fs_trans_start(struct e2_trans *, struct ext2mount *, unsigned credits);
/* End it.  No buffer that it got is held any more. */
void ext2fs_trans_stop(struct e2_trans *);
/*
 * A buffer that will be changed, in place of ext2fs_bread() and ext2fs_bread_super().
 * owns: *bpp, to be given to ext2fs_trans_dirty(), or to brelse() as it was.  errors: EIO, ENOMEM.
 */
int ext2fs_trans_bread(
    struct e2_trans *, uint64_t blk, const char *what, ino_t ino, struct buf **bpp);
int ext2fs_trans_bread_super(struct e2_trans *, struct buf **bpp, size_t *off);
/*
 * The buffer has its new contents but for the checksum, which is computed here and nowhere else.
 * Takes the buffer.  ip: whose inode it is (E2M_INODE), else NULL.
 */
void ext2fs_trans_dirty(
    struct e2_trans *, struct buf *bp, enum e2_meta, size_t off, const struct e2node *ip);

/* ---- ext2fs_rw.c: what a writable mount is ---- */

/* May it be mounted for writing?  errors: EROFS, after the line that names what is in the way. */
int ext2fs_rw_check(struct ext2mount *);
/* Mark the file system in use, on the medium.  errors: EIO. */
int ext2fs_rw_begin(struct ext2mount *);
/* Write all metadata and flush the device's cache.  locks: no transaction.  errors: EIO. */
int ext2fs_rw_sync(struct ext2mount *);
/* Mark it unmounted, after all else was written.  errors: EIO. */
int ext2fs_rw_end(struct ext2mount *);

#define E2_CREDITS_INODE 1

/* Write the inode's fields to its table.  locks: ip's vnode, exclusive.  errors: EIO. */
int ext2fs_inode_update(struct e2_trans *, struct e2node *);

int ext2fs_vop_setattr(void *);
int ext2fs_vop_fsync(void *);

#endif /* EXT2FS_TRANS_H */
