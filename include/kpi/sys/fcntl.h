/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Flags of open(2), commands of fcntl(2), locks: the host's numbers, BSD's where it has none. */
#ifndef KPI_SYS_FCNTL_H
#define KPI_SYS_FCNTL_H

#include <sys/types.h>

#define O_RDONLY   00
#define O_WRONLY   01
#define O_RDWR	   02
#define O_ACCMODE  03
#define O_CREAT	   0100
#define O_EXCL	   0200
#define O_NOCTTY   0400
#define O_TRUNC	   01000
#define O_APPEND   02000
#define O_NONBLOCK 04000
#define O_NDELAY   O_NONBLOCK
#define O_DSYNC	   010000
#define O_ASYNC	   020000
#if defined(__aarch64__) || defined(__arm__)
#define O_DIRECTORY 040000
#define O_NOFOLLOW  0100000
#define O_DIRECT    0200000
#define O_LARGEFILE 0400000
#else
#define O_DIRECT    040000
#define O_LARGEFILE 0100000
#define O_DIRECTORY 0200000
#define O_NOFOLLOW  0400000
#endif
#define O_NOATIME 01000000
#define O_CLOEXEC 02000000
#define O_SYNC	  04010000
#define O_FSYNC	  O_SYNC
#define O_RSYNC	  O_SYNC
#define O_PATH	  010000000
#define O_TMPFILE (020000000 | O_DIRECTORY)

/* The host lacks these. */
#define O_SEARCH    0x00800000
#define O_SHLOCK    0x01000000
#define O_EXLOCK    0x02000000
#define O_ALT_IO    0x04000000
#define O_NOSIGPIPE 0x08000000
#define O_REGULAR   0x10000000

#ifdef _KERNEL
/* f_flag: FREAD and FWRITE in place of the access mode; the rest as in open(2). */
#define FREAD	  0x00000001
#define FWRITE	  0x00000002
#define FFLAGS(o) (((o) & ~O_ACCMODE) | ((((o)&O_ACCMODE) + 1) & O_ACCMODE))
#define OFLAGS(f) (((f) & ~O_ACCMODE) | ((((f)&O_ACCMODE) - 1) & O_ACCMODE))
#define O_MASK                                                                                \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | \
	    O_ASYNC | O_DIRECT | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH |  \
	    O_SEARCH | O_SHLOCK | O_EXLOCK | O_ALT_IO | O_NOSIGPIPE | O_REGULAR)
/* What open(2) leaves in f_flag, and what F_SETFL may change. */
#define FMASK                                                                                 \
	(FREAD | FWRITE | FAPPEND | FASYNC | FFSYNC | FDSYNC | FNONBLOCK | FDIRECT | FALTIO | \
	    FNOSIGPIPE | O_NOATIME)
#define FCNTLFLAGS (FAPPEND | FASYNC | FNONBLOCK | FDIRECT | O_NOATIME | FALTIO | FNOSIGPIPE)
#define FAPPEND	   O_APPEND
#define FASYNC	   O_ASYNC
#define FFSYNC	   O_SYNC
#define FDSYNC	   O_DSYNC
#define FRSYNC	   O_RSYNC
#define FNONBLOCK  O_NONBLOCK
#define FNDELAY	   O_NONBLOCK
#define FDIRECT	   O_DIRECT
#define FALTIO	   O_ALT_IO
#define FNOSIGPIPE O_NOSIGPIPE
#define FEXLOCK	   O_EXLOCK
#define FSHLOCK	   O_SHLOCK
#define FHASLOCK   0x20000000 /* an flock() lock is held on the file */
#define FSILENT	   0x40000000
#define FKIOCTL	   0x80000000 /* ioctl from inside the kernel: the argument is trusted */
#endif			      /* _KERNEL */

#define F_DUPFD		0
#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4
#define F_GETLK		5
#define F_SETLK		6
#define F_SETLKW	7
#define F_SETOWN	8
#define F_GETOWN	9
#define F_SETSIG	10
#define F_GETSIG	11
#define F_OFD_GETLK	36
#define F_OFD_SETLK	37
#define F_OFD_SETLKW	38
#define F_DUPFD_CLOEXEC 1030
#define F_SETPIPE_SZ	1031
#define F_GETPIPE_SZ	1032
/* The host lacks these. */
#define F_CLOSEM	0x4000
#define F_MAXFD		0x4001
#define F_GETNOSIGPIPE	0x4002
#define F_SETNOSIGPIPE	0x4003
#define F_GETPATH	0x4004

/* Commands that go to the file system: fo_fcntl(), VOP_FCNTL(). */
#define F_FSCTL	    ((int)0x80000000)
#define F_FSVOID    0x40000000
#define F_FSOUT	    0x20000000
#define F_FSIN	    0x10000000
#define F_FSINOUT   (F_FSIN | F_FSOUT)
#define F_FSDIRMASK 0x70000000
#define F_FSPRIV    0x00008000

#define FD_CLOEXEC 1

#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#ifdef _KERNEL
#define F_WAIT	0x010 /* VOP_ADVLOCK(): sleep until the lock is free */
#define F_FLOCK 0x020 /* flock(2) semantics */
#define F_POSIX 0x040 /* fcntl(2) semantics */
#endif

/* BSD's shape; the host's is converted in the system-call layer. */
struct flock {
	off_t l_start; /* bytes, from l_whence */
	off_t l_len;   /* bytes; 0: to the end and beyond */
	pid_t l_pid;
	short l_type;
	short l_whence;
};

#define LOCK_SH 0x01
#define LOCK_EX 0x02
#define LOCK_NB 0x04
#define LOCK_UN 0x08

#define POSIX_FADV_NORMAL     0
#define POSIX_FADV_RANDOM     1
#define POSIX_FADV_SEQUENTIAL 2
#define POSIX_FADV_WILLNEED   3
#define POSIX_FADV_DONTNEED   4
#define POSIX_FADV_NOREUSE    5

#define FALLOC_FL_KEEP_SIZE	 0x01
#define FALLOC_FL_PUNCH_HOLE	 0x02
#define FALLOC_FL_COLLAPSE_RANGE 0x08
#define FALLOC_FL_ZERO_RANGE	 0x10
#define FALLOC_FL_INSERT_RANGE	 0x20

#define AT_FDCWD	    (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_EACCESS	    0x200
#define AT_REMOVEDIR	    0x200
#define AT_SYMLINK_FOLLOW   0x400
#define AT_NO_AUTOMOUNT	    0x800
#define AT_EMPTY_PATH	    0x1000
#define AT_STATX_SYNC_TYPE  0x6000

#endif /* KPI_SYS_FCNTL_H */
