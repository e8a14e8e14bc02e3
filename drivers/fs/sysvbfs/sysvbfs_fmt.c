/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Decoders and encoders; see sysvbfs_fmt.h. */
#include <sys/param.h>
#include <sys/endian.h>
#include <sys/systm.h>

#include "sysvbfs_fmt.h"

int
bfs_super_decode(const void *buf, size_t len, struct bfs_super *s)
{
	const uint8_t *const p = buf;

	if (len < BFS_BSIZE || le32dec(p + BFSSB_MAGIC) != BFS_MAGIC)
		return EINVAL;
	s->s_start = le32dec(p + BFSSB_START);
	s->s_end = le32dec(p + BFSSB_END);
	s->s_from = le32dec(p + BFSSB_FROM);
	s->s_to = le32dec(p + BFSSB_TO);
	s->s_bfrom = le32dec(p + BFSSB_BFROM);
	s->s_bto = le32dec(p + BFSSB_BTO);
	memcpy(s->s_fsname, p + BFSSB_FSNAME, BFS_LABEL_SIZE);
	memcpy(s->s_volume, p + BFSSB_VOLUME, BFS_LABEL_SIZE);
	return 0;
}

void
bfs_super_encode(const struct bfs_super *s, void *buf)
{
	uint8_t *const p = buf;

	memset(p, 0, BFS_BSIZE);
	le32enc(p + BFSSB_MAGIC, BFS_MAGIC);
	le32enc(p + BFSSB_START, s->s_start);
	le32enc(p + BFSSB_END, s->s_end);
	le32enc(p + BFSSB_FROM, s->s_from);
	le32enc(p + BFSSB_TO, s->s_to);
	le32enc(p + BFSSB_BFROM, s->s_bfrom);
	le32enc(p + BFSSB_BTO, s->s_bto);
	memcpy(p + BFSSB_FSNAME, s->s_fsname, BFS_LABEL_SIZE);
	memcpy(p + BFSSB_VOLUME, s->s_volume, BFS_LABEL_SIZE);
}

int
bfs_inode_decode(const void *buf, size_t len, struct bfs_inode *i)
{
	const uint8_t *const p = buf;

	if (len < BFS_INODE_SIZE)
		return EINVAL;
	i->i_ino = le16dec(p + BFSI_INO);
	i->i_start = le32dec(p + BFSI_START);
	i->i_end = le32dec(p + BFSI_END);
	i->i_eoffset = le32dec(p + BFSI_EOFFSET);
	i->i_type = le32dec(p + BFSI_TYPE);
	i->i_mode = le32dec(p + BFSI_MODE);
	i->i_uid = le32dec(p + BFSI_UID);
	i->i_gid = le32dec(p + BFSI_GID);
	i->i_nlink = le32dec(p + BFSI_NLINK);
	i->i_atime = le32dec(p + BFSI_ATIME);
	i->i_mtime = le32dec(p + BFSI_MTIME);
	i->i_ctime = le32dec(p + BFSI_CTIME);
	return 0;
}

void
bfs_inode_encode(const struct bfs_inode *i, void *buf)
{
	uint8_t *const p = buf;

	memset(p, 0, BFS_INODE_SIZE);
	le16enc(p + BFSI_INO, i->i_ino);
	le32enc(p + BFSI_START, i->i_start);
	le32enc(p + BFSI_END, i->i_end);
	le32enc(p + BFSI_EOFFSET, i->i_eoffset);
	le32enc(p + BFSI_TYPE, i->i_type);
	le32enc(p + BFSI_MODE, i->i_mode);
	le32enc(p + BFSI_UID, i->i_uid);
	le32enc(p + BFSI_GID, i->i_gid);
	le32enc(p + BFSI_NLINK, i->i_nlink);
	le32enc(p + BFSI_ATIME, i->i_atime);
	le32enc(p + BFSI_MTIME, i->i_mtime);
	le32enc(p + BFSI_CTIME, i->i_ctime);
}

int
bfs_dirent_decode(const void *buf, size_t len, struct bfs_dirent *d)
{
	const uint8_t *const p = buf;
	uint8_t n = 0;

	if (len < BFS_DIRENT_SIZE)
		return EINVAL;
	memset(d, 0, sizeof(*d));
	d->d_ino = le16dec(p + BFSD_INO);
	while (n < BFS_NAME_MAX && p[BFSD_NAME + n] != '\0')
		n++;
	memcpy(d->d_name, p + BFSD_NAME, n);
	d->d_namlen = n;
	return 0;
}

void
bfs_dirent_encode(const struct bfs_dirent *d, void *buf)
{
	uint8_t *const p = buf;

	memset(p, 0, BFS_DIRENT_SIZE);
	le16enc(p + BFSD_INO, d->d_ino);
	memcpy(p + BFSD_NAME, d->d_name, MIN(d->d_namlen, BFS_NAME_MAX));
}

uint32_t
bfs_inode_blocks(const struct bfs_inode *i)
{
	return i->i_start == 0 ? 0 : i->i_end - i->i_start + 1;
}

uint32_t
bfs_inode_size(const struct bfs_inode *i)
{
	return i->i_start == 0 ? 0 : i->i_eoffset + 1 - (i->i_start << BFS_BSHIFT);
}

void
bfs_inode_set(struct bfs_inode *i, uint32_t start, uint32_t nblocks, uint32_t size)
{
	if (nblocks == 0) {
		i->i_start = i->i_end = i->i_eoffset = 0;
		return;
	}
	i->i_start = start;
	i->i_end = start + nblocks - 1;
	i->i_eoffset = (start << BFS_BSHIFT) + size - 1;
}

bool
bfs_name_ok(const struct bfs_dirent *d)
{
	return d->d_namlen != 0 && memchr(d->d_name, '/', d->d_namlen) == NULL;
}
