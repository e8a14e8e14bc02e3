/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The journal's replay, without a write: what would be copied home becomes an overlay.
 *
 * The log is a ring of blocks in the journal inode, from js_first to its end.  From js_start on
 * stand transactions with ascending sequence numbers:
 *
 *	descriptor, the data blocks it lists, [descriptor, data ...,] [revoke ...,] commit
 *
 * The first block that is not of the expected sequence ends the log; a transaction without its
 * commit block never happened.  A revoke record in transaction T says that copies of its block in
 * transactions up to T must not be used.  So each transaction, once its commit is seen and its
 * checksums are right (WALK_CHECK), first adds its data blocks to the overlay (WALK_DATA) and then
 * takes the blocks it revokes out (WALK_REVOKE).  Memory is bounded by the number of data blocks in
 * the log, time by three reads of each block.
 *
 * Behind the log may follow fast commits: ext2fs_fc_replay.c.
 *
 * A hostile journal inode may map two blocks of the log to one: so no buffer is held while another
 * is read.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "ext2fs.h"
#include "ext2fs_csum.h"
#include "ext2fs_fc.h"

#define E2J_INCOMPAT_KNOWN                                                      \
	(E2J_INCOMPAT_REVOKE | E2J_INCOMPAT_64BIT | E2J_INCOMPAT_ASYNC_COMMIT | \
	    E2J_INCOMPAT_CSUM_V2 | E2J_INCOMPAT_CSUM_V3 | E2J_INCOMPAT_FAST_COMMIT)
#define E2J_CHKSUM_CRC32  1
#define E2J_CHKSUM_CRC32C 4

enum walk_mode { WALK_CHECK, WALK_DATA, WALK_REVOKE };

struct jreplay {
	struct ext2mount *jr_um;
	struct e2node *jr_ip; /* the journal's inode */
	struct e2_jsuper jr_js;
	struct e2_overlay *jr_ov;
	struct e2_fc *jr_fc; /* what fast commits say, or NULL */
	uint8_t *jr_block;   /* the log block at hand, one block long */
	uint32_t jr_end;     /* behind the ring's last block */
	uint32_t jr_seed;    /* of checksums v2 and v3 */
	uint32_t jr_crc;     /* of checksum v1, over the transaction so far */
	bool jr_csum;	     /* v2 or v3 */
	bool jr_bad;	     /* a block of this transaction has a bad checksum */
	uint32_t jr_left;    /* log blocks that may still be walked */
};

static int
jbad(struct jreplay *jr, const char *what, uint64_t where, int error)
{
	ext2fs_say(jr->jr_um, "journal: %s (%ju)", what, (uintmax_t)where);
	return error;
}

int
ext2fs_journal_read(struct e2node *ip, uint32_t lblk, uint8_t *buf, uint64_t *phys)
{
	struct ext2mount *const um = ip->i_um;
	struct e2_run run;
	struct buf *bp;
	int error;

	error = ext2fs_map(ip, lblk, &run);
	if (error != 0)
		return error;
	if (run.r_blk == 0) {
		ext2fs_say(um, "journal: its file has a hole at block (%u)", lblk);
		return EIO;
	}
	if (phys != NULL)
		*phys = run.r_blk;
	if (buf == NULL)
		return 0;
	error = ext2fs_bread(um, run.r_blk, "journal", ip->i_number, &bp);
	if (error != 0)
		return error;
	memcpy(buf, bp->b_data, um->um_bsize);
	brelse(bp, 0);
	return 0;
}

static uint32_t
jnext(const struct jreplay *jr, uint32_t pos)
{
	return pos + 1 >= jr->jr_end ? jr->jr_js.js_first : pos + 1;
}

/* ---- One transaction ---- */

