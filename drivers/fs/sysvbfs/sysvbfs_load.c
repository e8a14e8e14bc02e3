/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Judging a file system before anything of it is used: superblock, inode table, directory.  Each
 * complaint is one line that names the field and its value.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/endian.h>
#include <sys/kmem.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "sysvbfs.h"

/* Said, and the mount fails. */
#define UNSOUND(bm, ...) (sysvbfs_say((bm), __VA_ARGS__), EINVAL)

/* ---- Superblock ---- */

static int
super_judge(struct sysvbfs_mount *bm, const struct bfs_super *s, uint64_t bytes)
{
	const struct {
		const char *name;
		uint32_t value;
	} compaction[] = { { "from", s->s_from }, { "to", s->s_to }, { "backup from", s->s_bfrom },
		{ "backup to", s->s_bto } };

	if (s->s_start < BFS_BSIZE + BFS_INODE_SIZE || s->s_start % BFS_INODE_SIZE != 0 ||
	    s->s_start > BFS_BSIZE + BFS_MAX_INODES * BFS_INODE_SIZE)
		return UNSOUND(bm, "superblock: start of data %u", s->s_start);
	if (s->s_end < s->s_start || s->s_end == BFS_NONE || s->s_end >= bytes)
		return UNSOUND(bm, "superblock: end of data %u, start %u, device of %ju bytes",
		    s->s_end, s->s_start, (uintmax_t)bytes);
	for (size_t i = 0; i < __arraycount(compaction); i++)
		if (compaction[i].value != BFS_NONE)
			return UNSOUND(bm, "superblock: %s %u, a compaction was cut short",
			    compaction[i].name, compaction[i].value);
	bm->bm_ninodes = (s->s_start - BFS_BSIZE) / BFS_INODE_SIZE;
	bm->bm_first = howmany(s->s_start, BFS_BSIZE);
	bm->bm_end = (s->s_end + 1) >> BFS_BSHIFT;
	return 0;
}

static int
super_load(struct sysvbfs_mount *bm, uint64_t bytes)
{
	struct bfs_super s;
	struct buf *bp;
	uint32_t magic;
	int error;

	if (bytes < BFS_BSIZE)
		return UNSOUND(bm, "device of %ju bytes", (uintmax_t)bytes);
	error = sysvbfs_bread(bm, 0, 0, &bp);
	if (error != 0)
		return error;
	memcpy(&magic, bp->b_data, sizeof(magic));
	error = bfs_super_decode(bp->b_data, BFS_BSIZE, &s);
	brelse(bp, 0);
	if (error != 0)
		return UNSOUND(bm, "superblock: magic number 0x%08x", le32toh(magic));
	return super_judge(bm, &s, bytes);
}

/* ---- Inodes ---- */

static int
inode_judge(struct sysvbfs_mount *bm, ino_t ino, const struct bfs_inode *di)
{
	const unsigned n = (unsigned)ino;
	uint64_t from;

	if (di->i_ino != ino)
		return UNSOUND(bm, "inode %u: number %u", n, di->i_ino);
	if (di->i_type != (ino == BFS_ROOT_INO ? BFS_TYPE_DIR : BFS_TYPE_FILE))
		return UNSOUND(bm, "inode %u: type %u", n, di->i_type);
	if (di->i_start == 0) {
		if (ino == BFS_ROOT_INO)
			return UNSOUND(bm, "inode %u: start block 0 of the root", n);
		if (di->i_end != 0)
			return UNSOUND(bm, "inode %u: end block %u without a start", n, di->i_end);
		return 0;
	}
	if (di->i_start < bm->bm_first || di->i_start >= bm->bm_end)
		return UNSOUND(bm, "inode %u: start block %u is not in %u to %u", n, di->i_start,
		    bm->bm_first, bm->bm_end - 1);
	if (di->i_end < di->i_start || di->i_end >= bm->bm_end)
		return UNSOUND(bm, "inode %u: end block %u, start %u, last %u", n, di->i_end,
		    di->i_start, bm->bm_end - 1);
	from = (uint64_t)di->i_start << BFS_BSHIFT;
	if (di->i_eoffset < from - 1 || di->i_eoffset >= (uint64_t)(di->i_end + 1) << BFS_BSHIFT)
		return UNSOUND(bm, "inode %u: end offset %u, blocks %u to %u", n, di->i_eoffset,
		    di->i_start, di->i_end);
	return 0;
}

