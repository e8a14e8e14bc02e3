/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * New descriptors: for new files, and duplicates.
 *
 * A number is taken first (fd_alloc()) and shows no file until fd_affix(): a lookup in between
 * finds nothing, a dup2() onto it is refused with EBUSY.
 */
#include <sys/errno.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rump_fd.h"

/* fd_alloc() with a table that grows as needed.  sleeps.  errors: EMFILE. */
static int
fd_alloc_grow(struct proc *p, int want, int *result)
{
	int error;

	while ((error = fd_alloc(p, want, result)) == ENOSPC) {
		if (want >= fd_limit(p))
			return EMFILE;
		fd_reserve(
		    p->p_fd, MAX((u_int)want, atomic_load_consume(&p->p_fd->fd_dt)->dt_nfiles));
	}
	return error;
}

int
fd_allocfile(file_t **fpp, int *fdp)
{
	struct proc *const p = curproc;
	int error, fd;

	error = fd_alloc_grow(p, 0, &fd);
	if (error != 0)
		return error;
	error = file_alloc(fpp);
	if (error != 0) {
		fd_abort(p, NULL, (u_int)fd);
		return error;
	}
	*fdp = fd;
	return 0;
}

void
fd_affix(struct proc *p, file_t *fp, unsigned int fd)
{
	fdfile_t *const ff = fd_slot_known(p->p_fd, fd);

	KASSERT(ff->ff_allocated && atomic_load_relaxed(&ff->ff_file) == NULL);
	if (atomic_load_relaxed(&fp->f_count) == 0)
		atomic_store_relaxed(&fp->f_count, 1);
	else
		file_hold(fp);
	atomic_store_release(&ff->ff_file, fp);
}

void
fd_abort(struct proc *p, file_t *fp, unsigned int fd)
{
	filedesc_t *const fdp = p->p_fd;

	mutex_enter(&fdp->fd_lock);
	fd_unused(fdp, fd);
	mutex_exit(&fdp->fd_lock);
	if (fp != NULL)
		file_free(fp);
}

int
fd_clone(file_t *fp, unsigned int fd, int flag, const struct fileops *fops, void *data)
{
	fp->f_flag = (u_int)flag & FMASK;
	fp->f_type = DTYPE_MISC;
	fp->f_ops = fops;
	fp->f_data = data;
	curlwp->l_dupfd = (int)fd;
	fd_affix(curproc, fp, fd);
	return EMOVEFD;
}

int
fd_dup(file_t *fp, int minfd, int *newp, bool exclose)
{
	struct proc *const p = curproc;
	int error;

	error = fd_alloc_grow(p, minfd, newp);
	if (error != 0)
		return error;
	if (exclose)
		fd_set_exclose(curlwp, *newp, true);
	fd_affix(p, fp, (u_int)*newp);
	return 0;
}

/* Take number newfd, closing what is there.  errors: EBUSY (an open is in progress there). */
static int
fd_claim(filedesc_t *fdp, unsigned int newfd)
{
	fdfile_t *const ff = fd_slot_known(fdp, newfd);

	mutex_enter(&fdp->fd_lock);
	while (ff->ff_allocated) {
		if (atomic_load_relaxed(&ff->ff_file) != NULL) {
			mutex_exit(&fdp->fd_lock);
			if (fd_getfile(newfd) != NULL)
				(void)fd_close(newfd);
			mutex_enter(&fdp->fd_lock);
		} else if ((atomic_load_relaxed(&ff->ff_refcnt) & FDFILE_CLOSING) != 0)
			cv_wait(&ff->ff_closing, &fdp->fd_lock);
		else {
			mutex_exit(&fdp->fd_lock);
			return EBUSY;
		}
	}
	fd_used(fdp, newfd);
	mutex_exit(&fdp->fd_lock);
	return 0;
}

int
fd_dup2(file_t *fp, unsigned int newfd, int flags)
{
	struct proc *const p = curproc;
	filedesc_t *const fdp = curlwp->l_fd;
	int error;

	if (newfd >= (u_int)fd_limit(p))
		return EBADF;
	fd_reserve(fdp, newfd);
	error = fd_claim(fdp, newfd);
	if (error != 0)
		return error;
	if ((flags & O_CLOEXEC) != 0)
		fd_set_exclose(curlwp, (int)newfd, true);
	if ((flags & (O_NONBLOCK | O_NOSIGPIPE)) != 0) {
		mutex_enter(&fp->f_lock);
		atomic_store_relaxed(
		    &fp->f_flag, fp->f_flag | ((u_int)flags & (FNONBLOCK | FNOSIGPIPE)));
		mutex_exit(&fp->f_lock);
	}
	fd_affix(p, fp, newfd);
	return 0;
}

int
fd_dupopen(int old, bool moveit, int flags, int *newp)
{
	file_t *fp;
	u_int have;
	int error;

	fp = fd_getfile((u_int)old);
	if (fp == NULL)
		return EBADF;
	have = atomic_load_relaxed(&fp->f_flag);
	if (((u_int)flags & (FREAD | FWRITE) & ~have) != 0) {
		fd_putfile((u_int)old);
		return EACCES;
	}
	error = fd_dup(fp, 0, newp, false);
	if (error == 0 && moveit)
		(void)fd_close((u_int)old);
	else
		fd_putfile((u_int)old);
	return error;
}