/* Check the checksum of one data block of the transaction. */
static int
check_data(struct jreplay *jr, uint32_t pos, uint32_t seq, const struct e2_jtag *jt)
{
	const uint32_t bsize = jr->jr_um->um_bsize;
	const bool v1 = jr->jr_js.js_compat & E2J_COMPAT_CHECKSUM;
	uint8_t *data;
	uint32_t sum;
	int error;

	if (jt->jt_block >= jr->jr_um->um_super.s_blocks_count)
		return jbad(jr, "copy of a block outside the file system", jt->jt_block, EIO);
	if (!jr->jr_csum && !v1)
		return 0;
	data = kmem_alloc(bsize, KM_SLEEP);
	error = ext2fs_journal_read(jr->jr_ip, pos, data, NULL);
	if (error == 0 && jr->jr_csum) {
		sum = e2_csum_jdata(jr->jr_seed, seq, data, bsize);
		if (!(jr->jr_js.js_incompat & E2J_INCOMPAT_CSUM_V3))
			sum &= 0xffff;
		if (sum != jt->jt_checksum) {
			ext2fs_say(jr->jr_um,
			    "journal: checksum mismatch in the copy of block"
			    " %ju, transaction %u",
			    (uintmax_t)jt->jt_block, seq);
			jr->jr_bad = true;
		}
	} else if (error == 0) {
		jr->jr_crc = e2_crc32_be(jr->jr_crc, data, bsize);
	}
	kmem_free(data, bsize);
	return error;
}

/* Walk the tags of the descriptor in jr_block, which stands at *posp; *posp: its last data block. */
static int
walk_tags(struct jreplay *jr, enum walk_mode mode, uint32_t *posp, uint32_t seq)
{
	const size_t len = jr->jr_um->um_bsize - (jr->jr_csum ? E2J_TAIL_SIZE : 0);
	size_t off = E2J_HDR_SIZE;
	struct e2_jtag jt;
	uint64_t phys;
	int error = 0;

	do {
		if (e2_jtag_decode(jr->jr_block, len, off, &jr->jr_js, &jt) != 0)
			break; /* full: the last tag's flag is missing */
		off += jt.jt_size;
		*posp = jnext(jr, *posp);
		if (mode == WALK_CHECK) {
			if (jr->jr_left-- == 0)
				return jbad(jr, "transaction longer than the journal", seq, EIO);
			error = check_data(jr, *posp, seq, &jt);
		} else if (mode == WALK_DATA) {
			error = ext2fs_journal_read(jr->jr_ip, *posp, NULL, &phys);
			if (error == 0)
				ext2fs_overlay_set(
				    jr->jr_ov, jt.jt_block, phys, (jt.jt_flags & E2JT_ESCAPE) != 0);
		}
	} while (error == 0 && !(jt.jt_flags & E2JT_LAST));
	return error;
}

static int
walk_revokes(struct jreplay *jr, uint32_t pos)
{
	const bool wide = jr->jr_js.js_incompat & E2J_INCOMPAT_64BIT;
	const size_t len = jr->jr_um->um_bsize - (jr->jr_csum ? E2J_TAIL_SIZE : 0);
	uint64_t blk;
	int error;

	for (uint32_t i = 0;; i++) {
		error = e2_jrevoke_decode(jr->jr_block, len, wide, i, &blk);
		if (error == ENOENT)
			return 0;
		if (error != 0)
			return jbad(jr, "impossible revoke block", pos, EIO);
		ext2fs_overlay_unset(jr->jr_ov, blk);
	}
}

/* Descriptor and revoke blocks of checksums v2 and v3 end in one. */
static void
check_tail(struct jreplay *jr, uint32_t pos, uint32_t seq)
{
	const uint32_t bsize = jr->jr_um->um_bsize;

	if (!jr->jr_csum ||
	    e2_jtail_decode(jr->jr_block, bsize) ==
		e2_csum_jblock(jr->jr_seed, jr->jr_block, bsize, bsize - E2J_TAIL_SIZE))
		return;
	ext2fs_say(jr->jr_um, "journal: checksum mismatch in block %u, transaction %u", pos, seq);
	jr->jr_bad = true;
}

