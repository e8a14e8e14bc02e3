/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The host's structs as private/rump_hostabi.h writes them out are the host's indeed. */
#include <sys/epoll.h>
#include <sys/poll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/utsname.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "../librump/private/rump_hostabi.h"

#define SIZE(s) _Static_assert(sizeof(struct host_##s) == sizeof(struct s), #s)
#define FIELD2(s, f, g)                                                          \
	_Static_assert(offsetof(struct host_##s, f) == offsetof(struct s, g) &&  \
		sizeof(((struct host_##s *)0)->f) == sizeof(((struct s *)0)->g), \
	    #s "." #f)
#define FIELD(s, f) FIELD2(s, f, f)

SIZE(timespec);
FIELD(timespec, tv_sec);
FIELD(timespec, tv_nsec);

SIZE(stat);
FIELD(stat, st_dev);
FIELD(stat, st_ino);
FIELD(stat, st_nlink);
FIELD(stat, st_mode);
FIELD(stat, st_uid);
FIELD(stat, st_gid);
FIELD(stat, st_rdev);
FIELD(stat, st_size);
FIELD(stat, st_blksize);
FIELD(stat, st_blocks);
FIELD(stat, st_atim);
FIELD(stat, st_mtim);
FIELD(stat, st_ctim);

SIZE(statx);
FIELD(statx, stx_mask);
FIELD(statx, stx_blksize);
FIELD(statx, stx_attributes);
FIELD(statx, stx_nlink);
FIELD(statx, stx_uid);
FIELD(statx, stx_gid);
FIELD(statx, stx_mode);
FIELD(statx, stx_ino);
FIELD(statx, stx_size);
FIELD(statx, stx_blocks);
FIELD(statx, stx_attributes_mask);
FIELD(statx, stx_atime);
FIELD(statx, stx_btime);
FIELD(statx, stx_ctime);
FIELD(statx, stx_mtime);
FIELD(statx, stx_rdev_major);
FIELD(statx, stx_rdev_minor);
FIELD(statx, stx_dev_major);
FIELD(statx, stx_dev_minor);
_Static_assert(HOST_STATX_BASIC_STATS == STATX_BASIC_STATS, "STATX_BASIC_STATS");
_Static_assert(HOST_STATX_BTIME == STATX_BTIME, "STATX_BTIME");
_Static_assert(HOST_STATX__RESERVED == (unsigned int)STATX__RESERVED, "STATX__RESERVED");

SIZE(statfs);
FIELD(statfs, f_type);
FIELD(statfs, f_bsize);
FIELD(statfs, f_blocks);
FIELD(statfs, f_bfree);
FIELD(statfs, f_bavail);
FIELD(statfs, f_files);
FIELD(statfs, f_ffree);
FIELD(statfs, f_fsid);
FIELD(statfs, f_namelen);
FIELD(statfs, f_frsize);
FIELD(statfs, f_flags);

SIZE(statvfs);
FIELD(statvfs, f_bsize);
FIELD(statvfs, f_frsize);
FIELD(statvfs, f_blocks);
FIELD(statvfs, f_bfree);
FIELD(statvfs, f_bavail);
FIELD(statvfs, f_files);
FIELD(statvfs, f_ffree);
FIELD(statvfs, f_favail);
FIELD(statvfs, f_fsid);
FIELD(statvfs, f_flag);
FIELD(statvfs, f_namemax);
_Static_assert(HOST_ST_RDONLY == ST_RDONLY, "ST_RDONLY");
_Static_assert(HOST_ST_NOSUID == ST_NOSUID, "ST_NOSUID");
#ifdef ST_NODEV
_Static_assert(HOST_ST_NODEV == ST_NODEV, "ST_NODEV");
_Static_assert(HOST_ST_NOEXEC == ST_NOEXEC, "ST_NOEXEC");
_Static_assert(HOST_ST_SYNCHRONOUS == ST_SYNCHRONOUS, "ST_SYNCHRONOUS");
_Static_assert(HOST_ST_NOATIME == ST_NOATIME, "ST_NOATIME");
_Static_assert(HOST_ST_RELATIME == ST_RELATIME, "ST_RELATIME");
#endif

#ifdef _DIRENT_HAVE_D_RECLEN
FIELD(dirent64, d_ino);
FIELD(dirent64, d_off);
FIELD(dirent64, d_reclen);
FIELD(dirent64, d_type);
_Static_assert(offsetof(struct dirent64, d_name) == HOST_DIRENT_NAMEOFF, "d_name");
#endif

SIZE(flock);
FIELD(flock, l_type);
FIELD(flock, l_whence);
FIELD(flock, l_start);
FIELD(flock, l_len);
FIELD(flock, l_pid);

SIZE(utsname);
FIELD(utsname, nodename);
FIELD(utsname, machine);

SIZE(epoll_event);
FIELD2(epoll_event, events, events);
_Static_assert(sizeof(struct host_sigset) == sizeof(sigset_t), "sigset_t");

_Static_assert(sizeof(struct host_siginfo) == sizeof(siginfo_t), "siginfo_t");
#define INFO(f, g) \
	_Static_assert(offsetof(siginfo_t, f) == offsetof(struct host_siginfo, g), "siginfo_t." #f)
INFO(si_code, si_code);
INFO(si_errno, si_errno);
INFO(si_pid, si_u.kill.pid);
INFO(si_uid, si_u.kill.uid);
INFO(si_timerid, si_u.timer.tid);
INFO(si_overrun, si_u.timer.overrun);
INFO(si_value, si_u.timer.value);
INFO(si_band, si_u.poll.band);
INFO(si_fd, si_u.poll.fd);
SIZE(sigevent);
FIELD(sigevent, sigev_value);
FIELD(sigevent, sigev_signo);
FIELD(sigevent, sigev_notify);
_Static_assert(HOST_SIGEV_SIGNAL == SIGEV_SIGNAL && HOST_SIGEV_NONE == SIGEV_NONE, "SIGEV");

/* The same on both sides: what the kernel's headers say of them. */
_Static_assert(sizeof(struct timeval) == 16 && offsetof(struct timeval, tv_usec) == 8, "timeval");
_Static_assert(sizeof(struct itimerval) == 32, "itimerval");
_Static_assert(sizeof(struct rlimit) == 16 && sizeof(rlim_t) == 8, "rlimit");
_Static_assert(RLIMIT_NOFILE == 7 && RLIMIT_FSIZE == 1 && RLIM_INFINITY == ~(rlim_t)0, "RLIMIT");
_Static_assert(sizeof(struct pollfd) == 8 && offsetof(struct pollfd, revents) == 6, "pollfd");
_Static_assert(sizeof(fd_set) == 128 && FD_SETSIZE == 1024, "fd_set");
_Static_assert(sizeof(timer_t) == sizeof(void *), "timer_t");
_Static_assert(sizeof(mode_t) == 4 && sizeof(dev_t) == 8 && sizeof(off_t) == 8, "types");
_Static_assert(PATH_MAX == 4096 && IOV_MAX == 1024, "limits");

#define SAME(name, value) _Static_assert((name) == (value), #name)
SAME(O_CREAT, 0100);
SAME(O_EXCL, 0200);
SAME(O_NOCTTY, 0400);
SAME(O_TRUNC, 01000);
SAME(O_APPEND, 02000);
SAME(O_NONBLOCK, 04000);
SAME(O_DSYNC, 010000);
SAME(O_ASYNC, 020000);
SAME(O_CLOEXEC, 02000000);
SAME(O_SYNC, 04010000);
#ifdef O_PATH
SAME(O_PATH, 010000000);
SAME(O_NOATIME, 01000000);
#endif
#if defined(__x86_64__)
SAME(O_DIRECTORY, 0200000);
SAME(O_NOFOLLOW, 0400000);
SAME(O_DIRECT, 040000);
#elif defined(__aarch64__)
SAME(O_DIRECTORY, 040000);
SAME(O_NOFOLLOW, 0100000);
SAME(O_DIRECT, 0200000);
#endif
SAME(F_DUPFD, 0);
SAME(F_GETFD, 1);
SAME(F_SETFD, 2);
SAME(F_GETFL, 3);
SAME(F_SETFL, 4);
SAME(F_GETLK, 5);
SAME(F_SETLK, 6);
SAME(F_SETLKW, 7);
SAME(F_SETOWN, 8);
SAME(F_GETOWN, 9);
SAME(F_DUPFD_CLOEXEC, 1030);
SAME(F_RDLCK, 0);
SAME(F_WRLCK, 1);
SAME(F_UNLCK, 2);
SAME(AT_FDCWD, -100);
SAME(AT_SYMLINK_NOFOLLOW, 0x100);
SAME(AT_REMOVEDIR, 0x200);
SAME(AT_EACCESS, 0x200);
SAME(AT_SYMLINK_FOLLOW, 0x400);
SAME(SEEK_SET, 0);
SAME(SEEK_CUR, 1);
SAME(SEEK_END, 2);
#ifdef SEEK_DATA
SAME(SEEK_DATA, 3);
SAME(SEEK_HOLE, 4);
#endif
SAME(UTIME_NOW, 0x3fffffff);
SAME(UTIME_OMIT, 0x3ffffffe);
SAME(_PC_LINK_MAX, 0);
SAME(_PC_NAME_MAX, 3);
SAME(_PC_PATH_MAX, 4);
SAME(_PC_PIPE_BUF, 5);
SAME(_PC_CHOWN_RESTRICTED, 6);
SAME(_PC_NO_TRUNC, 7);
SAME(_PC_SYNC_IO, 9);
SAME(_PC_FILESIZEBITS, 13);
SAME(_PC_SYMLINK_MAX, 19);
SAME(_PC_2_SYMLINKS, 20);
SAME(POLLIN, 1);
SAME(POLLPRI, 2);
SAME(POLLOUT, 4);
SAME(POLLERR, 8);
SAME(POLLHUP, 0x10);
SAME(POLLNVAL, 0x20);
SAME(SIGPIPE, 13);
SAME(SIGCHLD, 17);
SAME(SIGIO, 29);
