/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Small contents, as a whole in memory: inline data, symbolic links, values of attributes.  They
 * come through the metadata path, not the page cache.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "ext2fs.h"

int
ext2fs_inline_read(struct e2node *ip, uint8_t **data, size_t *size)
{
	static const char name[] = "data";
	uint8_t *rest = NULL;
	size_t nrest = 0;
	int error;

	error = ext2fs_xattr_get(ip, E2_XATTR_INDEX_SYSTEM, name, sizeof(name) - 1, &rest, &nrest);
	if (error == ENOATTR)
		error = 0;
	if (error != 0)
		return error;
	*size = E2_NBLOCK + nrest;
	*data = kmem_alloc(*size, KM_SLEEP);
	memcpy(*data, ip->i_di.i_block, E2_NBLOCK);
	if (rest != NULL) {
		memcpy(*data + E2_NBLOCK, rest, nrest);
		kmem_free(rest, nrest);
	}
	return 0;
}

int
ext2fs_content_read(struct e2node *ip, uint8_t *buf, size_t size)
{
	struct ext2mount *const um = ip->i_um;
	struct e2_run run;
	struct buf *bp;
	int error;

	for (size_t off = 0, n; off < size; off += n) {
		n = MIN(um->um_bsize, size - off);
		error = ext2fs_map(ip, off >> um->um_bshift, &run);
		if (error != 0)
			return error;
		if (run.r_blk == 0) {
			memset(buf + off, 0, n);
			continue;
		}
		error = ext2fs_bread(um, run.r_blk, "contents", ip->i_number, &bp);
		if (error != 0)
			return error;
		memcpy(buf + off, bp->b_data, n);
		brelse(bp, 0);
	}
	return 0;
}
