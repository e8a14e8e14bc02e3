/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * VOP_READDIR.  A position in a directory (cookie) is the byte offset behind the entry just given.
 * An inline directory has no bytes for "." and "..": their positions are those that the entries
 * would have in a block (0 and 12), and the bytes of the inode follow from 24 on, INLINE_SHIFT
 * behind their own offsets.
 *
 * What fast commits added follows from position LOGGED on, counted; what they removed is passed over.
 *
 * Entries are gathered in memory and leave in one uiomove(), when no buffer is held.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/endian.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "ext2fs.h"
#include "ext2fs_fc.h"

#define OUT_MAX	     65536		 /* bytes gathered at once */
#define INLINE_SHIFT 20			 /* position 24 is byte E2_INLINE_PARENT_SIZE */
#define LOGGED	     (UINT64_C(1) << 62) /* beyond the largest directory */

struct readdir {
	struct e2node *rd_ip;
	uint8_t *rd_out;
	size_t rd_used, rd_size;
	off_t *rd_cookies; /* NULL: not wanted */
	int rd_ncookies;
	uint64_t rd_pos; /* behind the last entry given */
	bool rd_full;
};

static uint8_t
dirent_type(const struct e2node *ip, uint8_t type)
{
	static const uint8_t map[] = {
		[E2_FT_REG] = DT_REG,
		[E2_FT_DIR] = DT_DIR,
		[E2_FT_CHR] = DT_CHR,
		[E2_FT_BLK] = DT_BLK,
		[E2_FT_FIFO] = DT_FIFO,
		[E2_FT_SOCK] = DT_SOCK,
		[E2_FT_LNK] = DT_LNK,
	};

	if (!ext2fs_has_incompat(ip->i_um, E2_INCOMPAT_FILETYPE) || type >= sizeof(map))
		return DT_UNKNOWN;
	return map[type];
}

/* Add an entry; next is the position behind it. */
static void
emit(struct readdir *rd, ino_t ino, uint8_t type, const void *name, size_t namelen, uint64_t next)
{
	struct dirent *const de = (struct dirent *)(void *)(rd->rd_out + rd->rd_used);
	const size_t reclen = _DIRENT_RECLEN(de, namelen);

	if (reclen > rd->rd_size - rd->rd_used) {
		rd->rd_full = true;
		return;
	}
	/* First, for a short name ends in the same word as the header. */
	memset((uint8_t *)de + reclen - sizeof(ino_t), 0, sizeof(ino_t));
	de->d_fileno = ino;
	de->d_reclen = (uint16_t)reclen;
	de->d_namlen = (uint16_t)namelen;
	de->d_type = type;
	memcpy(de->d_name, name, namelen);
	rd->rd_used += reclen;
	rd->rd_pos = next;
	if (rd->rd_cookies != NULL)
		rd->rd_cookies[rd->rd_ncookies++] = (off_t)next;
}

/* Is one of the eight bytes 0? */
static inline bool
zero_byte(uint64_t w)
{
	return ((w - 0x0101010101010101u) & ~w & 0x8080808080808080u) != 0;
}

static inline bool
word_ok(uint64_t w)
{
	return !zero_byte(w) && !zero_byte(w ^ 0x2f2f2f2f2f2f2f2fu);
}

/*
 * No name holds a slash or a NUL, or is empty.  The eight bytes that end with the name are there,
 * because E2_DIRENT_HDR others come before it.
 */
static bool
name_ok(const struct e2_dirent *de)
{
	const uint8_t *p = de->d_name;
	unsigned n = de->d_namlen;

	if (n == 0)
		return false;
	for (; n > 8; n -= 8, p += 8)
		if (!word_ok(le64dec(p)))
			return false;
	/* The bytes in front of the name become ones. */
	return word_ok(~(~le64dec(p + n - 8) >> (64 - 8 * n)));
}
CTASSERT(E2_DIRENT_HDR == 8);

/* Does another entry count in the place of this one, or none? */
static bool
is_logged(const struct e2node *ip, const struct e2_dirent *de)
{
	const struct e2_fc *const fc = ip->i_um->um_fc;
	struct e2_fcword word;

	if (__predict_true(fc == NULL) ||
	    !ext2fs_fc_word(fc, ip->i_number, de->d_name, de->d_namlen, &word))
		return false;
	return word.fw_ino != 0 || word.fw_removed == de->d_ino;
}

/* The entries of len bytes at position base that stand at rd_pos or behind it. */
static int
emit_region(struct readdir *rd, const uint8_t *buf, size_t len, uint64_t base)
{
	struct e2_dirent de;

	for (size_t off = 0; off < len && !rd->rd_full; off += de.d_reclen) {
		if (e2_dirent_decode(buf, len, off, &de) != 0)
			return ext2fs_dir_bad(rd->rd_ip, base + off, "impossible entry");
		if (de.d_ino == 0 || base + off < rd->rd_pos)
			continue;
		if (!name_ok(&de))
			return ext2fs_dir_bad(rd->rd_ip, base + off, "impossible name");
		if (is_logged(rd->rd_ip, &de))
			continue;
		emit(rd, de.d_ino, dirent_type(rd->rd_ip, de.d_type), de.d_name, de.d_namlen,
		    base + off + de.d_reclen);
	}
	if (!rd->rd_full)
		rd->rd_pos = MAX(rd->rd_pos, base + len);
	return 0;
}

