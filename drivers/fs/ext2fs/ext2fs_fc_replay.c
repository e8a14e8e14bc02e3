/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The replay of fast commits, in memory.
 *
 * The area is a row of blocks behind the log.  Its first record, HEAD, names the transaction that was
 * running: if that is not the one behind the last of the log, all is of old.  Then follow fast
 * commits, each a run of records up to a TAIL, which has the transaction's number and the checksum
 * of the run, and which ends its block.  The first one that is not right - torn, or of old - ends
 * the replay; it was never reported as done to anybody.
 *
 * So the area is gone through twice: the scan finds the number of blocks that tails vouch for, and
 * the second pass applies the records in them.  Those are as they were written: one that cannot be is an
 * error of the journal, and the mount fails.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/kmem.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "ext2fs.h"
#include "ext2fs_csum.h"
#include "ext2fs_fc.h"

struct fc_replay {
	struct ext2mount *fr_um;
	struct e2node *fr_journal;
	struct e2_fc *fr_fc;
	uint32_t fr_tid;
	uint32_t fr_crc;  /* of the fast commit so far */
	uint32_t fr_blk;  /* block of the journal at hand */
	uint32_t fr_good; /* behind the last block that a tail vouches for */
	uint8_t *fr_block;
};

static int
fc_bad(const struct fc_replay *fr, const char *what, uint64_t where, int error)
{
	ext2fs_say(fr->fr_um, "journal: fast commit in block %u: %s (%ju)", fr->fr_blk, what,
	    (uintmax_t)where);
	return error;
}

/* ---- Scan ---- */

static bool
tail_ok(const struct fc_replay *fr, const struct e2_fcrec *fc)
{
	struct e2_fctail ft;

	e2_fctail_decode(fc, &ft);
	return ft.ft_tid == fr->fr_tid && ft.ft_crc == fr->fr_crc;
}

/*
 * Go through the records of the block.  errors: ENOENT (what follows does not count), EOPNOTSUPP.
 */
static int
scan_block(struct fc_replay *fr)
{
	struct ext2mount *const um = fr->fr_um;
	struct e2_fchead fh;
	struct e2_fcrec fc;
	int error;

	for (size_t off = 0;; off += E2FC_HDR_SIZE + fc.fc_len) {
		size_t covered;

		error = e2_fcrec_decode(fr->fr_block, um->um_bsize, off, &fc);
		if (error != 0)
			return error == ENOENT ? 0 : ENOENT;
		covered = E2FC_HDR_SIZE +
		    (fc.fc_tag == E2FC_TAIL ? E2FC_TAIL_COVERED : (size_t)fc.fc_len);
		fr->fr_crc = e2_csum_bytes(fr->fr_crc, fr->fr_block + off, covered);
		switch (fc.fc_tag) {
		case E2FC_HEAD:
			e2_fchead_decode(&fc, &fh);
			if (fh.fh_tid != fr->fr_tid)
				return ENOENT;
			if (fh.fh_features != 0)
				return fc_bad(
				    fr, "features are not supported", fh.fh_features, EOPNOTSUPP);
			break;
		case E2FC_TAIL:
			if (!tail_ok(fr, &fc))
				return ENOENT;
			fr->fr_crc = 0;
			fr->fr_good = fr->fr_blk + 1;
			return 0;
		}
	}
}

/* ---- Apply ---- */

/* The inode's number, as far as it can be judged here. */
static bool
ino_ok(const struct fc_replay *fr, uint32_t ino)
{
	return ino != 0 && ino <= fr->fr_um->um_super.s_inodes_count;
}

static int
apply_range(struct fc_replay *fr, const struct e2_fcrec *fc)
{
	struct e2_fcrange range;

	e2_fcrange_decode(fc, &range);
	if (!ino_ok(fr, range.fr_ino))
		return fc_bad(fr, "blocks of an impossible inode", range.fr_ino, EIO);
	if (range.fr_len == 0 || range.fr_len > UINT32_MAX - range.fr_block)
		return fc_bad(fr, "impossible range of blocks of inode", range.fr_ino, EIO);
	if (range.fr_start != 0 && !ext2fs_block_ok(fr->fr_um, range.fr_start, range.fr_len))
		return fc_bad(fr, "blocks outside the file system, of inode", range.fr_ino, EIO);
	ext2fs_fc_add_range(fr->fr_fc, &range);
	return 0;
}

static bool
name_ok(const struct e2_fcname *fn)
{
	return fn->fn_namlen != 0 && memchr(fn->fn_name, '/', fn->fn_namlen) == NULL &&
	    memchr(fn->fn_name, '\0', fn->fn_namlen) == NULL &&
	    (fn->fn_name[0] != '.' ||
		(fn->fn_namlen > 1 && (fn->fn_namlen > 2 || fn->fn_name[1] != '.')));
}

