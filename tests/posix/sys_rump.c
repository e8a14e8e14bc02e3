/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The rump kernel's calls. */
#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "posix.h"

static int
rump_setgroups(size_t n, const gid_t *groups)
{
	return rump_sys_setgroups((int)n, groups);
}

static int
rump_unmount(const char *dir)
{
	return rump_sys_unmount(dir, 0);
}

static ssize_t
rump_getxattr(const char *path, const char *name, void *value, size_t size)
{
	return rump_sys_getxattr(path, name, value, size);
}

static ssize_t
rump_listxattr(const char *path, char *list, size_t size)
{
	return rump_sys_listxattr(path, list, size);
}

struct sysops rump_ops = {
	.name = "rump",
	.open = rump_sys_open,
	.openat = rump_sys_openat,
	.close = rump_sys_close,
	.read = rump_sys_read,
	.write = rump_sys_write,
	.pread = rump_sys_pread,
	.pwrite = rump_sys_pwrite,
	.readv = rump_sys_readv,
	.writev = rump_sys_writev,
	.preadv2 = rump_sys_preadv2,
	.pwritev2 = rump_sys_pwritev2,
	.lseek = rump_sys_lseek,
	.stat = rump_sys_stat,
	.lstat = rump_sys_lstat,
	.fstat = rump_sys_fstat,
	.fstatat = rump_sys_fstatat,
	.statx = rump_sys_statx,
	.statfs = rump_sys_statfs,
	.fstatfs = rump_sys_fstatfs,
	.access = rump_sys_access,
	.faccessat2 = rump_sys_faccessat2,
	.readlink = rump_sys_readlink,
	.readlinkat = rump_sys_readlinkat,
	.link = rump_sys_link,
	.linkat = rump_sys_linkat,
	.symlink = rump_sys_symlink,
	.symlinkat = rump_sys_symlinkat,
	.unlink = rump_sys_unlink,
	.unlinkat = rump_sys_unlinkat,
	.rename = rump_sys_rename,
	.renameat = rump_sys_renameat,
	.renameat2 = rump_sys_renameat2,
	.mkdir = rump_sys_mkdir,
	.mkdirat = rump_sys_mkdirat,
	.rmdir = rump_sys_rmdir,
	.mknod = rump_sys_mknod,
	.mknodat = rump_sys_mknodat,
	.chmod = rump_sys_chmod,
	.fchmod = rump_sys_fchmod,
	.fchmodat2 = rump_sys_fchmodat,
	.chown = rump_sys_chown,
	.lchown = rump_sys_lchown,
	.fchown = rump_sys_fchown,
	.fchownat = rump_sys_fchownat,
	.utimensat = rump_sys_utimensat,
	.futimens = rump_sys_futimens,
	.truncate = rump_sys_truncate,
	.ftruncate = rump_sys_ftruncate,
	.fallocate = rump_sys_fallocate,
	.fadvise = rump_sys_posix_fadvise,
	.chdir = rump_sys_chdir,
	.fchdir = rump_sys_fchdir,
	.chroot = rump_sys_chroot,
	.getcwd = rump_sys___getcwd,
	.umask = rump_sys_umask,
	.fsync = rump_sys_fsync,
	.fdatasync = rump_sys_fdatasync,
	.syncfs = rump_sys_syncfs,
	.dup = rump_sys_dup,
	.dup2 = rump_sys_dup2,
	.dup3 = rump_sys_dup3,
	.fcntl = rump_sys_fcntl,
	.flock = rump_sys_flock,
	.getdents64 = rump_sys_getdents64,
	.setxattr = rump_sys_setxattr,
	.lsetxattr = rump_sys_lsetxattr,
	.getxattr = rump_getxattr,
	.listxattr = rump_listxattr,
	.removexattr = rump_sys_removexattr,
	.seteuid = rump_sys_seteuid,
	.setegid = rump_sys_setegid,
	.setreuid = rump_sys_setreuid,
	.setgroups = rump_setgroups,
	.unmount = rump_unmount,
};
