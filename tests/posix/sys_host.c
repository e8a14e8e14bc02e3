/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The host's calls: the kernel's own where the C library adds something. */
#include <stdio.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "posix.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static int
host_faccessat2(int fd, const char *path, int mode, int flags)
{
	return syscall(SYS_faccessat2, fd, path, mode, flags);
}

static int
host_fchmodat2(int fd, const char *path, mode_t mode, int flags)
{
	return syscall(SYS_fchmodat2, fd, path, mode, flags);
}

static int
host_utimensat(int fd, const char *path, const struct timespec *ts, int flags)
{
	return syscall(SYS_utimensat, fd, path, ts, flags);
}

static int
host_getcwd(char *buf, size_t size)
{
	return syscall(SYS_getcwd, buf, size);
}

static ssize_t
host_getdents64(int fd, void *buf, size_t size)
{
	return syscall(SYS_getdents64, fd, buf, size);
}

/* The identity of this thread, without the C library's rounds to the others. */
static int
host_seteuid(uid_t uid)
{
	return syscall(SYS_setresuid, -1, uid, -1);
}

static int
host_setegid(gid_t gid)
{
	return syscall(SYS_setresgid, -1, gid, -1);
}

static int
host_setreuid(uid_t ruid, uid_t euid)
{
	return syscall(SYS_setreuid, ruid, euid);
}

static int
host_setgroups(size_t n, const gid_t *groups)
{
	return syscall(SYS_setgroups, n, groups);
}

static int
host_mount(const char *dir)
{
	return mount("posix", dir, "tmpfs", 0, "mode=755");
}

static int
host_unmount(const char *dir)
{
	return umount2(dir, 0);
}

static int
host_mknod(const char *path, mode_t mode, dev_t dev)
{
	return syscall(SYS_mknodat, AT_FDCWD, path, mode, dev);
}

static int
host_mknodat(int fd, const char *path, mode_t mode, dev_t dev)
{
	return syscall(SYS_mknodat, fd, path, mode, dev);
}

static ssize_t
host_preadv2(int fd, const struct iovec *iov, int n, off_t off, int flags)
{
	return syscall(SYS_preadv2, fd, iov, n, off, 0L, flags);
}

static ssize_t
host_pwritev2(int fd, const struct iovec *iov, int n, off_t off, int flags)
{
	return syscall(SYS_pwritev2, fd, iov, n, off, 0L, flags);
}

static int
host_fadvise(int fd, off_t off, off_t len, int advice)
{
	return posix_fadvise(fd, off, len, advice);
}

static int
host_statfs(const char *path, struct statfs *buf)
{
	return (int)syscall(SYS_statfs, path, buf); /* NULL goes through */
}

static ssize_t
host_readlink(const char *path, char *buf, size_t size)
{
	return syscall(SYS_readlinkat, AT_FDCWD, path, buf, size);
}

static ssize_t
host_readlinkat(int fd, const char *path, char *buf, size_t size)
{
	return syscall(SYS_readlinkat, fd, path, buf, size);
}

/* Without the C library's checks for calls with NULL. */
static int
host_stat(const char *path, struct stat *st)
{
	return syscall(SYS_newfstatat, AT_FDCWD, path, st, 0);
}

static int
host_lstat(const char *path, struct stat *st)
{
	return syscall(SYS_newfstatat, AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

static int
host_fstatat(int fd, const char *path, struct stat *st, int flags)
{
	return syscall(SYS_newfstatat, fd, path, st, flags);
}

const struct sysops host_ops = {
	.name = "host",
	.open = open,
	.openat = openat,
	.close = close,
	.read = read,
	.write = write,
	.pread = pread,
	.pwrite = pwrite,
	.readv = readv,
	.writev = writev,
	.preadv2 = host_preadv2,
	.pwritev2 = host_pwritev2,
	.lseek = lseek,
	.stat = host_stat,
	.lstat = host_lstat,
	.fstat = fstat,
	.fstatat = host_fstatat,
	.statx = statx,
	.statfs = host_statfs,
	.fstatfs = fstatfs,
	.access = access,
	.faccessat2 = host_faccessat2,
	.readlink = host_readlink,
	.readlinkat = host_readlinkat,
	.link = link,
	.linkat = linkat,
	.symlink = symlink,
	.symlinkat = symlinkat,
	.unlink = unlink,
	.unlinkat = unlinkat,
	.rename = rename,
	.renameat = renameat,
	.renameat2 = renameat2,
	.mkdir = mkdir,
	.mkdirat = mkdirat,
	.rmdir = rmdir,
	.mknod = host_mknod,
	.mknodat = host_mknodat,
	.chmod = chmod,
	.fchmod = fchmod,
	.fchmodat2 = host_fchmodat2,
	.chown = chown,
	.lchown = lchown,
	.fchown = fchown,
	.fchownat = fchownat,
	.utimensat = host_utimensat,
	.futimens = futimens,
	.truncate = truncate,
	.ftruncate = ftruncate,
	.fallocate = fallocate,
	.fadvise = host_fadvise,
	.chdir = chdir,
	.fchdir = fchdir,
	.chroot = chroot,
	.getcwd = host_getcwd,
	.umask = umask,
	.fsync = fsync,
	.fdatasync = fdatasync,
	.syncfs = syncfs,
	.dup = dup,
	.dup2 = dup2,
	.dup3 = dup3,
	.fcntl = fcntl,
	.flock = flock,
	.getdents64 = host_getdents64,
	.setxattr = setxattr,
	.lsetxattr = lsetxattr,
	.getxattr = getxattr,
	.listxattr = listxattr,
	.removexattr = removexattr,
	.seteuid = host_seteuid,
	.setegid = host_setegid,
	.setreuid = host_setreuid,
	.setgroups = host_setgroups,
	.mount = host_mount,
	.unmount = host_unmount,
};