static int
apply_name(struct fc_replay *fr, const struct e2_fcrec *fc)
{
	const uint32_t first = fr->fr_um->um_super.s_first_ino;
	struct e2_fcname fn;

	e2_fcname_decode(fc, &fn);
	if (!ino_ok(fr, fn.fn_parent) || (fn.fn_parent < first && fn.fn_parent != E2_ROOT_INO))
		return fc_bad(fr, "name in an impossible inode", fn.fn_parent, EIO);
	if (!ino_ok(fr, fn.fn_ino) || fn.fn_ino < first)
		return fc_bad(fr, "name of an impossible inode", fn.fn_ino, EIO);
	if (!name_ok(&fn))
		return fc_bad(fr, "impossible name of inode", fn.fn_ino, EIO);
	if (fc->fc_tag == E2FC_UNLINK)
		ext2fs_fc_remove_name(fr->fr_fc, &fn);
	else
		ext2fs_fc_add_name(fr->fr_fc, &fn, fc->fc_tag == E2FC_CREAT);
	return 0;
}

static int
apply_inode(struct fc_replay *fr, const struct e2_fcrec *fc)
{
	struct e2_fcinode fi;
	struct e2_inode di;

	e2_fcinode_decode(fc, &fi);
	if (!ino_ok(fr, fi.fi_ino))
		return fc_bad(fr, "impossible inode", fi.fi_ino, EIO);
	if (fi.fi_len > fr->fr_um->um_super.s_inode_size ||
	    e2_inode_decode(fi.fi_raw, fi.fi_len, fr->fr_um->um_hurd, &di) != 0)
		return fc_bad(fr, "impossible size of inode", fi.fi_ino, EIO);
	ext2fs_fc_add_inode(fr->fr_fc, &fi);
	return 0;
}

static int
apply_block(struct fc_replay *fr)
{
	struct e2_fcrec fc;
	int error = 0;

	for (size_t off = 0; error == 0; off += E2FC_HDR_SIZE + fc.fc_len) {
		if (e2_fcrec_decode(fr->fr_block, fr->fr_um->um_bsize, off, &fc) != 0)
			return 0; /* behind the tail */
		switch (fc.fc_tag) {
		case E2FC_ADD_RANGE:
		case E2FC_DEL_RANGE:
			error = apply_range(fr, &fc);
			break;
		case E2FC_CREAT:
		case E2FC_LINK:
		case E2FC_UNLINK:
			error = apply_name(fr, &fc);
			break;
		case E2FC_INODE:
			error = apply_inode(fr, &fc);
			break;
		case E2FC_TAIL:
			return 0;
		}
	}
	return error;
}

/* ---- Both ---- */

static int
walk(struct fc_replay *fr, uint32_t first, uint32_t end, int (*block)(struct fc_replay *))
{
	int error = 0;

	for (fr->fr_blk = first; error == 0 && fr->fr_blk < end; fr->fr_blk++) {
		error = ext2fs_journal_read(fr->fr_journal, fr->fr_blk, fr->fr_block, NULL);
		if (error == 0)
			error = block(fr);
	}
	return error;
}

/* Only what begins with a head for this transaction counts at all. */
static int
head_block(struct fc_replay *fr)
{
	struct e2_fchead fh;
	struct e2_fcrec fc;

	if (e2_fcrec_decode(fr->fr_block, fr->fr_um->um_bsize, 0, &fc) != 0 ||
	    fc.fc_tag != E2FC_HEAD)
		return ENOENT;
	e2_fchead_decode(&fc, &fh);
	return fh.fh_tid == fr->fr_tid ? 0 : ENOENT;
}

int
ext2fs_fc_replay(
    struct e2node *journal, uint32_t first, uint32_t end, uint32_t tid, struct e2_fc **fcp)
{
	struct ext2mount *const um = journal->i_um;
	struct fc_replay fr = {
		.fr_um = um,
		.fr_journal = journal,
		.fr_tid = tid,
		.fr_good = first,
	};
	int error = 0;

	*fcp = NULL;
	if (first >= end)
		return 0;
	fr.fr_block = kmem_alloc(um->um_bsize, KM_SLEEP);
	error = walk(&fr, first, first + 1, head_block);
	if (error == 0)
		error = walk(&fr, first, end, scan_block);
	if (error == ENOENT)
		error = 0;
	if (error == 0 && fr.fr_good > first) {
		fr.fr_fc = ext2fs_fc_create();
		error = walk(&fr, first, fr.fr_good, apply_block);
		if (error == 0)
			*fcp = fr.fr_fc;
		else
			ext2fs_fc_destroy(fr.fr_fc);
	}
	kmem_free(fr.fr_block, um->um_bsize);
	return error;
}
