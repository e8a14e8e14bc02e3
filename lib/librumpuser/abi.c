/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Both sides meet: the kernel's constants and layouts are the host's.
 *
 * The kernel's error numbers are listed here as they stand in include/kpi/sys/errno.h; where a host
 * differs this file does not compile, and that header needs a variant for it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include <linux/openat2.h>

#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#include <rump/rumpuser.h>

#include "rump_hostabi.h"

_Static_assert(sizeof(struct rumpuser_iov) == sizeof(struct iovec), "struct iovec");
_Static_assert(
    offsetof(struct rumpuser_iov, iov_base) == offsetof(struct iovec, iov_base), "iov_base");
_Static_assert(
    offsetof(struct rumpuser_iov, iov_len) == offsetof(struct iovec, iov_len), "iov_len");

#define SAME(name, value) _Static_assert((name) == (value), #name)

SAME(EPERM, 1);
SAME(ENOENT, 2);
SAME(ESRCH, 3);
SAME(EINTR, 4);
SAME(EIO, 5);
SAME(ENXIO, 6);
SAME(E2BIG, 7);
SAME(ENOEXEC, 8);
SAME(EBADF, 9);
SAME(ECHILD, 10);
SAME(EAGAIN, 11);
SAME(ENOMEM, 12);
SAME(EACCES, 13);
SAME(EFAULT, 14);
SAME(ENOTBLK, 15);
SAME(EBUSY, 16);
SAME(EEXIST, 17);
SAME(EXDEV, 18);
SAME(ENODEV, 19);
SAME(ENOTDIR, 20);
SAME(EISDIR, 21);
SAME(EINVAL, 22);
SAME(ENFILE, 23);
SAME(EMFILE, 24);
SAME(ENOTTY, 25);
SAME(ETXTBSY, 26);
SAME(EFBIG, 27);
SAME(ENOSPC, 28);
SAME(ESPIPE, 29);
SAME(EROFS, 30);
SAME(EMLINK, 31);
SAME(EPIPE, 32);
SAME(EDOM, 33);
SAME(ERANGE, 34);
SAME(EDEADLK, 35);
SAME(ENAMETOOLONG, 36);
SAME(ENOLCK, 37);
SAME(ENOSYS, 38);
SAME(ENOTEMPTY, 39);
SAME(ELOOP, 40);
SAME(ENOMSG, 42);
SAME(EIDRM, 43);
SAME(ECHRNG, 44);
SAME(EL2NSYNC, 45);
SAME(EL3HLT, 46);
SAME(EL3RST, 47);
SAME(ELNRNG, 48);
SAME(EUNATCH, 49);
SAME(ENOCSI, 50);
SAME(EL2HLT, 51);
SAME(EBADE, 52);
SAME(EBADR, 53);
SAME(EXFULL, 54);
SAME(ENOANO, 55);
SAME(EBADRQC, 56);
SAME(EBADSLT, 57);
SAME(EBFONT, 59);
SAME(ENOSTR, 60);
SAME(ENODATA, 61);
SAME(ETIME, 62);
SAME(ENOSR, 63);
SAME(ENONET, 64);
SAME(ENOPKG, 65);
SAME(EREMOTE, 66);
SAME(ENOLINK, 67);
SAME(EADV, 68);
SAME(ESRMNT, 69);
SAME(ECOMM, 70);
SAME(EPROTO, 71);
SAME(EMULTIHOP, 72);
SAME(EDOTDOT, 73);
SAME(EBADMSG, 74);
SAME(EOVERFLOW, 75);
SAME(ENOTUNIQ, 76);
SAME(EBADFD, 77);
SAME(EREMCHG, 78);
SAME(ELIBACC, 79);
SAME(ELIBBAD, 80);
SAME(ELIBSCN, 81);
SAME(ELIBMAX, 82);
SAME(ELIBEXEC, 83);
SAME(EILSEQ, 84);
SAME(ESTRPIPE, 86);
SAME(EUSERS, 87);
SAME(ENOTSOCK, 88);
SAME(EDESTADDRREQ, 89);
SAME(EMSGSIZE, 90);
SAME(EPROTOTYPE, 91);
SAME(ENOPROTOOPT, 92);
SAME(EPROTONOSUPPORT, 93);
SAME(ESOCKTNOSUPPORT, 94);
SAME(EOPNOTSUPP, 95);
SAME(EPFNOSUPPORT, 96);
SAME(EAFNOSUPPORT, 97);
SAME(EADDRINUSE, 98);
SAME(EADDRNOTAVAIL, 99);
SAME(ENETDOWN, 100);
SAME(ENETUNREACH, 101);
SAME(ENETRESET, 102);
SAME(ECONNABORTED, 103);
SAME(ECONNRESET, 104);
SAME(ENOBUFS, 105);
SAME(EISCONN, 106);
SAME(ENOTCONN, 107);
SAME(ESHUTDOWN, 108);
SAME(ETOOMANYREFS, 109);
SAME(ETIMEDOUT, 110);
SAME(ECONNREFUSED, 111);
SAME(EHOSTDOWN, 112);
SAME(EHOSTUNREACH, 113);
SAME(EALREADY, 114);
SAME(EINPROGRESS, 115);
SAME(ESTALE, 116);
SAME(EUCLEAN, 117);
SAME(ENOTNAM, 118);
SAME(ENAVAIL, 119);
SAME(EISNAM, 120);
SAME(EREMOTEIO, 121);
SAME(EDQUOT, 122);
SAME(ENOMEDIUM, 123);
SAME(EMEDIUMTYPE, 124);
SAME(ECANCELED, 125);
SAME(ENOKEY, 126);
SAME(EKEYEXPIRED, 127);
SAME(EKEYREVOKED, 128);
SAME(EKEYREJECTED, 129);
SAME(EOWNERDEAD, 130);
SAME(ENOTRECOVERABLE, 131);
SAME(ERFKILL, 132);