static int
emit_blocks(struct readdir *rd)
{
	struct e2node *const ip = rd->rd_ip;
	const struct ext2mount *const um = ip->i_um;
	struct buf *bp;
	int error = 0;

	while (error == 0 && !rd->rd_full && rd->rd_pos < ip->i_di.i_size) {
		const uint64_t base = rounddown2(rd->rd_pos, (uint64_t)um->um_bsize);

		error = ext2fs_dir_block(ip, base >> um->um_bshift, &bp);
		if (error != 0)
			break;
		error = emit_region(rd, bp->b_data, um->um_bsize, base);
		brelse(bp, 0);
	}
	return error;
}

/* "." and "..", where the directory does not store them. */
static void
emit_dots(struct readdir *rd, ino_t parent)
{
	if (rd->rd_pos < 12)
		emit(rd, rd->rd_ip->i_number, DT_DIR, ".", 1, 12);
	if (rd->rd_pos < 24 && !rd->rd_full)
		emit(rd, parent, DT_DIR, "..", 2, 24);
}

static int
emit_inline(struct readdir *rd)
{
	struct e2node *const ip = rd->rd_ip;
	uint8_t *data;
	size_t size;
	int error;

	emit_dots(rd, e2_inline_parent_decode(ip->i_di.i_block));
	if (rd->rd_full)
		return 0;
	error = ext2fs_inline_read(ip, &data, &size);
	if (error != 0)
		return error;
	error = emit_region(rd, data + E2_INLINE_PARENT_SIZE, E2_NBLOCK - E2_INLINE_PARENT_SIZE,
	    E2_INLINE_PARENT_SIZE + INLINE_SHIFT);
	if (error == 0 && !rd->rd_full && size > E2_NBLOCK)
		error =
		    emit_region(rd, data + E2_NBLOCK, size - E2_NBLOCK, E2_NBLOCK + INLINE_SHIFT);
	kmem_free(data, size);
	return error;
}

static uint8_t
inode_type(struct ext2mount *um, ino_t ino)
{
	const uint8_t *bytes;
	struct e2_inode di;
	struct buf *bp;
	int error;

	if (ext2fs_inode_bytes(um, ino, &bp, &bytes) != 0)
		return DT_UNKNOWN;
	error = e2_inode_decode(bytes, um->um_super.s_inode_size, um->um_hurd, &di);
	brelse(bp, 0);
	return error == 0 ? IFTODT(di.i_mode) : DT_UNKNOWN;
}

/* What fast commits added. */
static void
emit_logged(struct readdir *rd)
{
	struct e2node *const ip = rd->rd_ip;
	uint64_t i = rd->rd_pos >= LOGGED ? rd->rd_pos - LOGGED : 0;
	struct e2_fcadded fa;
	bool more;

	for (more = ext2fs_fc_added_first(ip->i_um->um_fc, ip->i_number, i, &fa);
	     more && !rd->rd_full; more = ext2fs_fc_added_next(ip->i_um->um_fc, ip->i_number, &fa))
		emit(rd, fa.fa_ino, inode_type(ip->i_um, fa.fa_ino), fa.fa_name, fa.fa_namlen,
		    LOGGED + ++i);
}

static int
emit_all(struct readdir *rd)
{
	struct e2node *const ip = rd->rd_ip;
	ino_t parent;
	int error = 0;

	if (ip->i_di.i_flags & E2_INLINE_DATA_FL)
		error = emit_inline(rd);
	else if (ext2fs_fc_made_dir(ip, &parent))
		emit_dots(rd, parent);
	else
		error = emit_blocks(rd);
	if (error == 0 && !rd->rd_full && ip->i_um->um_fc != NULL)
		emit_logged(rd);
	return error;
}

int
ext2fs_vop_readdir(void *v)
{
	struct vop_readdir_args *const ap = v;
	struct uio *const uio = ap->a_uio;
	struct e2node *const ip = VTOE(ap->a_vp);
	struct readdir rd = { .rd_ip = ip };
	bool eof;
	int error;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (uio->uio_offset < 0)
		return EINVAL;
	error = ext2fs_dir_usable(ip);
	if (error != 0)
		return error;
	rd.rd_pos = (uint64_t)uio->uio_offset;
	rd.rd_size = rounddown2(MIN(uio->uio_resid, OUT_MAX), sizeof(ino_t));
	if (rd.rd_size < _DIRENT_MINSIZE((struct dirent *)NULL))
		return EINVAL;
	rd.rd_out = kmem_alloc(rd.rd_size, KM_SLEEP);
	if (ap->a_cookies != NULL)
		rd.rd_cookies =
		    malloc(rd.rd_size / _DIRENT_MINSIZE((struct dirent *)NULL) * sizeof(off_t),
			M_TEMP, M_WAITOK);
	error = emit_all(&rd);
	eof = error == 0 && !rd.rd_full;
	if (rd.rd_used > 0)
		error = 0; /* what is bad comes up again at the next call */
	else if (error == 0 && rd.rd_full)
		error = EINVAL; /* no room for one entry */
	if (error == 0)
		error = uiomove(rd.rd_out, rd.rd_used, uio);
	kmem_free(rd.rd_out, rd.rd_size);
	if (error != 0) {
		if (rd.rd_cookies != NULL)
			free(rd.rd_cookies, M_TEMP);
		return error;
	}
	uio->uio_offset = (off_t)rd.rd_pos;
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = eof;
	if (ap->a_cookies != NULL) {
		*ap->a_cookies = rd.rd_cookies;
		*ap->a_ncookies = rd.rd_ncookies;
	}
	return 0;
}
