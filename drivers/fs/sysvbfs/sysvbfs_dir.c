/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The directory: slots of 16 bytes, those behind its size not there yet.  A change is one write of
 * one slot's block, with a barrier on either side, so that whatever is on the medium before and after it
 * is sound.  When such a write fails nobody knows which of the two it is: from then on no name is
 * changed until the file system is mounted again.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/malloc.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "sysvbfs.h"

#define SLOTS_IN_BLOCK (BFS_BSIZE / BFS_DIRENT_SIZE)

static struct bfs_inode *
root(struct sysvbfs_mount *bm)
{
	return &bm->bm_inodes[0].i_di;
}

/* Slots that the directory has, and that its blocks have room for. */
static uint32_t
nslots(struct sysvbfs_mount *bm)
{
	return bfs_inode_size(root(bm)) / BFS_DIRENT_SIZE;
}

static uint32_t
maxslots(struct sysvbfs_mount *bm)
{
	const uint64_t room = (uint64_t)bfs_inode_blocks(root(bm)) * SLOTS_IN_BLOCK;

	return (uint32_t)MIN(room, BFS_MAX_SLOTS);
}

/* The block of a slot, owned, and the slot's place in it. */
static int
slot_read(struct sysvbfs_mount *bm, uint32_t slot, int flags, struct buf **bpp, uint8_t **p)
{
	const int error = sysvbfs_bread(bm, root(bm)->i_start + slot / SLOTS_IN_BLOCK, flags, bpp);

	if (error == 0)
		*p = (uint8_t *)(*bpp)->b_data + slot % SLOTS_IN_BLOCK * BFS_DIRENT_SIZE;
	return error;
}

static bool
is_dots(const struct bfs_dirent *d)
{
	return d->d_name[0] == '.' &&
	    (d->d_namlen == 1 || (d->d_namlen == 2 && d->d_name[1] == '.'));
}

int
sysvbfs_dir_next(struct sysvbfs_mount *bm, uint32_t *slot, struct bfs_dirent *d)
{
	const uint32_t n = nslots(bm);
	struct buf *bp = NULL;
	uint8_t *p = NULL;
	bool found = false;
	int error;

	while (!found && *slot < n) {
		error = slot_read(bm, *slot, 0, &bp, &p);
		if (error != 0)
			return error;
		do {
			(void)bfs_dirent_decode(p, BFS_DIRENT_SIZE, d);
			found = d->d_ino != 0 && !is_dots(d);
			p += BFS_DIRENT_SIZE;
			++*slot;
		} while (!found && *slot < n && *slot % SLOTS_IN_BLOCK != 0);
		brelse(bp, 0);
	}
	if (!found)
		return ENOENT;
	--*slot;
	/* It was sound when it was mounted, but the device is not ours alone. */
	if (!bfs_name_ok(d) || d->d_ino <= BFS_ROOT_INO ||
	    d->d_ino >= BFS_ROOT_INO + bm->bm_ninodes) {
		sysvbfs_say(
		    bm, "entry %u: inode %u, a name of %u bytes", *slot, d->d_ino, d->d_namlen);
		return EIO;
	}
	return 0;
}

int
sysvbfs_dir_find(
    struct sysvbfs_mount *bm, const char *name, size_t namelen, uint32_t *slot, ino_t *ino)
{
	struct bfs_dirent d;
	int error;

	for (*slot = 0; (error = sysvbfs_dir_next(bm, slot, &d)) == 0; ++*slot) {
		if (d.d_namlen != namelen || memcmp(d.d_name, name, namelen) != 0)
			continue;
		*ino = d.d_ino;
		return 0;
	}
	return error;
}

static bool
names_are_known(struct sysvbfs_mount *bm)
{
	bool known;

	mutex_enter(&bm->bm_lock);
	known = !bm->bm_failed;
	mutex_exit(&bm->bm_lock);
	return known;
}

static int
names_lost(struct sysvbfs_mount *bm, uint32_t slot, int error)
{
	mutex_enter(&bm->bm_lock);
	bm->bm_failed = true;
	mutex_exit(&bm->bm_lock);
	sysvbfs_say(
	    bm, "entry %u is not written: error %d; no name is changed from now on", slot, error);
	return error;
}

/* Write a slot; ino alone changes when d is NULL. */
static int
slot_write(struct sysvbfs_mount *bm, uint32_t slot, ino_t ino, const struct bfs_dirent *d)
{
	struct bfs_dirent now;
	struct buf *bp;
	uint8_t *p;
	int error;

	if (!names_are_known(bm))
		return EROFS;
	error = sysvbfs_barrier(bm);
	if (error == 0)
		error = slot_read(bm, slot, B_MODIFY, &bp, &p);
	if (error != 0)
		return error;
	if (d != NULL)
		now = *d;
	else
		(void)bfs_dirent_decode(p, BFS_DIRENT_SIZE, &now);
	now.d_ino = (uint16_t)ino;
	if (ino == 0)
		memset(p, 0, BFS_DIRENT_SIZE);
	else
		bfs_dirent_encode(&now, p);
	error = bwrite(bp);
	if (error == 0)
		error = sysvbfs_barrier(bm);
	return error == 0 ? 0 : names_lost(bm, slot, error);
}

