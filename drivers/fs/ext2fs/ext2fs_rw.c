/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The writable mount: what may be one, and the state that the superblock tells.
 *
 *	VALID --ext2fs_rw_begin()--> in use --ext2fs_rw_end()--> VALID
 *
 * "In use" is on the medium before anything else changes, and VALID after all else is there.  A file
 * system that was not VALID when it was mounted is not afterwards either: only e2fsck can say so.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/dkio.h>
#include <sys/fcntl.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "ext2fs_trans.h"

struct feature {
	uint32_t bit;
	const char *name;
};

static const struct feature compat[] = {
	{ 0x0002, "imagic_inodes" },
	{ E2_COMPAT_HAS_JOURNAL, "has_journal" },
	{ E2_COMPAT_FAST_COMMIT, "fast_commit" },
	{ 0x1000, "orphan_file" },
};
static const struct feature incompat[] = {
	{ E2_INCOMPAT_RECOVER, "needs_recovery" },
	{ E2_INCOMPAT_META_BG, "meta_bg" },
	{ E2_INCOMPAT_MMP, "mmp" },
	{ E2_INCOMPAT_EA_INODE, "ea_inode" },
	{ E2_INCOMPAT_INLINE_DATA, "inline_data" },
	{ E2_INCOMPAT_ENCRYPT, "encrypt" },
	{ E2_INCOMPAT_CASEFOLD, "casefold" },
};
static const struct feature ro_compat[] = {
	{ 0x0100, "quota" },
	{ E2_ROCOMPAT_BIGALLOC, "bigalloc" },
	{ 0x1000, "read-only" },
	{ 0x2000, "project" },
	{ 0x4000, "shared_blocks" },
	{ 0x8000, "verity" },
	{ 0x10000, "orphan_present" },
};

/* Only a bit of the read-only compatible ones that is not known forbids to write. */
#define E2_ROCOMPAT_WRITABLE                                                         \
	(E2_ROCOMPAT_SPARSE_SUPER | E2_ROCOMPAT_LARGE_FILE | E2_ROCOMPAT_HUGE_FILE | \
	    E2_ROCOMPAT_GDT_CSUM | E2_ROCOMPAT_DIR_NLINK | E2_ROCOMPAT_EXTRA_ISIZE | \
	    E2_ROCOMPAT_METADATA_CSUM)

static const char *
feature_in(uint32_t word, const struct feature *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (word & f[i].bit)
			return f[i].name;
	return NULL;
}

int
ext2fs_rw_check(struct ext2mount *um)
{
	const struct e2_super *const s = &um->um_super;
	const char *name = feature_in(s->s_feature_compat, compat, __arraycount(compat));
	uint32_t bad;

	if (name == NULL)
		name = feature_in(s->s_feature_incompat, incompat, __arraycount(incompat));
	if (name == NULL)
		name = feature_in(s->s_feature_ro_compat, ro_compat, __arraycount(ro_compat));
	bad = s->s_feature_ro_compat & ~E2_ROCOMPAT_WRITABLE;
	if (name != NULL)
		ext2fs_say(um, "feature %s can only be mounted read-only", name);
	else if (bad != 0)
		ext2fs_say(um, "read-only feature 0x%x (FEATURE_R%d) is not known", bad & -bad,
		    ffs((int)bad) - 1);
	else if (um->um_hurd)
		ext2fs_say(um, "a file system of the Hurd can only be mounted read-only");
	else if (s->s_last_orphan != 0)
		ext2fs_say(
		    um, "inode %u has no name and is not removed: run e2fsck", s->s_last_orphan);
	else
		return 0;
	return EROFS;
}

static int
write_super(struct ext2mount *um, uint16_t state, bool mounting)
{
	struct timespec now;
	struct e2_trans t;
	struct buf *bp;
	size_t off;
	int error;

	vfs_timestamp(&now);
	ext2fs_trans_start(&t, um, 1);
	error = ext2fs_trans_bread_super(&t, &bp, &off);
	if (error == 0) {
		um->um_super.s_state = state;
		if (mounting && um->um_super.s_mnt_count < UINT16_MAX)
			um->um_super.s_mnt_count++;
		e2_super_encode_state(&um->um_super, (uint8_t *)bp->b_data + off,
		    mounting ? now.tv_sec : 0, now.tv_sec);
		ext2fs_trans_dirty(&t, bp, E2M_SUPER, off, NULL);
	}
	ext2fs_trans_stop(&t);
	return error;
}

int
ext2fs_rw_begin(struct ext2mount *um)
{
	const uint16_t state = um->um_super.s_state;
	int error;

	um->um_was_valid = (state & E2_STATE_VALID) && !(state & E2_STATE_ERROR);
	if (!um->um_was_valid)
		ext2fs_say(um, "was not unmounted, or has errors: run e2fsck");
	error = write_super(um, state & (uint16_t)~E2_STATE_VALID, true);
	if (error == 0)
		error = ext2fs_rw_sync(um);
	/* What failed may have left half of a superblock, which has no right checksum. */
	if (error != 0 && write_super(um, state, false) == 0)
		(void)ext2fs_rw_sync(um);
	return error;
}

int
ext2fs_rw_sync(struct ext2mount *um)
{
	struct vnode *const devvp = um->um_devvp;
	int error, rv, force = 0;

	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	error = vflushbuf(devvp, FSYNC_WAIT);
	rv = VOP_IOCTL(devvp, DIOCCACHESYNC, &force, FWRITE, NOCRED);
	VOP_UNLOCK(devvp);
	if (rv == ENODEV || rv == ENOTTY || rv == EPASSTHROUGH)
		rv = 0; /* the device has no cache */
	if (error == 0)
		error = rv;
	if (error != 0)
		ext2fs_say(um, "metadata is not written: error %d", error);
	return error;
}

int
ext2fs_rw_end(struct ext2mount *um)
{
	int error;

	error = ext2fs_rw_sync(um);
	if (error != 0 || !um->um_was_valid)
		return error;
	error = write_super(um, um->um_super.s_state | E2_STATE_VALID, false);
	return error != 0 ? error : ext2fs_rw_sync(um);
}
