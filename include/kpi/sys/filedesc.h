/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Descriptor tables.
 *
 * A process (or several, after rfork without a copy) has one filedesc; each lwp that runs in the
 * process uses it through l_fd.  A descriptor is an fdfile, which stays where it is for as long as
 * the table lives; only the arrays that point at fdfiles are replaced when the table grows.
 *
 * Lookup takes no lock.  It counts itself in ff_refcnt, then reads ff_file: close stores NULL in
 * ff_file, then looks at the count.  While at most one lwp uses the table (fd_shared false) the
 * count needs no atomic operation: a second user first sets fd_shared and waits for a grace period,
 * so that no lwp is left between the load of fd_shared and its store to ff_refcnt.
 */
#ifndef KPI_SYS_FILEDESC_H
#define KPI_SYS_FILEDESC_H

#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/types.h>

struct file;
struct fileops;
struct knote;
struct lwp;
struct proc;
struct stat;

#define NDFILE	 20	/* descriptors that a fresh table has room for */
#define NDFDFILE NDFILE /* fdfiles that need no allocation */
#define NDEXTENT 64	/* the first growth goes to this many */

#define FDFILE_CLOSING 0x80000000u /* in ff_refcnt: a close waits on ff_closing */

/* Locks: (d) fd_lock of the table, (a) atomic, see above. */
typedef struct fdfile {
	u_int ff_refcnt;	       /* (a) calls in progress, FDFILE_CLOSING */
	bool ff_exclose;	       /* (d) close on exec */
	bool ff_allocated;	       /* (d) the number is taken */
	struct file *ff_file;	       /* (a) NULL: no file (yet, or any more) */
	SLIST_HEAD(, knote) ff_knlist; /* (d) knotes on this descriptor */
	kcondvar_t ff_closing;
} __aligned(64) fdfile_t;

typedef struct fdtab {
	u_int dt_nfiles;       /* (i) length of dt_ff */
	u_int dt_nfresh;       /* (i) fdfiles that came with this array */
	void *dt_chunk;	       /* (i) their memory */
	struct fdtab *dt_link; /* (d) the array this one replaced, freed with the table */
	fdfile_t *dt_ff[];     /* (i) */
} fdtab_t;

/* Locks: (d) fd_lock, (a) atomic, (i) immutable. */
typedef struct filedesc {
	/* Read by every lookup; seldom written. */
	fdtab_t *fd_dt;	 /* (a) written under (d) */
	bool fd_shared;	 /* (a) more than one lwp uses or used this */
	bool fd_settled; /* (a) and every lwp knows it: a grace period has passed */
	u_int fd_nlwps;	 /* (a) lwps with l_fd here */
	u_int fd_refcnt; /* (a) processes with p_fd here */

	kmutex_t fd_lock __aligned(64);
	uint64_t *fd_himap;	       /* (d) a bit for each full word of fd_lomap */
	uint64_t *fd_lomap;	       /* (d) a bit for each number taken */
	int fd_lastfile;	       /* (d) highest number taken, or -1 */
	int fd_freefile;	       /* (d) no free number below this */
	int fd_lastkqfile;	       /* (d) highest number with knotes */
	u_long fd_knhashmask;	       /* (d) */
	struct klist *fd_knhash;       /* (d) knotes not on descriptors */
	bool fd_exclose;	       /* (d) some descriptor may have ff_exclose */
	fdfile_t fd_dfdfile[NDFDFILE]; /* the first fdfiles */
} filedesc_t;

#ifdef _KERNEL

/*
 * Look up a descriptor of curlwp's table.  The file stays open until fd_putfile().
 * ctx: thread.  sleeps: no.  NULL: no such descriptor, or no file affixed yet.
 */
struct file *fd_getfile(unsigned int fd);
void fd_putfile(unsigned int fd);
/* The same for vnodes and sockets.  errors: EBADF, EINVAL (not a vnode), ENOTSOCK. */
int fd_getvnode(unsigned int fd, struct file **fpp);
struct socket;
int fd_getsock(unsigned int fd, struct socket **sop);
int fd_getsock1(unsigned int fd, struct socket **sop, struct file **fpp);
#define fd_putvnode(fd) fd_putfile(fd)
#define fd_putsock(fd)	fd_putfile(fd)
/* A file of another process's table; the caller keeps p from ending; release by closef(). */
struct file *fd_getfile2(struct proc *p, unsigned int fd);

