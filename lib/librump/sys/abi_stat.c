/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* File status on its way to the host: device numbers, stat, statx. */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "rump_copyio.h"
#include "rump_hostabi.h"

/*
 * The host's device numbers: 32 bits of major, 32 of minor, interleaved for the sake of old ones:
 *
 *	63      44 43         20 19        8 7        0
 *	major[31:12] minor[31:8] major[11:0] minor[7:0]
 */
uint64_t
hostabi_dev_out(dev_t dev)
{
	const uint64_t ma = (uint32_t)major(dev), mi = (uint32_t)minor(dev);

	if (dev == NODEV)
		return ~(uint64_t)0;
	return (mi & 0xff) | (ma & 0xfff) << 8 | (mi & ~(uint64_t)0xff) << 12 |
	    (ma & ~(uint64_t)0xfff) << 32;
}

dev_t
hostabi_dev_in(uint64_t dev)
{
	const uint64_t ma = (dev >> 8 & 0xfff) | (dev >> 32 & ~(uint64_t)0xfff);
	const uint64_t mi = (dev & 0xff) | (dev >> 12 & 0xffffff00);

	if (dev == ~(uint64_t)0)
		return NODEV;
	return makedev(ma, mi);
}

static struct host_timespec
timespec_out(const struct timespec *ts)
{
	return (struct host_timespec){ .tv_sec = ts->tv_sec, .tv_nsec = ts->tv_nsec };
}

void
hostabi_stat(const struct stat *sb, struct host_stat *hs)
{
	hs->st_dev = hostabi_dev_out(sb->st_dev);
	hs->st_ino = sb->st_ino;
	hs->st_nlink = sb->st_nlink;
	hs->st_mode = sb->st_mode;
	hs->st_uid = sb->st_uid;
	hs->st_gid = sb->st_gid;
	hs->st_rdev =
	    S_ISCHR(sb->st_mode) || S_ISBLK(sb->st_mode) ? hostabi_dev_out(sb->st_rdev) : 0;
	hs->st_size = sb->st_size;
	hs->st_blksize = sb->st_blksize;
	hs->st_blocks = sb->st_blocks;
	hs->st_atim = timespec_out(&sb->st_atim);
	hs->st_mtim = timespec_out(&sb->st_mtim);
	hs->st_ctim = timespec_out(&sb->st_ctim);
	hs->st_pad0 = 0;
#if !defined(__x86_64__)
	hs->st_pad1 = 0;
#endif
	memset(hs->st_spare, 0, sizeof(hs->st_spare));
}

int
hostabi_stat_copyout(const struct stat *sb, struct host_stat *uhs)
{
	struct host_stat hs;

	if (__predict_true(curproc->p_vmspace == &rump_vmspace_local && uhs != NULL)) {
		hostabi_stat(sb, uhs);
		return 0;
	}
	hostabi_stat(sb, &hs);
	return copyout(&hs, uhs, sizeof(hs));
}

static struct host_statx_timestamp
statx_timestamp(const struct timespec *ts)
{
	return (
	    struct host_statx_timestamp){ .tv_sec = ts->tv_sec, .tv_nsec = (uint32_t)ts->tv_nsec };
}

/* BSD's file flags that the host knows as attributes. */
static uint64_t
statx_attributes(uint32_t flags)
{
	uint64_t attr = 0;

	if ((flags & IMMUTABLE) != 0)
		attr |= HOST_STATX_ATTR_IMMUTABLE;
	if ((flags & APPEND) != 0)
		attr |= HOST_STATX_ATTR_APPEND;
	if ((flags & UF_NODUMP) != 0)
		attr |= HOST_STATX_ATTR_NODUMP;
	return attr;
}

void
hostabi_statx(const struct stat *sb, struct host_statx *hs)
{
	memset(hs, 0, sizeof(*hs));
	hs->stx_mask = HOST_STATX_BASIC_STATS;
	/* File systems without a birth time say -1 (VNOVAL) or nothing at all. */
	if (sb->st_birthtim.tv_sec > 0) {
		hs->stx_mask |= HOST_STATX_BTIME;
		hs->stx_btime = statx_timestamp(&sb->st_birthtim);
	}
	hs->stx_blksize = (uint32_t)sb->st_blksize;
	hs->stx_attributes = statx_attributes(sb->st_flags);
	hs->stx_attributes_mask = statx_attributes(~(uint32_t)0);
	hs->stx_nlink = sb->st_nlink;
	hs->stx_uid = sb->st_uid;
	hs->stx_gid = sb->st_gid;
	hs->stx_mode = (uint16_t)sb->st_mode;
	hs->stx_ino = sb->st_ino;
	hs->stx_size = (uint64_t)sb->st_size;
	hs->stx_blocks = (uint64_t)sb->st_blocks;
	hs->stx_atime = statx_timestamp(&sb->st_atim);
	hs->stx_ctime = statx_timestamp(&sb->st_ctim);
	hs->stx_mtime = statx_timestamp(&sb->st_mtim);
	if (S_ISCHR(sb->st_mode) || S_ISBLK(sb->st_mode)) {
		hs->stx_rdev_major = (uint32_t)major(sb->st_rdev);
		hs->stx_rdev_minor = (uint32_t)minor(sb->st_rdev);
	}
	hs->stx_dev_major = (uint32_t)major(sb->st_dev);
	hs->stx_dev_minor = (uint32_t)minor(sb->st_dev);
}
