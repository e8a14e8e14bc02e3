/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Encoders: the inverse of what ext2fs_fmt.c decodes.  See ext2fs_fmt.h. */
#include <sys/param.h>
#include <sys/endian.h>
#include <sys/systm.h>

#include "ext2fs_fmt.h"

#define EPOCH_BITS 2 /* of the extra word, above 32 bits of seconds; the rest are nanoseconds */

struct e2_time
e2_time_fit(struct e2_time t, bool wide)
{
	const int64_t max = wide ? INT32_MAX + (INT64_C(3) << 32) : INT32_MAX;

	if (t.t_sec < INT32_MIN || t.t_sec > max)
		return (struct e2_time){ .t_sec = t.t_sec < 0 ? INT32_MIN : max };
	if (!wide)
		t.t_nsec = 0;
	return t;
}

bool
e2_inode_wide_times(const struct e2_inode *ip)
{
	return E2_INODE_OLD_SIZE + ip->i_extra_isize >= E2I_ATIME_EXTRA + 4;
}

/* extra: NULL when the inode has no such field */
static void
time_encode(struct e2_time t, uint8_t *sec, uint8_t *extra)
{
	const int64_t epoch = (t.t_sec - (int32_t)t.t_sec) >> 32;

	le32enc(sec, (uint32_t)t.t_sec);
	if (extra != NULL)
		le32enc(extra, t.t_nsec << EPOCH_BITS | ((uint32_t)epoch & 3));
}

void
e2_inode_encode(const struct e2_inode *ip, void *buf, size_t len)
{
	uint8_t *const p = buf;
	const size_t end = E2_INODE_OLD_SIZE + ip->i_extra_isize;

	KASSERT(len >= end);
	le16enc(p + E2I_MODE, ip->i_mode);
	le16enc(p + E2I_UID, (uint16_t)ip->i_uid);
	le16enc(p + E2I_UID_HI, (uint16_t)(ip->i_uid >> 16));
	le16enc(p + E2I_GID, (uint16_t)ip->i_gid);
	le16enc(p + E2I_GID_HI, (uint16_t)(ip->i_gid >> 16));
	le32enc(p + E2I_SIZE, (uint32_t)ip->i_size);
	le32enc(p + E2I_SIZE_HI, (uint32_t)(ip->i_size >> 32));
	le16enc(p + E2I_LINKS, ip->i_links);
	le32enc(p + E2I_BLOCKS, (uint32_t)ip->i_blocks);
	le16enc(p + E2I_BLOCKS_HI, (uint16_t)(ip->i_blocks >> 32));
	le32enc(p + E2I_FLAGS, ip->i_flags);
	le32enc(p + E2I_GENERATION, ip->i_generation);
	le32enc(p + E2I_DTIME, ip->i_dtime);
	le32enc(p + E2I_FILE_ACL, (uint32_t)ip->i_file_acl);
	le16enc(p + E2I_FILE_ACL_HI, (uint16_t)(ip->i_file_acl >> 32));
	memcpy(p + E2I_BLOCK, ip->i_block, E2_NBLOCK);
	time_encode(
	    ip->i_ctime, p + E2I_CTIME, end >= E2I_CTIME_EXTRA + 4 ? p + E2I_CTIME_EXTRA : NULL);
	time_encode(
	    ip->i_mtime, p + E2I_MTIME, end >= E2I_MTIME_EXTRA + 4 ? p + E2I_MTIME_EXTRA : NULL);
	time_encode(
	    ip->i_atime, p + E2I_ATIME, end >= E2I_ATIME_EXTRA + 4 ? p + E2I_ATIME_EXTRA : NULL);
	if (ip->i_has_crtime)
		time_encode(ip->i_crtime, p + E2I_CRTIME,
		    end >= E2I_CRTIME_EXTRA + 4 ? p + E2I_CRTIME_EXTRA : NULL);
}

void
e2_super_encode_state(const struct e2_super *s, void *buf, int64_t mtime, int64_t wtime)
{
	uint8_t *const p = buf;

	le16enc(p + E2SB_STATE, s->s_state);
	le16enc(p + E2SB_MNT_COUNT, s->s_mnt_count);
	if (mtime != 0) {
		le32enc(p + E2SB_MTIME, (uint32_t)mtime);
		p[E2SB_MTIME_HI] = (uint8_t)(mtime >> 32);
	}
	if (wtime != 0) {
		le32enc(p + E2SB_WTIME, (uint32_t)wtime);
		p[E2SB_WTIME_HI] = (uint8_t)(wtime >> 32);
	}
}

void
e2_super_set_checksum(void *buf, uint32_t sum)
{
	le32enc((uint8_t *)buf + E2SB_CHECKSUM, sum);
}
