/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* See ext2fs_trans.h. */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/systm.h>

#include "ext2fs_csum.h"
#include "ext2fs_trans.h"

void
ext2fs_trans_start(struct e2_trans *t, struct ext2mount *um, unsigned credits)
{
	ASSERT_SLEEPABLE();
	KASSERT(!um->um_rdonly);
	mutex_enter(&um->um_trans);
	t->t_um = um;
	t->t_credits = credits;
}

void
ext2fs_trans_stop(struct e2_trans *t)
{
	mutex_exit(&t->t_um->um_trans);
}

int
ext2fs_trans_bread(struct e2_trans *t, uint64_t blk, const char *what, ino_t ino, struct buf **bpp)
{
	KASSERT(mutex_owned(&t->t_um->um_trans));
	return ext2fs_bread(t->t_um, blk, what, ino, bpp);
}

int
ext2fs_trans_bread_super(struct e2_trans *t, struct buf **bpp, size_t *off)
{
	KASSERT(mutex_owned(&t->t_um->um_trans));
	return ext2fs_bread_super(t->t_um, bpp, off);
}

static void
set_checksum(const struct ext2mount *um, uint8_t *p, enum e2_meta meta, const struct e2node *ip)
{
	const bool hi = ip != NULL && ip->i_di.i_has_checksum_hi;

	switch (meta) {
	case E2M_SUPER:
		e2_super_set_checksum(p, e2_csum_super(p));
		break;
	case E2M_INODE:
		e2_inode_set_checksum(
		    p, hi, e2_csum_inode(ip->i_seed, p, um->um_super.s_inode_size, hi));
		break;
	}
}

void
ext2fs_trans_dirty(
    struct e2_trans *t, struct buf *bp, enum e2_meta meta, size_t off, const struct e2node *ip)
{
	KASSERT(mutex_owned(&t->t_um->um_trans));
	KASSERT(t->t_credits > 0);
	t->t_credits--;
	if (t->t_um->um_csum)
		set_checksum(t->t_um, (uint8_t *)bp->b_data + off, meta, ip);
	bdwrite(bp);
}