static int
overlaps_judge(struct sysvbfs_mount *bm)
{
	for (uint32_t i = 0; i < bm->bm_ninodes; i++) {
		const struct bfs_inode *const a = &bm->bm_inodes[i].i_di;

		for (uint32_t k = 0; k < i && a->i_start != 0; k++) {
			const struct bfs_inode *const b = &bm->bm_inodes[k].i_di;

			if (b->i_start != 0 && a->i_start <= b->i_end && b->i_start <= a->i_end)
				return UNSOUND(bm, "inode %u: block %u is inode %u's too", a->i_ino,
				    MAX(a->i_start, b->i_start), b->i_ino);
		}
	}
	return 0;
}

static int
inodes_load_block(struct sysvbfs_mount *bm, uint32_t first)
{
	struct buf *bp;
	int error;

	error = sysvbfs_bread(bm, 1 + first * BFS_INODE_SIZE / BFS_BSIZE, 0, &bp);
	if (error != 0)
		return error;
	for (uint32_t i = first; error == 0 && i < bm->bm_ninodes; i++) {
		const size_t at = (i - first) * BFS_INODE_SIZE;
		struct sysvbfs_inode *const ip = &bm->bm_inodes[i];

		if (at >= BFS_BSIZE)
			break;
		error = bfs_inode_decode((uint8_t *)bp->b_data + at, BFS_BSIZE - at, &ip->i_di);
		if (error == 0 && (ip->i_di.i_ino != 0 || i == 0))
			error = inode_judge(bm, i + BFS_ROOT_INO, &ip->i_di);
		if (error == 0 && ip->i_di.i_ino != 0) {
			ip->i_live = true;
			ip->i_mstart = ip->i_di.i_start;
			ip->i_mcount = bfs_inode_blocks(&ip->i_di);
		} else {
			memset(&ip->i_di, 0, sizeof(ip->i_di));
		}
	}
	brelse(bp, 0);
	return error;
}

static int
inodes_load(struct sysvbfs_mount *bm)
{
	int error = 0;

	for (uint32_t i = 0; error == 0 && i < bm->bm_ninodes; i += BFS_BSIZE / BFS_INODE_SIZE)
		error = inodes_load_block(bm, i);
	return error != 0 ? error : overlaps_judge(bm);
}

/* ---- Directory ---- */

static bool
is_dots(const struct bfs_dirent *d)
{
	return d->d_name[0] == '.' &&
	    (d->d_namlen == 1 || (d->d_namlen == 2 && d->d_name[1] == '.'));
}

static int
dirent_judge(struct sysvbfs_mount *bm, uint32_t slot, const struct bfs_dirent *d)
{
	struct sysvbfs_inode *ip;

	if (!bfs_name_ok(d))
		return UNSOUND(bm, "entry %u: a name of %u bytes%s", slot, d->d_namlen,
		    d->d_namlen != 0 ? " with a slash" : "");
	if (is_dots(d)) {
		if (d->d_ino == BFS_ROOT_INO)
			return 0;
		return UNSOUND(bm, "entry %u: inode %u of \"%s\"", slot, d->d_ino,
		    d->d_namlen == 1 ? "." : "..");
	}
	if (d->d_ino <= BFS_ROOT_INO || d->d_ino >= BFS_ROOT_INO + bm->bm_ninodes)
		return UNSOUND(bm, "entry %u: inode %u of %u", slot, d->d_ino, bm->bm_ninodes);
	ip = sysvbfs_inode(bm, d->d_ino);
	if (!ip->i_live)
		return UNSOUND(bm, "entry %u: inode %u is free", slot, d->d_ino);
	ip->i_di.i_nlink++;
	return 0;
}

static int
names_judge(struct sysvbfs_mount *bm, const struct bfs_dirent *all, uint32_t nslots)
{
	int error = 0;

	for (uint32_t i = 0; error == 0 && i < nslots; i++) {
		if (all[i].d_ino == 0)
			continue;
		error = dirent_judge(bm, i, &all[i]);
		for (uint32_t k = 0; error == 0 && k < i; k++)
			if (all[k].d_ino != 0 && all[k].d_namlen == all[i].d_namlen &&
			    memcmp(all[k].d_name, all[i].d_name, all[i].d_namlen) == 0)
				error = UNSOUND(bm, "entry %u: the name of entry %u again", i, k);
	}
	return error;
}

