/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* File-system status on its way to the host: statvfs and statfs. */
#include <sys/param.h>
#include <sys/statvfs.h>
#include <sys/systm.h>

#include "rump_hostabi.h"

static uint64_t
mount_flags(unsigned long flags)
{
	static const struct {
		unsigned long mnt;
		uint64_t host;
	} map[] = {
		{ MNT_RDONLY, HOST_ST_RDONLY },
		{ MNT_NOSUID, HOST_ST_NOSUID },
		{ MNT_NODEV, HOST_ST_NODEV },
		{ MNT_NOEXEC, HOST_ST_NOEXEC },
		{ MNT_SYNCHRONOUS, HOST_ST_SYNCHRONOUS },
		{ MNT_NOATIME, HOST_ST_NOATIME },
		{ MNT_RELATIME, HOST_ST_RELATIME },
	};
	uint64_t host = 0;

	for (size_t i = 0; i < __arraycount(map); i++)
		if ((flags & map[i].mnt) != 0)
			host |= map[i].host;
	return host;
}

/* The host's name for the type, which programs compare with <linux/magic.h>. */
static int64_t
fs_magic(const char *type)
{
	static const struct {
		const char *name;
		int64_t magic;
	} map[] = {
		{ "ext2fs", 0xef53 },
		{ "ext4", 0xef53 },
		{ "msdos", 0x4d44 },
		{ "cd9660", 0x9660 },
		{ "tmpfs", 0x01021994 },
		{ "rumpfs", 0x858458f6 }, /* the host's ramfs */
		{ "udf", 0x15013346 },
	};

	for (size_t i = 0; i < __arraycount(map); i++)
		if (strcmp(type, map[i].name) == 0)
			return map[i].magic;
	return 0;
}

void
hostabi_statvfs(const struct statvfs *sb, struct host_statvfs *hs)
{
	memset(hs, 0, sizeof(*hs));
	hs->f_bsize = sb->f_bsize;
	hs->f_frsize = sb->f_frsize;
	hs->f_blocks = sb->f_blocks;
	hs->f_bfree = sb->f_bfree;
	hs->f_bavail = sb->f_bavail;
	hs->f_files = sb->f_files;
	hs->f_ffree = sb->f_ffree;
	hs->f_favail = sb->f_favail;
	hs->f_fsid = sb->f_fsid;
	hs->f_flag = mount_flags(sb->f_flag);
	hs->f_namemax = sb->f_namemax;
	hs->f_type = (uint32_t)fs_magic(sb->f_fstypename);
}

void
hostabi_statfs(const struct statvfs *sb, struct host_statfs *hs)
{
	memset(hs, 0, sizeof(*hs));
	hs->f_type = fs_magic(sb->f_fstypename);
	hs->f_bsize = (int64_t)sb->f_bsize;
	hs->f_frsize = (int64_t)sb->f_frsize;
	hs->f_blocks = sb->f_blocks;
	hs->f_bfree = sb->f_bfree;
	hs->f_bavail = sb->f_bavail;
	hs->f_files = sb->f_files;
	hs->f_ffree = sb->f_ffree;
	hs->f_fsid[0] = sb->f_fsidx.__fsid_val[0];
	hs->f_fsid[1] = sb->f_fsidx.__fsid_val[1];
	hs->f_namelen = (int64_t)sb->f_namemax;
	hs->f_flags = (int64_t)(mount_flags(sb->f_flag) | HOST_ST_VALID);
}
