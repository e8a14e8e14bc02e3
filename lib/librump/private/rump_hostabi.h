/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The host's structs, as programs pass them to rump_sys_*(), and the way between them and the
 * kernel's own.  Linux, 64 bits.
 *
 * Sees no host header, so each layout is written out here; librumpuser/abi.c, which sees both,
 * asserts sizes and offsets.  timespec, timeval, iovec, pollfd, fd_set, rlimit, itimerval are the
 * same on both sides and do not appear.  Each conversion fills the whole struct, padding too.
 */
#ifndef RUMP_HOSTABI_H
#define RUMP_HOSTABI_H

#include <stddef.h>
#include <stdint.h>

struct host_timespec {
	int64_t tv_sec;
	int64_t tv_nsec;
};

/* struct stat */
#if defined(__x86_64__)
struct host_stat {
	uint64_t st_dev;
	uint64_t st_ino;
	uint64_t st_nlink;
	uint32_t st_mode;
	uint32_t st_uid;
	uint32_t st_gid;
	uint32_t st_pad0;
	uint64_t st_rdev;
	int64_t st_size;
	int64_t st_blksize;
	int64_t st_blocks;
	struct host_timespec st_atim;
	struct host_timespec st_mtim;
	struct host_timespec st_ctim;
	int64_t st_spare[3];
};
#else
struct host_stat {
	uint64_t st_dev;
	uint64_t st_ino;
	uint32_t st_mode;
	uint32_t st_nlink;
	uint32_t st_uid;
	uint32_t st_gid;
	uint64_t st_rdev;
	uint64_t st_pad0;
	int64_t st_size;
	int32_t st_blksize;
	int32_t st_pad1;
	int64_t st_blocks;
	struct host_timespec st_atim;
	struct host_timespec st_mtim;
	struct host_timespec st_ctim;
	int32_t st_spare[2];
};
#endif

struct host_statx_timestamp {
	int64_t tv_sec;
	uint32_t tv_nsec;
	int32_t tv_pad;
};

struct host_statx {
	uint32_t stx_mask;
	uint32_t stx_blksize;
	uint64_t stx_attributes;
	uint32_t stx_nlink;
	uint32_t stx_uid;
	uint32_t stx_gid;
	uint16_t stx_mode;
	uint16_t stx_pad0;
	uint64_t stx_ino;
	uint64_t stx_size;
	uint64_t stx_blocks;
	uint64_t stx_attributes_mask;
	struct host_statx_timestamp stx_atime;
	struct host_statx_timestamp stx_btime;
	struct host_statx_timestamp stx_ctime;
	struct host_statx_timestamp stx_mtime;
	uint32_t stx_rdev_major;
	uint32_t stx_rdev_minor;
	uint32_t stx_dev_major;
	uint32_t stx_dev_minor;
	uint64_t stx_mnt_id;
	uint32_t stx_dio_mem_align;
	uint32_t stx_dio_offset_align;
	uint64_t stx_spare[12];
};
#define HOST_STATX_BASIC_STATS	  0x000007ffu
#define HOST_STATX_BTIME	  0x00000800u
#define HOST_STATX_MNT_ID	  0x00001000u
#define HOST_STATX__RESERVED	  0x80000000u
#define HOST_STATX_ATTR_IMMUTABLE 0x00000010u
#define HOST_STATX_ATTR_APPEND	  0x00000020u
#define HOST_STATX_ATTR_NODUMP	  0x00000040u

struct host_statfs {
	int64_t f_type;
	int64_t f_bsize;
	uint64_t f_blocks;
	uint64_t f_bfree;
	uint64_t f_bavail;
	uint64_t f_files;
	uint64_t f_ffree;
	int32_t f_fsid[2];
	int64_t f_namelen;
	int64_t f_frsize;
	int64_t f_flags;
	int64_t f_spare[4];
};