static int
slots_read(struct sysvbfs_mount *bm, struct bfs_dirent *all, uint32_t nslots)
{
	const uint32_t start = bm->bm_inodes[0].i_di.i_start;
	struct buf *bp;
	int error = 0;

	for (uint32_t i = 0; error == 0 && i < nslots;) {
		error = sysvbfs_bread(bm, start + i * BFS_DIRENT_SIZE / BFS_BSIZE, 0, &bp);
		if (error != 0)
			break;
		for (uint32_t at = 0; error == 0 && at < BFS_BSIZE && i < nslots; i++) {
			error =
			    bfs_dirent_decode((uint8_t *)bp->b_data + at, BFS_BSIZE - at, &all[i]);
			at += BFS_DIRENT_SIZE;
		}
		brelse(bp, 0);
	}
	return error;
}

/* Count the names of each inode, which makes i_nlink, whatever the medium says. */
static int
names_load(struct sysvbfs_mount *bm, uint32_t links[BFS_MAX_INODES])
{
	const uint32_t size = bfs_inode_size(&bm->bm_inodes[0].i_di);
	const uint32_t nslots = size / BFS_DIRENT_SIZE;
	struct bfs_dirent *all;
	int error;

	if (size % BFS_DIRENT_SIZE != 0 || nslots > BFS_MAX_SLOTS)
		return UNSOUND(bm, "inode %d: a directory of %u bytes", BFS_ROOT_INO, size);
	bm->bm_inodes[0].i_di.i_nlink = 2; /* "." and ".."; nobody can take them */
	for (uint32_t i = 1; i < bm->bm_ninodes; i++) {
		links[i] = bm->bm_inodes[i].i_di.i_nlink;
		bm->bm_inodes[i].i_di.i_nlink = 0;
	}
	if (nslots == 0)
		return 0;
	all = kmem_alloc(nslots * sizeof(*all), KM_SLEEP);
	error = slots_read(bm, all, nslots);
	if (error == 0)
		error = names_judge(bm, all, nslots);
	kmem_free(all, nslots * sizeof(*all));
	return error;
}

/* ---- All of it ---- */

int
sysvbfs_load(struct sysvbfs_mount *bm, uint64_t bytes)
{
	uint32_t *links;
	int error;

	error = super_load(bm, bytes);
	if (error != 0)
		return error;
	bm->bm_inodes = kmem_zalloc(bm->bm_ninodes * sizeof(*bm->bm_inodes), KM_SLEEP);
	links = kmem_zalloc(BFS_MAX_INODES * sizeof(*links), KM_SLEEP);
	error = inodes_load(bm);
	if (error == 0)
		error = names_load(bm, links);
	for (uint32_t i = 1; error == 0 && i < bm->bm_ninodes; i++)
		bm->bm_inodes[i].i_dirty =
		    bm->bm_inodes[i].i_live && bm->bm_inodes[i].i_di.i_nlink != links[i];
	kmem_free(links, BFS_MAX_INODES * sizeof(*links));
	return error;
}

int
sysvbfs_tidy(struct sysvbfs_mount *bm)
{
	unsigned freed = 0, mended = 0;
	int error = 0;

	for (uint32_t i = 1; error == 0 && i < bm->bm_ninodes; i++) {
		struct sysvbfs_inode *const ip = &bm->bm_inodes[i];

		if (!ip->i_live)
			continue;
		if (ip->i_di.i_nlink == 0) {
			ip->i_di.i_ino = 0;
			ip->i_dirty = true;
			freed++;
		} else if (ip->i_dirty) {
			mended++;
		}
		error = sysvbfs_inode_write(bm, i + BFS_ROOT_INO);
	}
	if (freed + mended != 0)
		sysvbfs_say(
		    bm, "%u inodes without a name freed, %u link counts put right", freed, mended);
	return error;
}

void
sysvbfs_unload(struct sysvbfs_mount *bm)
{
	if (bm->bm_inodes != NULL)
		kmem_free(bm->bm_inodes, bm->bm_ninodes * sizeof(*bm->bm_inodes));
	bm->bm_inodes = NULL;
}
