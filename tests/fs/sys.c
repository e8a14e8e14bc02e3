/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The two tables of system calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "contract.h"

/* The path of the current directory, from below the directory that the scenario began in. */
static char host_base[4096];

static int
host_getcwd(char *buf, size_t size)
{
	char path[4096];
	const size_t n = strlen(host_base);

	if (host_base[0] == '\0')
		return getcwd(host_base, sizeof(host_base)) == NULL ? -1 : 0;
	if (getcwd(path, sizeof(path)) == NULL)
		return -1;
	strncpy(buf, strncmp(path, host_base, n) == 0 ? path + n : path, size);
	return 0;
}

static int
rump_getcwd(char *buf, size_t size)
{
	char path[4096];

	if (rump_sys___getcwd(path, sizeof(path)) < 0)
		return -1;
	strncpy(buf, strncmp(path, "/fs", 3) == 0 ? path + 3 : path, size);
	return 0;
}

static ssize_t
host_getdents(int fd, void *buf, size_t size)
{
	return syscall(SYS_getdents64, fd, buf, size);
}

static ssize_t
rump_getdents(int fd, void *buf, size_t size)
{
	return rump_sys_getdents(fd, buf, size);
}

/* The host's identity, as the kernel has it: not that of all threads. */
static int
host_seteuid(uid_t uid)
{
	return syscall(SYS_setresuid, -1, uid, -1);
}

const struct sys host_sys = {
	.name = "host",
	.open = open,
	.openat = openat,
	.close = close,
	.read = read,
	.write = write,
	.pread = pread,
	.pwrite = pwrite,
	.lseek = lseek,
	.stat = stat,
	.lstat = lstat,
	.fstat = fstat,
	.fstatat = fstatat,
	.access = access,
	.faccessat = faccessat,
	.readlink = readlink,
	.readlinkat = readlinkat,
	.link = link,
	.linkat = linkat,
	.symlink = symlink,
	.unlink = unlink,
	.unlinkat = unlinkat,
	.rename = rename,
	.mkdir = mkdir,
	.mkdirat = mkdirat,
	.rmdir = rmdir,
	.mkfifo = mkfifo,
	.chmod = chmod,
	.fchmod = fchmod,
	.chown = chown,
	.utimensat = utimensat,
	.futimens = futimens,
	.truncate = truncate,
	.ftruncate = ftruncate,
	.chdir = chdir,
	.fchdir = fchdir,
	.umask = umask,
	.fsync = fsync,
	.dup = dup,
	.seteuid = host_seteuid,
	.getdents = host_getdents,
	.getcwd = host_getcwd,
};

const struct sys rump_sys = {
	.name = "rump",
	.open = rump_sys_open,
	.openat = rump_sys_openat,
	.close = rump_sys_close,
	.read = rump_sys_read,
	.write = rump_sys_write,
	.pread = rump_sys_pread,
	.pwrite = rump_sys_pwrite,
	.lseek = rump_sys_lseek,
	.stat = rump_sys_stat,
	.lstat = rump_sys_lstat,
	.fstat = rump_sys_fstat,
	.fstatat = rump_sys_fstatat,
	.access = rump_sys_access,
	.faccessat = rump_sys_faccessat,
	.readlink = rump_sys_readlink,
	.readlinkat = rump_sys_readlinkat,
	.link = rump_sys_link,
	.linkat = rump_sys_linkat,
	.symlink = rump_sys_symlink,
	.unlink = rump_sys_unlink,
	.unlinkat = rump_sys_unlinkat,
	.rename = rump_sys_rename,
	.mkdir = rump_sys_mkdir,
	.mkdirat = rump_sys_mkdirat,
	.rmdir = rump_sys_rmdir,
	.mkfifo = rump_sys_mkfifo,
	.chmod = rump_sys_chmod,
	.fchmod = rump_sys_fchmod,
	.chown = rump_sys_chown,
	.utimensat = rump_sys_utimensat,
	.futimens = rump_sys_futimens,
	.truncate = rump_sys_truncate,
	.ftruncate = rump_sys_ftruncate,
	.chdir = rump_sys_chdir,
	.fchdir = rump_sys_fchdir,
	.umask = rump_sys_umask,
	.fsync = rump_sys_fsync,
	.dup = rump_sys_dup,
	.seteuid = rump_sys_seteuid,
	.getdents = rump_getdents,
	.getcwd = rump_getcwd,
};