/*
 * Take the lowest free number >= want.  sleeps.
 * errors: ENOSPC (grow the table by fd_tryexpand() and try again), EMFILE.
 */
int fd_alloc(struct proc *p, int want, int *result);
void fd_tryexpand(struct proc *p);
/*
 * A new file and number, not visible to lookups until fd_affix().  Give both up by fd_abort().
 * The file has f_count 0, the caller's credential and no operations.
 * sleeps.  errors: EMFILE, ENFILE.
 */
int fd_allocfile(struct file **fpp, int *fdp);
/* Make fp visible at fd; adds a reference. */
void fd_affix(struct proc *p, struct file *fp, unsigned int fd);
/* Undo fd_allocfile() (fp not affixed) or fd_alloc() (fp NULL). */
void fd_abort(struct proc *p, struct file *fp, unsigned int fd);
/*
 * Set type, flags, operations and data, and affix; for cloning devices.  owns: fd and fp.
 * returns EMOVEFD, which open(2) understands; the descriptor is in curlwp->l_dupfd.
 */
int fd_clone(struct file *fp, unsigned int fd, int flag, const struct fileops *fops, void *data);
#define fd_clone_type DTYPE_MISC

/*
 * Close a descriptor that the caller holds by fd_getfile(); drops that reference.  Waits until
 * other calls on it are done (fo_restart() hurries them).  sleeps.
 * errors: EBADF (someone else closed it first), fo_close()'s.
 */
int fd_close(unsigned int fd);
/* Duplicate fp, held by the caller, to the lowest number >= minfd.  errors: EMFILE. */
int fd_dup(struct file *fp, int minfd, int *newp, bool exclose);
/*
 * Duplicate fp to newfd, closing what is there.  flags: O_CLOEXEC, O_NONBLOCK, O_NOSIGPIPE.
 * The caller holds fp by f_count and no descriptor: this waits for users of newfd.
 * sleeps.  errors: EBADF (newfd is out of range), EBUSY (an open is in progress there).
 */
int fd_dup2(struct file *fp, unsigned int newfd, int flags);
/* For devices such as /dev/fd: move or duplicate old to *newp.  error: EDUPFD or EMOVEFD. */
int fd_dupopen(int old, bool moveit, int flags, int *newp);
/* Drop a reference of f_count; the last one closes the file.  fp may be NULL.  sleeps. */
int closef(struct file *fp);
/* A file without a descriptor, f_count 1, for kernel use; and its end (without fo_close()). */
struct file *fgetdummy(void);
void fputdummy(struct file *fp);

void fd_set_exclose(struct lwp *l, int fd, bool exclose);
/* exec: close the descriptors marked so.  ctx: the process's last lwp. */
void fd_closeexec(void);
/* Close all numbers from startfd up (closefrom). */
int fd_closefrom(int startfd);

/*
 * Tables.  fd_init(NULL) makes an empty one with fd_refcnt 1; fd_copy() a copy of curlwp's table
 * (of those descriptors that can be inherited); fd_share() gives p curlwp's table.
 * fd_free() ends p's use: the last process closes everything.  All sleep.
 */
filedesc_t *fd_init(filedesc_t *fdp);
filedesc_t *fd_copy(void);
void fd_share(struct proc *p);
void fd_free(struct proc *p);
/*
 * An lwp begins (l_fd is set from its process) or ends to use its process's table.  fd_hold()
 * may wait for a grace period and so give up the virtual CPU; the lwp is not running yet.
 */
void fd_hold(struct lwp *l);
void fd_drop(struct lwp *l);

int fd_getkq(unsigned int fd, struct file **fpp);
int do_sys_fstat(int fd, struct stat *sb);

#endif /* _KERNEL */
#endif /* KPI_SYS_FILEDESC_H */