/* The transaction's commit block is in jr_block: is all of it as it was written? */
static int
check_commit(struct jreplay *jr, uint32_t pos, uint32_t seq)
{
	const uint32_t bsize = jr->jr_um->um_bsize;
	struct e2_jcommit jc;
	bool good = true;

	if (e2_jcommit_decode(jr->jr_block, bsize, &jc) != 0)
		return EIO;
	if (jr->jr_csum)
		good =
		    jc.jc_chksum == e2_csum_jblock(jr->jr_seed, jr->jr_block, bsize, E2JC_CHKSUM);
	else if ((jr->jr_js.js_compat & E2J_COMPAT_CHECKSUM) && jc.jc_chksum_type != 0)
		good = jc.jc_chksum_type == E2J_CHKSUM_CRC32 && jc.jc_chksum_size == 4 &&
		    jc.jc_chksum == jr->jr_crc;
	if (good && !jr->jr_bad)
		return 0;
	return jbad(jr, "damaged transaction, e2fsck is needed", seq, EIO);
}

/*
 * Walk the transaction seq from *posp on; *posp moves behind its commit block.
 * errors: ENOENT (it was not committed; WALK_CHECK), EIO.
 */
static int
walk_transaction(struct jreplay *jr, enum walk_mode mode, uint32_t *posp, uint32_t seq)
{
	struct e2_jheader jh;
	int error;

	jr->jr_bad = false;
	jr->jr_crc = ~0u;
	for (;; *posp = jnext(jr, *posp)) {
		const uint32_t pos = *posp;

		if (mode == WALK_CHECK && jr->jr_left-- == 0)
			return ENOENT; /* all of the ring, and no end */
		error = ext2fs_journal_read(jr->jr_ip, pos, jr->jr_block, NULL);
		if (error != 0)
			return error;
		if (e2_jheader_decode(jr->jr_block, jr->jr_um->um_bsize, &jh) != 0 ||
		    jh.jh_sequence != seq)
			return ENOENT;
		switch (jh.jh_type) {
		case E2J_DESCRIPTOR:
			if (mode == WALK_CHECK) {
				check_tail(jr, pos, seq);
				jr->jr_crc =
				    e2_crc32_be(jr->jr_crc, jr->jr_block, jr->jr_um->um_bsize);
			}
			error = walk_tags(jr, mode, posp, seq);
			break;
		case E2J_REVOKE:
			if (mode == WALK_CHECK)
				check_tail(jr, pos, seq);
			else if (mode == WALK_REVOKE)
				error = walk_revokes(jr, pos);
			break;
		case E2J_COMMIT:
			*posp = jnext(jr, pos);
			return mode == WALK_CHECK ? check_commit(jr, pos, seq) : 0;
		default:
			return ENOENT;
		}
		if (error != 0)
			return error;
	}
}

/* ---- The log ---- */

static int
replay_log(struct jreplay *jr, uint32_t *next_seq)
{
	uint32_t seq = jr->jr_js.js_sequence, pos = jr->jr_js.js_start;
	int error = 0;

	jr->jr_left = jr->jr_end;
	while (pos != 0) {
		uint32_t end = pos, again = pos;

		error = walk_transaction(jr, WALK_CHECK, &end, seq);
		if (error != 0)
			break;
		error = walk_transaction(jr, WALK_DATA, &again, seq);
		again = pos;
		if (error == 0)
			error = walk_transaction(jr, WALK_REVOKE, &again, seq);
		if (error != 0)
			break;
		pos = end;
		seq++;
	}
	*next_seq = seq;
	return error == ENOENT ? 0 : error;
}

