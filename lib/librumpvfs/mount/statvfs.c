/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What statvfs(2) says: asked of the file system, or what it said last; and file times' "now". */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/time.h>
#include <sys/vfs_syscalls.h>

#include "rump_vfs.h"

/* Copy a name of at most size - 1 bytes; one that is longer is cut. */
static int
copy_name(const char *from, int seg, char *to, size_t size)
{
	size_t done;
	int error;

	if (from == NULL)
		return 0;
	error = seg == UIO_USERSPACE ? copyinstr(from, to, size, &done)
				     : copystr(from, to, size, &done);
	if (error != 0 && error != ENAMETOOLONG)
		return error;
	to[size - 1] = '\0';
	return 0;
}

int
set_statvfs_info(const char *onp, int ukon, const char *fromp, int ukfrom, const char *vfsname,
    struct mount *mp, struct lwp *l)
{
	struct statvfs *sbp = &mp->mnt_stat;
	int error;

	strlcpy(sbp->f_fstypename, vfsname, sizeof(sbp->f_fstypename));
	error = copy_name(onp, ukon, sbp->f_mntonname, sizeof(sbp->f_mntonname));
	if (error == 0)
		error = copy_name(fromp, ukfrom, sbp->f_mntfromname, sizeof(sbp->f_mntfromname));
	return error;
}

void
copy_statvfs_info(struct statvfs *sbp, const struct mount *mp)
{
	const struct statvfs *from = &mp->mnt_stat;

	if (sbp == from)
		return;
	sbp->f_fsidx = from->f_fsidx;
	sbp->f_fsid = from->f_fsid;
	sbp->f_owner = from->f_owner;
	sbp->f_flag = from->f_flag;
	sbp->f_syncwrites = from->f_syncwrites;
	sbp->f_asyncwrites = from->f_asyncwrites;
	sbp->f_syncreads = from->f_syncreads;
	sbp->f_asyncreads = from->f_asyncreads;
	sbp->f_iosize = from->f_iosize;
	memcpy(sbp->f_fstypename, from->f_fstypename, sizeof(sbp->f_fstypename));
	memcpy(sbp->f_mntonname, from->f_mntonname, sizeof(sbp->f_mntonname));
	memcpy(sbp->f_mntfromname, from->f_mntfromname, sizeof(sbp->f_mntfromname));
	memcpy(sbp->f_mntfromlabel, from->f_mntfromlabel, sizeof(sbp->f_mntfromlabel));
}

int
dostatvfs(struct mount *mp, struct statvfs *sp, struct lwp *l, int flags, int root)
{
	int error = 0;

	if (flags == ST_NOWAIT || flags == MNT_LAZY) {
		memcpy(sp, &mp->mnt_stat, sizeof(*sp));
	} else {
		memset(sp, 0, sizeof(*sp));
		error = VFS_STATVFS(mp, sp);
	}
	sp->f_flag = mp->mnt_flag & MNT_VISFLAGMASK;
	return error;
}

void
vfs_timestamp(struct timespec *ts)
{
	nanotime(ts);
}

time_t
vfs_bound_time(time_t t)
{
	return t < 0 ? 0 : t;
}

/* There is no battery-less clock to set from a root file system. */
void
setrootfstime(time_t t)
{
}