/* Structs that cross the system-call layer: private/rump_hostabi.h. */
#define SAME_SIZE(type) _Static_assert(sizeof(struct host_##type) == sizeof(struct type), #type)
#define SAME_FIELD(type, field)                                                                \
	_Static_assert(offsetof(struct host_##type, field) == offsetof(struct type, field) &&  \
		sizeof(((struct host_##type *)0)->field) == sizeof(((struct type *)0)->field), \
	    #type "." #field)

SAME_SIZE(stat);
SAME_FIELD(stat, st_dev);
SAME_FIELD(stat, st_ino);
SAME_FIELD(stat, st_nlink);
SAME_FIELD(stat, st_mode);
SAME_FIELD(stat, st_uid);
SAME_FIELD(stat, st_gid);
SAME_FIELD(stat, st_rdev);
SAME_FIELD(stat, st_size);
SAME_FIELD(stat, st_blksize);
SAME_FIELD(stat, st_blocks);
SAME_FIELD(stat, st_atim);
SAME_FIELD(stat, st_mtim);
SAME_FIELD(stat, st_ctim);

SAME_SIZE(statx);
SAME_FIELD(statx, stx_mask);
SAME_FIELD(statx, stx_blksize);
SAME_FIELD(statx, stx_attributes);
SAME_FIELD(statx, stx_nlink);
SAME_FIELD(statx, stx_uid);
SAME_FIELD(statx, stx_gid);
SAME_FIELD(statx, stx_mode);
SAME_FIELD(statx, stx_ino);
SAME_FIELD(statx, stx_size);
SAME_FIELD(statx, stx_blocks);
SAME_FIELD(statx, stx_attributes_mask);
SAME_FIELD(statx, stx_atime);
SAME_FIELD(statx, stx_btime);
SAME_FIELD(statx, stx_ctime);
SAME_FIELD(statx, stx_mtime);
SAME_FIELD(statx, stx_rdev_major);
SAME_FIELD(statx, stx_rdev_minor);
SAME_FIELD(statx, stx_dev_major);
SAME_FIELD(statx, stx_dev_minor);

SAME_SIZE(statfs);
SAME_FIELD(statfs, f_type);
SAME_FIELD(statfs, f_bsize);
SAME_FIELD(statfs, f_blocks);
SAME_FIELD(statfs, f_bfree);
SAME_FIELD(statfs, f_bavail);
SAME_FIELD(statfs, f_files);
SAME_FIELD(statfs, f_ffree);
SAME_FIELD(statfs, f_fsid);
SAME_FIELD(statfs, f_namelen);
SAME_FIELD(statfs, f_frsize);
SAME_FIELD(statfs, f_flags);

SAME_SIZE(statvfs);
SAME_FIELD(statvfs, f_bsize);
SAME_FIELD(statvfs, f_frsize);
SAME_FIELD(statvfs, f_blocks);
SAME_FIELD(statvfs, f_bfree);
SAME_FIELD(statvfs, f_bavail);
SAME_FIELD(statvfs, f_files);
SAME_FIELD(statvfs, f_ffree);
SAME_FIELD(statvfs, f_favail);
SAME_FIELD(statvfs, f_fsid);
SAME_FIELD(statvfs, f_flag);
SAME_FIELD(statvfs, f_namemax);

SAME_SIZE(flock);
SAME_FIELD(flock, l_type);
SAME_FIELD(flock, l_whence);
SAME_FIELD(flock, l_start);
SAME_FIELD(flock, l_len);
SAME_FIELD(flock, l_pid);

SAME_SIZE(utsname);
SAME_FIELD(utsname, sysname);
SAME_FIELD(utsname, nodename);
SAME_FIELD(utsname, release);
SAME_FIELD(utsname, version);
SAME_FIELD(utsname, machine);
SAME_FIELD(utsname, domainname);

SAME_SIZE(open_how);
SAME_FIELD(open_how, flags);
SAME_FIELD(open_how, mode);
SAME_FIELD(open_how, resolve);

SAME_SIZE(epoll_event);
SAME_FIELD(epoll_event, events);
SAME_FIELD(epoll_event, data);

SAME_SIZE(timespec);
SAME_FIELD(timespec, tv_sec);
SAME_FIELD(timespec, tv_nsec);

SAME_FIELD(dirent64, d_ino);
SAME_FIELD(dirent64, d_off);
SAME_FIELD(dirent64, d_reclen);
SAME_FIELD(dirent64, d_type);
_Static_assert(offsetof(struct dirent64, d_name) == HOST_DIRENT_NAMEOFF, "d_name");
_Static_assert(sizeof(struct host_sigset) == sizeof(sigset_t), "sigset_t");

SAME(HOST_STATX_BASIC_STATS, STATX_BASIC_STATS);
SAME(HOST_STATX_BTIME, STATX_BTIME);
SAME(HOST_STATX_MNT_ID, STATX_MNT_ID);
SAME(HOST_STATX_ATTR_IMMUTABLE, STATX_ATTR_IMMUTABLE);
SAME(HOST_STATX_ATTR_APPEND, STATX_ATTR_APPEND);
SAME(HOST_STATX_ATTR_NODUMP, STATX_ATTR_NODUMP);
SAME(HOST_ST_RDONLY, ST_RDONLY);
SAME(HOST_ST_NOSUID, ST_NOSUID);
SAME(HOST_ST_NODEV, ST_NODEV);
SAME(HOST_ST_NOEXEC, ST_NOEXEC);
SAME(HOST_ST_SYNCHRONOUS, ST_SYNCHRONOUS);
SAME(HOST_ST_NOATIME, ST_NOATIME);
SAME(HOST_ST_RELATIME, ST_RELATIME);