struct host_statvfs {
	uint64_t f_bsize;
	uint64_t f_frsize;
	uint64_t f_blocks;
	uint64_t f_bfree;
	uint64_t f_bavail;
	uint64_t f_files;
	uint64_t f_ffree;
	uint64_t f_favail;
	uint64_t f_fsid;
	uint64_t f_flag;
	uint64_t f_namemax;
	uint32_t f_type;
	int32_t f_spare[5];
};
#define HOST_ST_RDONLY	    0x0001
#define HOST_ST_NOSUID	    0x0002
#define HOST_ST_NODEV	    0x0004
#define HOST_ST_NOEXEC	    0x0008
#define HOST_ST_SYNCHRONOUS 0x0010
#define HOST_ST_NOATIME	    0x0400
#define HOST_ST_RELATIME    0x1000
#define HOST_ST_VALID	    0x0020 /* in statfs alone: f_flags is filled */

/* struct linux_dirent64, and glibc's struct dirent */
struct host_dirent64 {
	uint64_t d_ino;
	int64_t d_off; /* where the next entry is */
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[];
};
#define HOST_DIRENT_NAMEOFF	   19
#define HOST_DIRENT_RECLEN(namlen) ((HOST_DIRENT_NAMEOFF + (size_t)(namlen) + 1 + 7) & ~(size_t)7)

struct host_flock {
	int16_t l_type;
	int16_t l_whence;
	int64_t l_start;
	int64_t l_len;
	int32_t l_pid;
};

struct host_utsname {
	char sysname[65];
	char nodename[65];
	char release[65];
	char version[65];
	char machine[65];
	char domainname[65];
};

struct host_open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

/* Signals: only the first word is the kernel's. */
struct host_sigset {
	uint64_t val[16];
};

struct host_siginfo {
	int32_t si_signo;
	int32_t si_errno;
	int32_t si_code;
	int32_t si_pad;
	union {
		struct {
			int32_t pid;
			uint32_t uid;
		} kill;
		struct {
			int32_t tid;
			int32_t overrun;
			uint64_t value;
		} timer;
		struct {
			int64_t band;
			int32_t fd;
		} poll;
		uint64_t words[14];
	} si_u;
};

struct host_sigevent {
	uint64_t sigev_value;
	int32_t sigev_signo;
	int32_t sigev_notify;
	uint64_t sigev_rest[6];
};
#define HOST_SIGEV_SIGNAL 0
#define HOST_SIGEV_NONE	  1

struct host_epoll_event {
	uint32_t events;
	uint64_t data;
#if defined(__x86_64__)
} __attribute__((__packed__));
#else
};
#endif

#ifdef _KERNEL

#include <sys/types.h>

struct dirent;
struct flock;
struct stat;
struct statvfs;

/* Device numbers; NODEV stays what it is. */
uint64_t hostabi_dev_out(dev_t dev);
dev_t hostabi_dev_in(uint64_t dev);

void hostabi_stat(const struct stat *sb, struct host_stat *hs);
/* The same straight into the current process's memory.  errors: EFAULT. */
int hostabi_stat_copyout(const struct stat *sb, struct host_stat *uhs);
void hostabi_statx(const struct stat *sb, struct host_statx *hs);
void hostabi_statvfs(const struct statvfs *sb, struct host_statvfs *hs);
void hostabi_statfs(const struct statvfs *sb, struct host_statfs *hs);

/*
 * One directory entry; next is the offset after it.  The bytes written at out, 0 when room is too
 * small.
 */
size_t hostabi_dirent(const struct dirent *dp, off_t next, void *out, size_t room);

int hostabi_flock_in(const struct host_flock *hf, struct flock *fl);
void hostabi_flock_out(const struct flock *fl, struct host_flock *hf);

/*
 * A host ioctl command as BSD encodes it.  Numbers of old, which say neither direction nor size,
 * come from a table; a command that is in BSD's encoding already and in that table stays as it is.
 */
u_long hostabi_ioctl(u_long com);

#endif /* _KERNEL */
#endif /* RUMP_HOSTABI_H */
