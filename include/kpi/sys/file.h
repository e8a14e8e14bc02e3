/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Open files.
 *
 * A struct file is what descriptors refer to; its type's operations stand in f_ops, its type's
 * data in f_data (f_vnode, f_socket, ... are the same word).  f_count counts the descriptors and
 * other long references (messages in flight); a system call in progress holds a reference on the
 * descriptor instead (fd_getfile()), and close waits for those, so f_count is not touched by them.
 */
#ifndef KPI_SYS_FILE_H
#define KPI_SYS_FILE_H

#include <sys/fcntl.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/types.h>
#include <sys/unistd.h>

struct file;
struct flock;
struct iovec;
struct kauth_cred;
struct knote;
struct lwp;
struct stat;
struct uio;
struct uvm_object;

/*
 * Operations of a file type.  ctx: thread, no lock held, the caller holds a reference.
 * NULL means: fo_seek ESPIPE; fo_mmap, fo_fpathconf, fo_truncate EOPNOTSUPP; fo_advlock EINVAL;
 * fo_posix_fadvise EOPNOTSUPP.  The others must be there (see the fbadop_ and fnullop_ defaults).
 */
struct fileops {
	const char *fo_name;
	/*
	 * Read into or write from the uio at *offset; with FOF_UPDATE_OFFSET in flags the new
	 * offset is stored there.  sleeps.
	 */
	int (*fo_read)(struct file *, off_t *, struct uio *, struct kauth_cred *, int);
	int (*fo_write)(struct file *, off_t *, struct uio *, struct kauth_cred *, int);
	/* The argument is in kernel memory.  errors: EPASSTHROUGH when the command is unknown. */
	int (*fo_ioctl)(struct file *, u_long, void *);
	int (*fo_fcntl)(struct file *, u_int, void *);
	/* The events of the mask that hold now; selrecord() when none does. */
	int (*fo_poll)(struct file *, int);
	int (*fo_stat)(struct file *, struct stat *);
	/* The last reference is gone; free the type's data.  Called once. */
	int (*fo_close)(struct file *);
	int (*fo_kqfilter)(struct file *, struct knote *);
	/* Make blocked calls on this file return ERESTART or EBADF: a close waits for them. */
	void (*fo_restart)(struct file *);
	int (*fo_mmap)(
	    struct file *, off_t *, size_t, int, int *, int *, struct uvm_object **, int *);
	/* Compute (and with FOF_UPDATE_OFFSET set) the offset for lseek(2). */
	int (*fo_seek)(struct file *, off_t, int, off_t *, int);
	int (*fo_advlock)(struct file *, void *, int, struct flock *, int);
	int (*fo_fpathconf)(struct file *, int, register_t *);
	int (*fo_posix_fadvise)(struct file *, off_t, off_t, int);
	int (*fo_truncate)(struct file *, off_t);
};

/*
 * Locks: (i) immutable once the file is affixed to a descriptor, (f) f_lock, (t) by the type.
 * f_offset is (t): seekable types take f_lock or their own lock around a read or write of it.
 */
typedef struct file {
	off_t f_offset;		     /* (t) */
	struct kauth_cred *f_cred;   /* (i) of the opener */
	const struct fileops *f_ops; /* (i) */
	union {
		struct vnode *fd_vp;
		struct socket *fd_so;
		struct pipe *fd_pipe;
		struct kqueue *fd_kq;
		struct bpf_d *fd_bpf;
		void *fd_data;
		int fd_devunit;
	} f_undata;			    /* (i) */
	kmutex_t f_lock;		    /* (i) */
	unsigned int f_flag;		    /* (f) FREAD, FWRITE, FNONBLOCK, ...; read without */
	unsigned int f_type : 16;	    /* (i) DTYPE_* */
	unsigned int f_advice : 16;	    /* (i) POSIX_FADV_* */
	unsigned int f_count;		    /* (f) descriptors and messages that refer to this */
	unsigned int f_msgcount;	    /* (f) references from messages in flight */
	unsigned int f_unpcount;	    /* (t) deferred, for the collector of local sockets */
	SLIST_ENTRY(file) f_unplist;	    /* (t) */
	uint32_t f_wberr[3];		    /* (a) of vnodes: write errors told of */
	LIST_HEAD(, rump_epitem) f_epitems; /* (f) of epoll sets; empty is read without */
} file_t;

#define f_vnode	  f_undata.fd_vp
#define f_socket  f_undata.fd_so
#define f_pipe	  f_undata.fd_pipe
#define f_kqueue  f_undata.fd_kq
#define f_bpf	  f_undata.fd_bpf
#define f_data	  f_undata.fd_data
#define f_devunit f_undata.fd_devunit

/* f_type */
#define DTYPE_VNODE   1
#define DTYPE_SOCKET  2
#define DTYPE_PIPE    3
#define DTYPE_KQUEUE  4
#define DTYPE_MISC    5
#define DTYPE_CRYPTO  6
#define DTYPE_MQUEUE  7
#define DTYPE_SEM     8
#define DTYPE_EVENTFD 9
#define DTYPE_TIMERFD 10

/* Flags of fo_read, fo_write and fo_seek. */
#define FOF_UPDATE_OFFSET 0x0001
#define FOF_IOV_SYSSPACE  0x0100 /* the iovec array (not the data) is in kernel memory */

#ifdef _KERNEL

extern int maxfiles; /* kern.maxfiles */
extern u_int nfiles; /* open files now */

/*
 * Read or write fp at *offset for descriptor fd, which the caller holds by fd_getfile(); drops
 * that reference.  *retval is the number of bytes.  flags: FOF_UPDATE_OFFSET.
 * sleeps.  errors: EFAULT (NULL with a length), EINVAL (length over SSIZE_MAX), the type's.
 */
int dofileread(
    int fd, struct file *fp, void *buf, size_t len, off_t *offset, int flags, register_t *retval);
int dofilewrite(int fd, struct file *fp, const void *buf, size_t len, off_t *offset, int flags,
    register_t *retval);
/*
 * The same for iovecs of descriptor fd, which is looked up here.  offset NULL: the file's own.
 * errors: EBADF, EINVAL (count, sum of lengths, offset), ESPIPE, EFAULT.
 */
int do_filereadv(
    int fd, const struct iovec *iov, int iovcnt, off_t *offset, int flags, register_t *retval);
int do_filewritev(
    int fd, const struct iovec *iov, int iovcnt, off_t *offset, int flags, register_t *retval);

/* SIGIO targets of tty-like files: pgid as fcntl(F_SETOWN) and TIOCSPGRP carry it. */
int fsetown(pid_t *pgid, u_long cmd, const void *data);
int fgetown(pid_t pgid, u_long cmd, void *data);
void fownsignal(pid_t pgid, int signo, int code, int band, void *fdescdata);

/* Defaults for struct fileops: succeed and do nothing, or fail with EOPNOTSUPP. */
int fnullop_fcntl(struct file *, u_int, void *);
int fnullop_poll(struct file *, int);
int fnullop_kqfilter(struct file *, struct knote *);
void fnullop_restart(struct file *);
int fbadop_read(struct file *, off_t *, struct uio *, struct kauth_cred *, int);
int fbadop_write(struct file *, off_t *, struct uio *, struct kauth_cred *, int);
int fbadop_ioctl(struct file *, u_long, void *);
int fbadop_stat(struct file *, struct stat *);
int fbadop_close(struct file *);
int fbadop_mmap(struct file *, off_t *, size_t, int, int *, int *, struct uvm_object **, int *);

#endif /* _KERNEL */
#endif /* KPI_SYS_FILE_H */