/* A slot that is not in use, perhaps the one behind the last.  errors: ENOSPC, EIO. */
static int
slot_free(struct sysvbfs_mount *bm, uint32_t *slot)
{
	struct bfs_dirent d;
	struct buf *bp;
	uint8_t *p;
	int error;

	for (*slot = 0; *slot < nslots(bm); ++*slot) {
		error = slot_read(bm, *slot, 0, &bp, &p);
		if (error != 0)
			return error;
		(void)bfs_dirent_decode(p, BFS_DIRENT_SIZE, &d);
		brelse(bp, 0);
		if (d.d_ino == 0)
			return 0;
	}
	return *slot < maxslots(bm) ? 0 : ENOSPC;
}

/* The directory has one slot more; the medium has it too on return. */
static int
grow(struct sysvbfs_mount *bm)
{
	mutex_enter(&bm->bm_lock);
	root(bm)->i_eoffset += BFS_DIRENT_SIZE;
	bm->bm_inodes[0].i_dirty = true;
	mutex_exit(&bm->bm_lock);
	return sysvbfs_inode_write(bm, BFS_ROOT_INO);
}

int
sysvbfs_dir_enter(struct sysvbfs_mount *bm, const char *name, size_t namelen, ino_t ino)
{
	struct bfs_dirent d = { .d_namlen = (uint8_t)namelen };
	uint32_t slot;
	int error;

	KASSERT(namelen <= BFS_NAME_MAX);
	memcpy(d.d_name, name, namelen);
	error = slot_free(bm, &slot);
	if (error == 0)
		error = slot_write(bm, slot, ino, &d);
	if (error == 0 && slot >= nslots(bm)) {
		error = grow(bm);
		if (error == 0)
			error = sysvbfs_barrier(bm);
		if (error != 0)
			error = names_lost(bm, slot, error);
	}
	return error;
}

int
sysvbfs_dir_change(struct sysvbfs_mount *bm, uint32_t slot, ino_t ino)
{
	return slot_write(bm, slot, ino, NULL);
}

int
sysvbfs_dir_rename(
    struct sysvbfs_mount *bm, uint32_t slot, ino_t ino, const char *name, size_t namelen)
{
	struct bfs_dirent d = { .d_namlen = (uint8_t)namelen };

	KASSERT(namelen <= BFS_NAME_MAX);
	memcpy(d.d_name, name, namelen);
	return slot_write(bm, slot, ino, &d);
}

/* ---- VOP_READDIR: cookie 0 is ".", 1 is "..", 2 + n slot n ---- */

static int
entry_at(struct sysvbfs_mount *bm, off_t *cookie, struct dirent *de)
{
	struct bfs_dirent d = { .d_ino = BFS_ROOT_INO, .d_name = ".." };
	uint32_t slot;
	int error;

	memset(de, 0, _DIRENT_RECLEN(de, BFS_NAME_MAX));
	de->d_type = DT_DIR;
	if (*cookie < 2) {
		d.d_namlen = (uint8_t)(*cookie + 1);
	} else {
		if (*cookie - 2 > BFS_MAX_SLOTS)
			return ENOENT;
		slot = (uint32_t)*cookie - 2;
		error = sysvbfs_dir_next(bm, &slot, &d);
		if (error != 0)
			return error;
		*cookie = (off_t)slot + 2;
		de->d_type = DT_REG;
	}
	de->d_fileno = d.d_ino;
	de->d_namlen = d.d_namlen;
	memcpy(de->d_name, d.d_name, d.d_namlen);
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	return 0;
}

int
sysvbfs_vop_readdir(void *v)
{
	struct vop_readdir_args *const ap = v;
	struct sysvbfs_mount *const bm = VTOB(ap->a_vp)->n_bm;
	struct uio *const uio = ap->a_uio;
	const size_t max = uio->uio_resid / _DIRENT_MINSIZE((struct dirent *)NULL) + 1;
	off_t cookie = uio->uio_offset, *cookies = NULL;
	struct dirent de;
	int error, n = 0;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (cookie < 0)
		return EINVAL;
	if (ap->a_cookies != NULL)
		cookies = malloc(MIN(max, BFS_MAX_SLOTS + 2) * sizeof(*cookies), M_TEMP, M_WAITOK);
	while ((error = entry_at(bm, &cookie, &de)) == 0 && uio->uio_resid >= de.d_reclen) {
		error = uiomove(&de, de.d_reclen, uio);
		if (error != 0)
			break;
		cookie++;
		if (cookies != NULL)
			cookies[n] = cookie;
		n++;
	}
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = error == ENOENT;
	if (error == 0 && n == 0)
		error = EINVAL; /* no room for one entry */
	if (error == ENOENT || (n > 0 && error == EIO))
		error = 0; /* what is bad comes up again at the next call */
	uio->uio_offset = cookie;
	if (error != 0 && cookies != NULL)
		free(cookies, M_TEMP);
	if (error == 0 && ap->a_cookies != NULL) {
		*ap->a_cookies = cookies;
		*ap->a_ncookies = n;
	}
	if (error == 0)
		sysvbfs_touch(ap->a_vp, SYSVBFS_ATIME);
	return error;
}
