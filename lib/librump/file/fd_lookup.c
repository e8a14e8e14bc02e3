/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Descriptor lookup and close: the two sides of ff_refcnt.
 *
 *	lookup				close
 *	count in ff_refcnt		ff_file = NULL
 *	(full barrier)			take own count out (full barrier)
 *	read ff_file			others in ff_refcnt?  wait for them
 *
 * Either lookup sees NULL, or close sees the count.  A lookup that comes too late counts itself for
 * a moment, sees NULL and goes; when the number is in use again by then it sees the new file.
 *
 * In a table that one lwp uses (fd_shared false) lookup counts by a plain load and store, which
 * nothing can come between: the lwp keeps its virtual CPU, and whoever wants to share the table
 * sets fd_shared and waits for a grace period before touching it (fd_hold()).
 */
#include <sys/filedesc.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rump_event.h"
#include "rump_fd.h"

static __always_inline void
ff_hold(const filedesc_t *fdp, fdfile_t *ff)
{
	if (__predict_true(!atomic_load_relaxed(&fdp->fd_shared)))
		atomic_store_relaxed(&ff->ff_refcnt, atomic_load_relaxed(&ff->ff_refcnt) + 1);
	else
		atomic_inc_uint(&ff->ff_refcnt);
}

/* Wake the close that waits for the last count to go. */
static __noinline void
ff_wake(filedesc_t *fdp, fdfile_t *ff)
{
	mutex_enter(&fdp->fd_lock);
	cv_broadcast(&ff->ff_closing);
	mutex_exit(&fdp->fd_lock);
}

static __always_inline void
ff_rele(filedesc_t *fdp, fdfile_t *ff)
{
	u_int n;

	KASSERT((atomic_load_relaxed(&ff->ff_refcnt) & ~FDFILE_CLOSING) != 0);
	if (__predict_true(!atomic_load_relaxed(&fdp->fd_shared))) {
		n = atomic_load_relaxed(&ff->ff_refcnt) - 1;
		atomic_store_relaxed(&ff->ff_refcnt, n);
	} else
		n = atomic_dec_uint_nv(&ff->ff_refcnt);
	if (__predict_false(n == FDFILE_CLOSING))
		ff_wake(fdp, ff);
}

file_t *
fd_getfile(unsigned int fd)
{
	filedesc_t *const fdp = curlwp->l_fd;
	fdfile_t *const ff = fd_slot(fdp, fd);
	file_t *fp;

	if (__predict_false(ff == NULL))
		return NULL;
	ff_hold(fdp, ff);
	fp = atomic_load_consume(&ff->ff_file);
	if (__predict_false(fp == NULL))
		ff_rele(fdp, ff);
	return fp;
}

void
fd_putfile(unsigned int fd)
{
	filedesc_t *const fdp = curlwp->l_fd;

	ff_rele(fdp, fd_slot_known(fdp, fd));
}

int
fd_getvnode(unsigned int fd, file_t **fpp)
{
	file_t *const fp = fd_getfile(fd);

	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false(fp->f_type != DTYPE_VNODE)) {
		fd_putfile(fd);
		return EINVAL;
	}
	*fpp = fp;
	return 0;
}

int
fd_getsock1(unsigned int fd, struct socket **sop, file_t **fpp)
{
	file_t *const fp = fd_getfile(fd);

	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false(fp->f_type != DTYPE_SOCKET)) {
		fd_putfile(fd);
		return ENOTSOCK;
	}
	*sop = fp->f_socket;
	*fpp = fp;
	return 0;
}

int
fd_getsock(unsigned int fd, struct socket **sop)
{
	file_t *fp;

	return fd_getsock1(fd, sop, &fp);
}

file_t *
fd_getfile2(struct proc *p, unsigned int fd)
{
	filedesc_t *const fdp = p->p_fd;
	fdfile_t *ff;
	file_t *fp = NULL;

	/* The table's lock keeps the file from being closed, so ff_refcnt is left alone. */
	mutex_enter(&fdp->fd_lock);
	ff = fd_slot(fdp, fd);
	if (ff != NULL && (fp = atomic_load_acquire(&ff->ff_file)) != NULL)
		file_hold(fp);
	mutex_exit(&fdp->fd_lock);
	return fp;
}

/* The process's fcntl(2) locks on a file end with any descriptor of it. */
void
fd_posix_unlock(struct proc *p, file_t *fp)
{
	struct flock lf = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	if ((atomic_load_relaxed(&p->p_flag) & PK_ADVLOCK) != 0 && fp->f_ops->fo_advlock != NULL)
		(void)fp->f_ops->fo_advlock(fp, p, F_UNLCK, &lf, F_POSIX);
}

/*
 * Wait until no call uses the descriptor; drops the caller's own count.  ff_file is NULL already.
 * locks: fd_lock held, dropped while waiting.
 */
static void
fd_drain(filedesc_t *fdp, fdfile_t *ff, file_t *fp)
{
	u_int n;

	if (!atomic_load_relaxed(&fdp->fd_shared)) {
		/* Nobody else was there, and whoever comes waits for our grace period. */
		KASSERT(atomic_load_relaxed(&ff->ff_refcnt) == 1);
		atomic_store_relaxed(&ff->ff_refcnt, 0);
		return;
	}
	n = atomic_dec_uint_nv(&ff->ff_refcnt);
	if (__predict_true(n == 0))
		return;
	n = atomic_or_uint_nv(&ff->ff_refcnt, FDFILE_CLOSING);
	/* Again and again: a call that was on its way to its sleep is not asleep yet. */
	while (n != FDFILE_CLOSING) {
		(*fp->f_ops->fo_restart)(fp);
		(void)cv_timedwait(&ff->ff_closing, &fdp->fd_lock, 1);
		n = atomic_load_acquire(&ff->ff_refcnt);
	}
	atomic_and_uint(&ff->ff_refcnt, ~FDFILE_CLOSING);
	cv_broadcast(&ff->ff_closing); /* a dup2() that wants the number */
}

int
fd_close(unsigned int fd)
{
	struct proc *const p = curproc;
	filedesc_t *const fdp = curlwp->l_fd;
	fdfile_t *ff;
	file_t *fp;

	ASSERT_SLEEPABLE();
	mutex_enter(&fdp->fd_lock);
	ff = fd_slot_known(fdp, fd);
	fp = atomic_load_relaxed(&ff->ff_file);
	if (__predict_false(fp == NULL)) {
		/* Another close was first. */
		mutex_exit(&fdp->fd_lock);
		ff_rele(fdp, ff);
		return EBADF;
	}
	atomic_store_relaxed(&ff->ff_file, NULL);
	fd_drain(fdp, ff, fp);
	if (__predict_false(!SLIST_EMPTY(&ff->ff_knlist))) {
		/* Before the number can be used again; a dup2() that wants it waits. */
		atomic_or_uint(&ff->ff_refcnt, FDFILE_CLOSING);
		mutex_exit(&fdp->fd_lock);
		rump_knote_fdclose(fdp, fd);
		mutex_enter(&fdp->fd_lock);
		atomic_and_uint(&ff->ff_refcnt, ~FDFILE_CLOSING);
		cv_broadcast(&ff->ff_closing);
	}
	fd_unused(fdp, fd);
	mutex_exit(&fdp->fd_lock);
	fd_posix_unlock(p, fp);
	return closef(fp);
}