static int
check_jsuper(struct jreplay *jr)
{
	struct ext2mount *const um = jr->jr_um;
	struct e2_jsuper *const js = &jr->jr_js;
	const uint32_t unknown = js->js_incompat & ~E2J_INCOMPAT_KNOWN;
	const uint32_t v23 = js->js_incompat & (E2J_INCOMPAT_CSUM_V2 | E2J_INCOMPAT_CSUM_V3);

	if (unknown != 0) {
		ext2fs_say(um, "journal: incompatible feature 0x%x is not known", unknown);
		return EOPNOTSUPP;
	}
	if (js->js_blocksize != um->um_bsize)
		return jbad(
		    jr, "another block size than the file system", js->js_blocksize, EINVAL);
	if (js->js_maxlen < 2 || js->js_maxlen > jr->jr_ip->i_di.i_size >> um->um_bshift)
		return jbad(jr, "longer than its file", js->js_maxlen, EINVAL);
	if (js->js_maxlen > um->um_super.s_blocks_count)
		return jbad(jr, "longer than the file system", js->js_maxlen, EINVAL);
	jr->jr_end = js->js_maxlen;
	if (js->js_incompat & E2J_INCOMPAT_FAST_COMMIT) {
		const uint32_t fc =
		    js->js_num_fc_blocks != 0 ? js->js_num_fc_blocks : E2J_FC_DEFAULT_BLOCKS;

		if (fc >= js->js_maxlen)
			return jbad(jr, "fast-commit area larger than the journal", fc, EINVAL);
		jr->jr_end -= fc;
	}
	if (js->js_first == 0 || js->js_first >= jr->jr_end || js->js_start >= jr->jr_end ||
	    (js->js_start != 0 && js->js_start < js->js_first))
		return jbad(jr, "log begins outside the journal", js->js_start, EINVAL);
	jr->jr_csum = v23 != 0;
	if (!jr->jr_csum)
		return 0;
	if (v23 == (E2J_INCOMPAT_CSUM_V2 | E2J_INCOMPAT_CSUM_V3) ||
	    js->js_checksum_type != E2J_CHKSUM_CRC32C)
		return jbad(jr, "unknown type of checksums", js->js_checksum_type, EINVAL);
	if (js->js_checksum != e2_csum_jsuper(jr->jr_block))
		return jbad(
		    jr, "checksum mismatch in its superblock, inode", jr->jr_ip->i_number, EIO);
	jr->jr_seed = e2_csum_bytes(~0u, js->js_uuid, sizeof(js->js_uuid));
	return 0;
}

/*
 * Fast commits belong behind the last transaction of the log; without one nothing was ever written
 * since the journal was last clean.  Their area begins one block behind the ring's end.
 */
static int
replay_fast_commits(struct jreplay *jr, uint32_t tid)
{
	if (!(jr->jr_js.js_incompat & E2J_INCOMPAT_FAST_COMMIT) || jr->jr_js.js_start == 0)
		return 0;
	return ext2fs_fc_replay(jr->jr_ip, jr->jr_end + 1, jr->jr_js.js_maxlen, tid, &jr->jr_fc);
}

static int
replay(struct jreplay *jr)
{
	uint32_t next_seq;
	int error;

	error = ext2fs_inode_load(jr->jr_um, jr->jr_um->um_super.s_journal_inum, jr->jr_ip);
	if (error != 0)
		return jbad(jr, "inode cannot be used", jr->jr_um->um_super.s_journal_inum, EIO);
	error = ext2fs_journal_read(jr->jr_ip, 0, jr->jr_block, NULL);
	if (error != 0)
		return error;
	if (e2_jsuper_decode(jr->jr_block, jr->jr_um->um_bsize, &jr->jr_js) != 0)
		return jbad(jr, "no superblock in inode", jr->jr_ip->i_number, EINVAL);
	error = check_jsuper(jr);
	if (error == 0)
		error = replay_log(jr, &next_seq);
	return error == 0 ? replay_fast_commits(jr, next_seq) : error;
}

int
ext2fs_journal_replay(struct ext2mount *um)
{
	struct jreplay jr = { .jr_um = um };
	int error;

	jr.jr_ip = kmem_zalloc(sizeof(*jr.jr_ip), KM_SLEEP);
	jr.jr_block = kmem_alloc(um->um_bsize, KM_SLEEP);
	jr.jr_ov = ext2fs_overlay_create();
	error = replay(&jr);
	um->um_fc = jr.jr_fc;
	if (error == 0 && ext2fs_overlay_count(jr.jr_ov) > 0) {
		um->um_overlay = jr.jr_ov;
		memset(um->um_groups, 0, sizeof(um->um_groups));
		memset(um->um_verified, 0, sizeof(um->um_verified));
	} else {
		ext2fs_overlay_destroy(jr.jr_ov);
	}
	kmem_free(jr.jr_block, um->um_bsize);
	kmem_free(jr.jr_ip, sizeof(*jr.jr_ip));
	return error;
}
